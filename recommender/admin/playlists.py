"""Playlists, with everything that made them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from recommender import charts, space_chart
from recommender.models import Playlist, PlaylistTrack
from recommender.scenes import scene_of

from .shared import ReadOnlyAdmin, link


class EntryInline(admin.TabularInline):
    model = PlaylistTrack
    fields = ("position", "song", "genre", "composition", "rounded_distance")
    readonly_fields = fields
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlaylistTrack]:
        entries = super().get_queryset(request).select_related("track", "playlist__model")
        return entries.prefetch_related("track__features")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display
    def song(self, entry: PlaylistTrack) -> SafeString:
        return link(entry.track)

    @admin.display(description="distance")
    def rounded_distance(self, entry: PlaylistTrack) -> str:
        return f"{entry.distance:.4f}"

    @admin.display(description="heard as")
    def composition(self, entry: PlaylistTrack) -> SafeString:
        model = entry.playlist.model
        for heard in entry.track.features.all():
            if heard.model_id == model.pk:
                return charts.sparkbar(model.genres, heard.probabilities)
        return SafeString("–")

    @admin.display
    def genre(self, entry: PlaylistTrack) -> str:
        return entry.track.genre


@admin.register(Playlist)
class PlaylistAdmin(ReadOnlyAdmin):
    list_display = ("pk", "query", "strategy", "status", "waited", "created_at")
    list_filter = ("status", "strategy", "created_at")
    search_fields = ("query_track__title", "query_track__artist", "trial__participant__pseudonym")
    list_select_related = ("query_track", "query_song")
    inlines = (EntryInline,)
    fields = (
        *(
            "query",
            "in_genre_space",
            "distances",
            "strategy",
            "params",
            "seed",
            "model",
            "library_revision",
        ),
        *("status", "error", "attempts", "created_at", "waited", "timings", "participant"),
    )
    readonly_fields = fields

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        own = {"query_track__id__exact", "entries__track__id__exact"}
        return lookup in own or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    @admin.display(description="query song", ordering="query_track__title")
    def query(self, playlist: Playlist) -> SafeString:
        return link(playlist.query)

    @admin.display(description="from choice to ready")
    def waited(self, playlist: Playlist) -> str:
        if not playlist.finished_at:
            return "–"
        return f"{(playlist.finished_at - playlist.created_at).total_seconds():.2f} s"

    @admin.display(description="in the genre space")
    def in_genre_space(self, playlist: Playlist) -> SafeString:
        scene = scene_of(playlist)
        if scene is None:
            return SafeString("no songs yet")
        return format_html(
            '<div><div class="pictures">{}{}</div><p>{}</p></div>',
            space_chart.whole(scene),
            space_chart.near(scene),
            space_chart.caption(scene),
        )

    @admin.display(description="distance to the query song, by position")
    def distances(self, playlist: Playlist) -> SafeString:
        values = [entry.distance for entry in playlist.entries.all()]
        return charts.distances(values) if values else SafeString("no songs yet")

    @admin.display
    def participant(self, playlist: Playlist) -> SafeString:
        trial = getattr(playlist, "trial", None)
        return link(trial.participant) if trial else SafeString("–")
