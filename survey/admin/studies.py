"""Studies and their questions, as researchers edit them."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from recommender.admin.shared import link
from recommender.evening import failed, uneven
from recommender.services import active_model
from recommender.versions import progress
from survey import services
from survey.models import (
    Instrument,
    Study,
)
from survey.models.setting import (
    LANGUAGES,
    PLAN,
    RECRUITMENT,
    STUDY,
    by_section,
    may_change,
    settings_of,
)
from survey.monitor import monitor
from survey.study_files import StudyFileError, add_ready_made, ready_made
from survey.trying import may_try_out, start_as_new

from .conditions import ConditionInline
from .drafts import FixedAfterDraft
from .files import StudyFiles, versions_of
from .links import card, links_of, print_page
from .meanwhile import SavedKnowingly
from .plans import StudyPlan


class InstrumentInline(FixedAfterDraft, admin.TabularInline):
    model = Instrument
    fields = ("key", "title", "placement", "position", "n_items")
    readonly_fields = ("n_items",)
    show_change_link = True
    extra = 0

    @admin.display(description="questions")
    def n_items(self, instrument: Instrument) -> int:
        return instrument.items.count()


def sections(now: Sequence[str]) -> Iterator[Any]:
    """The form's parts, as the study's file has them."""
    about: dict[str, dict[str, Any]] = {
        PLAN: {
            "description": "What is to be analysed, and how. A draft's plan can be changed; once "
            "people take part it is fixed, and what the report finds beyond it is exploratory."
        },
        RECRUITMENT: {"classes": ("collapse",)},
        LANGUAGES: {"classes": ("collapse",)},
    }
    for heading, names in by_section(Study).items():
        if heading == STUDY:
            yield None, {"fields": ("title", "slug", *now)}
            names = [name for name in names if name not in ("title", "slug")]
        given = ["planned" if name == "analysis_plan" else name for name in names]
        yield heading, {"fields": given, **about.get(heading, {})}


@admin.register(Study)
class StudyAdmin(SavedKnowingly, StudyFiles, StudyPlan, admin.ModelAdmin):
    list_display = ("title", "state", "n_participants", "n_completed", "page")
    list_filter = ("state",)
    search_fields = ("title", "slug")
    ordering = ("-pk",)
    prepopulated_fields = {"slug": ("title",)}
    inlines = (ConditionInline, InstrumentInline)
    change_form_template = "admin/survey/study_form.html"
    change_list_template = "admin/survey/study_list.html"

    class Media:
        css = {"all": ["recommender/admin.css"]}

    now = ("state", "paused_because", "page", "results", "heard_by", "loudness")
    fieldsets = tuple(sections(now))
    always_fixed = (*now, "planned")
    # Changing these under people who take part would change what their answers mean.
    fixed_after_draft = tuple(sorted(settings_of(Study).keys() - may_change(Study)))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Study]:
        completed = Count("participants", filter=Q(participants__completed_at__isnull=False))
        return super().get_queryset(request).annotate(begun=Count("participants"), done=completed)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Study | None = None
    ) -> tuple[str, ...]:
        if obj is None or obj.is_draft:
            return self.always_fixed
        # What the analysis plan leaves data out by stays as it was when it was made.
        return (*self.always_fixed, *self.fixed_after_draft, *sorted(obj.plan.settings))

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Study | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj and not obj.is_draft else {"slug": ("title",)}

    def has_delete_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        taken_part = obj is not None and obj.participants.exists()
        return not taken_part and super().has_delete_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, Callable[..., HttpResponse]] = {
            "pilot": self._turn(services.start_pilot),
            "open": self._turn(services.open_study),
            "open_uneven": self._turn(partial(services.open_study, uneven=True)),
            "pause": self._turn(services.pause_study),
            "close": self._turn(services.close_study),
            "archive": self._turn(services.archive_study),
            "draft": self._turn(services.back_to_draft),
            "try": require_POST(self.try_out),
            "copy": require_POST(self.copy),
            "instrument": require_POST(self.add_instrument),
            "qr": self.qr,
        }
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"study_{name}")
            for name, view in views.items()
        ]
        return own + self.urls_of_files() + super().get_urls()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.current_version(form.instance, request.user)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"genres": active_model().genres, **super().get_changeform_initial_data(request)}

    def copy(self, request: HttpRequest, pk: int) -> HttpResponse:
        study = get_object_or_404(Study, pk=pk)
        if not (self.has_add_permission(request) and self.has_view_permission(request, study)):
            raise PermissionDenied
        copy = services.copy_study(study)
        services.current_version(copy, request.user)
        messages.success(request, "This is the copy, a draft. Give it a title and an address.")
        return redirect("admin:survey_study_change", quote(copy.pk))

    def qr(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The open link, to print."""
        study = get_object_or_404(Study, pk=pk)
        if not self.has_view_permission(request, study):
            raise PermissionDenied
        return print_page(request, [card(request, study, study.get_absolute_url())])

    def try_out(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Go through the study as a new participant, whose data are marked as the pilot's."""
        study = get_object_or_404(Study, pk=pk)
        if not self.has_change_permission(request, study):
            raise PermissionDenied
        if not may_try_out(request.user, study):
            messages.error(request, "Only a draft or a pilot can be tried out.")
            return redirect("admin:survey_study_change", quote(pk))
        if obstacles := services.obstacles_to_taking_part(study):
            messages.error(request, " ".join(obstacles))
            return redirect("admin:survey_study_change", quote(pk))
        start_as_new(request, study)
        return redirect(study)

    def add_instrument(self, request: HttpRequest, pk: int) -> HttpResponse:
        study = get_object_or_404(Study, pk=pk)
        if not self.has_change_permission(request, study):
            raise PermissionDenied
        try:
            if not study.is_draft:
                raise StudyFileError("Questions can be added to a draft only.")
            add_ready_made(study, request.POST.get("use", ""), request.POST.get("placement", ""))
        except StudyFileError as error:
            messages.error(request, str(error))
        else:
            services.current_version(study, request.user)
            messages.success(request, "Added; its questions can be edited below.")
        return redirect("admin:survey_study_change", quote(pk))

    def _turn(self, act: Callable[[Study], None]) -> Callable[..., HttpResponse]:
        """A button of the study's page that changes its state, or says what stands against it."""

        @require_POST
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            study = get_object_or_404(Study, pk=pk)
            if not self.has_change_permission(request, study):
                raise PermissionDenied
            try:
                act(study)
            except services.NotAllowed as refusal:
                messages.error(request, str(refusal))
            else:
                study.refresh_from_db()
                messages.success(request, f"The study is now: {study.get_state_display()}.")
            return redirect("admin:survey_study_change", quote(pk))

        return view

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        study = self.get_object(request, object_id)
        about = self._about(request, study) if study else {}
        context = {
            **(extra_context or {}),
            **{"study": study, "ready_made": ready_made(), **about},
            **{"placements": Instrument.Placement.choices, "versions": versions_of(study)},
        }
        return super().change_view(request, object_id, form_url, context)

    def _about(self, request: HttpRequest, study: Study) -> dict[str, Any]:
        """What stands against opening the study, its buttons, and how it is going."""
        turns = services.possible_turns(study)
        return {
            "obstacles": services.obstacles_to_opening(study) if "open" in turns else [],
            "uneven": services.loudness_obstacles(study) if "open" in turns else [],
            "hints": services.hints_before_opening(study) if "open" in turns else [],
            "arrivals": services.arrival_warnings(study),
            "turns": turns,
            "may_try_out": may_try_out(request.user, study),
            "monitor": monitor(study),
        }

    @admin.display(description="participants", ordering="begun")
    def n_participants(self, study: Study) -> SafeString:
        url = reverse("admin:survey_participant_changelist")
        n = study.begun  # type: ignore[attr-defined]
        return format_html('<a href="{}?study__id__exact={}">{}</a>', url, study.pk, n)

    @admin.display(description="completed", ordering="done")
    def n_completed(self, study: Study) -> int:
        return study.done  # type: ignore[attr-defined]

    @admin.display(description="participants' page")
    def page(self, study: Study) -> SafeString:
        if not study.pk:
            return SafeString("–")
        return format_html(
            '<a href="{0}">{0}</a> · <a href="{1}">QR code</a> · '
            '<a href="{2}">personal links</a> · <a href="{3}?study={4}">make links</a>',
            study.get_absolute_url(),
            reverse("admin:study_qr", args=[study.pk]),
            links_of(study),
            reverse("admin:survey_personallink_add"),
            study.pk,
        )

    @admin.display(description="loudness")
    def loudness(self, study: Study) -> str:
        waiting, unmeasured = uneven().count(), failed().count()
        as_they_are = failed().offered().count()
        said = f"songs play at {settings.LOUDNESS_LUFS:g} LUFS"
        if waiting:
            said += (
                f"; {waiting} wait to be measured, and until then play as they are or, where not "
                "all browsers play them, are not given to participants"
            )
        if as_they_are:
            said += f"; {as_they_are} can't be measured and play as they are"
        if lost := unmeasured - as_they_are:
            said += f"; {lost} can't be played in all browsers and are not given to participants"
        return said

    @admin.display(description="model")
    def heard_by(self, study: Study) -> SafeString:
        model = services.model_of(study)
        found = progress(model)
        left = f"; the other {found.missing} are left out of this study" if found.missing else ""
        return format_html(
            "{}{} has heard {} of {} available tracks{}",
            "" if study.model else "As a draft, the active one: ",
            link(model),
            found.heard,
            found.available,
            left,
        )

    @admin.display(description="so far")
    def results(self, study: Study) -> SafeString:
        if not study.pk:
            return SafeString("–")
        return format_html(
            '<a href="{}?study__id__exact={}">{} participants</a>, {} completed · '
            '<a href="{}?participant__study__id__exact={}">playlists</a>',
            reverse("admin:survey_participant_changelist"),
            study.pk,
            study.participants.count(),
            study.participants.completed().count(),
            reverse("admin:survey_trial_changelist"),
            study.pk,
        )
