"""Make a study from its file, or only look what is wrong with it."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from recommender.management.data_command import DataCommand
from survey import services
from survey.models import Study
from survey.study_files import Source, StudyFileError, checked, content_of


class Command(DataCommand):
    help = "Make a draft study from a YAML file; --open opens it at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--open", action="store_true", help="open it if nothing stands against it"
        )
        parser.add_argument(
            "--uneven",
            action="store_true",
            help="with --open: also while songs are not equally loud yet",
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="change the study of the same address to what the file says",
        )
        parser.add_argument(
            "--check", action="store_true", help="only say everything that is wrong with the file"
        )

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            source = checked(content_of(file), file.name)
            if options["check"]:
                services.try_out(source)
                self.stdout.write(self.style.SUCCESS(f"{file.name}: nothing is wrong with it."))
            else:
                study = self.load(source, **options)
                for hint in self.hints(study) if options["open"] else ():
                    self.stdout.write(self.style.WARNING(hint))
                done = f"{study.title}: {study.get_absolute_url()}"
                self.stdout.write(self.style.SUCCESS(done))
        except (StudyFileError, services.NotAllowed) as error:
            raise CommandError(str(error)) from error

    def hints(self, study: Study) -> list[str]:
        return services.hints_before_opening(study) + services.loudness_obstacles(study)

    def load(self, source: Source, *, replace: bool, uneven: bool, **options: Any) -> Study:
        with transaction.atomic():
            study = services.add_from_file(source, replace=replace)
            if options["open"]:
                services.open_study(study, uneven=uneven)
        return study
