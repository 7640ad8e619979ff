"""What a study is: its texts, its design, its conditions."""

from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from recommender.models import GenreModel


class StudyQuerySet(models.QuerySet["Study"]):
    def open(self) -> Self:
        return self.filter(state=Study.State.OPEN)


class Study(models.Model):
    """What participants are asked, and how."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft: only researchers see it; everything can be changed"
        OPEN = "open", "Open: people take part; the questions are fixed"
        CLOSED = "closed", "Closed: nobody can begin; those who began may finish"

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
