"""What participants chose, heard, rated and answered."""

from django.db import models
from django.db.models import F, Q

from recommender.models import Playlist, PlaylistTrack, Track

from .participants import Participant
from .questions import Item
from .studies import Condition


class Trial(models.Model):
    """One query song, its playlist, and what the participant said of it."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="trials")
    number = models.PositiveSmallIntegerField()
    condition = models.ForeignKey(
        Condition,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="trials",
        help_text="Empty until a genre is picked, where conditions are balanced by genre.",
    )
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
            models.CheckConstraint(
                condition=Q(playlist__isnull=True) | Q(condition__isnull=False),
                name="a_playlist_has_a_condition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant} · {self.number}"


class TrialTrack(models.Model):
    """One track as a trial's participant hears it: of the playlist, or hidden among it."""

    class Role(models.TextChoices):
        RECOMMENDED = "recommended", "of the playlist"
        REPEAT = "repeat", "of the playlist, a second time"
        QUERY = "query", "the query song, hidden"
        RANDOM = "random", "a random track, hidden"

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="tracks")
    position = models.PositiveSmallIntegerField(help_text="In the order of hearing, from 1.")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(
        PlaylistTrack,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="shown",
        help_text="Its place in the playlist.",
    )
    role = models.CharField(max_length=12, choices=Role, default=Role.RECOMMENDED)

    class Meta:
        ordering = ["trial", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "position"], name="one_track_a_position_of_a_trial"
            ),
            models.UniqueConstraint(
                fields=["trial", "track", "role"], name="a_track_once_a_role_of_a_trial"
            ),
            models.CheckConstraint(condition=Q(position__gte=1), name="trial_tracks_from_one"),
            models.CheckConstraint(
                condition=(Q(role__in=("query", "random")) & Q(entry__isnull=True))
                | (Q(role__in=("recommended", "repeat")) & Q(entry__isnull=False)),
                name="tracks_of_the_playlist_have_a_place_in_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.track}"


class TrackRating(models.Model):
    """One answer about one track as it was heard; the last one counts."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="ratings")
    track = models.ForeignKey(TrialTrack, on_delete=models.CASCADE, related_name="ratings")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="ratings")
    value = models.SmallIntegerField(
        null=True, help_text="The point of the scale, from 1; a slider's number. Empty: don't know."
    )
    first_rated_at = models.DateTimeField(auto_now_add=True)
    rated_at = models.DateTimeField()
    changes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["trial", "track__position", "item"]
        constraints = [
            models.UniqueConstraint(fields=["track", "item"], name="one_rating_a_track_and_item"),
        ]

    def __str__(self) -> str:
        return f"{self.item.key} {self.value}"


class RatingChange(models.Model):
    """What a rating was before it was changed."""

    rating = models.ForeignKey(TrackRating, on_delete=models.CASCADE, related_name="history")
    value = models.SmallIntegerField(null=True)
    rated_at = models.DateTimeField(help_text="When this value was given.")

    class Meta:
        ordering = ["rating", "pk"]

    def __str__(self) -> str:
        return f"{self.value}"


class Answer(models.Model):
    """One answer to a question at registration, after a playlist, or at the end."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="answers")
    trial = models.ForeignKey(
        Trial, on_delete=models.CASCADE, null=True, blank=True, related_name="answers"
    )
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="answers")
    row = models.CharField(
        max_length=50, blank=True, help_text="Of a matrix, differential, choice or ranking."
    )
    value = models.TextField(help_text="A scale's point as its number; else as typed or picked.")
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["participant", "trial", "item", "row"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "item", "row"],
                condition=Q(trial__isnull=True),
                name="one_answer_a_participant_and_item",
            ),
            models.UniqueConstraint(
                fields=["trial", "item", "row"], name="one_answer_a_trial_and_item"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.key}: {self.value}"


class ListeningEvent(models.Model):
    """What a player reported: a range that was truly heard, or something done with it."""

    class Kind(models.TextChoices):
        HEARD = "heard", "heard from start to end"
        PLAY = "play", "pressed play"
        SEEK = "seek", "moved from start to end"
        VOLUME = "volume", "set the volume"
        HIDDEN = "hidden", "had the page in the background, in seconds"
        UNHEARD = "unheard", "could not hear it"

    key = models.UUIDField(unique=True, help_text="Made in the browser; sent twice, counted once.")
    track = models.ForeignKey(TrialTrack, on_delete=models.CASCADE, related_name="listening")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.HEARD)
    start_s = models.FloatField(null=True, blank=True)
    end_s = models.FloatField(null=True, blank=True)
    value = models.FloatField(null=True, blank=True, help_text="A volume (0–1), or seconds.")
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["track", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="heard") | (Q(start_s__gte=0) & Q(end_s__gt=F("start_s"))),
                name="heard_forward",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.start_s}–{self.end_s} {self.value or ''}"
