"""Figures saved by two processes."""

from pathlib import Path

import pandas as pd
import pytest

from analysis import figures
from analysis.figures import Figure


def drawn(n: int) -> Figure:
    rows = [("registered", None, n, None), ("assigned", None, n, None)]
    figure = figures.flow(pd.DataFrame(rows, columns=["stage", "condition", "n", "reason"]))
    assert figure is not None
    return Figure(f"flow-{n}", figure.drawing, figure.title, figure.alt, figure.caption)


def saved(folder: Path, processes: int) -> dict[str, bytes]:
    with figures.saving(folder, processes=processes) as save:
        given = save(drawn(n) for n in (1, 2, 3))
    assert [figure.name for figure in given] == ["flow-1", "flow-2", "flow-3"]
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_two_processes_write_the_files_of_one(tmp_path: Path):
    one = saved(tmp_path / "one", 1)
    assert len(one) == 6
    assert saved(tmp_path / "two", 2) == one


def test_what_the_other_process_can_not_write_is_an_error_here(tmp_path: Path):
    folder = tmp_path / "figures"
    (folder / "flow-2.svg").mkdir(parents=True)
    with (
        pytest.raises(OSError, match="the process that saves figures ended with 1"),
        figures.saving(folder, processes=2) as save,
    ):
        save(drawn(n) for n in (1, 2))
