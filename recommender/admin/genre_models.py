"""The trained networks: what each is worth, what it has heard, and which one is active."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from recommender import model_card, versions
from recommender.learned import learned, sentence
from recommender.models import GenreModel, Track
from recommender.tasks import enqueue_indexing

from .shared import ReadOnlyAdmin, link

REFRESH_S = 4
MOST_PROBLEMS = 50


@admin.register(GenreModel)
class GenreModelAdmin(ReadOnlyAdmin):
    list_display = ("name", "short_version", "genre_names", "active", "n_tracks", "added_at")
    change_form_template = "admin/recommender/genremodel_form.html"
    fieldsets = (
        (None, {"fields": ("name", "version", "genre_names", "active", "added_at")}),
        (
            "The library",
            {"fields": ("heard_so_far", "learned_from", "state", "problems_found", "weights")},
        ),
        ("Model card", {"fields": ("about", "scores", "training_data", "notes")}),
    )
    readonly_fields = (
        *("name", "version", "genre_names", "active", "added_at"),
        *("heard_so_far", "learned_from", "state", "problems_found", "weights"),
        *("about", "scores", "training_data", "notes"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[GenreModel]:
        complete = ~Q(features__mfcc=b"")
        heard = Count("features", filter=Q(features__track__available=True) & complete)
        return super().get_queryset(request).annotate(heard=heard)

    def get_urls(self) -> list[URLPattern]:
        views = {"index": self._button(self.index), "activate": self._button(self.activate)}
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"model_{name}")
            for name, view in views.items()
        ]
        return own + super().get_urls()

    def _button(self, act: Callable[[HttpRequest, GenreModel], None]) -> Callable[..., Any]:
        @require_POST
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            if not request.user.has_perm("recommender.change_genremodel"):
                raise PermissionDenied
            act(request, get_object_or_404(GenreModel, pk=pk))
            return redirect("admin:recommender_genremodel_change", pk)

        return view

    def index(self, request: HttpRequest, model: GenreModel) -> None:
        if versions.is_indexing(model):
            messages.info(request, "It is hearing the library already.")
        elif enqueue_indexing(model):
            messages.success(request, "It will hear the library in the background.")

    def activate(self, request: HttpRequest, model: GenreModel) -> None:
        try:
            versions.activate(model)
        except versions.NotReady as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"New playlists use {model} from now on.")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        model = self.get_object(request, object_id)
        running = model is not None and versions.is_indexing(model)
        context = {
            **(extra_context or {}),
            "model": model,
            "may_change": request.user.has_perm("recommender.change_genremodel"),
            "running": running,
        }
        response = super().change_view(request, object_id, form_url, context)
        if running:
            response["Refresh"] = str(REFRESH_S)
        return response

    @admin.display(description="version")
    def short_version(self, model: GenreModel) -> str:
        return model.version[:12]

    @admin.display(description="genres")
    def genre_names(self, model: GenreModel) -> str:
        return ", ".join(model.genres)

    @admin.display(description="available tracks heard")
    def n_tracks(self, model: GenreModel) -> str:
        available = Track.objects.available().count()
        return f"{model.heard} of {available}"  # type: ignore[attr-defined]

    @admin.display(description="learned from")
    def learned_from(self, model: GenreModel) -> str:
        return sentence(learned(model))

    @admin.display(description="heard")
    def heard_so_far(self, model: GenreModel) -> SafeString:
        found = versions.progress(model)
        return format_html(
            '<progress value="{0}" max="{1}" aria-label="tracks heard"></progress> '
            "{0} of {2} available tracks",
            found.heard,
            max(found.available, 1),
            found.available,
        )

    @admin.display(description="hearing the library")
    def state(self, model: GenreModel) -> str:
        if model.indexing_error:
            return f"Stopped: {model.indexing_error}"
        if versions.is_indexing(model):
            return "Running in the background, or waiting for its turn. This page reloads itself."
        if model.indexing == GenreModel.Indexing.RUNNING:
            return "Nothing has been heard of it for a while: start it again to go on."
        return "Not running."

    @admin.display(description="could not be heard")
    def problems_found(self, model: GenreModel) -> SafeString:
        count = model.problems.count()
        if not count:
            return SafeString("–")
        shown = model.problems.select_related("track")[:MOST_PROBLEMS]
        rows = format_html_join(
            "", "<li>{}: {}</li>", [(link(problem.track), problem.reason) for problem in shown]
        )
        more = "" if count <= MOST_PROBLEMS else f"The first {MOST_PROBLEMS} of {count}:"
        return format_html("{}<ul>{}</ul>", more, rows)

    @admin.display(description="weights")
    def weights(self, model: GenreModel) -> str:
        return versions.problem_with_weights(model) or f"in {model.folder}"

    @admin.display(description="in short")
    def about(self, model: GenreModel) -> SafeString:
        return model_card.about(model.card)

    @admin.display(description="scores")
    def scores(self, model: GenreModel) -> SafeString:
        return model_card.scores(model.card, model.genres)

    @admin.display(description="clips it was made with")
    def training_data(self, model: GenreModel) -> SafeString:
        return model_card.clips(model.card)

    @admin.display(description="notes")
    def notes(self, model: GenreModel) -> SafeString:
        return model_card.notes(model.card)
