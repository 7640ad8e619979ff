"""A study's conditions, each with the parameters that its strategy declares."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms.models import ModelFormMetaclass
from django.http import HttpRequest

from recommender.engine.params import Param, StrategyError
from recommender.engine.strategies import STRATEGIES, checked_params
from survey.models import Condition, Study

from .drafts import FixedAfterDraft, of_draft

PARAMS = {param.name: param for strategy in STRATEGIES.values() for param in strategy.params}


def param_field(param: Param) -> forms.Field:
    """A form field for a strategy's parameter; left empty, the default holds."""
    about: dict[str, Any] = {
        "label": param.label,
        "help_text": param.help,
        "initial": param.default,
        "required": False,
    }
    if param.type is bool:
        return forms.BooleanField(**about)
    if param.type is int:
        return forms.IntegerField(min_value=int(param.low), max_value=int(param.high), **about)
    return forms.FloatField(min_value=param.low, max_value=param.high, **about)


class BaseConditionForm(forms.ModelForm):
    strategy = forms.ChoiceField(
        choices=[(name, strategy.label) for name, strategy in STRATEGIES.items()]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in self.instance.params.items():
            self.initial[f"param_{name}"] = value

    def clean(self) -> dict[str, Any]:
        """Keep as `params` what was set to something else than the default."""
        values = super().clean() or self.cleaned_data
        strategy = STRATEGIES.get(values.get("strategy", ""))
        given = {name: values.get(f"param_{name}") for name in PARAMS}
        params = {
            name: value
            for name, value in given.items()
            if value is not None and value != PARAMS[name].default
        }
        self.instance.params = {}
        if strategy:
            try:
                checked_params(strategy, params)
            except StrategyError as error:
                raise forms.ValidationError(str(error)) from error
            self.instance.params = params
        return values


# Every parameter that a strategy declares is a field, without anything to do here.
ConditionForm: Any = ModelFormMetaclass(
    "ConditionForm",
    (BaseConditionForm,),
    {f"param_{name}": param_field(param) for name, param in PARAMS.items()},
)


class ConditionInline(FixedAfterDraft, admin.StackedInline):
    model = Condition
    form = ConditionForm
    extra = 0

    def get_fields(self, request: HttpRequest, obj: Study | None = None) -> tuple[Any, ...]:
        if not of_draft(obj):
            return ("name", "strategy", "params", "max_participants")
        return (("name", "strategy", "max_participants"), *(f"param_{name}" for name in PARAMS))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Study | None = None
    ) -> tuple[str, ...]:
        return () if of_draft(obj) else ("name", "strategy", "params")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """How many take part in a condition may change later, too."""
        return admin.StackedInline.has_change_permission(self, request, obj)

    def get_formset(self, request: HttpRequest, obj: Study | None = None, **kwargs: Any) -> Any:
        # The form of a draft makes the params anew from fields that are not there later.
        own = {} if of_draft(obj) else {"form": forms.ModelForm}
        return super().get_formset(request, obj, **{**own, **kwargs})
