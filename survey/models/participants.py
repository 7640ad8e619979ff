"""The people who take part, known by codes alone."""

import secrets
from typing import Self

from django.db import models

from .studies import Study

# Without letters and digits that are mistaken for one another when copied by hand.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code(length: int = 12) -> str:
    """A code nobody guesses: 12 characters of 30 are 59 bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def new_pseudonym() -> str:
    return f"P{secrets.token_hex(5)}"


def new_completion_code() -> str:
    return new_code(8)


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def completed(self) -> Self:
        return self.filter(completed_at__isnull=False)


class Participant(models.Model):
    """Somebody taking part, known by a code alone."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="participants")
    code = models.CharField(
        max_length=20, unique=True, default=new_code, editable=False, help_text="To come back with."
    )
    pseudonym = models.CharField(
        max_length=20,
        unique=True,
        default=new_pseudonym,
        editable=False,
        help_text="The participant's name in exports; nobody can come back with it.",
    )
    registration_key = models.UUIDField(
        unique=True,
        editable=False,
        help_text="Of the form; the same form sent twice is one person.",
    )
    seed = models.PositiveIntegerField(default=0)
    consent_text = models.TextField(help_text="Exactly what was agreed to.")
    consented_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    completion_code = models.CharField(max_length=20, default=new_completion_code, editable=False)
    simulated = models.BooleanField(default=False, help_text="A bot, by its own word.")

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.pseudonym

    @property
    def spoken_code(self) -> str:
        """The code in groups of four, as people copy it."""
        return "-".join(self.code[i : i + 4] for i in range(0, len(self.code), 4))
