"""Let the network hear every track that it has not heard yet."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender import services, versions
from recommender.engine.cnn import ModelError
from recommender.management.data_command import DataCommand
from recommender.models import GenreModel, Track


class Command(DataCommand):
    help = "Compute what a model hears in each track that it has not heard yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--model", default="", help="the first characters of its version; default: the active"
        )

    def handle(self, *, model: str, **options: Any) -> None:
        chosen = self.find(model)
        try:
            problems = self.index(chosen)
        except ModelError as error:
            raise CommandError(str(error)) from None
        for track, problem in problems:
            self.stdout.write(self.style.WARNING(f"{track} (track {track.pk}): {problem}"))
        heard = Track.objects.heard(chosen).count()
        self.stdout.write(self.style.SUCCESS(f"{chosen} has heard {heard} tracks."))

    def find(self, version: str) -> GenreModel:
        if not version:
            return services.active_model()
        found = list(GenreModel.objects.filter(version__startswith=version))
        if len(found) != 1:
            known = ", ".join(str(model) for model in GenreModel.objects.all()) or "none"
            raise CommandError(f"{len(found)} models have a version {version}…; there are: {known}")
        return found[0]

    def index(self, model: GenreModel) -> list[tuple[Track, str]]:
        from tqdm import tqdm

        unheard = Track.objects.unheard(model).count()
        bar = tqdm(versions.index_unheard(model), total=unheard, unit="track", file=self.stderr)
        return [(track, problem) for track, problem in bar if problem]
