"""The researcher's view of the library, the models and the playlists."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Prefetch, QuerySet
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from . import charts
from .engine.constants import CLIP_SECONDS
from .media import serve_audio
from .models import GenreModel, Playlist, PlaylistTrack, Track, TrackFeatures


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only the product itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def link(row: Any) -> SafeString:
    """A link to a row's page in admin."""
    if row is None:
        return SafeString("–")
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, row)


@admin.register(Track)
class TrackAdmin(admin.ModelAdmin):
    list_display = ("title", "artist", "album", "genre", "composition", "seconds", "available")
    list_filter = ("genre", "available", "imported_at")
    search_fields = ("title", "artist", "album", "=audio_sha256")
    list_per_page = 50
    actions = ("withdraw", "offer")
    readonly_fields = (
        "player",
        "spectrogram_picture",
        "genre_composition",
        "duration_s",
        "sample_rate",
        "channels",
        "audio_sha256",
        "source",
        "imported_at",
        "in_playlists",
    )
    fieldsets = (
        (None, {"fields": ("title", "artist", "album", "genre", "year", "licence", "available")}),
        ("Sound", {"fields": ("player", "spectrogram_picture", "genre_composition")}),
        ("File", {"fields": ("duration_s", "sample_rate", "channels", "audio_sha256", "source")}),
        ("Use", {"fields": ("in_playlists", "imported_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Track]:
        active = TrackFeatures.objects.filter(model__active=True).select_related("model")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("features", queryset=active, to_attr="active_features"))
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # manage.py import_tracks does it, with checks, for folders of any size

    def has_delete_permission(self, request: HttpRequest, obj: Track | None = None) -> bool:
        return False  # withdrawn tracks stay, or old playlists would have holes

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/audio/", self.admin_site.admin_view(self.audio), name="track_audio"),
            path(
                "<int:pk>/spectrogram.png",
                self.admin_site.admin_view(self.spectrogram_png),
                name="track_spectrogram",
            ),
        ]
        return own + super().get_urls()

    def audio(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return serve_audio(request, get_object_or_404(Track, pk=pk))

    def spectrogram_png(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        track = get_object_or_404(Track.objects.exclude(spectrogram=""), pk=pk)
        return FileResponse(track.spectrogram.open("rb"), content_type="image/png")

    @admin.display(description="length", ordering="duration_s")
    def seconds(self, track: Track) -> str:
        return f"{int(track.duration_s // 60)}:{int(track.duration_s % 60):02d}"

    @admin.display(description="heard as")
    def composition(self, track: Track) -> SafeString:
        for heard in track.active_features:  # type: ignore[attr-defined]
            return charts.sparkbar(heard.model.genres, heard.probabilities)
        return SafeString("not heard yet")

    @admin.display(description="listen")
    def player(self, track: Track) -> SafeString:
        url = reverse("admin:track_audio", args=[track.pk])
        return format_html('<audio controls preload="none" src="{}"></audio>', url)

    @admin.display(description="mel-spectrogram")
    def spectrogram_picture(self, track: Track) -> SafeString:
        if not track.spectrogram:
            return SafeString("none")
        url = reverse("admin:track_spectrogram", args=[track.pk])
        return charts.spectrogram(url, min(CLIP_SECONDS, track.duration_s))

    @admin.display(description="genre composition")
    def genre_composition(self, track: Track) -> SafeString:
        for heard in track.active_features:  # type: ignore[attr-defined]
            return charts.composition(heard.model.genres, heard.probabilities)
        return SafeString("The active model has not heard this track: run manage.py index_tracks.")

    @admin.display(description="playlists")
    def in_playlists(self, track: Track) -> SafeString:
        listing = reverse("admin:recommender_playlist_changelist")
        return format_html(
            '<a href="{0}?query_track__id__exact={1}">query song of {2}</a>, '
            '<a href="{0}?entries__track__id__exact={1}">in {3}</a>',
            listing,
            track.pk,
            track.queried_in.count(),
            track.entries.count(),
        )

    @admin.action(description="Withdraw from new playlists")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Track]) -> None:
        n = queryset.update(available=False, updated_at=timezone.now())
        messages.success(request, f"{n} tracks will not appear in new playlists.")

    @admin.action(description="Offer in new playlists again")
    def offer(self, request: HttpRequest, queryset: QuerySet[Track]) -> None:
        n = queryset.update(available=True, updated_at=timezone.now())
        messages.success(request, f"{n} tracks can appear in new playlists.")


@admin.register(GenreModel)
class GenreModelAdmin(ReadOnlyAdmin):
    list_display = ("name", "short_version", "genre_names", "active", "n_tracks", "added_at")
    fields = ("name", "version", "genre_names", "active", "n_tracks", "scores", "added_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[GenreModel]:
        return super().get_queryset(request).annotate(heard=Count("features"))

    @admin.display(description="version")
    def short_version(self, model: GenreModel) -> str:
        return model.version[:12]

    @admin.display(description="genres")
    def genre_names(self, model: GenreModel) -> str:
        return ", ".join(model.genres)

    @admin.display(description="tracks heard")
    def n_tracks(self, model: GenreModel) -> int:
        return model.heard  # type: ignore[attr-defined]

    @admin.display(description="model card")
    def scores(self, model: GenreModel) -> SafeString:
        import json

        return format_html("<pre>{}</pre>", json.dumps(model.card, indent=2, ensure_ascii=False))


class EntryInline(admin.TabularInline):
    model = PlaylistTrack
    fields = ("position", "song", "genre", "rounded_distance")
    readonly_fields = fields
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlaylistTrack]:
        return super().get_queryset(request).select_related("track")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display
    def song(self, entry: PlaylistTrack) -> SafeString:
        return link(entry.track)

    @admin.display(description="distance")
    def rounded_distance(self, entry: PlaylistTrack) -> str:
        return f"{entry.distance:.4f}"

    @admin.display
    def genre(self, entry: PlaylistTrack) -> str:
        return entry.track.genre


@admin.register(Playlist)
class PlaylistAdmin(ReadOnlyAdmin):
    list_display = ("pk", "query", "strategy", "status", "waited", "created_at")
    list_filter = ("status", "strategy", "created_at")
    search_fields = ("query_track__title", "query_track__artist", "trial__participant__pseudonym")
    list_select_related = ("query_track",)
    inlines = (EntryInline,)
    fields = (
        *("query", "distances", "strategy", "params", "seed", "model", "library_revision"),
        *("status", "error", "attempts", "created_at", "waited", "timings", "participant"),
    )
    readonly_fields = fields

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        own = {"query_track__id__exact", "entries__track__id__exact"}
        return lookup in own or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    @admin.display(description="query song", ordering="query_track__title")
    def query(self, playlist: Playlist) -> SafeString:
        return link(playlist.query_track)

    @admin.display(description="from choice to ready")
    def waited(self, playlist: Playlist) -> str:
        if not playlist.finished_at:
            return "–"
        return f"{(playlist.finished_at - playlist.created_at).total_seconds():.2f} s"

    @admin.display(description="distance to the query song, by position")
    def distances(self, playlist: Playlist) -> SafeString:
        values = [entry.distance for entry in playlist.entries.all()]
        return charts.distances(values) if values else SafeString("no songs yet")

    @admin.display
    def participant(self, playlist: Playlist) -> SafeString:
        trial = getattr(playlist, "trial", None)
        return link(trial.participant) if trial else SafeString("–")
