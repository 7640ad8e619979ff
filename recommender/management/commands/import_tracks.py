"""Bring a folder of audio into the library, and let the network hear it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser
from django.db import OperationalError

from recommender import services
from recommender.disk import StorageError
from recommender.engine.cnn import ModelError
from recommender.engine.pool import hear_files
from recommender.engine.processes import cores
from recommender.importing import AUDIO, SAME, Import, files_in
from recommender.learned import learned, sentence
from recommender.management.data_command import DataCommand
from recommender.models import GenreModel, Track
from recommender.texts import readable
from recommender.tracks_csv import MetadataError, read_table, rows_by_file
from recommender.versions import progress

if TYPE_CHECKING:
    from tqdm import tqdm

STAYS = "What was imported stays: run it again to go on."
# Of each kind of remark, without --verbose: none of those that can be every track's.
SHOWN = 5
SHORT = {"without genre": 0, "without artist": 0, SAME: 0}


class Command(DataCommand):
    help = (
        "Import a folder of WAV, FLAC, MP3, OGG/Opus or M4A files, described by their tags or by "
        "a tracks.csv (columns file, title, artist, genre; album, year, licence if known). "
        "Running it again continues where it stopped. Fails if a file was refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a folder of audio files, or one file")
        parser.add_argument(
            "--processes", type=int, default=cores(),
            help="how many files are decoded and heard at once (default: one a core, %(default)s)",
        )  # fmt: skip
        parser.add_argument(
            "--verbose", action="store_true",
            help="list every track without a genre or an artist, and all else that is counted",
        )  # fmt: skip

    def handle(
        self, *, path: Path, processes: int, verbose: bool, verbosity: int, **options: Any
    ) -> None:
        if processes < 1:
            raise CommandError("--processes must be at least 1.")
        folder, files, links = self.find(path)
        self.work = self.prepare(folder, files, only=None if path.is_dir() else files[0])
        self.work.refused += links
        with self.progress(len(files), quiet=verbosity == 0) as bar:
            try:
                self.take_all(files, processes, bar)
            except KeyboardInterrupt:
                raise CommandError(f"Stopped. {STAYS}", returncode=130) from None
            except ModelError as error:
                raise CommandError(str(error)) from None
            except StorageError as error:
                raise CommandError(f"{error} {STAYS}") from None
            except OperationalError as error:
                raise CommandError(f"The database can't be written: {error}. {STAYS}") from None
        self.report(verbose=verbose or verbosity > 1)
        if self.work.refused:
            raise CommandError(f"{len(self.work.refused)} not imported; the reasons are above.")

    def find(self, path: Path) -> tuple[Path, list[Path], list[tuple[Path, str]]]:
        path = path.expanduser().resolve()
        if not path.exists():
            raise CommandError(f"{path} does not exist.")
        if path.is_file():
            return path.parent, [path], []
        files, links = files_in(path)
        if not links and not any(p.suffix.lower() in AUDIO for p in files):
            raise CommandError(
                f"{path} holds no audio ({len(files)} other files). Wanted: "
                f"{', '.join(sorted(AUDIO))}."
            )
        return path, files, links

    def prepare(self, folder: Path, files: list[Path], only: Path | None) -> Import:
        """Find each row's file before anything is imported: among all of the folder's, if only one
        of them is wanted."""
        everything = files_in(folder)[0] if only else files
        try:
            table = read_table(folder)
            found = rows_by_file(folder, table.rows, everything)
        except MetadataError as error:
            raise CommandError(f"{error} Nothing was imported.") from error
        work = Import(services.active_model(), found.by_file)
        if not only:
            work.note_table(table, found, folder, files)
        return work

    def progress(self, total: int, *, quiet: bool) -> "tqdm[Any]":
        from tqdm import tqdm

        return tqdm(total=total, unit="track", disable=quiet, file=self.stderr, dynamic_ncols=True)

    def take_all(self, files: Sequence[Path], processes: int, bar: "tqdm[Any]") -> None:
        new: list[Path] = []
        for file in files:
            if known := self.work.known(file):
                self.work.refresh(known, file)
            elif not self.work.is_aside(file):
                new.append(file)
                continue
            bar.update()
        folder = services.load_classifier(self.work.model).directory
        for file, outcome in hear_files(new, folder, processes):
            self.work.take(file, outcome)
            bar.update()

    def report(self, *, verbose: bool) -> None:
        for outcome, count in sorted(self.work.outcomes.items()):
            self.stdout.write(f"{count} {outcome}")
        if self.work.refused:
            self.stdout.write(self.style.WARNING(f"{len(self.work.refused)} not imported:"))
        for file, reason in self.work.refused:
            self.stdout.write(f"  {readable(file)}: {reason}")
        self.report_counts(verbose=verbose)
        self.stdout.write(self.style.SUCCESS(f"The library has {Track.objects.count()} tracks."))
        self.stdout.write(sentence(learned(self.work.model)))
        for model in GenreModel.objects.all():
            if missing := progress(model).missing:
                self.stdout.write(f"{model} has not heard {missing} of those that are available.")

    def report_counts(self, *, verbose: bool) -> None:
        counts = self.work.counts()
        said = [counted(len(places), kind) for kind, places in counts.items() if kind != SAME]
        self.stdout.write(f"Missing or in doubt: {', '.join(said)}.")
        for kind, places in counts.items():
            shown = places if verbose else places[: SHORT.get(kind, SHOWN)]
            if shown:
                self.stdout.write(f"  {kind}:")
            for place in shown:
                self.stdout.write(f"    {place}")
            if len(shown) < len(places):
                left = f"{len(places) - len(shown)}{' more' if shown else ''}"
                self.stdout.write(f"  {left} {kind}: --verbose lists them")


def counted(n: int, kind: str) -> str:
    """A count with its kind: “1 row unused”, “2 rows unused”."""
    one = re.sub(r"^(row|cell|tag|text|file|column|table)s ", r"\1 ", kind)
    return f"{n} {one if n == 1 else kind}"
