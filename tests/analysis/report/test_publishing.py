"""A report as it is handed over: the same bytes each time, a page of its own, every figure."""

from pathlib import Path

import pytest

from analysis.report.publishing import STEPS, write_report
from survey.models import Study

pytestmark = pytest.mark.django_db


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("kept") / "report"


@pytest.fixture
def written(study: Study, kept: Path) -> Path:
    """A report's folder: made once, as every test's study is the same."""
    if not kept.exists():
        write_report(study, kept)
    return kept


def test_the_same_data_give_the_same_bytes_and_the_steps_are_told(written, study, tmp_path: Path):
    told: list[tuple[int, int]] = []
    write_report(study, tmp_path, tell=lambda what, done, of: told.append((done, of)))
    assert contents(written) == contents(tmp_path)
    assert told == [(number, STEPS) for number in range(1, STEPS + 1)]


def test_a_report_is_a_page_with_its_figures_beside_it(written: Path):
    expected = {"report.html", "sections.json", "figures/flow.svg", "figures/flow.png"}
    assert expected < contents(written).keys()


def test_the_page_that_stands_alone_loads_nothing_and_shows_every_figure(written: Path):
    page = (written / "report.html").read_text("utf-8")
    drawn = {path.stem for path in (written / "figures").glob("*.svg")}
    assert drawn == {name for name in drawn if f'aria-labelledby="{name}-title' in page}
    assert "default-src 'none'" in page
    assert "src=" not in page
