"""All of a study's data, or of a report's, as one ZIP."""

import shutil
import tempfile
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

from django.db import connection

from analysis.data.csv_files import json_bytes, write_zip
from analysis.data.manifest import Written
from analysis.data.snapshot import snapshot
from analysis.data.source import Source, source
from analysis.export.second_process import beside
from analysis.export.streaming import CHUNK, write_data
from analysis.progress import Tell
from survey.models import Study, Trial
from survey.study_files import document_of, written

from .datapackage import datapackage

# README.txt, starter.R and starter.py: as they are, for every study.
STATIC = Path(__file__).parent / "files"
# From so many trials on, a second process saves more time than it takes to begin.
LARGE = 30_000
# Of a study's file: an e-mail address, and the codes with which people are paid.
PRIVATE = {
    *("contact", "completion_code", "completion_url", "screen_out_code", "screen_out_url"),
    "full_url",
}


def export_data(
    study: Study,
    archive: Path,
    *,
    pilot: bool = False,
    tell: Tell,
    chunk: int = CHUNK,
    processes: int = 1,
) -> Written:
    """Write everything that participants did into a ZIP, in bounded memory.

    The same data, configuration and software give the same bytes. It is written beside its place
    and moved there at the end: what was there stays if this is interrupted. With more processes
    than one, a second one makes half of the rows of a large study. Raises OSError.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{archive.name}-", dir=archive.parent))
    try:
        with _second(study, processes) as other, snapshot(other):
            of = source(study, pilot=pilot)
            made = write_data(of, aside / "data", tell=tell, chunk=chunk, other=other)
            complete(of, aside / "data")
        write_zip(aside / archive.name, aside / "data", partial(tell, "packing"))
        (aside / archive.name).replace(archive)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return made


def _second(study: Study, processes: int) -> AbstractContextManager[Executor | None]:
    large = processes > 1 and Trial.objects.filter(participant__study=study).count() >= LARGE
    # No other connection sees what a transaction does.
    return beside() if large and not connection.in_atomic_block else nullcontext()


def complete(of: Source, folder: Path) -> None:
    """Add to a folder of tables what they need to be read elsewhere."""
    document = document_of(of.study)
    public = {name: said for name, said in document.items() if name not in PRIVATE}
    (folder / "study.yaml").write_text(written(public), encoding="utf-8")
    for file in sorted(STATIC.iterdir()):
        shutil.copyfile(file, folder / file.name)
    (folder / "datapackage.json").write_bytes(json_bytes(datapackage(of, folder)))
