import numpy as np
import pytest

from recommender.engine.evaluation import calibration_error, evaluate, wilson

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
    # Confidence .8, .7, .9, .5 in a bin each; right, wrong, right, wrong: (.2 + .7 + .1 + .5) / 4
    assert result.ece == pytest.approx(0.375)
    assert result.ece_bins == 10


def test_calibration_error_pools_within_a_bin():
    # Both in (.7, .8]: mean confidence .75, half of them right.
    rows = np.array([[0.72, 0.28], [0.78, 0.22]])
    assert calibration_error(rows, [0, 1]) == pytest.approx(0.25)


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
