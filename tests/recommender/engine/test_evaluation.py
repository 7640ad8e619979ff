import numpy as np
import pytest

from recommender.engine.calibration import calibration_error, expected_error, reliability
from recommender.engine.evaluation import evaluate
from recommender.engine.intervals import wilson

GENRES = ("Hip-Hop", "Classical", "Rock")


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Newcombe (1998), "Two-sided confidence intervals for the single proportion",
        # Table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_interval_as_published(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (3, 2), (-1, 2)])
def test_wilson_refuses_what_is_no_share(successes, n):
    with pytest.raises(ValueError, match="share"):
        wilson(successes, n)


def test_figures_by_hand():
    rows = [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.9, 0.0], [0.5, 0.1, 0.4]]
    result = evaluate("abcd", ["Hip-Hop", "Hip-Hop", "Classical", "Rock"], rows, GENRES)
    assert (result.n, result.accuracy) == (4, 0.5)
    assert result.confusion == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert result.recall == {"Hip-Hop": 0.5, "Classical": 1.0, "Rock": 0.0}
    assert result.precision == {"Hip-Hop": 0.5, "Classical": 0.5, "Rock": None}
    assert [miss["name"] for miss in result.misclassified] == ["b", "d"]
    assert result.clips == {"Hip-Hop": 2, "Classical": 1, "Rock": 1}
    assert result.answers == {"Hip-Hop": 2, "Classical": 2, "Rock": 0}
    assert result.recall_ci["Hip-Hop"] == wilson(1, 2)
    assert (result.precision_ci["Classical"], result.precision_ci["Rock"]) == (wilson(1, 2), None)
    # Confidence .8, .7, .9, .5 in a bin each; right, wrong, right, wrong: (.2 + .7 + .1 + .5) / 4
    assert result.ece == pytest.approx(0.375)
    assert result.ece_bins == 10


def test_calibration_error_pools_within_a_bin():
    # Both in (.7, .8]: mean confidence .75, half of them right.
    rows = np.array([[0.72, 0.28], [0.78, 0.22]])
    assert calibration_error(rows, [0, 1]) == pytest.approx(0.25)


def test_perfect_calibration_still_shows_an_error():
    """Right or wrong at confidence 1/2 in one bin of n = 4: |hits/4 − 1/2| is 0, 1/4 or 1/2 with
    binomial chances 6/16, 8/16 and 2/16, so 3/16 on average."""
    rows = np.full((4, 2), 0.5)
    expected = expected_error(rows, draws=4_000)
    assert expected.mean == pytest.approx(3 / 16, abs=0.01)
    assert expected.interval == (0.0, 0.5)
    assert expected_error(rows, draws=4_000) == expected


def test_expected_error_falls_with_n_and_with_certainty():
    assert expected_error(np.full((400, 2), 0.5)).mean < expected_error(np.full((40, 2), 0.5)).mean
    assert expected_error(np.eye(3)).mean == 0.0


def test_bins_of_the_reliability_diagram_by_hand():
    bins = reliability(np.array([[0.72, 0.28], [0.78, 0.22], [0.05, 0.95]]), [0, 1, 1])
    assert [b.n for b in bins] == [0, 0, 0, 0, 0, 0, 0, 2, 0, 1]
    assert (bins[7].low, bins[7].high, bins[7].accuracy) == (0.7, 0.8, 0.5)
    assert bins[7].confidence == pytest.approx(0.75)
    assert bins[7].accuracy_ci == wilson(1, 2)
    assert bins[0].accuracy is None


def test_perfect_confidence_is_calibrated():
    assert calibration_error(np.eye(3), [0, 1, 2]) == 0.0


def test_genre_without_clips_has_no_recall():
    result = evaluate(["a"], ["Rock"], [[0.0, 0.0, 1.0]], GENRES)
    assert result.recall == {"Hip-Hop": None, "Classical": None, "Rock": 1.0}


@pytest.mark.parametrize(
    ("labels", "rows", "words"),
    [
        ([], np.zeros((0, 3)), "no clips"),
        (["Rock"], [[0.5, 0.5]], "length"),
        (["Rock"], [[0.5, 0.5, 0.5]], "sum to 1"),
        (["Rock"], [[1.5, -0.5, 0.0]], "at least 0"),
        (["Jazz"], [[0.5, 0.5, 0.0]], "unknown genres: Jazz"),
    ],
)
def test_refuses_what_cannot_be_scored(labels, rows, words):
    with pytest.raises(ValueError, match=words):
        evaluate([f"clip {i}" for i in range(len(labels))], labels, rows, GENRES)
