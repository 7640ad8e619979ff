"""The trained networks: what each is worth, what it has heard, and which one is active."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from recommender.models import GenreModel

from .shared import ReadOnlyAdmin


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
