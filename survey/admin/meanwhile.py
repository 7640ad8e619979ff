"""Two people at one page: whoever saves second is told, and overwrites nothing unknowingly."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from survey.models import Instrument, Study
from survey.study_files import document_of, sha256_of

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = object


def _study_of(row: Study | Instrument) -> QuerySet[Study]:
    return Study.objects.filter(pk=row.study_id if isinstance(row, Instrument) else row.pk)


def _said_by(study: Study) -> str:
    return f"{study.state} {sha256_of(document_of(study))}"


class SeenForm(forms.ModelForm):
    """Carries what the study said when the page was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and (study := _study_of(self.instance).first()):
            self.initial["seen"] = _said_by(study)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        # Locked, so that of two who save at once one is second.
        study = _study_of(self.instance).select_for_update().first()
        seen = values.get("seen")
        if study and seen and seen != (now := _said_by(study)):
            # Saved once more, it is on purpose.
            posted: Any = self.data
            posted = posted.copy()
            posted[self.add_prefix("seen")] = now
            self.data = posted
            self.add_error(None, _told(study))
        return values


def _told(study: Study) -> str:
    last = study.versions.select_related("saved_by").order_by("number").last()
    who = last.saved_by if last and last.saved_by else "Somebody"
    when = f" at {last.saved_at:%H:%M} UTC" if last else ""
    return (
        f"Nothing has been saved yet: {who} changed this study{when}, after you had opened this "
        f"page; it is now {study.get_state_display().lower()}. What you typed is still below. Open "
        "this page in another tab to see what changed; save here again to put yours in its place."
    )


class SavedKnowingly(Base):
    """What the pages of a study and of its questions have to do with that."""

    form: Any = SeenForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sections = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return sections
        (name, about), *others = sections
        return [(name, {**about, "fields": (*about["fields"], "seen")}), *others]
