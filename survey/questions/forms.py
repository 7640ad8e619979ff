"""Forms made from a study's questions, and the few that every study has."""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from survey.kinds.kind import Wording
from survey.languages import said
from survey.models import CODE_ALPHABET, Instrument, Item, ListeningEvent
from survey.models.questions import labels_by_row

from .fields import MISSING, NOT_SHOWN, TOO_LONG
from .ordering import in_order
from .rules import DONT_KNOW, OTHER, Given, holds, shown, values_of
from .widgets import Scale


def wording_of(item: Item) -> Wording:
    """Options and rows as they are read; an option missing in that language is the study's own."""
    read = said(item, "options")
    labels = read if len(read) == len(item.options) else item.options
    return Wording(labels, {**item.labelled_rows, **labels_by_row(said(item, "rows"))})


def field_for(item: Item) -> forms.Field:
    """The form field of a question, labelled with it."""
    return item.question_kind.field(
        item,
        wording_of(item),
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


class ItemsForm(forms.Form):
    """The questions of one page, or the scales of one track.

    `earlier` holds what is known already, by `instrument.key`: a question that depends on it is
    asked or not. Without it (a preview) every such question is asked. `seed` draws the order.
    """

    use_required_attribute = False  # the server says what is missing, in the page's own words

    def __init__(
        self,
        items: Iterable[Item],
        *args: Any,
        earlier: Mapping[str, Collection[str]] | None = None,
        seed: object = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.earlier = earlier
        self.in_study_order = _asked(list(items), earlier)
        self.items = {item.key_in_form: item for item in in_order(self.in_study_order, seed)}
        for key, item in self.items.items():
            field: Any = field_for(item)
            field.item = item
            self.fields[key] = field
        for item in self.in_study_order:
            self._tell_condition(item)

    def _tell_condition(self, item: Item) -> None:
        """When a question is meant, in words and for the script, unless that is certain."""
        field: Any = self.fields[item.key_in_form]
        other = self.items.get(item.shown_if["item"]) if item.shown_if else None
        if other:
            rule = {**item.shown_if, "item": self.add_prefix(other.key_in_form)}
            field.shown_if = json.dumps(rule, ensure_ascii=False)
        elif item.shown_if and self.earlier is None:
            other = item.asked_before().get(item.shown_if["item"])
        if other:
            field.condition = in_words(item.shown_if, other)

    def clean(self) -> dict[str, Any]:
        """Drop what belongs to a question that its rule does not show: answer and error."""
        data = super().clean() or self.cleaned_data
        posted = {item.key_in_form: values_of(given) for item, given in self.answers().items()}
        known = {**(self.earlier or {}), **posted}
        asked = {item.key_in_form for item in shown(self.in_study_order, known)}
        for key in self.items.keys() - asked:
            self.errors.pop(key, None)
            data.pop(key, None)
        return data

    def by_instrument(self) -> list[tuple[Instrument, list[forms.BoundField]]]:
        """The fields under the instrument that each belongs to, in order."""
        groups: dict[Instrument, list[forms.BoundField]] = {}
        for key, item in self.items.items():
            groups.setdefault(item.instrument, []).append(self[key])
        return list(groups.items())

    def answers(self) -> dict[Item, Given]:
        """What was answered, as it is stored; a question left out has no entry."""
        given = {self.items[key]: value for key, value in self.cleaned_data.items()}
        return {
            item: value if isinstance(value, dict) else str(value)
            for item, value in given.items()
            if value not in (None, "", {})
        }

    def ratings(self) -> dict[Item, int | None]:
        """What was answered about a track, as numbers; None says “don't know”."""
        return {item: item.number_of(str(given)) for item, given in self.answers().items()}


def _asked(items: list[Item], earlier: Mapping[str, Collection[str]] | None) -> list[Item]:
    """Those that can come up on this page: their rule is about it, or holds already."""
    on_page = {item.key_in_form for item in items}
    asked: dict[str, Item] = {}
    for item in items:
        other = item.shown_if["item"] if item.shown_if else ""
        if other in on_page:
            wanted = other in asked
        else:
            wanted = not other or earlier is None or holds(item.shown_if, earlier.get(other, ()))
        if wanted:
            asked[item.key_in_form] = item
    return list(asked.values())


def in_words(rule: Mapping[str, Any], other: Item) -> str:
    """The condition of a question, for people who see it whether or not it holds."""
    about = {
        "question": said(other, "text"),
        "answers": _("” or “").join(_label(other, str(value)) for value in rule.get("is", [])),
        "low": rule.get("at_least"),
        "high": rule.get("at_most"),
    }
    if "is" in rule:
        return _("Only if your answer to “%(question)s” is “%(answers)s”.") % about
    if "at_most" not in rule:
        return _("Only if your answer to “%(question)s” is %(low)s or more.") % about
    if "at_least" not in rule:
        return _("Only if your answer to “%(question)s” is %(high)s or less.") % about
    return _("Only if your answer to “%(question)s” is from %(low)s to %(high)s.") % about


def _label(item: Item, value: str) -> str:
    """An answer as the participant sees it."""
    points = item.question_kind.points(item, wording_of(item).labels)
    extra = {OTHER: _("Something else"), DONT_KNOW: _("I don't know")}
    return str({**extra, **dict(points)}.get(value, value))


class ConsentForm(forms.Form):
    use_required_attribute = False

    agree = forms.BooleanField(
        error_messages={"required": _("To take part, please tick that you agree.")}
    )


class RegistrationKeyForm(forms.Form):
    registration_key = forms.UUIDField(widget=forms.HiddenInput)


class CodeForm(forms.Form):
    use_required_attribute = False

    code = forms.CharField(
        label=_("Your code"),
        max_length=40,
        error_messages={"required": _("Please type the code you noted down.")},
    )

    def clean_code(self) -> str:
        """As it is stored: typed with spaces, dashes or in small letters is fine."""
        return "".join(c for c in self.cleaned_data["code"].upper() if c in CODE_ALPHABET)


class ListeningReportForm(forms.Form):
    """One range of a track that a player says was heard, or something done with the player."""

    key = forms.UUIDField()
    position = forms.IntegerField(min_value=1, max_value=1000)
    kind = forms.ChoiceField(
        choices=[kind for kind in ListeningEvent.Kind.choices if kind[0] != "unheard"],
        required=False,
    )
    start_s = forms.FloatField(min_value=0, max_value=24 * 3600, required=False)
    end_s = forms.FloatField(min_value=0, max_value=24 * 3600, required=False)
    value = forms.FloatField(min_value=0, max_value=24 * 3600, required=False)

    # What each kind can't do without.
    NEEDED = {
        ListeningEvent.Kind.HEARD: ("start_s", "end_s"),
        ListeningEvent.Kind.PLAY: ("start_s",),
        ListeningEvent.Kind.SEEK: ("start_s", "end_s"),
        ListeningEvent.Kind.VOLUME: ("value",),
        ListeningEvent.Kind.HIDDEN: ("value",),
    }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data["kind"] = data.get("kind") or ListeningEvent.Kind.HEARD
        if any(data.get(name) is None for name in self.NEEDED[kind]):
            raise forms.ValidationError("A part of the report is missing.")
        if kind == ListeningEvent.Kind.HEARD and data["end_s"] <= data["start_s"]:
            raise forms.ValidationError("A range ends after it starts.")
        if kind == ListeningEvent.Kind.VOLUME and data["value"] > 1:
            raise forms.ValidationError("The highest volume is 1.")
        return data


class SoundCheckForm(forms.Form):
    """Which of three tones was the softest, for each triplet of the headphone test."""

    use_required_attribute = False

    def __init__(self, n_triplets: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, n_triplets + 1):
            self.fields[f"softest-{number}"] = forms.TypedChoiceField(
                label=_("Which tone is the softest?"),
                choices=[("1", _("First")), ("2", _("Second")), ("3", _("Third"))],
                coerce=int,
                widget=Scale,
                error_messages={
                    "required": _("Please answer this question."),
                    "invalid_choice": _("Please pick one of the answers shown."),
                },
            )

    def answers(self) -> list[int]:
        return [self.cleaned_data[name] for name in self.fields]


class SoundGoForm(forms.Form):
    """What comes with every go at the sound check, filled in by the page itself."""

    attempt = forms.IntegerField(min_value=1, max_value=100, widget=forms.HiddenInput)
    volume = forms.FloatField(
        min_value=0, max_value=1, required=False, widget=forms.HiddenInput({"data-volume": ""})
    )
