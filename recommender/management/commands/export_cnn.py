"""Export a trained network to the light runtime once more; train_cnn does it by itself."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommender.engine import light, saving
from recommender.engine.cnn import SHIPPED, ModelError


class Command(BaseCommand):
    help = "Export a model folder's weights to the light runtime; its version stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--model", type=Path, default=SHIPPED, help="a model folder; default: the shipped model"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not light.available():
            raise CommandError("The light runtime (ai-edge-litert) is not installed here.")
        try:
            card = saving.export(options["model"])
        except ModelError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"model {card['version'][:12]} exported to {options['model'] / light.LIGHT_FILE}; "
            f"probabilities differ from Keras by at most {card['light']['largest_difference']:.1e}"
        )
