"""Make a trained model known to the platform, beside those that it has."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender import services, versions
from recommender.engine.cnn import ModelError
from recommender.management.data_command import DataCommand


class Command(DataCommand):
    help = (
        "Register a model's folder, as train_cnn writes it, and keep a copy in the data folder. "
        "It becomes active on its page in the researcher's area, once it has heard the library."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "directory", type=Path, nargs="?", help="default: the model that is shipped"
        )

    def handle(self, *, directory: Path | None, **options: Any) -> None:
        folder = (directory or services.shipped_directory()).expanduser()
        try:
            model = versions.add_model(folder)
        except ModelError as error:
            raise CommandError(f"{error} Nothing was added.") from None
        except OSError as error:
            raise CommandError(f"The model could not be copied: {error}.") from None
        found = versions.progress(model)
        self.stdout.write(
            self.style.SUCCESS(f"{model}: {', '.join(model.genres)}, kept in {model.folder}.")
        )
        if found.missing:
            self.stdout.write(
                f"It has heard {found.heard} of {found.available} tracks. Go on with: "
                f"manage.py index_tracks --model {model.version[:8]}"
            )
