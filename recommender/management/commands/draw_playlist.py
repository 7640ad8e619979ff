"""Pictures of a playlist as files."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender import figures
from recommender.management.data_command import DataCommand
from recommender.models import Playlist
from recommender.scenes import scene_of


class Command(DataCommand):
    help = "Draw a playlist in the genre space, and its distances, as SVG and PNG files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("playlist", type=int, help="its number in the researcher's area")
        parser.add_argument("--out", type=Path, required=True, help="the folder for the files")

    def handle(self, *, playlist: int, out: Path, **options: Any) -> None:
        related = Playlist.objects.select_related("model", "query_track", "query_song")
        found = related.filter(pk=playlist).first()
        if found is None:
            raise CommandError(f"There is no playlist {playlist}.")
        scene = scene_of(found)
        if scene is None:
            raise CommandError(
                f"Playlist {playlist} has no songs: it is {found.get_status_display()}. "
                f"{found.error}".rstrip()
            )
        pictures = {"space": figures.space(scene), "distances": figures.distances(scene)}
        for name, figure in pictures.items():
            try:
                files = figures.save(figure, out, f"playlist-{playlist}-{name}")
            except OSError as error:
                raise CommandError(f"{out} can't be written to: {error.strerror}.") from None
            for file in files:
                self.stdout.write(str(file))
