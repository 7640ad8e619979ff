from pathlib import Path

import pytest

from analysis import progress


@pytest.fixture(autouse=True)
def reports_dir(settings, tmp_path: Path) -> Path:
    settings.REPORTS_DIR = tmp_path
    return tmp_path


def test_who_waits_reads_what_was_told_last():
    progress.tell(1, "ratings and answers", 500, 33_334)
    progress.tell(1, "ratings and answers", 1_000, 33_334)
    assert progress.read(1) == "ratings and answers: 1,000 of 33,334"
    assert progress.read(2) == ""


def test_nothing_is_left_in_the_end(reports_dir: Path):
    progress.tell(1, "packing", 1, 2)
    progress.clear(1)
    progress.clear(1)
    assert progress.read(1) == ""
    assert list(reports_dir.iterdir()) == []
