"""The scripts that go with the data, run as whoever gets the data runs them."""

import csv
import io
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from analysis.bundle.packing import STATIC, export_data
from analysis.stats.compare import between, within
from recommender.models import Track
from survey.models import Study

pytestmark = pytest.mark.django_db

LANGUAGES = [
    pytest.param(["python"], id="python"),
    pytest.param(
        ["Rscript"],
        id="R",
        marks=pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed"),
    ),
]
# Of three tracks each; by participant and condition.
LIKING = {"system": [[5, 4, 4], [3, 3, 5], [4, None, 5], [2, 3, 3]],
          "chance": [[2, 3, 1], [3, 3, 3], [4, 2, 5], [1, None, None]]}  # fmt: skip
MEANS = {"system": [13 / 3, 11 / 3, 4.5, 8 / 3], "chance": [2.0, 3.0, 11 / 3, 1.0]}


def mean_of(values: Sequence[float]) -> float:
    return sum(values) / len(values)


@pytest.fixture
def rated(make, library: list[Track]) -> Callable[..., Study]:
    """A study whose participants gave these ratings, each in one condition or in both."""

    def rate(design: str, liking: dict[str, list] = LIKING) -> Study:
        study = make.study()
        Study.objects.filter(pk=study.pk).update(design=design)
        people: dict[str, object] = {}
        for period, (condition, by_person) in enumerate(liking.items(), start=1):
            for number, values in enumerate(by_person):
                name = f"P{number}" if design == "within" else f"{condition}{number}"
                people[name] = people.get(name) or make.participant(study, name)
                playlist = make.playlist(library[0], library[1:4])
                trial = make.trial(people[name], condition, playlist, period)
                make.rate(trial, "liking", values)
        study.refresh_from_db()
        return study

    return rate


def results(study: Study, folder: Path, language: list[str]) -> list[dict[str, str]]:
    export_data(study, folder / "data.zip", tell=lambda *_: None)
    zipfile.ZipFile(folder / "data.zip").extractall(folder)
    program = {"python": [sys.executable, "starter.py"], "Rscript": ["Rscript", "starter.R"]}
    done = subprocess.run(program[language[0]], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def numbers(row: dict[str, str], *names: str) -> list[float]:
    return [float(row[name]) for name in names]


@pytest.mark.parametrize("language", LANGUAGES)
def test_between_participants_it_is_welchs_t_test_of_their_means(rated, tmp_path, language):
    (row,) = results(rated("between"), tmp_path, language)
    expected = stats.ttest_ind(MEANS["system"], MEANS["chance"], equal_var=False)
    low, high = expected.confidence_interval(0.95)
    difference = mean_of(MEANS["system"]) - mean_of(MEANS["chance"])
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
    (row,) = results(rated("within"), tmp_path, language)
    expected = stats.ttest_rel(MEANS["system"], MEANS["chance"])
    assert (row["test"], row["n_a"]) == ("paired_t", "4")
    assert numbers(row, "statistic", "df", "p") == pytest.approx(
        [expected.statistic, expected.df, expected.pvalue]
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("design", "compare"), [("between", between), ("within", within)])
def test_the_numbers_are_those_of_the_table_of_comparisons(
    rated, tmp_path, language, design, compare
):
    (row,) = results(rated(design), tmp_path, language)
    table = compare(pd.read_csv(tmp_path / "ratings.csv"), "liking", "system", "chance")
    (expected,) = table[table["test"] == row["test"]].to_dict("records")
    names = ("n_a", "n_b", "mean_a", "mean_b", "estimate", "se", "estimate_ci_low")
    names += ("estimate_ci_high", "statistic", "df", "p")
    assert numbers(row, *names) == pytest.approx([expected[name] for name in names])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_says_what_is_compared_at_which_level_and_who_is_left_out(
    rated, tmp_path, language
):
    study = rated("between")
    plan = {"outcome": "track.liking", "contrasts": [["chance", "system"]], "alpha": 0.1}
    study.analysis_plan = {**plan, "exclusions": ["incomplete"]}
    study.save()
    study.participants.exclude(pseudonym="chance1").update(
        status="completed", completed_at="2026-01-02T03:04:05Z"
    )
    (row,) = results(study, tmp_path, language)
    kept = [mean for number, mean in enumerate(MEANS["chance"]) if number != 1]
    expected = stats.ttest_ind(kept, MEANS["system"], equal_var=False)
    assert (row["condition_a"], row["n_a"], row["n_b"]) == ("chance", "3", "4")
    assert numbers(row, "p", "estimate_ci_low") == pytest.approx(
        [expected.pvalue, expected.confidence_interval(0.9).low]
    )


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


def test_the_r_script_needs_no_package():
    text = (STATIC / "starter.R").read_text("utf-8")
    assert "library(" not in text
    assert "require(" not in text
    assert "::" not in text
