"""The people who take part, known by codes alone, and how they came."""

import secrets
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.crypto import salted_hmac

from .studies import Study, StudyVersion

# Without letters and digits that are mistaken for one another when copied by hand.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code(length: int = 12) -> str:
    """A code nobody guesses: 12 characters of 30 are 59 bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def spoken(code: str) -> str:
    """A code in groups of four, as people copy it."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def new_pseudonym() -> str:
    return f"P{secrets.token_hex(5)}"


def new_completion_code() -> str:
    return new_code(8)


class PersonalLink(models.Model):
    """An address that lets its holder begin, once or a number of times."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="links")
    token = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    label = models.CharField(max_length=100, blank=True, help_text="For whom it is.")
    uses = models.PositiveIntegerField(
        default=1, help_text="How many people can begin with it; 0: any number."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["study", "pk"]

    def __str__(self) -> str:
        return self.label or f"Link {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("survey:join", args=[self.study.slug, self.token])

    @property
    def is_used_up(self) -> bool:
        return 0 < self.uses <= self.participants.count()


class ArrivalProblem(models.Model):
    """What was wrong with how people came, for the researcher who gave the address away."""

    class Kind(models.TextChoices):
        UNFILLED = "unfilled", "the service's placeholder in place of a number"
        SHARED = "shared", "one number from several devices within minutes"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="arrival_problems")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(
        max_length=100, help_text="What came in place of a number; or whose number it is."
    )
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["study", "-last_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "kind", "value"], name="one_arrival_problem_a_value"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def completed(self) -> Self:
        return self.filter(status=Participant.Status.COMPLETED)

    def active(self) -> Self:
        return self.filter(status=Participant.Status.ACTIVE)

    def of(self, study: Study, *, pilot: bool = False) -> Self:
        """Those whose data the study is for; or its pilot participants."""
        return self.filter(study=study, pilot=pilot)

    def seen_since(self, moment: datetime) -> Self:
        return self.alias(seen=Coalesce("last_seen_at", "created_at")).filter(seen__gte=moment)

    def holding_places(self, study: Study) -> Self:
        """Those who have completed the study, and those still at it."""
        at_it = self.active().seen_since(study.abandoned_before())
        return self.filter(Q(status=Participant.Status.COMPLETED) | Q(pk__in=at_it.values("pk")))


class Participant(models.Model):
    """Somebody taking part, known by a code alone."""

    class Status(models.TextChoices):
        ACTIVE = "active", "taking part"
        COMPLETED = "completed", "completed"
        SCREENED_OUT = "screened_out", "screened out"
        WITHDRAWN = "withdrawn", "withdrawn"

    LEFT = (Status.SCREENED_OUT, Status.WITHDRAWN)

    class LeftBecause(models.TextChoices):
        ANSWERS = "answers", "of an answer at registration"
        FULL = "full", "a quota is full"
        SOUND_CHECK = "sound_check", "of the sound check"
        OWN_WISH = "own_wish", "they wished so"
        ON_REQUEST = "on_request", "they asked a researcher"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="participants")
    version = models.ForeignKey(
        StudyVersion,
        on_delete=models.PROTECT,
        null=True,
        related_name="participants",
        help_text="Of the study, as it was when they began.",
    )
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
    language = models.CharField(max_length=10, blank=True, help_text="They read the study in it.")
    consent_text = models.TextField(help_text="Exactly what was agreed to.")
    consented_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True, blank=True, help_text="Last did something.")
    status = models.CharField(max_length=15, choices=Status, default=Status.ACTIVE)
    completed_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(
        null=True, blank=True, help_text="Screened out, or withdrawn without erasing."
    )
    left_because = models.CharField(max_length=15, choices=LeftBecause, blank=True)
    completion_code = models.CharField(max_length=50, default=new_completion_code, editable=False)
    simulated = models.BooleanField(default=False, help_text="A bot, by its own word.")
    pilot = models.BooleanField(default=False, help_text="Began while the study was a pilot.")
    link = models.ForeignKey(
        PersonalLink, on_delete=models.SET_NULL, null=True, blank=True, related_name="participants"
    )
    identity = models.CharField(
        max_length=100,
        blank=True,
        help_text="By which a recruiting service knows them; never exported.",
    )
    parameters = models.JSONField(
        default=dict, blank=True, help_text="Kept from the address that they came with."
    )

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "identity"],
                condition=~Q(identity=""),
                name="one_participant_an_identity",
            ),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(completed_at__isnull=False),
                name="completed_participants_have_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.pseudonym

    @property
    def has_left(self) -> bool:
        return self.status in self.LEFT

    @property
    def browser_key(self) -> str:
        """Under which their browser keeps what it could not send yet; nobody comes back with it."""
        return salted_hmac("survey.browser", str(self.pk)).hexdigest()[:20]

    @property
    def spoken_code(self) -> str:
        return spoken(self.code)


class SoundCheck(models.Model):
    """One go at the sound check; the last one counts."""

    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="sound_checks"
    )
    volume = models.FloatField(null=True, blank=True, help_text="The player's, 0 to 1.")
    answers = models.JSONField(default=list, blank=True, help_text="Which of three was softest.")
    right_answers = models.JSONField(default=list, blank=True)
    n_right = models.PositiveSmallIntegerField(null=True, blank=True)
    passed = models.BooleanField(null=True, help_text="Empty: there was nothing to pass.")
    could_not_hear = models.BooleanField(default=False)
    finished_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["participant", "pk"]

    def __str__(self) -> str:
        return f"{self.participant} · sound check"


class Flag(models.Model):
    """A mark on somebody's data that a researcher should look at; it deletes nothing."""

    class Kind(models.TextChoices):
        STRAIGHT_LINING = "straight_lining", "every track rated the same"
        TOO_FAST = "too_fast", "rated too fast"
        LITTLE_HEARD = "little_heard", "too little heard"
        FAILED_CHECK = "failed_check", "attention check failed"
        SOUND_CHECK = "sound_check", "sound check failed"

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="flags")
    trial = models.ForeignKey(
        "survey.Trial", on_delete=models.CASCADE, null=True, blank=True, related_name="flags"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    detail = models.CharField(max_length=300, blank=True)
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["participant", "trial", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "trial", "kind"],
                nulls_distinct=False,
                name="one_flag_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.detail}".strip()


class Erasure(models.Model):
    """What is left of somebody who had everything erased: that it was done, and when."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="erasures")
    receipt = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    erased_at = models.DateTimeField(auto_now_add=True)
    rows = models.JSONField(default=dict, help_text="How many of each kind were erased.")
    by_participant = models.BooleanField(default=True, help_text="Else by a researcher.")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Erasure {self.receipt}"

    @property
    def spoken_receipt(self) -> str:
        return spoken(self.receipt)
