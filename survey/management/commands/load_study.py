"""Make a study from its file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from recommender.management.data_command import DataCommand
from survey import services
from survey.study_files import StudyFileError, load_study


class Command(DataCommand):
    help = "Make a draft study from a YAML file; --open opens it at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--open", action="store_true", help="open it if nothing stands against it"
        )

    def handle(self, *, file: Path, open: bool, **options: Any) -> None:
        try:
            with transaction.atomic():
                study = load_study(file)
                if open:
                    services.open_study(study)
        except (StudyFileError, services.NotAllowed) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self.style.SUCCESS(f"{study.title}: {study.get_absolute_url()}"))
