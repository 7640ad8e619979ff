"""Make every track equally loud for those who listen, at once instead of in the background."""

from concurrent.futures.process import BrokenProcessPool
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from recommender import evening
from recommender.disk import StorageError
from recommender.engine.processes import cores
from recommender.management.data_command import DataCommand

STAYS = "What was done stays: run it again to go on."


class Command(DataCommand):
    help = "Measure each track's loudness and keep a copy that is as loud as the others."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--processes", type=int, default=cores(), help="at once")

    def handle(self, *, processes: int, **options: Any) -> None:
        from tqdm import tqdm

        total = evening.uneven().count()
        done = evening.even_all(max(processes, 1))
        try:
            for _track in tqdm(done, total=total, unit="track", file=self.stderr):
                pass
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. {STAYS}", returncode=130) from None
        except BrokenProcessPool:
            raise CommandError(
                "A process was ended from outside, perhaps for lack of memory. "
                f"{STAYS.rstrip('.')}, with fewer --processes."
            ) from None
        except (OSError, StorageError) as error:
            raise CommandError(f"{error} {STAYS}") from None
        at = f"{settings.LOUDNESS_LUFS:g} LUFS"
        self.stdout.write(self.style.SUCCESS(f"{total} tracks were made to play at {at}."))
        for track in evening.failed():
            self.stdout.write(
                self.style.WARNING(f"{track} (track {track.pk}): {track.loudness_problem}")
            )
