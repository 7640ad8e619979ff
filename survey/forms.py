"""Forms made from a study's questions, and the few that every study has."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import CODE_ALPHABET, Instrument, Item, ListeningEvent

LONGEST_TEXT = 5000


class Scale(forms.RadioSelect):
    """Points side by side."""

    layout = "scale"


class Options(forms.RadioSelect):
    """Answers below one another."""

    layout = "options"


def field_for(item: Item) -> forms.Field:
    """The form field that takes exactly the answers that the question allows."""
    common: dict[str, Any] = {
        "label": item.text,
        "help_text": item.help,
        "required": item.required,
        "error_messages": {
            "required": _("Please answer this question."),
            "invalid_choice": _("Please pick one of the answers shown."),
        },
    }
    match item.kind:
        case Item.Kind.LIKERT:
            choices = [(str(point), label) for point, label in enumerate(item.options, start=1)]
            return forms.ChoiceField(choices=choices, widget=Scale, **common)
        case Item.Kind.CHOICE:
            choices = [(option, option) for option in item.options]
            return forms.ChoiceField(choices=choices, widget=Options, **common)
        case Item.Kind.YES_NO:
            choices = [("yes", _("Yes")), ("no", _("No"))]
            return forms.ChoiceField(choices=choices, widget=Scale, **common)
        case Item.Kind.NUMBER:
            low, high = item.options or (None, None)
            return forms.IntegerField(min_value=low, max_value=high, **common)
        case Item.Kind.LONG_TEXT:
            return forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea, **common)
        case _:
            return forms.CharField(max_length=500, **common)


class ItemsForm(forms.Form):
    """The questions of one page, or the scales of one track."""

    use_required_attribute = False  # the server says what is missing, in the page's own words

    def __init__(self, items: Iterable[Item], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = {item.key_in_form: item for item in items}
        for key, item in self.items.items():
            self.fields[key] = field_for(item)

    def by_instrument(self) -> list[tuple[Instrument, list[forms.BoundField]]]:
        """The fields under the instrument that each belongs to, in order."""
        groups: dict[Instrument, list[forms.BoundField]] = {}
        for key, item in self.items.items():
            groups.setdefault(item.instrument, []).append(self[key])
        return list(groups.items())

    def answers(self) -> dict[Item, str]:
        """What was answered; a question left out has no entry."""
        given = {self.items[key]: value for key, value in self.cleaned_data.items()}
        return {item: str(value) for item, value in given.items() if value not in (None, "")}


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
        error_messages={"required": _("Please type the code that you noted down.")},
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
