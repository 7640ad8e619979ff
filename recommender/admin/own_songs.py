"""Songs that participants brought: what was heard in them, and deleting their files."""

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.safestring import SafeString

from recommender import charts, own_songs
from recommender.models import QuerySong, QuerySongQuerySet

from .shared import ReadOnlyAdmin, link


@admin.register(QuerySong)
class QuerySongAdmin(ReadOnlyAdmin):
    """Nothing here tells who brought a song, or what it was called."""

    list_display = ("__str__", "state", "genre", "composition", "seconds", "has_file", "created_at")
    list_filter = ("state", "genre", "created_at")
    list_select_related = ("model",)
    actions = ("delete_files",)
    fields = (
        *("state", "reason", "genre", "composition", "seconds", "container", "audio_sha256"),
        *("model", "playlist_link", "has_file", "keep_file", "keep_until", "deleted_at"),
        *("created_at", "heard_at"),
    )
    readonly_fields = fields

    def has_forget_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recommender.delete_querysong")

    @admin.action(description="Delete the files", permissions=["forget"])
    def delete_files(self, request: HttpRequest, queryset: QuerySongQuerySet) -> None:
        heard = queryset.filter(state=QuerySong.State.HEARD)
        n = own_songs.delete_files(heard)
        messages.success(request, f"{n} files deleted; what was heard in them stays.")

    @admin.display(description="file", boolean=True)
    def has_file(self, song: QuerySong) -> bool:
        return bool(song.file)

    @admin.display(description="length")
    def seconds(self, song: QuerySong) -> str:
        return f"{song.duration_s:.0f} s" if song.duration_s else "–"

    @admin.display(description="heard as")
    def composition(self, song: QuerySong) -> SafeString:
        if not song.probabilities:
            return SafeString("–")
        return charts.sparkbar(song.model.genres, song.probabilities)

    @admin.display(description="playlist")
    def playlist_link(self, song: QuerySong) -> SafeString:
        return link(song.playlist)
