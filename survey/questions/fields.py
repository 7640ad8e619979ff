"""Form fields that take exactly the answers that a question allows.

A field's value is the answer as it is stored: one text, or a text for each row.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from survey.languages import said
from survey.models import Item
from survey.models.questions import labels_by_row

from . import widgets
from .rules import DONT_KNOW, OTHER, Given

LONGEST_TEXT, LONGEST_LINE = 5000, 500
MISSING = _("Please answer this question.")
NOT_SHOWN = _("Please pick one of the answers shown.")
TOO_LONG = _("Please write at most %(limit_value)d characters; you have written %(show_value)d.")


def field_for(item: Item) -> forms.Field:
    """The form field of a question, labelled with it."""
    return MAKERS[Item.Kind(item.kind)](
        item,
        label=said(item, "text"),
        help_text=said(item, "help"),
        required=item.required,
        error_messages={
            "required": MISSING,
            "invalid_choice": NOT_SHOWN,
            "max_length": TOO_LONG,
            "invalid": _("Please type a whole number."),
        },
    )


def labels_of(item: Item) -> list[str]:
    """The options as they are read; an answer is kept as the option in the study's own language."""
    read = said(item, "options")
    return read if len(read) == len(item.options) else item.options


def rows_of(item: Item) -> dict[str, list[str]]:
    """The rows with their labels as they are read."""
    return {**item.labelled_rows, **labels_by_row(said(item, "rows"))}


def points_of(item: Item) -> widgets.Choices:
    """A scale's points with their labels; “don't know” comes last, if it is offered."""
    unknown = [(DONT_KNOW, _("I don't know"))] if item.dont_know else []
    if item.kind == Item.Kind.YES_NO:
        return [("yes", _("Yes")), ("no", _("No")), *unknown]
    if item.kind == Item.Kind.DIFFERENTIAL:
        labels = [str(point) for point in range(1, item.ends[1] + 1)]
    else:
        labels = labels_of(item)
    return [*((str(point), label) for point, label in enumerate(labels, start=1)), *unknown]


class Compound(forms.MultiValueField, ABC):
    """Several inputs that are one answer; whether one is needed is asked of all together."""

    def __init__(self, parts: dict[str, forms.Field], widget: forms.Widget, **common: Any) -> None:
        self.parts = list(parts)
        super().__init__(tuple(parts.values()), require_all_fields=False, widget=widget, **common)

    def compress(self, data_list: list[Any]) -> Given:
        given = self.given(data_list or [None] * len(self.parts))
        if self.required and not given:
            raise ValidationError(self.error_messages["required"], code="required")
        return given

    @abstractmethod
    def given(self, values: list[Any]) -> Given:
        """The answer that the inputs make together; empty for none. Raises ValidationError."""


class RowsField(Compound):
    """One point a row."""

    def given(self, values: list[Any]) -> Given:
        rows = {row: value for row, value in zip(self.parts, values, strict=True) if value}
        if self.required and 0 < len(rows) < len(self.parts):
            raise ValidationError(_("Please answer every row."), code="incomplete")
        return rows


class ChoiceWithOther(Compound):
    """One of the options, or what was typed; typing alone is enough."""

    def given(self, values: list[Any]) -> Given:
        picked, typed = values
        if picked and picked != OTHER:
            return str(picked)
        return {OTHER: _typed(typed)} if picked or typed else ""


class MultipleField(Compound):
    """Any of the options, by their number, and what was typed."""

    def __init__(self, options: list[str], parts: dict[str, forms.Field], **common: Any) -> None:
        self.options = options
        super().__init__(parts, **common)

    def given(self, values: list[Any]) -> Given:
        picked, typed = values[0] or [], (values[1:] or [None])[0]
        rows = {str(i): option for i, option in enumerate(self.options) if option in picked}
        return {**rows, OTHER: _typed(typed)} if OTHER in picked or typed else rows


def _typed(text: str | None) -> str:
    if not text:
        raise ValidationError(_("Please type your own answer into the field."), code="other")
    return text


class SliderField(Compound):
    def given(self, values: list[Any]) -> Given:
        number, unknown = values[0], any(values[1:])
        if unknown and number is not None:
            both = _("Please either give a number or tick “I don't know”.")
            raise ValidationError(both, code="both")
        return DONT_KNOW if unknown else "" if number is None else str(number)


class RankingField(Compound):
    """A place for each option, all different."""

    def given(self, values: list[Any]) -> Given:
        ranks = {row: rank for row, rank in zip(self.parts, values, strict=True) if rank}
        if 0 < len(ranks) < len(self.parts):
            raise ValidationError(_("Please rank all of them."), code="incomplete")
        if len(set(ranks.values())) < len(ranks):
            raise ValidationError(_("Please use each rank only once."), code="twice")
        return ranks


def _scale(item: Item, **common: Any) -> forms.Field:
    widget = widgets.Stars if item.kind == Item.Kind.STARS else widgets.Scale
    return forms.ChoiceField(choices=points_of(item), widget=widget, **common)


def _options(item: Item) -> widgets.Choices:
    other = [(OTHER, _("Something else"))] if item.other else []
    return [*zip(item.options, labels_of(item), strict=True), *other]


def _choice(item: Item, **common: Any) -> forms.Field:
    if not item.other:
        return forms.ChoiceField(choices=_options(item), widget=widgets.Options, **common)
    parts = {"": _part(forms.ChoiceField, choices=_options(item)), OTHER: _line()}
    shown = {"": widgets.Options(choices=_options(item)), OTHER: forms.TextInput()}
    return ChoiceWithOther(parts, widgets.WithOther(shown), **common)


def _multiple(item: Item, **common: Any) -> forms.Field:
    parts = {"": _part(forms.MultipleChoiceField, choices=_options(item))}
    shown: dict[str, forms.Widget] = {"": widgets.Boxes(choices=_options(item))}
    if item.other:
        parts[OTHER], shown[OTHER] = _line(), forms.TextInput()
    return MultipleField(item.options, parts, widget=widgets.WithOther(shown), **common)


def _part(kind: Callable[..., forms.Field], **about: Any) -> forms.Field:
    return kind(required=False, error_messages={"invalid_choice": NOT_SHOWN}, **about)


class Typed(forms.CharField):
    """A text whose length the server judges: a browser that knows the limit cuts what is pasted,
    without a word."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        return {name: value for name, value in attrs.items() if name != "maxlength"}


def _line() -> forms.Field:
    return Typed(required=False, max_length=LONGEST_LINE, error_messages={"max_length": TOO_LONG})


def _slider(item: Item, **common: Any) -> forms.Field:
    low, high = item.ends
    number = forms.IntegerField(
        min_value=low, max_value=high, required=False, error_messages=_range(low, high)
    )
    parts: dict[str, forms.Field] = {"": number}
    shown: dict[str, forms.Widget] = {"": number.widget}
    if item.dont_know:
        parts[DONT_KNOW] = forms.BooleanField(required=False)
        shown[DONT_KNOW] = forms.CheckboxInput()
    about = {"low": low, "high": high, "ends": labels_of(item)}
    return SliderField(parts, widgets.Slider(shown, **about), **common)


def _range(low: int | None, high: int | None) -> dict[str, Any]:
    said = _("Please type a whole number from %(low)s to %(high)s.") % {"low": low, "high": high}
    return dict.fromkeys(("invalid", "min_value", "max_value"), said)


def _ranking(item: Item, **common: Any) -> forms.Field:
    places = [str(place) for place in range(1, len(item.options) + 1)]
    choices = [("", "–"), *((place, place) for place in places)]
    rows = [str(index) for index in range(len(item.options))]
    parts = {row: _part(forms.ChoiceField, choices=choices) for row in rows}
    shown: dict[str, forms.Widget] = {row: forms.Select(choices=choices) for row in rows}
    return RankingField(parts, widgets.Ranking(shown, labels=labels_of(item)), **common)


def _rows(item: Item, **common: Any) -> forms.Field:
    points, rows = points_of(item), rows_of(item)
    parts = {row: _part(forms.ChoiceField, choices=points) for row in rows}
    shown: dict[str, forms.Widget] = {row: widgets.Scale(choices=points) for row in rows}
    matrix = item.kind == Item.Kind.MATRIX
    about = {
        "labels": [labels[0] for labels in rows.values()] if matrix else list(rows.values()),
        "head": [label for _point, label in points],
    }
    widget = widgets.Matrix if matrix else widgets.Differential
    return RowsField(parts, widget(shown, **about), **common)


def _number(item: Item, **common: Any) -> forms.Field:
    if not item.options:
        return forms.IntegerField(**common)
    low, high = item.options
    common["error_messages"] = {**common["error_messages"], **_range(low, high)}
    return forms.IntegerField(min_value=low, max_value=high, **common)


def _text(item: Item, **common: Any) -> forms.Field:
    return Typed(max_length=LONGEST_LINE, **common)


def _long_text(item: Item, **common: Any) -> forms.Field:
    return Typed(max_length=LONGEST_TEXT, widget=forms.Textarea, **common)


def _information(item: Item, **common: Any) -> forms.Field:
    return forms.Field(widget=widgets.Nothing, **{**common, "required": False})


MAKERS: dict[Item.Kind, Callable[..., forms.Field]] = {
    Item.Kind.LIKERT: _scale,
    Item.Kind.STARS: _scale,
    Item.Kind.YES_NO: _scale,
    Item.Kind.SLIDER: _slider,
    Item.Kind.CHOICE: _choice,
    Item.Kind.MULTIPLE: _multiple,
    Item.Kind.RANKING: _ranking,
    Item.Kind.MATRIX: _rows,
    Item.Kind.DIFFERENTIAL: _rows,
    Item.Kind.NUMBER: _number,
    Item.Kind.TEXT: _text,
    Item.Kind.LONG_TEXT: _long_text,
    Item.Kind.INFORMATION: _information,
}
