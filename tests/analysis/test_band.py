"""The line through ratings and its band, against a bootstrap written out and hand calculations."""

import numpy as np
import pandas as pd
import pytest

from analysis.figures.band import line_with_band


def playlists(people: int = 12, each: int = 3, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), each)
    x = rng.uniform(0, 1, people)[who] + rng.normal(0, 0.05, len(who))
    y = 3 + x + rng.normal(0, 0.8, people)[who]
    return pd.DataFrame({"participant_id": [f"P{i}" for i in who], "x": x, "y": y})


def test_the_line_is_that_of_least_squares():
    frame = playlists()
    slope, intercept = np.polyfit(frame["x"], frame["y"], 1)
    line = line_with_band(frame, "x", "y")
    assert line is not None
    assert line.y == pytest.approx(slope * line.x + intercept)


def test_the_band_is_that_of_a_bootstrap_over_participants_written_out(monkeypatch):
    monkeypatch.setattr("analysis.figures.band.RESAMPLES", 200)
    frame = playlists()
    people = [group for _, group in frame.groupby("participant_id")]
    drawn = np.random.default_rng(5).multinomial(12, np.full(12, 1 / 12), size=200)
    line = line_with_band(frame, "x", "y", seed=5)
    assert line is not None
    fitted = []
    for counts in drawn:
        resample = pd.concat([g for g, n in zip(people, counts, strict=True) for _ in range(n)])
        fitted.append(np.polyval(np.polyfit(resample["x"], resample["y"], 1), line.x))
    low, high = np.quantile(fitted, (0.025, 0.975), axis=0)
    assert line.low == pytest.approx(low)
    assert line.high == pytest.approx(high)


def test_repeating_everybodys_playlists_does_not_narrow_the_band():
    frame = playlists()
    once = line_with_band(frame, "x", "y")
    tenfold = line_with_band(pd.concat([frame] * 10, ignore_index=True), "x", "y")
    assert once is not None
    assert tenfold is not None
    assert tenfold.high - tenfold.low == pytest.approx(once.high - once.low)


def test_it_covers_the_true_line_as_often_as_it_says():
    hits = 0
    for seed in range(200):
        line = line_with_band(playlists(people=30, seed=seed), "x", "y", seed=seed)
        assert line is not None
        hits += bool(line.low[25] <= 3 + line.x[25] <= line.high[25])
    # 95 % of 200, less and more by three standard errors.
    assert 0.904 <= hits / 200 <= 0.996


def test_there_is_no_line_where_x_does_not_vary():
    assert line_with_band(playlists().assign(x=1 / 3), "x", "y") is None


def test_two_participants_have_a_line_without_a_band():
    line = line_with_band(playlists(people=2), "x", "y")
    assert line is not None
    assert np.isnan([line.low, line.high]).all()
