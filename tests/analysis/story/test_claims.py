"""Every sentence of a report is checked against its rows: the ready studies, and one with several
playlists per condition."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.report.publishing import write_report
from tests.analysis.filled import fill, gallery
from tests.analysis.story.claims import problems

STUDIES: dict[str, tuple[str, int, dict[str, Any]]] = {
    "within": ("cnn-random-within", 12, {}),
    "between": ("cnn-mfcc-between", 16, {}),
    "single": ("single-system", 12, {}),
    "own-songs": ("own-songs", 10, {}),
    "two-each": ("cnn-random-within", 10, {"n_trials": 6}),
}


@pytest.fixture
def report(request, db, few_resamples, tmp_path: Path) -> Path:
    name, people, changes = STUDIES[request.param]
    study = gallery(name, tmp_path, {**changes, "slug": request.param})
    fill(study, people)
    write_report(study, tmp_path / "report")
    return tmp_path / "report"


@pytest.mark.parametrize("report", STUDIES, indirect=True)
def test_every_sentence_says_its_rows_and_no_two_differ(report: Path):
    assert problems(report) == []


def tampered(report: Path, wrong: Callable[[dict[str, Any]], None]) -> list[str]:
    told = json.loads((report / "sections.json").read_text("utf-8"))
    wrong(next(one for one in told["sections"] if one["key"] == "comparisons"))
    (report / "sections.json").write_text(json.dumps(told), "utf-8")
    return problems(report)


def another_number(section: dict[str, Any]) -> None:
    section["lead"] = section["lead"].replace("n = ", "n = 9")
    for claim in section["claims"]:
        claim["text"] = claim["text"].replace("n = ", "n = 9")


def no_claim(section: dict[str, Any]) -> None:
    section["claims"] = []


def another_conclusion(section: dict[str, Any]) -> None:
    section["claims"][0]["says"] = "equivalent"


@pytest.mark.parametrize("report", ["between"], indirect=True)
def test_what_is_wrong_is_found(report: Path):
    right = (report / "sections.json").read_text("utf-8")
    for wrong in (another_number, no_claim, another_conclusion):
        assert tampered(report, wrong), wrong
        (report / "sections.json").write_text(right, "utf-8")
