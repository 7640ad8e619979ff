"""Bring a folder of audio into the library, and let the network hear it."""

from collections import Counter
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from recommender import services
from recommender.engine.audio import AudioError, Recording
from recommender.engine.cnn import ModelError
from recommender.engine.hearing import Heard, Outcome, hear_files
from recommender.engine.processes import cores
from recommender.management.data_command import DataCommand
from recommender.metadata import MetadataError, describe, read_tracks_csv, readable, stated
from recommender.models import GenreModel, Track
from recommender.versions import progress

if TYPE_CHECKING:
    from tqdm import tqdm

Rows = dict[Path, dict[str, str]]

AUDIO = {
    ".wav",
    ".flac",
    ".mp3",
    ".ogg",
    ".oga",
    ".opus",
    ".m4a",
    ".mp4",
    ".aac",
    ".aif",
    ".aiff",
    ".au",
}
# Companions of music folders, not worth a line at the end.
NOT_MEANT_AS_AUDIO = {"tracks.csv"}


class Command(DataCommand):
    help = (
        "Import a folder of WAV, FLAC, MP3, OGG/Opus or M4A files, described by their tags or by "
        "a tracks.csv (columns file, title, artist, genre; album, year, licence if known). "
        "Running it again continues where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a folder of audio files, or one file")
        parser.add_argument(
            "--processes", type=int, default=cores(),
            help="how many files are decoded and heard at once (default: one a core, %(default)s)",
        )  # fmt: skip

    def handle(self, *, path: Path, processes: int, verbosity: int, **options: Any) -> None:
        if processes < 1:
            raise CommandError("--processes must be at least 1.")
        files, rows = self.find(path)
        self.model = services.active_model()
        self.outcomes: Counter[str] = Counter()
        self.problems: list[tuple[Path, str]] = []
        with self.progress(len(files), quiet=verbosity == 0) as bar:
            try:
                self.take_all(files, rows, processes, bar)
            except ModelError as error:
                raise CommandError(str(error)) from None
            except KeyboardInterrupt:
                raise CommandError(
                    "Stopped. What was imported stays: run it again to go on.", returncode=130
                ) from None
            except BrokenProcessPool:
                raise CommandError(
                    "A process was ended from outside, perhaps for lack of memory. What was "
                    "imported stays: run it again, with fewer --processes."
                ) from None
        self.problems += [
            (file, "in tracks.csv, but no such file") for file in rows if not file.exists()
        ]
        self.report()

    def find(self, path: Path) -> tuple[list[Path], Rows]:
        path = path.expanduser().resolve()
        if not path.exists():
            raise CommandError(f"{path} does not exist.")
        folder = path if path.is_dir() else path.parent
        try:
            rows = read_tracks_csv(folder)
        except MetadataError as error:
            raise CommandError(f"{error} Nothing was imported.") from error
        if path.is_file():
            return [path], {file: row for file, row in rows.items() if file == path}
        files = sorted(p for p in path.rglob("*") if p.is_file() and not is_hidden(p, path))
        files = [p for p in files if p.name not in NOT_MEANT_AS_AUDIO]
        if not any(p.suffix.lower() in AUDIO for p in files):
            raise CommandError(
                f"{path} holds no audio ({len(files)} other files). Wanted: "
                f"{', '.join(sorted(AUDIO))}."
            )
        return files, rows

    def progress(self, total: int, *, quiet: bool) -> "tqdm[Any]":
        from tqdm import tqdm

        return tqdm(total=total, unit="track", disable=quiet, file=self.stderr, dynamic_ncols=True)

    def take_all(self, files: list[Path], rows: Rows, processes: int, bar: "tqdm[Any]") -> None:
        new: list[Path] = []
        for file in files:
            if known := self.known(file):
                self.outcomes[self.refresh(known, rows.get(file))] += 1
                bar.update()
            else:
                new.append(file)
        folder = services.load_classifier(self.model).directory
        for file, outcome in hear_files(new, folder, processes):
            self.take(file, outcome, rows.get(file))
            bar.update()

    def known(self, file: Path) -> Track | None:
        """The track that was made from this file, if the model has heard it."""
        try:
            tracks = Track.objects.filter(**origin(file))
        except OSError:
            return None  # Hearing it will say what is wrong.
        return tracks.indexed(self.model).first()

    def take(self, file: Path, outcome: Outcome, row: dict[str, str] | None) -> None:
        """Keep what was heard in a file, or why nothing was."""
        try:
            if isinstance(outcome, Exception):
                raise outcome
            self.outcomes[self.keep(file, *outcome, row)] += 1
        except (AudioError, OSError) as error:
            self.problems.append((file, str(error)))

    def keep(
        self, file: Path, recording: Recording, heard: Heard, row: dict[str, str] | None
    ) -> str:
        source = origin(file)
        known = Track.objects.filter(**source).exists()
        with transaction.atomic():
            track, added = services.add_track(
                recording, heard.picture, file, {**describe(file, row), **source}
            )
            services.keep_heard(track, heard, self.model)
        return "new" if added else "already there" if known else "the same recording as another"

    def refresh(self, track: Track, row: dict[str, str] | None) -> str:
        """Take over what was corrected in tracks.csv since; what it does not state stays."""
        about = stated(row)
        if all(getattr(track, field) == value for field, value in about.items()):
            return "already there"
        for field, value in about.items():
            setattr(track, field, value)
        track.save()
        return "description updated"

    def report(self) -> None:
        for outcome, count in sorted(self.outcomes.items()):
            self.stdout.write(f"{count} {outcome}")
        if self.problems:
            self.stdout.write(self.style.WARNING(f"{len(self.problems)} not imported:"))
        for file, reason in self.problems:
            self.stdout.write(f"  {readable(file)}: {reason}")
        self.stdout.write(self.style.SUCCESS(f"The library has {Track.objects.count()} tracks."))
        for model in GenreModel.objects.all():
            if missing := progress(model).missing:
                self.stdout.write(f"{model} has not heard {missing} of those that are available.")


def origin(file: Path) -> dict[str, Any]:
    """What tells that a file is still the one that a track was made from. Raises OSError."""
    stat = file.stat()
    return {
        "source": readable(file),
        "source_size": stat.st_size,
        "source_mtime_ns": stat.st_mtime_ns,
    }


def is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)
