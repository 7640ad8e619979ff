"""How questions look; every one works without JavaScript, which `questions.js` improves on."""

from collections.abc import Sequence
from typing import Any

from django import forms

from .rules import DONT_KNOW

Choices = Sequence[tuple[str, Any]]

# A word with more letters does not fit in a fifth of a phone's width.
LONGEST_WORD = 9


class Points(forms.RadioSelect):
    """Radio buttons; “don't know” stands apart from them."""

    template_name = "survey/widgets/points.html"
    layout = "options"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        options = [option for _name, group, _index in widget["optgroups"] for option in group]
        widget["points"] = [option for option in options if option["value"] != DONT_KNOW]
        widget["apart"] = [option for option in options if option["value"] == DONT_KNOW]
        return context


class Options(Points):
    """Answers below one another."""


class Scale(Points):
    """Points side by side; on a telephone below one another, if a word would not fit there."""

    layout = "scale"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        words = [word for _value, label in self.choices for word in str(label).split()]
        context["widget"]["long"] = any(len(word) > LONGEST_WORD for word in words)
        return context


class Stars(Scale):
    layout = "scale stars"
    template_name = "survey/widgets/stars.html"


class Boxes(forms.CheckboxSelectMultiple):
    """Answers below one another, any number of them."""

    template_name = "survey/widgets/points.html"
    layout = "options"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        groups = context["widget"]["optgroups"]
        context["widget"]["points"] = [option for _n, group, _i in groups for option in group]
        return context


class Parts(forms.MultiWidget):
    """Several inputs that are one question; the name of each follows the question's and a dot."""

    use_fieldset = True
    layout = "parts"

    def __init__(self, widgets: dict[str, forms.Widget], **about: Any) -> None:
        super().__init__({**widgets})
        self.parts = list(widgets)
        self.widgets_names = [f".{part}" if part else "" for part in widgets]
        self.about = about

    def decompress(self, value: Any) -> list[Any]:
        return [(value or {}).get(part) for part in self.parts]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget.update(self.about)
        pairs = zip(self.about.get("labels", []), widget["subwidgets"], strict=False)
        widget["labelled"] = list(pairs)
        return context


class WithOther(Parts):
    """Choices, and a line for another answer."""

    template_name = "survey/widgets/other.html"


class Slider(Parts):
    """A number; with JavaScript a slider that has no value until it is touched."""

    template_name = "survey/widgets/slider.html"
    layout = "parts slider"

    def decompress(self, value: Any) -> list[Any]:
        unknown = value == DONT_KNOW
        return ["" if unknown else value, unknown][: len(self.parts)]


class Ranking(Parts):
    """A place for each option; with JavaScript a list with buttons that move its entries."""

    template_name = "survey/widgets/ranking.html"
    layout = "parts ranking"


class Matrix(Parts):
    """Rows of radio buttons: a table where there is room, else one group a row."""

    template_name = "survey/widgets/matrix.html"
    layout = "parts matrix"


class Differential(Parts):
    """Rows of points between two opposites."""

    template_name = "survey/widgets/differential.html"
    layout = "parts differential"


class Nothing(forms.Widget):
    """A text asks for nothing."""

    layout = "information"

    def render(self, *args: Any, **kwargs: Any) -> str:  # type: ignore[override]
        return ""
