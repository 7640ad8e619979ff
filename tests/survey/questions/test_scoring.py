import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.questions.scoring import Question, score

FIVE = [Question(f"q{i}", 1, 5) for i in range(10)]


def points(*values: int | None) -> dict[str, float]:
    return {f"q{i}": value for i, value in enumerate(values) if value is not None}


def test_sus_gives_the_published_score():
    """Brooke (1996), the worked form: 4, 2, 4, 1, 5, 2, 4, 1, 4, 2 is 82.5."""
    assert score(FIVE, points(4, 2, 4, 1, 5, 2, 4, 1, 4, 2), "sus").value == 82.5


@pytest.mark.parametrize(
    ("answers", "expected"), [((5, 1) * 5, 100), ((1, 5) * 5, 0), ((3,) * 10, 50)]
)
def test_sus_goes_from_0_to_100(answers, expected):
    assert score(FIVE, points(*answers), "sus").value == expected


def test_sus_turns_its_even_questions_once_even_where_they_are_marked():
    marked = [Question(q.key, 1, 5, bool(i % 2)) for i, q in enumerate(FIVE)]
    assert score(marked, points(*(5, 1) * 5), "sus").value == 100


def test_sus_needs_ten_questions():
    with pytest.raises(ValueError, match="ten questions"):
        score(FIVE[:9], points(*[3] * 9), "sus")


def test_a_reversed_question_counts_from_the_other_end():
    turned = [Question("q0", 1, 7, reversed=True), Question("q1", 0, 100, reversed=True)]
    assert score(turned, points(2, 30), "sum").value == 6 + 70


@pytest.mark.parametrize(("each", "expected"), [(1, 18), (7, 126)])
def test_eighteen_questions_of_seven_points_sum_to_18_to_126(each, expected):
    questions = [Question(f"q{i}", 1, 7) for i in range(18)]
    assert score(questions, points(*[each] * 18), "sum").value == expected


def test_without_enough_answers_there_is_no_score():
    found = score(FIVE[:3], points(4, None, 2))
    assert (found.value, found.n_items, found.n_answered) == (None, 3, 2)


def test_with_enough_answers_the_missing_ones_count_as_the_mean_of_the_others():
    given = points(4, None, 2)
    assert score(FIVE[:3], given, "mean", 2).value == 3
    assert score(FIVE[:3], given, "sum", 2).value == 9


def test_nothing_answered_is_no_score_whatever_is_asked_for():
    assert score(FIVE[:3], {}, "mean", 0).value is None


@given(st.lists(st.integers(1, 5), min_size=1, max_size=10), st.booleans())
def test_a_mean_stays_on_its_scale(values, reverse):
    questions = [Question(f"q{i}", 1, 5, reverse) for i in range(len(values))]
    assert 1 <= score(questions, points(*values)).value <= 5


@pytest.mark.parametrize("n", [9, 11])
def test_sus_takes_neither_more_nor_fewer_than_ten_questions(n):
    questions = [Question(str(i), 1, 5) for i in range(n)]
    with pytest.raises(ValueError, match=f"not {n}"):
        score(questions, {str(i): 3 for i in range(n)}, "sus", 1)


def test_more_answers_than_are_needed_make_a_score_too():
    questions = [Question(name, 1, 5) for name in "abc"]
    found = score(questions, {"a": 2, "b": 4}, "mean", 1)
    assert (found.value, found.n_items, found.n_answered) == (3, 3, 2)
