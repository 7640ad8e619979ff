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

from . import setting as at
from .setting import setting


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

    slug = setting(
        models.SlugField(unique=True, help_text="The last part of the study's address."), at.STUDY
    )
    title = setting(models.CharField(max_length=200), at.STUDY, may_change=True)
    summary = setting(
        models.TextField(help_text="One paragraph on the first page."), at.STUDY, may_change=True
    )
    information = setting(
        models.TextField(
            help_text="What the participant must know before consenting: purpose, duration, data, "
            "rights, contact. Blank lines make paragraphs."
        ),
        at.READ,
    )
    consent = setting(
        models.TextField(help_text="The statement that the participant agrees to."), at.READ
    )
    debriefing = setting(
        models.TextField(blank=True, help_text="Shown at the end, with the code."),
        at.END,
        may_change=True,
    )
    minutes = setting(
        models.PositiveSmallIntegerField(default=10, help_text="How long it takes."),
        at.STUDY,
        may_change=True,
    )
    language = setting(
        models.CharField(
            max_length=10, default="en", help_text="Of the texts here, such as en or de."
        ),
        at.STUDY,
    )
    contact = setting(
        models.EmailField(blank=True, help_text="For participants' questions."),
        at.STUDY,
        may_change=True,
        private="an address",
    )
    translations = setting(
        models.JSONField(
            default=dict,
            blank=True,
            help_text='The texts in other languages: {"de": {"title": "…", "summary": "…"}}.',
        ),
        at.LANGUAGES,
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
    max_participants = setting(
        models.PositiveIntegerField(
            "participants at most",
            null=True,
            blank=True,
            help_text="The study pauses by itself once so many have completed. Empty: no limit.",
        ),
        at.WHEN,
        may_change=True,
    )
    opened_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it was first opened in earnest."
    )
    opens_at = setting(
        models.DateTimeField(null=True, blank=True, help_text="Nobody can begin before."),
        at.WHEN,
        may_change=True,
    )
    closes_at = setting(
        models.DateTimeField(null=True, blank=True, help_text="Nobody can begin after."),
        at.WHEN,
        may_change=True,
    )

    genres = setting(
        models.JSONField(
            default=list,
            help_text='Genres to pick a query song from, e.g. ["Hip-Hop", "Classical", "Rock"].',
        ),
        at.DESIGN,
    )
    design = setting(
        models.CharField(max_length=10, choices=Design, default=Design.BETWEEN), at.DESIGN
    )
    n_trials = setting(
        models.PositiveSmallIntegerField(
            "playlists a participant",
            default=1,
            validators=[MinValueValidator(1), MaxValueValidator(20)],
            help_text="Within subjects: a multiple of the number of conditions.",
        ),
        at.DESIGN,
    )
    query = setting(
        models.CharField("query song", max_length=10, choices=Query, default=Query.NEW), at.DESIGN
    )
    balance_genres = setting(
        models.BooleanField(
            default=False, help_text="Balance the conditions within each genre that is picked."
        ),
        at.DESIGN,
    )
    abandoned_after_minutes = setting(
        models.PositiveIntegerField(
            default=120,
            validators=[MinValueValidator(5)],
            help_text="Somebody who has done nothing for so long gives their place in the design "
            "back; they may still come back and finish.",
        ),
        at.DESIGN,
        may_change=True,
    )
    seed = setting(
        models.PositiveIntegerField(default=1, help_text="For every random choice."), at.DESIGN
    )

    own_songs = setting(
        models.BooleanField(
            "participants' own songs",
            default=False,
            help_text="Participants may upload a song of their own as the query song.",
        ),
        at.DESIGN,
    )
    own_song_files = setting(
        models.CharField(
            "files of own songs",
            max_length=20,
            choices=OwnSongFiles,
            default=OwnSongFiles.ONCE_HEARD,
            help_text="What becomes of an uploaded file; say so in the information. What the "
            "network heard in it stays.",
        ),
        at.DESIGN,
    )

    track_order = setting(
        models.CharField(max_length=15, choices=TrackOrder, default=TrackOrder.RECOMMENDED),
        at.TRACKS,
    )
    titles = setting(
        models.CharField(max_length=10, choices=Titles, default=Titles.SHOWN), at.TRACKS
    )
    listening = setting(
        models.CharField(max_length=10, choices=Listening, default=Listening.FREE), at.TRACKS
    )
    heard_share = setting(
        models.FloatField(
            default=0.5,
            validators=[MinValueValidator(0.05), MaxValueValidator(1)],
            help_text="Of each track, to be heard before rating it, where the study asks for a "
            "share.",
        ),
        at.TRACKS,
    )
    sound_check = setting(
        models.CharField(max_length=12, choices=SoundCheck, default=SoundCheck.NONE), at.TRACKS
    )
    headphones_pass = setting(
        models.PositiveSmallIntegerField(
            default=5,
            validators=[MinValueValidator(1), MaxValueValidator(6)],
            help_text="Right answers, of six, that pass the headphone test.",
        ),
        at.TRACKS,
    )
    sound_check_failed = setting(
        models.CharField(
            max_length=12, choices=SoundCheckFailed, default=SoundCheckFailed.CONTINUE
        ),
        at.TRACKS,
    )

    repeat_track = setting(
        models.BooleanField(
            default=False, help_text="One track comes twice in each playlist: consistency."
        ),
        at.QUALITY,
    )
    query_anchor = setting(
        models.BooleanField(
            default=False, help_text="The query song is hidden in each playlist: a high anchor."
        ),
        at.QUALITY,
    )
    random_anchor = setting(
        models.BooleanField(
            default=False, help_text="A random track is hidden in each playlist: a low anchor."
        ),
        at.QUALITY,
    )
    flag_straight_lining = setting(
        models.BooleanField(
            default=True, help_text="Mark participants who give every track the same rating."
        ),
        at.QUALITY,
        may_change=True,
    )
    flag_failed_checks = setting(
        models.BooleanField(
            default=True, help_text="Mark participants who fail an attention check."
        ),
        at.QUALITY,
        may_change=True,
    )
    flag_seconds_a_track = setting(
        models.FloatField(
            null=True,
            blank=True,
            default=5.0,
            help_text="Mark playlists that were rated faster than this on average. Empty: never.",
        ),
        at.QUALITY,
        may_change=True,
    )
    flag_heard_share = setting(
        models.FloatField(
            null=True,
            blank=True,
            default=0.2,
            help_text="Mark playlists of which a smaller share was heard. Empty: never.",
        ),
        at.QUALITY,
        may_change=True,
    )

    analysis_plan = setting(
        models.JSONField(
            default=dict,
            blank=True,
            help_text="What is to be analysed and how, set before anybody takes part.",
        ),
        at.PLAN,
    )

    open_link = setting(
        models.BooleanField(
            default=True,
            help_text="Whoever has the address can take part; else personal links alone.",
        ),
        at.RECRUITMENT,
        may_change=True,
    )
    identity_parameter = setting(
        models.CharField(
            max_length=50,
            blank=True,
            help_text="The parameter of the address that tells people apart, such as PROLIFIC_PID.",
        ),
        at.RECRUITMENT,
    )
    kept_parameters = setting(
        models.JSONField(
            default=list,
            blank=True,
            help_text='Other parameters to keep, such as ["STUDY_ID", "SESSION_ID"].',
        ),
        at.RECRUITMENT,
    )
    completion_code = setting(
        models.CharField(
            max_length=50, blank=True, help_text="The same for all; empty: everybody's own."
        ),
        at.RECRUITMENT,
        may_change=True,
        private="a code",
    )
    completion_url = setting(
        models.CharField(
            max_length=500, blank=True, help_text="Where the last page leads; {code} is filled in."
        ),
        at.RECRUITMENT,
        may_change=True,
        private="an address",
    )
    screen_out = setting(
        models.JSONField(
            default=list,
            blank=True,
            help_text="Who can't take part: "
            '[{"item": "background.device", "is": ["Loudspeakers"]}].',
        ),
        at.RECRUITMENT,
    )
    screen_out_code = setting(
        models.CharField(max_length=50, blank=True),
        at.RECRUITMENT,
        may_change=True,
        private="a code",
    )
    screen_out_url = setting(
        models.CharField(max_length=500, blank=True),
        at.RECRUITMENT,
        may_change=True,
        private="an address",
    )
    quotas = setting(
        models.JSONField(
            default=list,
            blank=True,
            help_text='How many at most: [{"item": "background.device", "is": ["…"], "most": 20}].',
        ),
        at.RECRUITMENT,
        may_change=True,
    )
    full_url = setting(
        models.CharField(
            max_length=500, blank=True, help_text="Where those who come too late are led."
        ),
        at.RECRUITMENT,
        may_change=True,
        private="an address",
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
    name = setting(models.SlugField(help_text="In the data, never on a participant's page."))
    strategy = setting(models.CharField(max_length=50, default="genre_space"))
    params = setting(models.JSONField(default=dict, blank=True))
    max_participants = setting(
        models.PositiveIntegerField(
            "participants at most",
            null=True,
            blank=True,
            help_text="Between subjects: who completes it counts. Empty: no limit.",
        ),
        may_change=True,
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
