"""Write a study as a readable YAML file, from which the same study can be made."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender.management.data_command import DataCommand
from survey.models import Study
from survey.study_files import document_of, written
from survey.study_files.schema import STORED


class Command(DataCommand):
    help = "Write a study as a YAML file that load_study takes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--out", type=Path, help="the file (default: printed)")

    def handle(self, *, slug: str, out: Path | None, **options: Any) -> None:
        study = Study.objects.filter(slug=slug).first()
        if study is None:
            known = ", ".join(Study.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no study “{slug}”. Studies here: {known}.")
        if out is None:
            self.stdout.write(written(document_of(study)), ending="")
            return
        try:
            out.write_text(written(document_of(study), STORED.as_uri()), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{out} can't be written: {error.strerror}.") from error
        self.stdout.write(self.style.SUCCESS(f"{study.title}: {out}"))
