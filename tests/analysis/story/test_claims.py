"""Every sentence of a report is checked against its rows: the ready studies, and one with several
playlists per condition."""

from pathlib import Path
from typing import Any

import pytest

from analysis.publishing import write_report
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
