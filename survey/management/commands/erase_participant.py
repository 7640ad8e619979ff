"""Erase everything that is kept of one participant, who asked for it."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender.management.data_command import DataCommand
from survey import services
from survey.models import CODE_ALPHABET, Participant


class Command(DataCommand):
    help = (
        "Erase everything that is kept of a participant, named by pseudonym or by code, for those "
        "who ask by mail. Without --yes it only says what there is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pseudonym", nargs="?", help="such as P0123456789, as in reports")
        parser.add_argument("--code", help="the code that they come back with, in its place")
        parser.add_argument("--yes", action="store_true", help="erase; it can't be undone")

    def handle(self, *, pseudonym: str | None, code: str | None, yes: bool, **options: Any) -> None:
        participant = self.found(pseudonym, code)
        held = services.holdings(participant)
        self.stdout.write(
            f"{participant.pseudonym} of “{participant.study}” "
            f"({participant.get_status_display()}): "
            + ", ".join(f"{number} {name}" for name, number in held.items())
            + "."
        )
        if not yes:
            self.stdout.write("Nothing was erased. To erase everything, add --yes.")
            return
        erasure = services.erase(participant, by_participant=False)
        self.stdout.write(
            self.style.SUCCESS(f"Erased. The receipt to pass on: {erasure.spoken_receipt}")
        )
        self.stdout.write("Reports made earlier still hold their data under the pseudonym.")

    def found(self, pseudonym: str | None, code: str | None) -> Participant:
        if (pseudonym is None) == (code is None):
            raise CommandError("Name the participant by pseudonym or by --code, one of the two.")
        if code is not None:
            typed = "".join(c for c in code.upper() if c in CODE_ALPHABET)
            participant = Participant.objects.filter(code=typed).first()
        else:
            participant = Participant.objects.filter(pseudonym=pseudonym).first()
        if participant is None:
            raise CommandError("There is no such participant; perhaps they were erased already.")
        return participant
