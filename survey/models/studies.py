"""What a study is: its texts, its design, its conditions, and its versions."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from recommender.models import GenreModel
from survey.analysis_plan import Plan, PlanError
from survey.recruiting.eligibility import recruitment_problems


class StudyQuerySet(models.QuerySet["Study"]):
    def open(self) -> Self:
        return self.filter(state=Study.State.OPEN)

    def for_everybody(self) -> Self:
        """Open ones that ask for no link or service that sends people."""
        return self.open().filter(open_link=True, identity_parameter="")


class Study(models.Model):
    """What participants are asked, and how."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft: only researchers see it; everything can be changed"
        PILOT = "pilot", "Pilot: people take part with the address; their data are marked"
        OPEN = "open", "Open: people take part; the questions are fixed"
        PAUSED = "paused", "Paused: nobody can begin for now; those who began may finish"
        CLOSED = "closed", "Closed: nobody can begin; those who began may finish"
        ARCHIVED = "archived", "Archived: nobody can begin or go on; everything is kept"

    class Design(models.TextChoices):
        BETWEEN = "between", "Between subjects: every participant has one condition"
        WITHIN = "within", "Within subjects: every participant has all conditions"

    class Query(models.TextChoices):
        NEW = "new", "A new query song for each playlist"
        SAME = "same", "The same query song for all of a participant's playlists"

    class TrackOrder(models.TextChoices):
        RECOMMENDED = "recommended", "As recommended, nearest first"
        RANDOM = "random", "In random order"

    class Titles(models.TextChoices):
        SHOWN = "shown", "Title and artist are shown"
        REVEALED = "revealed", "Title and artist are shown once the track is rated"
        HIDDEN = "hidden", "Title and artist are hidden"

    class Listening(models.TextChoices):
        FREE = "free", "Free: rate whenever, play as often as wanted"
        SHARE = "share", "A share of the track has to be heard before it is rated"
        ONCE = "once", "Each track plays once, without seeking"

    class SoundCheck(models.TextChoices):
        NONE = "none", "None"
        VOLUME = "volume", "Setting the volume with a reference tone"
        HEADPHONES = "headphones", "Setting the volume, then a headphone test"

    class SoundCheckFailed(models.TextChoices):
        CONTINUE = "continue", "Goes on; the result is kept"
        SCREEN_OUT = "screen_out", "Ends with the screen-out page"

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
    language = models.CharField(
        max_length=10, default="en", help_text="Of the texts here, such as en or de."
    )
    translations = models.JSONField(
        default=dict,
        blank=True,
        help_text='The texts in other languages: {"de": {"title": "…", "summary": "…"}}.',
    )

    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    paused_because = models.CharField(
        max_length=200, blank=True, help_text="Why it paused by itself."
    )
    model = models.ForeignKey(
        GenreModel,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="studies",
        help_text="The one that was active when the study was first opened.",
    )
    max_participants = models.PositiveIntegerField(
        "participants at most",
        null=True,
        blank=True,
        help_text="The study pauses by itself once so many have completed. Empty: no limit.",
    )
    opened_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it was first opened in earnest."
    )
    opens_at = models.DateTimeField(null=True, blank=True, help_text="Nobody can begin before.")
    closes_at = models.DateTimeField(null=True, blank=True, help_text="Nobody can begin after.")

    genres = models.JSONField(
        default=list,
        help_text='Genres to pick a query song from, e.g. ["Hip-Hop", "Classical", "Rock"].',
    )
    design = models.CharField(max_length=10, choices=Design, default=Design.BETWEEN)
    n_trials = models.PositiveSmallIntegerField(
        "playlists a participant",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="Within subjects: a multiple of the number of conditions.",
    )
    query = models.CharField("query song", max_length=10, choices=Query, default=Query.NEW)
    balance_genres = models.BooleanField(
        default=False, help_text="Balance the conditions within each genre that is picked."
    )
    abandoned_after_minutes = models.PositiveIntegerField(
        default=120,
        validators=[MinValueValidator(5)],
        help_text="Somebody who has done nothing for so long gives their place in the design "
        "back; they may still come back and finish.",
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

    track_order = models.CharField(
        max_length=15, choices=TrackOrder, default=TrackOrder.RECOMMENDED
    )
    titles = models.CharField(max_length=10, choices=Titles, default=Titles.SHOWN)
    listening = models.CharField(max_length=10, choices=Listening, default=Listening.FREE)
    heard_share = models.FloatField(
        default=0.5,
        validators=[MinValueValidator(0.05), MaxValueValidator(1)],
        help_text="Of each track, to be heard before rating it, where the study asks for a share.",
    )
    sound_check = models.CharField(max_length=12, choices=SoundCheck, default=SoundCheck.NONE)
    headphones_pass = models.PositiveSmallIntegerField(
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(6)],
        help_text="Right answers, of six, that pass the headphone test.",
    )
    sound_check_failed = models.CharField(
        max_length=12, choices=SoundCheckFailed, default=SoundCheckFailed.CONTINUE
    )

    repeat_track = models.BooleanField(
        default=False, help_text="One track comes twice in each playlist: consistency."
    )
    query_anchor = models.BooleanField(
        default=False, help_text="The query song is hidden in each playlist: a high anchor."
    )
    random_anchor = models.BooleanField(
        default=False, help_text="A random track is hidden in each playlist: a low anchor."
    )
    flag_straight_lining = models.BooleanField(
        default=True, help_text="Mark participants who give every track the same rating."
    )
    flag_failed_checks = models.BooleanField(
        default=True, help_text="Mark participants who fail an attention check."
    )
    flag_seconds_a_track = models.FloatField(
        null=True,
        blank=True,
        default=5.0,
        help_text="Mark playlists that were rated faster than this on average. Empty: never.",
    )
    flag_heard_share = models.FloatField(
        null=True,
        blank=True,
        default=0.2,
        help_text="Mark playlists of which a smaller share was heard. Empty: never.",
    )

    analysis_plan = models.JSONField(
        default=dict,
        blank=True,
        help_text="What is to be analysed and how, set before anybody takes part.",
    )

    open_link = models.BooleanField(
        default=True, help_text="Whoever has the address can take part; else personal links alone."
    )
    identity_parameter = models.CharField(
        max_length=50,
        blank=True,
        help_text="The parameter of the address that tells people apart, such as PROLIFIC_PID.",
    )
    kept_parameters = models.JSONField(
        default=list,
        blank=True,
        help_text='Other parameters to keep, such as ["STUDY_ID", "SESSION_ID"].',
    )
    completion_code = models.CharField(
        max_length=50, blank=True, help_text="The same for all; empty: everybody's own."
    )
    completion_url = models.CharField(
        max_length=500, blank=True, help_text="Where the last page leads; {code} is filled in."
    )
    screen_out = models.JSONField(
        default=list,
        blank=True,
        help_text='Who can\'t take part: [{"item": "background.device", "is": ["Loudspeakers"]}].',
    )
    screen_out_code = models.CharField(max_length=50, blank=True)
    screen_out_url = models.CharField(max_length=500, blank=True)
    quotas = models.JSONField(
        default=list,
        blank=True,
        help_text='How many at most: [{"item": "background.device", "is": ["…"], "most": 20}].',
    )
    full_url = models.CharField(
        max_length=500, blank=True, help_text="Where those who come too late are led."
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
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="study_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("survey:study", args=[self.slug])

    def clean(self) -> None:
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValidationError({"closes_at": "It has to close after it opens."})
        listed = isinstance(self.genres, list)
        if not listed or not all(genre and isinstance(genre, str) for genre in self.genres):
            raise ValidationError({"genres": 'Genres are a list, such as ["Hip-Hop", "Rock"].'})
        if problems := recruitment_problems(self):
            raise ValidationError(problems)
        try:
            self.analysis_plan = self.plan.document
        except PlanError as error:
            raise ValidationError({"analysis_plan": str(error)}) from error

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether its state lets people begin; times and caps may still stand against it."""
        return self.state in (self.State.OPEN, self.State.PILOT)

    @property
    def plan(self) -> Plan:
        """Its analysis plan; false if it has none."""
        return Plan.of(self.analysis_plan)

    @property
    def languages(self) -> list[str]:
        """Those that its texts are there in, its own first."""
        return [self.language, *(code for code in self.translations if code != self.language)]

    def within_its_times(self, now: datetime | None = None) -> bool:
        now = now or timezone.now()
        begun = self.opens_at is None or self.opens_at <= now
        return begun and (self.closes_at is None or now < self.closes_at)

    def abandoned_before(self, now: datetime | None = None) -> datetime:
        """Who has done nothing since then has given their place in the design back."""
        return (now or timezone.now()) - timedelta(minutes=self.abandoned_after_minutes)


class StudyVersion(models.Model):
    """A study as its file said it at one time; participants keep the one that they began with."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField(help_text="The study's file, as data.")
    sha256 = models.CharField(max_length=64, help_text="Of the document.")
    saved_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["study", "number"]
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="one_version_a_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="versions_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.study} · version {self.number}"


class Condition(models.Model):
    """One way of making playlists that the study compares; participants never see its name."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="conditions")
    name = models.SlugField(help_text="In the data, never on a participant's page.")
    strategy = models.CharField(max_length=50, default="genre_space")
    params = models.JSONField(default=dict, blank=True)
    max_participants = models.PositiveIntegerField(
        "participants at most",
        null=True,
        blank=True,
        help_text="Between subjects: who completes it counts. Empty: no limit.",
    )

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
