"""Questionnaires and their questions, as researchers edit and preview them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from survey import services
from survey.kinds import KINDS
from survey.models import Instrument, Item
from survey.questions.forms import ItemsForm

from .drafts import FixedAfterDraft, of_draft
from .meanwhile import SavedKnowingly


class ItemForm(forms.ModelForm):
    """A question; the list of kinds says what each of them needs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            named = [(kind.name, f"{kind.label} ({kind.needs})") for kind in KINDS.values()]
            self.fields["kind"].widget.choices = named

    class Meta:
        model = Item
        fields = (
            *("key", "kind", "position", "text", "help", "options", "rows", "bounds"),
            *("required", "dont_know", "other", "reversed", "shown_if", "right_answer"),
        )
        widgets = {
            "text": forms.Textarea(attrs={"rows": 2, "cols": 80}),
            **{
                name: forms.Textarea(attrs={"rows": 3, "cols": 80})
                for name in ("options", "rows", "shown_if")
            },
            "bounds": forms.TextInput(),
        }


class ItemInline(FixedAfterDraft, admin.StackedInline):
    model = Item
    extra = 0
    form = ItemForm
    fields = (
        ("key", "kind", "position"),
        *("text", "help", "options", "rows", "bounds"),
        ("required", "dont_know", "other", "reversed"),
        ("shown_if", "right_answer"),
    )


@admin.register(Instrument)
class InstrumentAdmin(SavedKnowingly, admin.ModelAdmin):
    list_display = ("__str__", "study", "placement", "position", "n_items")
    list_filter = ("placement", "study")
    search_fields = ("title", "key", "items__text", "study__title")
    list_select_related = ("study",)
    inlines = (ItemInline,)
    readonly_fields = ("preview",)
    fieldsets = (
        (None, {"fields": ("study", "key", "title", "introduction", "preview")}),
        ("When", {"fields": (("placement", "position"), "randomised")}),
        ("Scores and source", {"fields": ("scoring", "source", "licence", "translations")}),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        own = path("<int:pk>/preview/", view, name="survey_instrument_preview")
        return [own, *super().get_urls()]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.current_version(form.instance.study, request.user)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """As participants see it, each question that may come up; nothing can be sent."""
        instrument = get_object_or_404(Instrument, pk=pk)
        if not self.has_view_permission(request, instrument):
            raise PermissionDenied
        form = ItemsForm(instrument.items.select_related("instrument"), prefix="preview")
        context = {"study": instrument.study, "instrument": instrument, "form": form}
        return render(request, "survey/preview.html", context)

    @admin.display(description="preview")
    def preview(self, instrument: Instrument) -> SafeString:
        if not instrument.pk:
            return SafeString("–")
        url = reverse("admin:survey_instrument_preview", args=[instrument.pk])
        return format_html('<a href="{}">As participants see it</a>', url)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Instrument]:
        return super().get_queryset(request).annotate(asked=Count("items"))

    def has_change_permission(self, request: HttpRequest, obj: Instrument | None = None) -> bool:
        return of_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Instrument | None = None) -> bool:
        return of_draft(obj) and super().has_delete_permission(request, obj)

    @admin.display(description="questions", ordering="asked")
    def n_items(self, instrument: Instrument) -> int:
        return instrument.asked  # type: ignore[attr-defined]
