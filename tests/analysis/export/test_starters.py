"""The scripts that go with the data, run as whoever gets the data runs them."""

import csv
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from analysis.export.packing import export_data
from analysis.inference import Design, Outcome
from analysis.inference.comparing import comparisons
from analysis.inference.relating import against_metrics
from recommender.models import Track
from survey.analysis_plan import Plan
from survey.models import Study

pytestmark = pytest.mark.django_db

LANGUAGES = [
    pytest.param("python", id="python"),
    pytest.param(
        "R",
        id="R",
        marks=pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed"),
    ),
]
# Without the packages that are installed beside R.
BASE_R = {**os.environ, "R_LIBS_SITE": "/nowhere", "R_LIBS_USER": "/nowhere"}


def has_lmertest() -> bool:
    if not shutil.which("Rscript"):
        return False
    asked = ["Rscript", "-e", "quit(status = !requireNamespace('lmerTest', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True).returncode == 0


# Of three tracks each; by participant and condition.
LIKING = {"system": [[5, 4, 4], [3, 3, 5], [4, None, 5], [2, 3, 3]],
          "chance": [[2, 3, 1], [3, 3, 3], [4, 2, 5], [1, None, None]]}  # fmt: skip
MEANS = {"system": [13 / 3, 11 / 3, 4.5, 8 / 3], "chance": [2.0, 3.0, 11 / 3, 1.0]}
# Of a playlist each.
SATISFIED = {"system": [5, 4, 4, 2], "chance": [2, 3, 4, 1]}
PLAYLISTS = {"outcome": "after.satisfaction"}


def mean_of(values: Sequence[float]) -> float:
    return sum(values) / len(values)


@pytest.fixture
def rated(make, library: list[Track]) -> Callable[..., Study]:
    """A study whose participants gave these ratings of tracks and playlists, each in one condition
    or in both."""

    def rate(design: str, liking: dict[str, list] = LIKING, **plan: object) -> Study:
        study = make.study()
        Study.objects.filter(pk=study.pk).update(design=design, analysis_plan=plan)
        people: dict[str, object] = {}
        for period, (condition, by_person) in enumerate(liking.items(), start=1):
            for number, values in enumerate(by_person):
                name = f"P{number}" if design == "within" else f"{condition}{number}"
                people[name] = people.get(name) or make.participant(study, name)
                playlist = make.playlist(library[0], library[1:4])
                trial = make.trial(people[name], condition, playlist, period)
                make.rate(trial, "liking", values)
                if liking is LIKING:
                    make.answer(trial, satisfaction=str(SATISFIED[condition][number]))
        study.refresh_from_db()
        return study

    return rate


@pytest.fixture
def songs(make, library: list[Track]) -> Callable[..., Study]:
    """Ten people rate three of six tracks each, in one condition, in two, or in two twice over."""

    def rate(design: str, twice: bool = False, **plan: object) -> Study:
        study = make.study()
        Study.objects.filter(pk=study.pk).update(design=design, analysis_plan=plan)
        if design == "single":
            study.conditions.get(name="chance").delete()
        for person in range(10):
            who = make.participant(study, f"P{person}")
            own = ["system", "chance"] * (2 if twice else 1)
            if design != "within":
                own = [own[person % 2 if design == "between" else 0]]
            for number, condition in enumerate(own, start=1):
                tracks = [library[(person * number + step * (1 + person % 2)) % 6]
                          for step in (0, 1, 2)]  # fmt: skip
                trial = make.trial(who, condition, make.playlist(library[5], tracks), number)
                points = [1 + (person * 7 + track.pk * 5 + number * track.pk) % 5
                          for track in tracks]  # fmt: skip
                make.rate(trial, "liking", points)
        study.refresh_from_db()
        return study

    return rate


def run(
    study: Study, folder: Path, language: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess:
    export_data(study, folder / "data.zip", tell=lambda *_: None)
    zipfile.ZipFile(folder / "data.zip").extractall(folder)
    program = {"python": [sys.executable, "starter.py"], "R": ["Rscript", "starter.R"]}[language]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, env=env)


def results(study: Study, folder: Path, language: str, **how: object) -> list[dict[str, str]]:
    done = run(study, folder, language, **how)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def numbers(row: dict[str, str], *names: str) -> list[float]:
    return [float(row[name]) for name in names]


def tables(folder: Path) -> dict[str, pd.DataFrame]:
    names = ("ratings", "playlist_ratings", "playlist_metrics")
    return {name: pd.read_csv(folder / f"{name}.csv") for name in names}


LIKED, TESTED = Outcome("ratings", "liking"), ("estimate", "se", "statistic", "df", "p")


# ratings of songs


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("design", "twice"), [("between", False), ("within", False), ("within", True)]
)
def test_songs_are_compared_by_the_mixed_model_of_the_report(
    songs, tmp_path, language, design, twice
):
    if language == "R" and not has_lmertest():
        pytest.skip("lmerTest is not installed")
    plan = {"outcome": "track.liking", "contrasts": [["chance", "system"]], "alpha": 0.1}
    (row,) = results(songs(design, twice, **plan), tmp_path, language)
    of = Design(["system", "chance"], design == "within", [LIKED], LIKED, Plan.of(plan))
    table = comparisons(tables(tmp_path), of)
    (expected,) = table[table["family"] == "planned"].to_dict("records")
    assert row["test"] == expected["test"] == "mixed_model"
    assert row["status"] == expected["status"] == "ok"
    names = ("n_a", "n_b", "mean_a", "mean_b", *TESTED, "estimate_ci_low", "estimate_ci_high")
    assert numbers(row, *names) == pytest.approx([expected[name] for name in names], rel=2e-3)


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_base_r_says_that_it_has_no_such_model_and_tests_means(rated, tmp_path):
    done = run(rated("within"), tmp_path, "R", BASE_R)
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    expected = stats.ttest_rel(MEANS["system"], MEANS["chance"])
    assert (row["test"], row["n_a"]) == ("paired_t", "4")
    assert numbers(row, "statistic", "df", "p") == pytest.approx(
        [expected.statistic, expected.df, expected.pvalue]
    )
    assert "is not the planned test" in done.stderr


# ratings of playlists


@pytest.mark.parametrize("language", LANGUAGES)
def test_between_participants_it_is_welchs_t_test_of_their_means(rated, tmp_path, language):
    (row,) = results(rated("between", **PLAYLISTS), tmp_path, language)
    expected = stats.ttest_ind(SATISFIED["system"], SATISFIED["chance"], equal_var=False)
    low, high = expected.confidence_interval(0.95)
    difference = mean_of(SATISFIED["system"]) - mean_of(SATISFIED["chance"])
    assert (row["test"], row["n_a"], row["n_b"], row["status"]) == ("welch_t", "4", "4", "ok")
    assert numbers(row, "estimate", "estimate_ci_low", "estimate_ci_high") == pytest.approx(
        [difference, low, high]
    )
    assert numbers(row, "statistic", "df", "p") == pytest.approx(
        [expected.statistic, expected.df, expected.pvalue]
    )
    assert numbers(row, "se") == pytest.approx([difference / expected.statistic])


@pytest.mark.parametrize("language", LANGUAGES)
def test_within_participants_it_is_the_paired_t_test_of_their_means(rated, tmp_path, language):
    (row,) = results(rated("within", **PLAYLISTS), tmp_path, language)
    expected = stats.ttest_rel(SATISFIED["system"], SATISFIED["chance"])
    assert (row["test"], row["n_a"]) == ("paired_t", "4")
    assert numbers(row, "statistic", "df", "p") == pytest.approx(
        [expected.statistic, expected.df, expected.pvalue]
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("design", ["between", "within"])
def test_the_numbers_are_those_of_the_table_of_comparisons(rated, tmp_path, language, design):
    (row,) = results(rated(design, **PLAYLISTS), tmp_path, language)
    satisfied = Outcome("playlist_ratings", "satisfaction")
    of = Design(["system", "chance"], design == "within", [satisfied], satisfied)
    table = comparisons(tables(tmp_path), of)
    (expected,) = table[table["test"] == row["test"]].to_dict("records")
    names = ("n_a", "n_b", "mean_a", "mean_b", *TESTED, "estimate_ci_low", "estimate_ci_high")
    assert numbers(row, *names) == pytest.approx([expected[name] for name in names])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_says_what_is_compared_at_which_level_and_who_is_left_out(
    rated, tmp_path, language
):
    plan = {**PLAYLISTS, "contrasts": [["chance", "system"]], "alpha": 0.1}
    study = rated("between", **plan, exclusions=["incomplete"])
    study.participants.exclude(pseudonym="chance1").update(
        status="completed", completed_at="2026-01-02T03:04:05Z"
    )
    (row,) = results(study, tmp_path, language)
    kept = [value for number, value in enumerate(SATISFIED["chance"]) if number != 1]
    expected = stats.ttest_ind(kept, SATISFIED["system"], equal_var=False)
    assert (row["condition_a"], row["n_a"], row["n_b"]) == ("chance", "3", "4")
    assert numbers(row, "p", "estimate_ci_low") == pytest.approx(
        [expected.pvalue, expected.confidence_interval(0.9).low]
    )


# one condition


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_condition_is_set_against_the_planned_metrics(songs, tmp_path, language):
    plan = {"outcome": "track.liking", "metrics": ["diversity", "query_distance"]}
    rows = results(songs("single", **plan), tmp_path, language)
    of = Design(["system"], False, [LIKED], LIKED, Plan.of(plan))
    table = against_metrics(tables(tmp_path), of)
    table = table[(table["level"] == "pooled") & (table["label_source"] == "metadata")]
    assert [row["metric"] for row in rows] == table["metric"].tolist() == plan["metrics"]
    for row, (_, expected) in zip(rows, table.iterrows(), strict=True):
        assert (row["test"], row["status"]) == ("spearman_clustered", "ok")
        assert numbers(row, "estimate", "df", "p") == pytest.approx(
            expected[["estimate", "df", "p"]].tolist()
        )


# what has no result


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "liking",
    [{"system": [[4, 4, 4]], "chance": []}, {"system": [[3] * 3] * 3, "chance": [[3] * 3] * 3}],
)
def test_what_cannot_be_estimated_is_said_to_be_so(rated, tmp_path, language, liking):
    (row,) = results(rated("between", liking), tmp_path, language)
    assert row["status"].startswith("not_estimable: ")
    assert row["p"] == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_study_with_nothing_to_compare_is_said_to_have_nothing(db, tmp_path, language):
    study = Study.objects.create(slug="bare", title="Bare")
    with pytest.raises(AssertionError, match="no two conditions to compare"):
        results(study, tmp_path, language)


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_what_is_not_of_songs_needs_no_package(rated, tmp_path):
    (row,) = results(rated("within", **PLAYLISTS), tmp_path, "R", env=BASE_R)
    assert (row["test"], row["status"]) == ("paired_t", "ok")
