"""A report as it is handed over: the tables, the figures, and the text to read."""

from itertools import count
from pathlib import Path

from survey.models import Study

from . import page
from .export import json_bytes
from .figures import save
from .manifest import Written
from .progress import Tell
from .report import Made, write_tables
from .results import design_of, drawings
from .story import brief, sections

# What is told while a report is made: each of these once.
STEPS = 7
SIMULATED = (
    "Some participants are simulated: their ratings are in every number and say nothing about "
    "people. manifest.json names them."
)


def write_report(
    study: Study, folder: Path, *, pilot: bool = False, tell: Tell = lambda what, done, of: None
) -> Written:
    """Write a whole report into a folder, made if need be; as `write_tables`, and then its figures,
    its page and the file that stands alone. The same data give the same bytes."""
    numbers = count(1)

    def step(what: str) -> None:
        tell(what, next(numbers), STEPS)

    made = write_tables(study, folder, pilot=pilot, step=step)
    step("drawing the figures")
    publish(made, folder)
    return made.written


def publish(made: Made, folder: Path) -> None:
    """The figures, and the report to read: for its page, and as one file."""
    design = design_of(made.of)
    figures = drawings(made.tables, design)
    for figure in figures:
        save(figure, folder / page.FIGURES)
    told = page.saved(
        sections(made.tables, design, made.manifest, figures),
        brief=brief(made.tables, design),
        warnings=[SIMULATED] if made.manifest["participants"]["simulated"] else [],
    )
    (folder / page.SECTIONS).write_bytes(json_bytes(told))
    study = made.of.study
    alone = page.standalone(f"Report on {study.title}", subtitle=study.slug, **page.read(folder))
    (folder / page.ALONE).write_text(alone, encoding="utf-8")
