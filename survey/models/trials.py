"""What participants chose, heard, rated and answered."""

from django.db import models
from django.db.models import F, Q

from recommender.models import Playlist, PlaylistTrack

from .participants import Participant
from .questions import Item
from .studies import Condition


class Trial(models.Model):
    """One query song, its playlist, and what the participant said of it."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="trials")
    number = models.PositiveSmallIntegerField()
    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="trials")
    genre = models.CharField(max_length=100, blank=True, help_text="The participant's pick.")
    playlist = models.OneToOneField(
        Playlist, on_delete=models.PROTECT, null=True, blank=True, related_name="trial"
    )
    chosen_at = models.DateTimeField(null=True, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True, help_text="Every track rated.")
    finished_at = models.DateTimeField(null=True, blank=True, help_text="Survey answered.")

    class Meta:
        ordering = ["participant", "number"]
        constraints = [
            models.UniqueConstraint(fields=["participant", "number"], name="one_trial_a_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="trials_from_one"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(rated_at__isnull=False),
                name="rated_before_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant} · {self.number}"


class TrackRating(models.Model):
    """One answer about one track of a playlist; the last one counts."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="ratings")
    entry = models.ForeignKey(PlaylistTrack, on_delete=models.PROTECT, related_name="ratings")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="ratings")
    value = models.SmallIntegerField(help_text="The point of the scale, from 1.")
    first_rated_at = models.DateTimeField(auto_now_add=True)
    rated_at = models.DateTimeField()
    changes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["trial", "entry__position", "item"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "item"], name="one_rating_a_track_and_item"),
            models.CheckConstraint(condition=Q(value__gte=1), name="rating_on_the_scale"),
        ]

    def __str__(self) -> str:
        return f"{self.item.key} {self.value}"


class Answer(models.Model):
    """One answer to a question at registration, after a playlist, or at the end."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="answers")
    trial = models.ForeignKey(
        Trial, on_delete=models.CASCADE, null=True, blank=True, related_name="answers"
    )
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="answers")
    value = models.TextField(help_text="A scale's point as its number; else as typed or picked.")
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["participant", "trial", "item"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "item"],
                condition=Q(trial__isnull=True),
                name="one_answer_a_participant_and_item",
            ),
            models.UniqueConstraint(fields=["trial", "item"], name="one_answer_a_trial_and_item"),
        ]

    def __str__(self) -> str:
        return f"{self.item.key}: {self.value}"


class ListeningEvent(models.Model):
    """What a player reported: the ranges of a track that were truly heard since its last report."""

    key = models.UUIDField(unique=True, help_text="Made in the browser; sent twice, counted once.")
    entry = models.ForeignKey(PlaylistTrack, on_delete=models.CASCADE, related_name="listening")
    start_s = models.FloatField()
    end_s = models.FloatField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["entry", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start_s__gte=0) & Q(end_s__gt=F("start_s")), name="heard_forward"
            )
        ]

    def __str__(self) -> str:
        return f"{self.start_s:.1f}–{self.end_s:.1f} s"
