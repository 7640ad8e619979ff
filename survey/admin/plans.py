"""A study's analysis plan in the researcher's area: its fields in a draft, and how it stands."""

from itertools import combinations
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from survey import services
from survey.analysis_plan import (
    ALPHA,
    KEYS,
    METRICS,
    RULES,
    Known,
    Plan,
    contradictions,
    misfits,
)
from survey.models import Study
from survey.models.setting import PLAN

from .meanwhile import SeenForm

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Study]
else:
    Base = object

FIELDS = tuple(f"plan_{name}" for name in KEYS)
Choices = list[tuple[str, str]]


def outcomes(known: Known, plan: Plan) -> Choices:
    """The scales to choose from; one that is chosen and not there any more stays to be seen."""
    there = [(name, f"{name} ({low:g}–{high:g})") for name, (low, high) in known.scales.items()]
    gone = [plan.outcome] if plan and plan.outcome not in known.scales else []
    return [("", "– no plan –"), *there, *((name, f"{name} (is not there)") for name in gone)]


def pairs(known: Known, plan: Plan) -> Choices:
    """Every pair of conditions, those that are planned first and as they were given."""
    planned = list(plan.contrasts)
    taken = {frozenset(pair) for pair in planned}
    others = [p for p in combinations(known.conditions, 2) if frozenset(p) not in taken]
    return [(f"{a} {b}", f"{a} with {b}") for a, b in [*planned, *others]]


class PlanForm(SeenForm):
    """A study with the fields of its analysis plan; without an outcome it has none."""

    plan_hypothesis = forms.CharField(
        label="hypothesis",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        help_text="What you expect, in words. Participants never see the plan.",
    )
    plan_outcome = forms.ChoiceField(
        label="outcome",
        required=False,
        help_text="The one scale that decides: what is compared, and set against the metrics.",
    )
    plan_contrasts = forms.MultipleChoiceField(
        label="contrasts",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
        help_text="Which conditions are compared. None picked: every pair.",
    )
    plan_metrics = forms.MultipleChoiceField(
        label="metrics",
        required=False,
        choices=[(name, name) for name in METRICS],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks in-columns"}),
        help_text="What is computed of playlists and set against the outcome.",
    )
    plan_equivalence_bound = forms.FloatField(
        label="smallest difference",
        required=False,
        help_text="That is of interest, in points of the outcome's scale. Without it, nothing can "
        "show that conditions are alike.",
    )
    plan_correlation_bound = forms.FloatField(
        label="smallest correlation",
        required=False,
        help_text="That is of interest, between 0 and 1. Without it, nothing can show that ratings "
        "and metrics have nothing to do with each other.",
    )
    plan_alpha = forms.FloatField(
        label="α", required=False, initial=ALPHA, help_text="The level of every test."
    )
    plan_exclusions = forms.MultipleChoiceField(
        label="exclusions",
        required=False,
        choices=[(rule.name, f"{rule.label} ({rule.name})") for rule in RULES.values()],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
        help_text="Nothing is deleted: the tables mark what is left out, and by which rule.",
    )
    plan_participants = forms.IntegerField(
        label="participants", required=False, help_text="How many are planned to be analysed."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known, plan = services.known_of(self.instance), self.instance.plan
        self.fields["plan_outcome"].choices = outcomes(known, plan)  # type: ignore[attr-defined]
        self.fields["plan_contrasts"].choices = pairs(known, plan)  # type: ignore[attr-defined]
        kept = {f"plan_{name}": value for name, value in plan.document.items()}
        kept["plan_contrasts"] = [f"{a} {b}" for a, b in plan.contrasts]
        self.initial.update(kept)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        given = {name: values.get(f"plan_{name}") for name in KEYS}
        document = {name: value for name, value in given.items() if value not in ("", None, [])}
        if "contrasts" in document:
            document["contrasts"] = [pair.split() for pair in document["contrasts"]]
        if document == {"alpha": ALPHA}:  # stands there by itself
            document = {}
        if not self._found_wrong(document):
            self.instance.analysis_plan = document
        return values

    def _found_wrong(self, document: dict[str, Any]) -> bool:
        for path, said in (*misfits(document), *contradictions(document)):
            self.add_error(f"plan_{path[0]}" if path else "plan_outcome", said)
        return any(name in self.errors for name in FIELDS)


class StudyPlan(Base):
    """What StudyAdmin has to do with the analysis plan."""

    def _may_plan(self, request: HttpRequest, study: Study | None) -> bool:
        """Once a study is opened its plan is fixed; a new one has no questions yet."""
        return bool(study and study.is_draft and self.has_change_permission(request, study))

    def get_form(
        self, request: HttpRequest, obj: Study | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        own = {"form": PlanForm} if self._may_plan(request, obj) else {}
        return super().get_form(request, obj, change, **{**own, **kwargs})

    def get_fieldsets(self, request: HttpRequest, obj: Study | None = None) -> Any:
        own = FIELDS if self._may_plan(request, obj) else ()
        return [
            (name, {**about, "fields": (*own, *about["fields"])} if name == PLAN else about)
            for name, about in super().get_fieldsets(request, obj)
        ]

    @admin.display(description="as it stands")
    def planned(self, study: Study) -> SafeString:
        if not study.pk:
            return SafeString("It can be made once the study is saved with its questions.")
        context = {
            **{"study": study, "plan": study.plan, "rules": RULES},
            "fixing": services.fixing(study),
            "erased": study.erasures.exists(),
        }
        return render_to_string("admin/survey/_plan.html", context)
