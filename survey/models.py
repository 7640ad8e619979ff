"""Studies, the people who take part, and everything that they answered."""

import secrets
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from recommender.models import GenreModel, Playlist, PlaylistTrack

# Without letters and digits that are mistaken for one another when copied by hand.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code(length: int = 12) -> str:
    """A code nobody guesses: 12 characters of 30 are 59 bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def new_pseudonym() -> str:
    return f"P{secrets.token_hex(5)}"


def new_completion_code() -> str:
    return new_code(8)


class StudyQuerySet(models.QuerySet["Study"]):
    def open(self) -> Self:
        return self.filter(state=Study.State.OPEN)


class Study(models.Model):
    """What participants are asked, and how."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft: only researchers see it; everything can be changed"
        OPEN = "open", "Open: people take part; the questions are fixed"
        CLOSED = "closed", "Closed: nobody can begin; those who began may finish"

    class OwnSongFiles(models.TextChoices):
        ONCE_HEARD = "once_heard", "Deleted once the network has heard it"
        WHEN_FINISHED = "when_finished", "Deleted when the participant has finished"
        KEPT = "kept", "Kept until a researcher deletes it"

    slug = models.SlugField(unique=True, help_text="The last part of the study's address.")
    title = models.CharField(max_length=200)
    summary = models.TextField(help_text="One paragraph on the first page.")
    information = models.TextField(
        help_text="What the participant must know before consenting: purpose, duration, data, "
        "rights, contact. Blank lines make paragraphs."
    )
    consent = models.TextField(help_text="The statement that the participant agrees to.")
    debriefing = models.TextField(blank=True, help_text="Shown at the end, with the code.")
    contact = models.EmailField(blank=True, help_text="For participants' questions.")
    minutes = models.PositiveSmallIntegerField(default=10, help_text="How long it takes.")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    genres = models.JSONField(
        default=list,
        help_text='Genres to pick a query song from, e.g. ["Hip-Hop", "Classical", "Rock"].',
    )
    n_trials = models.PositiveSmallIntegerField(
        "playlists a participant",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    seed = models.PositiveIntegerField(default=1, help_text="For every random choice.")
    own_songs = models.BooleanField(
        "participants' own songs",
        default=False,
        help_text="Participants may upload a song of their own as the query song.",
    )
    own_song_files = models.CharField(
        "files of own songs",
        max_length=20,
        choices=OwnSongFiles,
        default=OwnSongFiles.ONCE_HEARD,
        help_text="What becomes of an uploaded file; say so in the information. What the network "
        "heard in it stays.",
    )
    model = models.ForeignKey(
        GenreModel,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="studies",
        help_text="The one that was active when the study was first opened.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = StudyQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(condition=Q(n_trials__gte=1), name="study_has_a_trial"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(model__isnull=False),
                name="study_keeps_the_model_it_began_with",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("survey:study", args=[self.slug])

    def clean(self) -> None:
        listed = isinstance(self.genres, list)
        if not listed or not all(genre and isinstance(genre, str) for genre in self.genres):
            raise ValidationError({"genres": 'Genres are a list, such as ["Hip-Hop", "Rock"].'})

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class Condition(models.Model):
    """One way of making playlists that the study compares; participants never see its name."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="conditions")
    name = models.SlugField(help_text="In the data, never on a participant's page.")
    strategy = models.CharField(max_length=50, default="genre_space")
    params = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="condition_names_differ")
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        from recommender.engine.params import StrategyError
        from recommender.engine.strategies import STRATEGIES, checked_params

        if self.strategy not in STRATEGIES:
            raise ValidationError({"strategy": f"Choose one of {', '.join(STRATEGIES)}."})
        try:
            checked_params(STRATEGIES[self.strategy], self.params)
        except StrategyError as error:
            raise ValidationError({"params": str(error)}) from error


class Instrument(models.Model):
    """A questionnaire of the study, or the scales on which each track is rated."""

    class Placement(models.TextChoices):
        REGISTRATION = "registration", "At registration"
        TRACK = "track", "For every track of a playlist"
        PLAYLIST = "playlist", "After each playlist"
        END = "end", "At the end"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="instruments")
    key = models.SlugField(help_text="Its name in the data.")
    title = models.CharField(max_length=200, blank=True)
    introduction = models.TextField(blank=True)
    placement = models.CharField(max_length=20, choices=Placement)
    position = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=300, blank=True, help_text="Who published it, where.")
    licence = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "key"], name="instrument_keys_differ")
        ]

    def __str__(self) -> str:
        return self.title or self.key


def _problem_with_options(kind: str, options: Any) -> str:
    """Why a question of this kind can't have these options; empty if it can."""
    if not isinstance(options, list):
        return 'Options are a list, such as ["No", "Yes"].'
    if kind in (Item.Kind.LIKERT, Item.Kind.CHOICE):
        if len(options) < 2 or not all(isinstance(option, str) and option for option in options):
            return (
                "At least two labels are needed, all of them text: in YAML, quote “No” and “Yes”."
            )
        if len(set(options)) < len(options):
            return "Two options are the same."
    bounds = [type(bound) for bound in options]
    if kind == Item.Kind.NUMBER and options and (bounds != [int, int] or options[0] >= options[1]):
        return "A number's options are its lowest and highest value, such as [16, 110]."
    return ""


class ItemQuerySet(models.QuerySet["Item"]):
    def placed(self, study: Study, placement: str) -> Self:
        found = self.filter(instrument__study=study, instrument__placement=placement)
        return found.select_related("instrument")


class Item(models.Model):
    """One question."""

    class Kind(models.TextChoices):
        LIKERT = "likert", "Scale with labelled points"
        CHOICE = "choice", "Single choice"
        YES_NO = "yes_no", "Yes or no"
        NUMBER = "number", "Number"
        TEXT = "text", "Short text"
        LONG_TEXT = "long_text", "Long text"

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="items")
    key = models.SlugField(help_text="Its name in the data, e.g. liking.")
    text = models.CharField("question", max_length=500)
    help = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.LIKERT)
    options = models.JSONField(
        default=list,
        blank=True,
        help_text="Scale: the labels from 1 up. Choice: the options. Number: [lowest, highest].",
    )
    reversed = models.BooleanField(default=False, help_text="Scored from the other end.")
    required = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["instrument__position", "instrument", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "key"], name="item_keys_differ")
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        problem = _problem_with_options(self.kind, self.options)
        if problem:
            raise ValidationError({"options": problem})

    @property
    def key_in_form(self) -> str:
        """Unlike the key alone, different for two instruments on one page."""
        return f"{self.instrument.key}.{self.key}"


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
