"""What a study asks."""

from collections.abc import Iterator
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models

from survey.questions.rules import DONT_KNOW, OTHER
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
            unfit = [item.key for item in self.items.all() if item.kind not in item.RATED]
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

    # Kinds with a number for an answer; and those of which every row has one.
    RATED = (Kind.LIKERT, Kind.STARS, Kind.SLIDER, Kind.YES_NO)
    SCALES = (*RATED, Kind.MATRIX, Kind.DIFFERENTIAL)

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
        if problems := problems_of(self):
            raise ValidationError(problems)
        if isinstance(self.rows, dict):  # a list keeps the order on every database
            self.rows = [[key, *labels] for key, labels in self.labelled_rows.items()]

    @property
    def key_in_form(self) -> str:
        """Unlike the key alone, different for two instruments on one page."""
        return f"{self.instrument.key}.{self.key}"

    @property
    def is_scale(self) -> bool:
        return self.kind in self.SCALES

    @property
    def labelled_rows(self) -> dict[str, list[str]]:
        """The rows of a matrix with their text, of a differential with both its ends."""
        return labels_by_row(self.rows)

    @property
    def ends(self) -> tuple[int, int]:
        """The lowest and highest point of a scale."""
        match self.kind:
            case self.Kind.SLIDER:
                low, high = self.bounds or (0, 100)
                return low, high
            case self.Kind.YES_NO:
                return 0, 1
            case self.Kind.DIFFERENTIAL:
                return 1, self.options[0] if self.options else 7
        return 1, len(self.options)

    @property
    def possible_answers(self) -> list[str] | None:
        """All that can be answered, as stored; None where that can't be listed."""
        extra = [OTHER] * self.other + [DONT_KNOW] * self.dont_know
        match self.kind:
            case self.Kind.CHOICE | self.Kind.MULTIPLE:
                return [*self.options, *extra]
            case self.Kind.YES_NO:
                return ["yes", "no", *extra]
            case self.Kind.LIKERT | self.Kind.STARS | self.Kind.SLIDER:
                low, high = self.ends
                return [*map(str, range(low, high + 1)), *extra]
        return None

    def number_of(self, value: str) -> int | None:
        """The point that a stored answer stands for; None for “don't know” and for no point."""
        if self.kind == self.Kind.YES_NO:
            return {"yes": 1, "no": 0}.get(value)
        try:
            number = int(value)
        except ValueError:
            return None
        low, high = self.ends
        return number if self.is_scale and low <= number <= high else None

    def value_of(self, number: int | None) -> str:
        """The stored answer that a rating's number stands for."""
        if number is None:
            return DONT_KNOW
        return ("no", "yes")[number] if self.kind == self.Kind.YES_NO else str(number)

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

    @property
    def _place(self) -> tuple[int, int, float, int, float]:
        """Where it comes in a study; one not saved yet comes after its neighbours."""
        last, of = float("inf"), self.instrument
        at = Instrument.Placement.values.index(of.placement) if of.placement else 0
        return at, of.position, of.pk or last, self.position, self.pk or last
