"""What a study asks."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models

from survey import kinds
from survey.questions.rules import DONT_KNOW
from survey.questions.scoring import Question

from .checks import problem_with_scores, problem_with_scoring, problems_of
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

    def clean(self) -> None:
        if problem := problem_with_scoring(self):
            raise ValidationError({"scoring": problem})
        if self.pk and self.placement == self.Placement.TRACK:
            unfit = [item.key for item in self.items.all() if not item.question_kind.is_rating]
            if unfit:
                said = "For every track there can be scales, stars, sliders, and yes or no, but no"
                raise ValidationError({"placement": f"{said} “{'”, “'.join(unfit)}”."})

    def clean_scores(self) -> None:
        """Once its questions are there: whether the scores can be made of them."""
        if problem := problem_with_scores(self):
            raise ValidationError({"scoring": problem})

    def scored_questions(self) -> list[Question]:
        """Every scale of it as scores see it; each row of a matrix is one, as `key.row`."""
        return [question for item in self.items.all() for question in item.scored_questions()]

    def keys_of(self, score: dict[str, Any]) -> list[str]:
        """The scales a score is made of: those it names, a matrix with all its rows; or all."""
        known = [question.key for question in self.scored_questions()]
        named = score.get("items") or known
        rows = {name: [key for key in known if key.startswith(f"{name}.")] for name in named}
        return [key for name in named for key in (rows[name] or [name])]


def labels_by_row(rows: Any) -> dict[str, list[str]]:
    """The labels of rows, kept as a mapping or as a list, which keeps the order."""
    if isinstance(rows, dict):
        return {k: [v] if isinstance(v, str) else list(v) for k, v in rows.items()}
    return {key: labels for key, *labels in rows}


class ItemQuerySet(models.QuerySet["Item"]):
    def placed(self, study: Study, placement: str) -> Self:
        found = self.filter(instrument__study=study, instrument__placement=placement)
        return found.select_related("instrument")


class Item(models.Model):
    """One question, or a text between questions."""

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="items")
    key = models.SlugField(help_text="Its name in the data, e.g. liking.")
    text = models.CharField("question", max_length=2000)
    help = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=20, choices=kinds.choices, default=kinds.DEFAULT)
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
        if self.kind not in kinds.KINDS:
            return  # that is said of the field
        asked = self.asked_before() if self.shown_if else {}
        if problems := problems_of(self, asked):
            raise ValidationError(problems)
        self._name_answers_as_stored(asked)
        if isinstance(self.rows, dict):  # a list keeps the order on every database
            self.rows = [[key, *labels] for key, labels in self.labelled_rows.items()]

    @property
    def key_in_form(self) -> str:
        """Unlike the key alone, different for two instruments on one page."""
        return f"{self.instrument.key}.{self.key}"

    @property
    def question_kind(self) -> kinds.Kind:
        return kinds.KINDS[self.kind]

    @property
    def is_scale(self) -> bool:
        return self.question_kind.is_scale

    @property
    def labelled_rows(self) -> dict[str, list[str]]:
        """The rows of a matrix with their text, of a differential with both its ends."""
        return labels_by_row(self.rows)

    @property
    def ends(self) -> tuple[int, int]:
        """The lowest and highest point of a scale."""
        return self.question_kind.ends(self)

    @property
    def possible_answers(self) -> list[str] | None:
        """All that can be answered, as stored; None where that can't be listed."""
        return self.question_kind.possible_answers(self)

    def number_of(self, value: str) -> int | None:
        """The point that a stored answer stands for; None for “don't know” and for no point."""
        return self.question_kind.number_of(self, value)

    def value_of(self, number: int | None) -> str:
        """The stored answer that a rating's number stands for."""
        return DONT_KNOW if number is None else self.question_kind.value_of(number)

    def scored_questions(self) -> Iterator[Question]:
        if self.is_scale and not self.right_answer:
            for row in self.labelled_rows or [""]:
                key = f"{self.key}.{row}" if row else self.key
                yield Question(key, *self.ends, self.reversed)

    def asked_before(self) -> dict[str, "Item"]:
        """The study's questions that come earlier, by `instrument.key`."""
        study = self.instrument.study_id
        known = Item.objects.filter(instrument__study=study).exclude(pk=self.pk)
        place = self._place
        return {
            item.key_in_form: item
            for item in known.select_related("instrument")
            if item._place < place
        }

    def _name_answers_as_stored(self, asked: Mapping[str, "Item"]) -> None:
        """What its rule and its right answer call by a label is kept by the value."""
        if self.right_answer:
            self.right_answer = self.question_kind.stored(self, self.right_answer) or ""
        if "is" in (self.shown_if or {}):
            other = asked[self.shown_if["item"]]
            wanted = [other.question_kind.stored(other, str(one)) for one in self.shown_if["is"]]
            self.shown_if = {**self.shown_if, "is": wanted}

    @property
    def _place(self) -> tuple[int, int, float, int, float]:
        """Where it comes in a study; one not saved yet comes after its neighbours."""
        last, of = float("inf"), self.instrument
        at = Instrument.Placement.values.index(of.placement) if of.placement else 0
        return at, of.position, of.pk or last, self.position, self.pk or last
