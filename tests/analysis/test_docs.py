from pathlib import Path

import pytest

from analysis.data.codebook import FIGURE, FILES
from analysis.offline import columns as offline
from analysis.planning import columns as planning

PAGE = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text("utf-8")


@pytest.mark.parametrize("file", [*FILES, "offline", "offline_playlists"])
def test_every_file_and_column_is_documented(file: str):
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{file}` |")]
    for column in {**FILES, **offline.FILES}[file]:
        assert f"`{column.name}`" in row


@pytest.mark.parametrize("file", ["power", "false_positives"])
def test_every_file_and_column_of_a_plan_is_documented(file: str):
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| plan's `{file}` |")]
    for column in planning.FILES[file]:
        assert f"`{column.name}`" in row


def test_the_columns_of_figures_are_documented():
    section = PAGE.partition("## Figures")[2]
    assert all(f"`{column.name}`" in section for column in FIGURE)
