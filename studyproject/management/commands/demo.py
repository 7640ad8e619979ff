"""The whole product with something in it: demo songs, a demo study, a researcher."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

import recommender
import survey
from recommender.models import Track
from survey.models import Study

from .serve import Command as Serve

LIBRARY = Path(recommender.__file__).parent / "demo" / "library"
STUDY = Path(survey.__file__).parent / "demo" / "study.yaml"
RESEARCHER = "researcher"


class Command(Serve):
    help = "Fill an empty data folder with the demo library and study, then serve. Ctrl-C stops."

    def before_serving(self) -> None:
        # Also after a first start that was cut off in the middle.
        if Track.objects.count() < len(list(LIBRARY.glob("*.mp3"))):
            self.stdout.write("Importing the demo library …")
            call_command("import_tracks", LIBRARY, stdout=self.stdout, stderr=self.stderr)
        if not Study.objects.exists():
            call_command("load_study", STUDY, open=True, uneven=True, stdout=self.stdout)
        self.sign_in = self.researcher()
        self.studies = [study.get_absolute_url() for study in Study.objects.open()]

    def greet(self, address: str) -> None:
        say = self.stdout.write
        say("")
        for path in self.studies:
            say(self.style.SUCCESS(f"  Participants   {address}{path}"))
        say(self.style.SUCCESS(f"  Researchers    {address}/admin/"))
        say(f"                 sign in as {RESEARCHER}, {self.sign_in}")
        say(f"  Data           {settings.DATA_DIR}")
        say("  Ctrl-C stops everything.\n")

    def researcher(self) -> str:
        """Make the researcher at the first start; the password is made too, never a known one."""
        path = settings.DATA_DIR / "researcher-password.txt"
        users = get_user_model()._default_manager
        if not users.filter(username=RESEARCHER).exists():
            password = secrets.token_urlsafe(12)
            with os.fdopen(
                os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
            ) as file:
                file.write(password + "\n")
            users.create_superuser(RESEARCHER, password=password)
        if not path.exists():
            return "with the password that you set"
        user: Any = users.get(username=RESEARCHER)
        password = path.read_text().strip()
        if not user.check_password(password):
            path.unlink()
            return "with the password that you set"
        return f"password {password}"
