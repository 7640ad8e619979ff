"""A study's data as files, however many there are: some participants at a time, never all at once.

The files are, byte for byte, those of a report on the same data. Read them inside a snapshot, so
that somebody who is erased meanwhile is in all of them or in none.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pandas as pd

from survey.models import Participant

from . import codebook, frames, primary
from .answers import scored_instruments, scores_of
from .export import CsvFile, hash_of, json_bytes
from .manifest import Written, counted, manifest
from .planned import said_of
from .playlists import measure
from .progress import Tell
from .rows import of_people, of_playlists
from .source import Source

T = TypeVar("T")
# Participants whose rows are in memory at once; of playlists, as many as a few of these make.
CHUNK = 500
STREAMED = (
    *("ratings", "playlist_ratings", "answers", "scores", "listening", "hidden_tracks"),
    *("flags", "sound_checks", "playlist_metrics"),
)
FILES = (*STREAMED, "primary", "codebook")


def write_data(of: Source, folder: Path, *, tell: Tell, chunk: int = CHUNK) -> Written:
    """Write the files with a row for each thing that happened, with codebook and manifest.

    Raises OSError when the folder can't be written.
    """
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
    left_out = said_of(of.study, pilot=of.pilot, counted=False)
    about = manifest(of) | counted(written) | {"exclusions": left_out}
    (folder / "manifest.json").write_bytes(json_bytes(about))
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
        files["playlist_metrics"].append(of_playlists(of, by, some))
        tell("playlist metrics", done, len(numbers))


def _people(of: Source) -> list[str]:
    whose = Participant.objects.filter(study=of.study)
    included = whose if of.pilot else whose.filter(pilot=False)
    return list(included.order_by("pseudonym").values_list("pseudonym", flat=True))


def _chunks(rows: Sequence[T], size: int) -> Iterator[tuple[int, tuple[T, T]]]:
    """The first and last of some at a time, with how many are done with these."""
    for start in range(0, len(rows), size):
        end = min(start + size, len(rows))
        yield end, (rows[start], rows[end - 1])
