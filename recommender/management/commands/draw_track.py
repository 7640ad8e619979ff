"""Pictures of a track as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser

from recommender import figures, services
from recommender.engine.audio import AudioError, read_recording
from recommender.engine.mel import log_mel
from recommender.management.data_command import DataCommand
from recommender.models import Track

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Command(DataCommand):
    help = "Draw a track's genre composition and mel-spectrogram as SVG and PNG files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("track", type=int, help="its number in the researcher's area")
        parser.add_argument("--out", type=Path, required=True, help="the folder for the files")

    def handle(self, *, track: int, out: Path, **options: Any) -> None:
        found = Track.objects.filter(pk=track).first()
        if found is None:
            raise CommandError(f"There is no track {track}.")
        pictures = {"composition": self.composition(found), "spectrogram": self.spectrogram(found)}
        for name, figure in pictures.items():
            try:
                files = figures.save(figure, out, f"track-{track}-{name}")
            except OSError as error:
                raise CommandError(f"{out} can't be written to: {error.strerror}.") from None
            for file in files:
                self.stdout.write(str(file))

    def composition(self, track: Track) -> "Figure":
        model = services.active_model()
        heard = track.features.filter(model=model).first()
        if heard is None:
            raise CommandError(
                f"{model} has not heard track {track.pk} yet: run manage.py index_tracks."
            )
        return figures.composition(model.genres, heard.probabilities, str(track), str(model))

    def spectrogram(self, track: Track) -> "Figure":
        try:
            recording = read_recording(Path(track.file.path))
        except (AudioError, OSError) as error:
            raise CommandError(f"The file of track {track.pk} can't be read: {error}") from None
        return figures.spectrogram(log_mel(recording.samples, recording.sample_rate), str(track))
