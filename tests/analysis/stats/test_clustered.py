"""Correlations with participants as clusters, on arrays: ranks, errors, how often p is wrong."""

import numpy as np
import pytest
from scipy import stats

from analysis.stats import clustered
from analysis.stats.clustered import (
    Sample,
    bootstrap_error,
    correlations,
    effective_clusters,
    infer,
    jackknife_error,
    sample,
)

# IQ and hours of TV a week: the worked example of Wikipedia's "Spearman's rank correlation
# coefficient", ρ = −29/165.
IQ = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
TV = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]


def alone(x: object, y: object) -> Sample:
    """Every row another participant, in one stratum."""
    n = len(np.asarray(x))
    return sample(x, y, np.arange(n), np.zeros(n))


def once(data: Sample) -> float:
    return float(correlations(data, np.ones((data.clusters, 1)))[0])


def studies(n: int, each: int, seed: int, slope: float = 0.0) -> Sample:
    """People who rate high or low on five points, and whose metrics hang together."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(n), each)
    metric = rng.normal(size=n)[who] + 0.5 * rng.normal(size=n * each)
    felt = rng.normal(size=n)[who] + rng.normal(size=n * each) + slope * metric
    return sample(metric, np.digitize(felt, [-1.7, -0.6, 0.6, 1.7]), who, np.zeros(n * each))


def test_published_spearman():
    assert once(alone(IQ, TV)) == pytest.approx(-29 / 165)


def test_ties_share_their_mean_rank_as_in_scipy():
    x, y = [1, 1, 2, 2, 2, 5, 7], [3, 1, 1, 4, 4, 4, 2]
    assert once(alone(x, y)) == pytest.approx(stats.spearmanr(x, y).statistic)


def test_a_row_that_counts_twice_is_two_rows():
    times = np.array([[2.0], [0.0], [1.0], [3.0]])
    rows = [0, 0, 2, 3, 3, 3]
    x, y = np.array([1.0, 2, 3, 2]), np.array([4.0, 3, 3, 5])
    found = correlations(alone(x, y), times)
    assert found == pytest.approx(stats.spearmanr(x[rows], y[rows]).statistic)


def test_strata_are_taken_off_the_ranks_as_by_regression():
    rng = np.random.default_rng(2)
    x, y, strata = rng.normal(size=30), rng.integers(1, 6, 30), rng.integers(0, 3, 30)
    dummies = np.eye(3)[strata]
    left = [
        r - dummies @ np.linalg.lstsq(dummies, r, rcond=None)[0]
        for r in (stats.rankdata(x), stats.rankdata(y))
    ]
    assert once(sample(x, y, np.arange(30), strata)) == pytest.approx(np.corrcoef(*left)[0, 1])


def test_the_jackknife_leaves_out_whole_participants():
    who = np.array([0, 0, 1, 1, 2, 2, 2])
    x, y = np.array([1.0, 4, 2, 2, 5, 3, 1]), np.array([2.0, 3, 1, 5, 4, 4, 1])
    without = [stats.spearmanr(x[who != g], y[who != g]).statistic for g in range(3)]
    away = np.array(without) - stats.spearmanr(x, y).statistic
    found = jackknife_error(sample(x, y, who, np.zeros(7)))
    assert found == pytest.approx(np.sqrt(2 / 3 * (away**2).sum()))


def test_without_any_error_there_is_no_interval_and_no_p():
    own = [1, 2, 1, 2], [1, 1, 2, 2]  # uncorrelated, and the same of both participants
    data = sample(own[0] * 2, own[1] * 2, np.repeat([0, 1], 4), np.zeros(8))
    found = infer(data, bound=None, alpha=0.05, seed=1)
    assert found.r == 0
    assert np.isnan([found.low, found.p]).all()


def test_both_errors_agree_in_a_large_study():
    data = studies(300, 2, 1)
    assert bootstrap_error(data, 1) == pytest.approx(jackknife_error(data), rel=0.1)


def test_four_participants_against_sixteen_are_worth_six():
    # Squared distances from the mean: .64 each for the four, .04 for the others;
    # (4 · .64 + 16 · .04)² / (4 · .64² + 16 · .04²) = 10.24 / 1.664.
    metric = [1.0] * 4 + [0.0] * 16
    assert effective_clusters(alone(metric, range(20))) == pytest.approx(10.24 / 1.664)


def test_small_batches_change_nothing(monkeypatch: pytest.MonkeyPatch):
    before = bootstrap_error(studies(12, 2, 3), 5), jackknife_error(studies(12, 2, 3))
    monkeypatch.setattr(clustered, "BATCH", 24 * 5)
    again = bootstrap_error(studies(12, 2, 3), 5), jackknife_error(studies(12, 2, 3))
    assert again == pytest.approx(before, rel=1e-12)


def test_the_order_of_rows_does_not_matter():
    rng = np.random.default_rng(4)
    x, y, who = rng.integers(0, 3, 30), rng.integers(1, 6, 30), np.repeat(np.arange(10), 3)
    mixed = rng.permutation(30)
    strata = np.zeros(30)
    first = infer(sample(x, y, who, strata), bound=0.3, alpha=0.05, seed=1)
    again = infer(sample(x[mixed], y[mixed], who[mixed], strata), bound=0.3, alpha=0.05, seed=1)
    assert first == again


@pytest.mark.parametrize("each", [1, 3])
def test_without_an_effect_p_is_small_as_often_as_it_should_be(
    each: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clustered, "RESAMPLES", 2)  # p needs none
    runs = [infer(studies(20, each, s), bound=None, alpha=0.05, seed=1).p for s in range(400)]
    # 5 % of 400 runs; 99.9 % of such counts are within 7 to 36.
    assert 7 <= np.count_nonzero(np.array(runs) < 0.05) <= 36


def test_the_interval_holds_the_truth_as_often_as_it_should(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clustered, "RESAMPLES", 199)
    truth = once(studies(60_000, 3, 1, slope=0.5))
    runs = [infer(studies(30, 3, s, slope=0.5), bound=None, alpha=0.05, seed=s) for s in range(300)]
    held = sum(run.low <= truth <= run.high for run in runs)
    # 95 % of 300 runs; 99.9 % of such counts are within 271 to 296.
    assert 271 <= held <= 296
