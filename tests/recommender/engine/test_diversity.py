import numpy as np
import pytest

from recommender.engine.diversity import diversified

# On a line: three songs close together near the query at 0, one alone, one far.
LINE = np.array([[1.0], [1.1], [1.2], [-3.0], [10.0]])
QUERY = np.zeros(1)


def test_without_diversity_the_nearest_come_in_order():
    assert diversified(LINE, QUERY, 5, 0.0) == [0, 1, 2, 3, 4]


def test_by_hand():
    # Largest distance 13. Second step at .5: row 1 has .5(1 − 1.1/13) − .5(1 − .1/13) < 0, row 3
    # .5(1 − 3/13) − .5(1 − 4/13) = .5/13, row 4 .5(1 − 10/13) − .5(1 − 9/13) < 0.
    assert diversified(LINE, QUERY, 2, 0.5) == [0, 3]


def test_with_nothing_but_diversity_the_farthest_from_the_chosen_comes_next():
    assert diversified(LINE, QUERY, 3, 1.0) == [0, 4, 3]


def test_where_none_is_more_relevant_the_first_comes_first():
    assert diversified(LINE, None, 2, 0.5) == [0, 4]


def test_ties_go_to_the_earlier_row():
    assert diversified(np.ones((4, 2)), np.ones(2), 3, 0.7) == [0, 1, 2]


@pytest.mark.parametrize(("n", "length"), [(0, 3), (2, 5), (5, 0)])
def test_no_more_than_there_are_and_than_wanted(n, length):
    assert len(diversified(LINE[:n], QUERY, length, 0.5)) == min(n, length)
