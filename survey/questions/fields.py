"""Form fields of which several inputs are one answer, and what the fields of all kinds share.

A field's value is the answer as it is stored: one text, or a text for each row.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .rules import DONT_KNOW, OTHER, Given
from .widgets import Choices

LONGEST_TEXT, LONGEST_LINE = 5000, 500
MISSING = _("Please answer this question.")
NOT_SHOWN = _("Please pick one of the answers shown.")
TOO_LONG = _("Please write at most %(limit_value)d characters; you have written %(show_value)d.")


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


def with_other(options: Choices, other: bool) -> Choices:
    return [*options, *([(OTHER, _("Something else"))] if other else [])]


def optional(field: Callable[..., forms.Field], **about: Any) -> forms.Field:
    """A part of an answer; whether it is needed is asked of the whole."""
    return field(required=False, error_messages={"invalid_choice": NOT_SHOWN}, **about)


class Typed(forms.CharField):
    """A text whose length the server judges: a browser that knows the limit cuts what is pasted,
    without a word."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        return {name: value for name, value in attrs.items() if name != "maxlength"}


def optional_line() -> forms.Field:
    return Typed(required=False, max_length=LONGEST_LINE, error_messages={"max_length": TOO_LONG})


def range_messages(low: int, high: int) -> dict[str, Any]:
    said = _("Please type a whole number from %(low)s to %(high)s.") % {"low": low, "high": high}
    return dict.fromkeys(("invalid", "min_value", "max_value"), said)
