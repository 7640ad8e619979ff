"""What a study asks."""

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models

from .studies import Study


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
    randomised = models.BooleanField(
        default=False, help_text="Its questions come in an order of each participant's own."
    )
    scoring = models.JSONField(
        default=list,
        blank=True,
        help_text='Scores made of it: [{"scale": "sus", "items": […], "method": "sus"}].',
    )
    source = models.CharField(max_length=300, blank=True, help_text="Who published it, where.")
    licence = models.CharField(max_length=200, blank=True)
    translations = models.JSONField(default=dict, blank=True)

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
    """One question, or a text between questions."""

    class Kind(models.TextChoices):
        LIKERT = "likert", "Scale with labelled points"
        STARS = "stars", "Stars"
        SLIDER = "slider", "Slider"
        CHOICE = "choice", "Single choice"
        MULTIPLE = "multiple", "Multiple choice"
        YES_NO = "yes_no", "Yes or no"
        RANKING = "ranking", "Ranking"
        MATRIX = "matrix", "Several scales with the same points"
        DIFFERENTIAL = "differential", "Semantic differential: pairs of opposites"
        NUMBER = "number", "Number"
        TEXT = "text", "Short text"
        LONG_TEXT = "long_text", "Long text"
        INFORMATION = "information", "Text without a question"

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="items")
    key = models.SlugField(help_text="Its name in the data, e.g. liking.")
    text = models.CharField("question", max_length=2000)
    help = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.LIKERT)
    options = models.JSONField(
        default=list,
        blank=True,
        help_text="Scale: the labels from 1 up. Choice, ranking: the options. Stars: the labels. "
        "Slider: the labels of its ends. Number: [lowest, highest].",
    )
    bounds = models.JSONField(
        default=list, blank=True, help_text="Slider: [lowest, highest], such as [0, 100]."
    )
    rows = models.JSONField(
        default=list,
        blank=True,
        help_text='Matrix: {"key": "text", …}. Semantic differential: {"key": ["left", "right"]}.',
    )
    dont_know = models.BooleanField(
        "“don't know” is offered", default=False, help_text="Apart from the scale."
    )
    other = models.BooleanField("“other” is offered", default=False, help_text="With a text field.")
    shown_if = models.JSONField(
        default=dict,
        blank=True,
        help_text='Only after a certain answer: {"item": "background.device", "is": ["…"]}.',
    )
    right_answer = models.CharField(
        max_length=200, blank=True, help_text="Makes it an attention check; as answered."
    )
    reversed = models.BooleanField(default=False, help_text="Scored from the other end.")
    required = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    translations = models.JSONField(default=dict, blank=True)

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
