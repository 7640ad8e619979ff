"""The library, as researchers hear and see it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from recommender import charts
from recommender.engine.constants import CLIP_SECONDS
from recommender.learned import learned, sentence, use
from recommender.media import serve_audio
from recommender.models import GenreModel, Track, TrackFeatures


@admin.register(Track)
class TrackAdmin(admin.ModelAdmin):
    class Media:
        css = {"all": ["recommender/admin.css"]}

    change_list_template = "admin/recommender/tracks.html"
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
        "loudness",
        "audio_sha256",
        "source",
        "imported_at",
        "in_playlists",
        "learned_from",
    )
    fieldsets = (
        (None, {"fields": ("title", "artist", "album", "genre", "year", "licence", "available")}),
        ("Sound", {"fields": ("player", "loudness", "spectrogram_picture", "genre_composition")}),
        ("File", {"fields": ("duration_s", "sample_rate", "channels", "audio_sha256", "source")}),
        ("Use", {"fields": ("learned_from", "in_playlists", "imported_at")}),
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
        return serve_audio(request, self._seen(request, Track.objects.all(), pk))

    def spectrogram_png(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        track = self._seen(request, Track.objects.exclude(spectrogram=""), pk)
        return FileResponse(track.spectrogram.open("rb"), content_type="image/png")

    def _seen(self, request: HttpRequest, among: QuerySet[Track], pk: int) -> Track:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(among, pk=pk)

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

    @admin.display(description="loudness")
    def loudness(self, track: Track) -> str:
        if not track.is_offered and track.available:
            why = track.loudness_problem or "its copy, which every browser plays, is not made yet."
            return f"Not given to participants: {why}"
        if track.loudness_problem:
            return f"Played as it is: {track.loudness_problem}"
        if track.loudness_lufs is None or track.played_lufs is None:
            return "not measured yet"
        return f"{track.loudness_lufs:.1f} LUFS, played at {track.played_lufs:.1f} LUFS"

    @admin.display(description="mel-spectrogram")
    def spectrogram_picture(self, track: Track) -> SafeString:
        if not track.spectrogram:
            return SafeString("none")
        url = reverse("admin:track_spectrogram", args=[track.pk])
        picture = charts.spectrogram(url, min(CLIP_SECONDS, track.duration_s))
        return format_html('<div class="wide">{}</div>', picture)

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

    @admin.display(description="model")
    def learned_from(self, track: Track) -> str:
        return "; ".join(use(model, track) for model in GenreModel.objects.filter(active=True))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        said = [sentence(learned(model)) for model in GenreModel.objects.filter(active=True)]
        return super().changelist_view(request, {**(extra_context or {}), "learned": said})

    @admin.action(description="Withdraw from new playlists")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Track]) -> None:
        n = queryset.update(available=False, updated_at=timezone.now())
        messages.success(request, f"{n} tracks will not appear in new playlists.")

    @admin.action(description="Offer in new playlists again")
    def offer(self, request: HttpRequest, queryset: QuerySet[Track]) -> None:
        n = queryset.update(available=True, updated_at=timezone.now())
        messages.success(request, f"{n} tracks can appear in new playlists.")
