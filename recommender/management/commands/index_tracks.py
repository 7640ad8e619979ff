"""Let the network hear every track that it has not heard yet."""

from typing import Any

from recommender import services
from recommender.management.data_command import DataCommand
from recommender.models import Track


class Command(DataCommand):
    help = "Compute what the active model hears in each track that it has not heard yet."

    def handle(self, **options: Any) -> None:
        from tqdm import tqdm

        model = services.active_model()
        problems: list[tuple[Track, str]] = []
        with tqdm(
            total=Track.objects.unheard(model).count(), unit="track", file=self.stderr
        ) as bar:

            def report(track: Track, problem: str) -> None:
                bar.update()
                if problem:
                    problems.append((track, problem))

            services.index_unheard(model, report)
        for track, problem in problems:
            self.stdout.write(self.style.WARNING(f"{track} (track {track.pk}): {problem}"))
        heard = Track.objects.indexed(model).count()
        self.stdout.write(self.style.SUCCESS(f"{model} has heard {heard} tracks."))
