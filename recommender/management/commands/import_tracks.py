"""Bring a folder of audio into the library, and let the network hear it."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from recommender import services
from recommender.engine.audio import AudioError, read_recording
from recommender.engine.cnn import ModelError
from recommender.management.data_command import DataCommand
from recommender.metadata import MetadataError, describe, read_tracks_csv
from recommender.models import GenreModel, Track, TrackFeatures
from recommender.versions import progress

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

    def handle(self, *, path: Path, verbosity: int, **options: Any) -> None:
        files, rows = self.find(path)
        model = services.active_model()
        self.classifier: Any = None
        outcomes: Counter[str] = Counter()
        problems: list[tuple[Path, str]] = []
        for file in self.with_progress(files, quiet=verbosity == 0):
            try:
                outcomes[self.take(file, rows.get(file), model)] += 1
            except (AudioError, OSError) as error:
                problems.append((file, str(error)))
            except ModelError as error:
                raise CommandError(str(error)) from None
        problems += [
            (file, "in tracks.csv, but no such file") for file in rows if not file.exists()
        ]
        self.report(outcomes, problems)

    def find(self, path: Path) -> tuple[list[Path], dict[Path, dict[str, str]]]:
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

    def with_progress(self, files: list[Path], *, quiet: bool) -> Any:
        from tqdm import tqdm

        return tqdm(files, unit="track", disable=quiet, file=self.stderr, dynamic_ncols=True)

    def take(self, file: Path, row: dict[str, str] | None, model: GenreModel) -> str:
        """Import one file and say what became of it."""
        stat = file.stat()
        origin = {
            "source": readable(file),
            "source_size": stat.st_size,
            "source_mtime_ns": stat.st_mtime_ns,
        }
        known = Track.objects.filter(**origin).first()
        if known and known.features.filter(model=model).exists():
            return self.refresh(known, file, row)
        recording = read_recording(file)
        with transaction.atomic():
            track, added = services.add_track(recording, file, {**describe(file, row), **origin})
        if not TrackFeatures.objects.filter(track=track, model=model).exists():
            self.classifier = self.classifier or services.load_classifier(model)
            services.hear(track, recording, self.classifier)
        return "new" if added else "already there" if known else "the same recording as another"

    def refresh(self, track: Track, file: Path, row: dict[str, str] | None) -> str:
        """Take over what was corrected in tracks.csv since."""
        about = describe(file, row)
        if all(getattr(track, field) == value for field, value in about.items()):
            return "already there"
        for field, value in about.items():
            setattr(track, field, value)
        track.save()
        return "description updated"

    def report(self, outcomes: Counter[str], problems: list[tuple[Path, str]]) -> None:
        for outcome, count in sorted(outcomes.items()):
            self.stdout.write(f"{count} {outcome}")
        if problems:
            self.stdout.write(self.style.WARNING(f"{len(problems)} not imported:"))
        for file, reason in problems:
            self.stdout.write(f"  {readable(file)}: {reason}")
        self.stdout.write(self.style.SUCCESS(f"The library has {Track.objects.count()} tracks."))
        for model in GenreModel.objects.all():
            if missing := progress(model).missing:
                self.stdout.write(f"{model} has not heard {missing} of those that are available.")


def readable(path: Path) -> str:
    """The path as text, also where the bytes of a name are none."""
    return str(path).encode(errors="backslashreplace").decode()


def is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)
