"""Tracks and playlists as JSON, for researchers who may see them in admin; read-only."""

from rest_framework import permissions, serializers, viewsets

from .models import Playlist, PlaylistTrack, Track
from .parameters import KnownParameters


class MayView(permissions.DjangoModelPermissions):
    """The same right that admin asks for."""

    perms_map = {
        **permissions.DjangoModelPermissions.perms_map,
        "GET": ["%(app_label)s.view_%(model_name)s"],
        "HEAD": ["%(app_label)s.view_%(model_name)s"],
    }


class ReadOnlyViewSet(KnownParameters, viewsets.ReadOnlyModelViewSet):
    permission_classes = [permissions.IsAdminUser, MayView]


class TrackSerializer(serializers.ModelSerializer):
    class Meta:
        model = Track
        fields = ("id", "title", "artist", "album", "genre", "year", "duration_s", "available")


class EntrySerializer(serializers.ModelSerializer):
    class Meta:
        model = PlaylistTrack
        fields = ("position", "track", "distance")


class PlaylistSerializer(serializers.ModelSerializer):
    entries = EntrySerializer(many=True)
    model = serializers.CharField(source="model.version")

    class Meta:
        model = Playlist
        fields = (
            *("id", "query_track", "query_song", "strategy", "params", "seed", "model"),
            "library_revision",
            *("status", "error", "created_at", "finished_at", "timings", "entries"),
        )


class TrackViewSet(ReadOnlyViewSet):
    queryset = Track.objects.all()
    serializer_class = TrackSerializer


class PlaylistViewSet(ReadOnlyViewSet):
    queryset = Playlist.objects.select_related("model").prefetch_related("entries")
    serializer_class = PlaylistSerializer
