"""A report as it is handed over: the tables, the figures, and the text to read."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from analysis.data.csv_files import json_bytes
from analysis.figures import saving
from analysis.figures.saving import Save
from analysis.progress import Tell
from analysis.story import brief, sections
from survey.models import Study

from . import page
from .assembly import Made, write_tables
from .results import design_of, drawings

# What is told while a report is made: each of these once.
STEPS = 7
# From so many participants on, a second process for figures saves more time than it takes.
MANY = 30
SIMULATED = (
    "{} simulated: their ratings are in every number and say nothing about people. manifest.json "
    "names them."
)


def write_report(
    study: Study, folder: Path, *, pilot: bool = False, tell: Tell = lambda what, done, of: None
) -> Made:
    """Write a whole report into a folder, made if need be; as `write_tables`, and then its figures,
    its page and the file that stands alone. The same data give the same bytes."""
    numbers = count(1)

    def step(what: str) -> None:
        tell(what, next(numbers), STEPS)

    processes = 2 if study.participants.count() >= MANY else 1
    with saving(folder / page.FIGURES, processes=processes) as save:
        made = write_tables(study, folder, pilot=pilot, step=step)
        step("drawing the figures")
        _publish(made, folder, save)
    return made


def _warnings(people: Mapping[str, Any]) -> list[str]:
    """That participants are simulated: all of them, or how many."""
    n, of = people["simulated"], people["registered"]
    if not n:
        return []
    who = "All participants are" if n == of else f"{n:,} of {of:,} participants {_are(n)}"
    return [SIMULATED.format(who)]


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _publish(made: Made, folder: Path, save: Save) -> None:
    """The figures, and the report to read: for its page, and as one file."""
    design = design_of(made.of)
    figures = save(drawings(made.tables, design))
    told = page.saved(
        sections(made.tables, design, made.manifest, figures),
        brief=brief(made.tables, design),
        warnings=_warnings(made.manifest["participants"]),
    )
    (folder / page.SECTIONS).write_bytes(json_bytes(told))
    study = made.of.study
    alone = page.standalone(f"Report on {study.title}", subtitle=study.slug, **page.read(folder))
    (folder / page.ALONE).write_text(alone, encoding="utf-8")
