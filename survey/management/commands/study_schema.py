"""Write the JSON Schema of study files anew, after what they can say has changed in the code."""

from typing import Any

from django.core.management.base import BaseCommand

from survey.study_files.schema import STORED, written


class Command(BaseCommand):
    help = "Write the JSON Schema of study files anew, from models and strategies."

    def handle(self, **options: Any) -> None:
        STORED.write_text(written(), encoding="utf-8")
        self.stdout.write(self.style.SUCCESS(str(STORED)))
