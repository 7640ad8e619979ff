"""A study's data as files, however many there are: some participants at a time, never all at once.

The files are, byte for byte, those of a report on the same data. Every one is read at the same
moment of the database, so that somebody who is erased meanwhile is in all of them or in none.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from survey.models import Participant, Study

from . import codebook, frames, primary
from .answers import scored_instruments, scores_of
from .export import CsvFile, hash_of, json_bytes
from .playlists import measure
from .report import Written, manifest
from .rows import of_people, of_playlists
from .source import Source, source

# Participants whose rows are in memory at once; of playlists, as many as a few of these make.
CHUNK = 500
# What is being done, how much of it is done, and how much there is.
Tell = Callable[[str, int, int], None]
STREAMED = (
    *("ratings", "playlist_ratings", "answers", "scores", "listening", "hidden_tracks"),
    *("flags", "sound_checks", "playlist_metrics"),
)
FILES = (*STREAMED, "primary", "codebook")


def write_data(
    study: Study, folder: Path, *, pilot: bool = False, tell: Tell, chunk: int = CHUNK
) -> Written:
    """Write the files with a row for each thing that happened, with codebook and manifest.

    Pilot participants are left out unless asked for. Raises OSError when the folder can't be
    written.
    """
    of = source(study, pilot=pilot)
    with _files(of, folder) as files:
        _write_people(of, files, tell, chunk)
        _write_scores(of, files, tell, chunk)
        _write_playlists(of, files, tell, 2 * chunk)
        files["primary"].append(primary.table(primary.primary(of)))
        files["codebook"].append(
            pd.DataFrame(codebook.rows(of.items, FILES), columns=list(codebook.HEADER))
        )
    hashes = {f"{file.name}.csv": file.sha256 for file in files.values()}
    written = Written({file.name: file.rows for file in files.values()}, hash_of(hashes))
    (folder / "manifest.json").write_bytes(json_bytes(manifest(of, written)))
    return written


@contextmanager
def _files(of: Source, folder: Path) -> Iterator[dict[str, CsvFile]]:
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        files = {}
        for name in FILES:
            files[name] = CsvFile(
                folder / f"{name}.csv", codebook.columns(name, of.items.get(name, ()))
            )
            opened.callback(files[name].close)
        yield files


def _write_people(of: Source, files: dict[str, CsvFile], tell: Tell, chunk: int) -> None:
    people = _people(of)
    for done, some in _chunks(people, chunk):
        for name, table in of_people(of, some).items():
            files[name].append(table)
        tell("ratings and answers", done, len(people))


def _write_scores(of: Source, files: dict[str, CsvFile], tell: Tell, chunk: int) -> None:
    """Questionnaire by questionnaire, as the rows come in that order."""
    people, instruments = _people(of), scored_instruments(of.study)
    for before, instrument in enumerate(instruments):
        for done, some in _chunks(people, chunk):
            files["scores"].append(scores_of(instrument, pilot=of.pilot, people=some))
            tell("scores", before * len(people) + done, len(instruments) * len(people))


def _write_playlists(of: Source, files: dict[str, CsvFile], tell: Tell, chunk: int) -> None:
    numbers = frames.playlist_numbers(of.study, pilot=of.pilot)
    by = measure(of.library, frames.listens(of.study, pilot=of.pilot))
    for done, some in _chunks(numbers, chunk):
        files["playlist_metrics"].append(of_playlists(of, by, (some[0], some[-1])))
        tell("playlist metrics", done, len(numbers))


def _people(of: Source) -> list[int]:
    whose = Participant.objects.filter(study=of.study)
    included = whose if of.pilot else whose.filter(pilot=False)
    return list(included.order_by("pseudonym").values_list("pk", flat=True))


def _chunks(rows: Sequence[Any], size: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """Some at a time, with how many are done with these."""
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        yield start + len(some), some
