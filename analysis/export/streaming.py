"""A study's data as files, however many there are: some participants at a time, never all at once.

The files are, byte for byte, those of a report on the same data. Read them inside a snapshot, so
that somebody who is erased meanwhile is in all of them or in none.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from analysis.data import codebook, frames, primary
from analysis.data.answers import scored_instruments, scores_of
from analysis.data.csv_files import CsvFile, csv_bytes, hash_of, json_bytes
from analysis.data.data_files import of_people, of_playlists
from analysis.data.manifest import Written, counted, manifest
from analysis.data.plan_record import said_of
from analysis.data.playlist_metrics import Measure, measure
from analysis.data.source import Source
from analysis.progress import Tell
from survey.models import Instrument, Participant

from .second_process import in_turn

T = TypeVar("T")
# Participants whose rows are in memory at once; of playlists, twice as many.
CHUNK = 300
STREAMED = (
    *("ratings", "playlist_ratings", "answers", "scores", "listening", "hidden_tracks"),
    *("flags", "sound_checks", "playlist_metrics"),
)
FILES = (*STREAMED, "primary", "codebook")


def write_data(
    of: Source, folder: Path, *, tell: Tell, chunk: int = CHUNK, other: Executor | None = None
) -> Written:
    """Write the files with a row for each thing that happened, with codebook and manifest.

    An `other` process, which has to read from the same snapshot, makes half of the portions.
    Raises OSError when the folder can't be written.
    """
    with _files(of, folder) as files:
        portions = list(_portions(of, chunk))
        for portion, made in zip(portions, in_turn(other, _csv, _Rows(of), portions), strict=True):
            for name, rows in made.items():
                files[name].add(*rows)
            tell(portion.what, portion.done, portion.of)
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


class _Portion(NamedTuple):
    """Rows to be made, by which method of `_Rows` from what; and how far all is with them."""

    method: str
    some: tuple[Any, ...]
    what: str
    done: int
    of: int


def _portions(of: Source, chunk: int) -> Iterator[_Portion]:
    """In the order of the rows of each file: scores come questionnaire by questionnaire."""
    people, instruments = _people(of), scored_instruments(of.study)
    for done, some in _chunks(people, chunk):
        yield _Portion("people", (some,), "ratings and answers", done, len(people))
    for before, instrument in enumerate(instruments):
        for done, some in _chunks(people, chunk):
            done += before * len(people)
            yield _Portion(
                "scores", (instrument, some), "scores", done, len(instruments) * len(people)
            )
    numbers = frames.playlist_numbers(of.study, pilot=of.pilot)
    for done, which in _chunks(numbers, 2 * chunk):
        yield _Portion("playlists", (which,), "playlist metrics", done, len(numbers))


class _Rows:
    """The tables of some people or playlists."""

    def __init__(self, of: Source) -> None:
        self.of = of

    @cached_property
    def _by(self) -> Measure:
        return measure(self.of.library, frames.listens(self.of.study, pilot=self.of.pilot))

    def people(self, some: tuple[str, str]) -> dict[str, pd.DataFrame]:
        return of_people(self.of, some)

    def scores(self, instrument: Instrument, some: tuple[str, str]) -> dict[str, pd.DataFrame]:
        return {"scores": scores_of(instrument, pilot=self.of.pilot, people=some)}

    def playlists(self, some: tuple[int, int]) -> dict[str, pd.DataFrame]:
        return {"playlist_metrics": of_playlists(self.of, self._by, some)}


def _csv(rows: _Rows, portion: _Portion) -> dict[str, tuple[bytes, int]]:
    """What a portion adds to each file, and how many rows that is."""
    made = getattr(rows, portion.method)(*portion.some)
    return {
        name: (
            csv_bytes(table, codebook.columns(name, rows.of.items.get(name, ())), header=False),
            len(table),
        )
        for name, table in made.items()
    }


def _people(of: Source) -> list[str]:
    whose = Participant.objects.filter(study=of.study)
    included = whose if of.pilot else whose.filter(pilot=False)
    return list(included.order_by("pseudonym").values_list("pseudonym", flat=True))


def _chunks(rows: Sequence[T], size: int) -> Iterator[tuple[int, tuple[T, T]]]:
    """The first and last of some at a time, with how many are done with these."""
    for start in range(0, len(rows), size):
        end = min(start + size, len(rows))
        yield end, (rows[start], rows[end - 1])
