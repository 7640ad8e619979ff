"""Personal links: made many at once, listed with their uses, as CSV and as cards with QR codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import segno
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from recommender.admin.shared import ReadOnlyAdmin
from recommender.spreadsheets import write_rows
from survey import services
from survey.models import PersonalLink, Study

MOST_AT_ONCE = 1000
LONGEST_LABEL = 100


class LinksForm(forms.Form):
    study = forms.ModelChoiceField(Study.objects.all())
    how_many = forms.IntegerField(
        min_value=1, max_value=MOST_AT_ONCE, initial=10, required=False, help_text="Up to 1000."
    )
    label = forms.CharField(
        max_length=90, required=False, help_text="A number follows it: Class 7b 1, Class 7b 2, …"
    )
    labels = forms.CharField(
        widget=forms.Textarea,
        required=False,
        help_text="Or paste a list, one label a line: each gets a link. Labels are for you; they "
        "are never in the address and never in exports.",
    )
    uses = forms.IntegerField(
        min_value=0,
        max_value=100_000,
        initial=1,
        help_text="How many people can begin with each; 0: any number.",
    )

    def clean_labels(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["labels"].splitlines()]
        labels = [line for line in lines if line]
        if long := next((line for line in labels if len(line) > LONGEST_LABEL), None):
            raise forms.ValidationError(
                f"A label has {LONGEST_LABEL} characters at most; “{long[:40]}…” has {len(long)}."
            )
        if len(labels) > MOST_AT_ONCE:
            raise forms.ValidationError("At most 1000 links can be made at once.")
        return labels

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("labels") and not values.get("how_many") and "how_many" in values:
            self.add_error("how_many", "Say how many, or paste a list of labels.")
        return values

    def wanted(self) -> list[str]:
        """A label for each link to make."""
        label = self.cleaned_data["label"]
        numbers = range(1, (self.cleaned_data["how_many"] or 0) + 1)
        return self.cleaned_data["labels"] or [f"{label} {n}" if label else "" for n in numbers]


@dataclass(frozen=True, slots=True)
class Card:
    """What is printed for one link."""

    title: str
    label: str
    url: str
    code: SafeString


def card(request: HttpRequest, study: Study, url: str, label: str = "") -> Card:
    address = request.build_absolute_uri(url)
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, omitsize=True, border=4, light="#fff"
    )
    # Drawn from the address alone, which holds no text of anybody's.
    return Card(study.title, label, address, mark_safe(drawn))  # noqa: S308


def print_page(request: HttpRequest, cards: Iterable[Card]) -> HttpResponse:
    return render(request, "admin/survey/links_print.html", {"cards": list(cards)})


@admin.register(PersonalLink)
class PersonalLinkAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "study", "address", "used", "created_at")
    list_filter = ("study",)
    search_fields = ("label",)
    list_select_related = ("study",)
    list_per_page = 200
    actions = ("as_csv", "as_cards")
    fields = ("study", "label", "address", "used", "created_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[PersonalLink]:
        return super().get_queryset(request).annotate(begun=Count("participants"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = LinksForm(request.POST or None, initial={"study": request.GET.get("study")})
        if form.is_valid():
            study = form.cleaned_data["study"]
            made = services.make_links(study, form.wanted(), form.cleaned_data["uses"])
            messages.success(request, f"{len(made)} links are made.")
            return redirect(links_of(study))
        context = {
            **admin.site.each_context(request),
            **{"title": "Make personal links", "form": form, "opts": self.model._meta},
        }
        return render(request, "admin/survey/links_form.html", context)

    @admin.display
    def address(self, link: PersonalLink) -> SafeString:
        return format_html('<a href="{0}">{0}</a>', link.get_absolute_url())

    @admin.display(description="used", ordering="begun")
    def used(self, link: PersonalLink) -> str:
        begun = link.begun  # type: ignore[attr-defined]
        return f"{begun} of {link.uses}" if link.uses else f"{begun}, without limit"

    @admin.action(description="Download as CSV", permissions=["view"])
    def as_csv(self, request: HttpRequest, links: QuerySet[PersonalLink]) -> HttpResponse:
        answer = HttpResponse(
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="links.csv"'},
        )
        rows = (
            (
                *(li.study.slug, li.label, request.build_absolute_uri(li.get_absolute_url())),
                *(li.uses, li.begun),  # type: ignore[attr-defined]
            )
            for li in links.order_by("study", "pk")
        )
        write_rows(answer, [("study", "label", "link", "uses", "used"), *rows])
        return answer

    @admin.action(description="Print cards with QR codes", permissions=["view"])
    def as_cards(self, request: HttpRequest, links: QuerySet[PersonalLink]) -> HttpResponse:
        chosen = links.order_by("study", "pk")
        cards = (card(request, li.study, li.get_absolute_url(), li.label) for li in chosen)
        return print_page(request, cards)


def links_of(study: Study) -> str:
    """The address of the list of a study's links."""
    return f"{reverse('admin:survey_personallink_changelist')}?study__id__exact={study.pk}"
