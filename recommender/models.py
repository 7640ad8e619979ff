"""The library of tracks, what the network heard in them, and the playlists made from them."""

import uuid
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.files import FieldFile


def track_path(track: "Track", name: str) -> str:
    """Files are named by their content, never by what somebody called them."""
    return f"tracks/{track.audio_sha256[:2]}/{track.audio_sha256}.{name.rpartition('.')[2]}"


def rendition_path(track: "Track", name: str) -> str:
    return f"renditions/{track.audio_sha256[:2]}/{track.audio_sha256}.mp3"


def picture_path(track: "Track", name: str) -> str:
    return f"spectrograms/{track.audio_sha256[:2]}/{track.audio_sha256}.png"


def own_song_path(song: "QuerySong", name: str) -> str:
    return f"own-songs/{song.key}.{song.container}"


class TrackQuerySet(models.QuerySet["Track"]):
    def available(self) -> Self:
        return self.filter(available=True)

    def offered(self) -> Self:
        """Those that participants may be given: available, and known to play in all browsers."""
        return self.available().filter(Q(playable=True) | ~Q(rendition=""))

    def indexed(self, model: "GenreModel") -> Self:
        """Tracks that the given model has heard."""
        return self.filter(features__model=model)

    def heard(self, model: "GenreModel") -> Self:
        """Tracks of which the given model's features are complete: none lacks a part that was
        added to them later."""
        return self.filter(
            pk__in=TrackFeatures.objects.complete().filter(model=model).values("track")
        )

    def unheard(self, model: "GenreModel") -> Self:
        """All others: what hearing the library still has to do."""
        return self.exclude(
            pk__in=TrackFeatures.objects.complete().filter(model=model).values("track")
        )

    def not_evened(self, target_lufs: float) -> Self:
        """Tracks that have not been made as loud as the others yet."""
        return self.exclude(loudness_target=target_lufs)

    def matching(self, words: str) -> Self:
        """Tracks whose title, artist or album holds every word."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(title__icontains=word) | Q(artist__icontains=word) | Q(album__icontains=word)
            )
        return found


class Track(models.Model):
    """One recording of the library."""

    title = models.CharField(max_length=300)
    artist = models.CharField(max_length=300, blank=True)
    album = models.CharField(max_length=300, blank=True)
    genre = models.CharField(
        max_length=100,
        blank=True,
        db_index=True,
        help_text="The library's own label, from tags or tracks.csv; not the network's opinion.",
    )
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    licence = models.CharField(max_length=300, blank=True)
    duration_s = models.FloatField("duration (s)")
    sample_rate = models.PositiveIntegerField("sample rate (Hz)")
    channels = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to=track_path, max_length=200)
    spectrogram = models.ImageField(upload_to=picture_path, max_length=200, blank=True)
    audio_sha256 = models.CharField(
        "audio hash",
        max_length=64,
        unique=True,
        help_text="SHA-256 of the decoded audio: the same recording under other tags is the same.",
    )
    key = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="The track's address on participants' pages, telling nothing about it.",
    )
    loudness_lufs = models.FloatField(
        "loudness (LUFS)", null=True, blank=True, help_text="Of the file, by ITU-R BS.1770."
    )
    played_lufs = models.FloatField(
        "played at (LUFS)", null=True, blank=True, help_text="As participants hear it."
    )
    loudness_target = models.FloatField(
        null=True, blank=True, help_text="What it was meant to be played at; empty: not done yet."
    )
    loudness_problem = models.CharField(max_length=300, blank=True)
    rendition = models.FileField(
        upload_to=rendition_path,
        max_length=200,
        blank=True,
        help_text="What participants hear, as loud as the others; empty: the file itself.",
    )
    playable = models.BooleanField(
        default=True,
        help_text="Whether all browsers are known to play the file itself; off: they get a copy.",
    )
    available = models.BooleanField(
        default=True, help_text="Off: kept for old playlists, never in new ones."
    )
    source = models.CharField(max_length=1000, blank=True, help_text="The file it came from.")
    source_size = models.PositiveBigIntegerField(default=0)
    source_mtime_ns = models.BigIntegerField(default=0)
    imported_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TrackQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["source"])]
        constraints = [
            models.CheckConstraint(condition=Q(duration_s__gt=0), name="track_has_a_duration")
        ]

    def __str__(self) -> str:
        return f"{self.title} · {self.artist}" if self.artist else self.title

    @property
    def is_offered(self) -> bool:
        """Whether participants may be given it: as `TrackQuerySet.offered`."""
        return self.available and (self.playable or bool(self.rendition))

    @property
    def played(self) -> FieldFile:
        """What people hear: a copy as loud as the others, or the file itself."""
        return self.rendition or self.file


class GenreModelQuerySet(models.QuerySet["GenreModel"]):
    def active(self) -> "GenreModel":
        """The model that new playlists use."""
        return self.get(active=True)


class GenreModel(models.Model):
    """One trained network: its weights are told apart by their hash."""

    class Indexing(models.TextChoices):
        IDLE = "idle", "not running"
        RUNNING = "running", "running"
        STOPPED = "stopped", "stopped by an error"

    name = models.CharField(max_length=100)
    version = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the weights.")
    directory = models.CharField(
        max_length=500, blank=True, help_text="Its folder; empty for the one that is shipped."
    )
    genres = models.JSONField(help_text="In the order of the network's outputs.")
    card = models.JSONField(default=dict, help_text="What it was trained on and what it scored.")
    active = models.BooleanField(default=False)
    added_at = models.DateTimeField(auto_now_add=True)
    indexing = models.CharField(max_length=10, choices=Indexing, default=Indexing.IDLE)
    indexing_since = models.DateTimeField(null=True, blank=True)
    indexing_error = models.TextField(blank=True)

    objects = GenreModelQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["active"], condition=Q(active=True), name="one_active_genre_model"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.version[:8]})"

    @property
    def folder(self) -> Path:
        """Where its weights are: what was added is kept in the data folder, by version."""
        from .engine.cnn import SHIPPED

        kept = Path(settings.MODELS_DIR) / self.version
        if kept.is_dir():
            return kept
        return Path(self.directory) if self.directory else SHIPPED


class TrackFeaturesQuerySet(models.QuerySet["TrackFeatures"]):
    def complete(self) -> Self:
        return self.exclude(mfcc=b"")


class TrackFeatures(models.Model):
    """What one model heard in one track."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="features")
    model = models.ForeignKey(GenreModel, on_delete=models.CASCADE, related_name="features")
    probabilities = models.JSONField(help_text="One a genre, summing to 1.")
    embedding = models.BinaryField(help_text="The penultimate layer, little-endian float32.")
    mfcc = models.BinaryField(
        default=b"",
        help_text="MFCC statistics, little-endian float32; empty until index_tracks has run.",
    )
    fingerprint = models.BinaryField(help_text="Tells the same recording at another bit rate.")
    computed_at = models.DateTimeField(auto_now=True)

    objects = TrackFeaturesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "track features"
        ordering = ["track_id"]
        constraints = [
            models.UniqueConstraint(fields=["track", "model"], name="features_once_per_model")
        ]

    def __str__(self) -> str:
        return f"{self.track_id} heard by {self.model_id}"


class HearingProblem(models.Model):
    """Why one model could not hear one track, until it can."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="problems")
    model = models.ForeignKey(GenreModel, on_delete=models.CASCADE, related_name="problems")
    reason = models.TextField()
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["track_id"]
        constraints = [
            models.UniqueConstraint(fields=["track", "model"], name="one_problem_a_track_and_model")
        ]

    def __str__(self) -> str:
        return self.reason


class QuerySongQuerySet(models.QuerySet["QuerySong"]):
    def unheard(self) -> Self:
        return self.filter(state__in=[QuerySong.State.QUEUED, QuerySong.State.HEARING])

    def with_file(self) -> Self:
        return self.exclude(file="")


class QuerySong(models.Model):
    """A song from outside the library, brought by a participant to get a playlist for.

    Neither the name of the person's file nor its tags are kept: they can tell who somebody is.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        HEARING = "hearing", "being heard"
        HEARD = "heard", "heard"
        REFUSED = "refused", "can't be used"
        FAILED = "failed", "given up"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    model = models.ForeignKey(
        GenreModel, on_delete=models.PROTECT, related_name="query_songs", help_text="That hears it."
    )
    genre = models.CharField(max_length=100, blank=True, help_text="The participant's pick.")
    file = models.FileField(
        upload_to=own_song_path, max_length=200, blank=True, help_text="Empty once deleted."
    )
    keep_file = models.BooleanField(default=False, help_text="Off: deleted once it is heard.")
    keep_until = models.DateTimeField(
        null=True, blank=True, help_text="A kept file is deleted then at the latest."
    )
    container = models.CharField(max_length=10, help_text="By the file's content, such as mp3.")
    playable = models.BooleanField(
        default=True, help_text="Whether all browsers are known to play its file."
    )
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED, db_index=True)
    reason = models.TextField(blank=True, help_text="Why it can't be used, for the participant.")
    duration_s = models.FloatField("duration (s)", null=True, blank=True)
    audio_sha256 = models.CharField("audio hash", max_length=64, blank=True)
    probabilities = models.JSONField(default=list, blank=True, help_text="One a genre.")
    embedding = models.BinaryField(default=b"")
    mfcc = models.BinaryField(default=b"")
    fingerprint = models.BinaryField(default=b"")
    created_at = models.DateTimeField(auto_now_add=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField("file deleted at", null=True, blank=True)

    objects = QuerySongQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="heard") | ~Q(audio_sha256=""), name="heard_songs_have_a_hash"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "failed"]) | Q(file=""),
                name="useless_files_are_not_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"A participant's own song ({self.pk})"

    @property
    def played(self) -> FieldFile:
        return self.file

    @property
    def is_useless(self) -> bool:
        """Whether there will never be a playlist for it."""
        return self.state in (self.State.REFUSED, self.State.FAILED)


class PlaylistQuerySet(models.QuerySet["Playlist"]):
    def ready(self) -> Self:
        return self.filter(status=Playlist.Status.READY)

    def unfinished(self) -> Self:
        return self.filter(status__in=[Playlist.Status.QUEUED, Playlist.Status.RUNNING])


class Playlist(models.Model):
    """A playlist with everything that made it; the same inputs give the same playlist."""

    class Status(models.TextChoices):
        QUEUED = "queued", "queued"
        RUNNING = "running", "finding songs"
        READY = "ready", "ready"
        FAILED = "failed", "failed"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    query_track = models.ForeignKey(
        Track, on_delete=models.PROTECT, null=True, blank=True, related_name="queried_in"
    )
    query_song = models.OneToOneField(
        QuerySong,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="playlist",
        help_text="In its place: a song that the participant brought.",
    )
    strategy = models.CharField(max_length=50)
    params = models.JSONField(default=dict, blank=True)
    seed = models.PositiveBigIntegerField(default=0)
    model = models.ForeignKey(GenreModel, on_delete=models.PROTECT, related_name="playlists")
    library_revision = models.CharField(max_length=64, blank=True)
    tracks = models.ManyToManyField(Track, through="PlaylistTrack", related_name="playlists")

    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED, db_index=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    enqueued_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty while the broker has not taken it."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    timings = models.JSONField(default=dict, blank=True, help_text="Seconds, by step.")

    objects = PlaylistQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(query_track__isnull=False, query_song__isnull=True)
                | Q(query_track__isnull=True, query_song__isnull=False),
                name="one_query_song_from_in_or_outside",
            )
        ]

    def __str__(self) -> str:
        return f"Playlist {self.pk} for {self.query}"

    @property
    def query(self) -> Track | QuerySong:
        """The song that it was made for."""
        found = self.query_track or self.query_song
        assert found is not None  # noqa: S101  a constraint says so
        return found

    @property
    def wants_another_song(self) -> bool:
        """Whether the participant's own song turned out to be of no use."""
        return self.query_song is not None and self.query_song.is_useless

    @property
    def is_ready(self) -> bool:
        return self.status == self.Status.READY


class PlaylistTrack(models.Model):
    playlist = models.ForeignKey(Playlist, on_delete=models.CASCADE, related_name="entries")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveSmallIntegerField()
    distance = models.FloatField(help_text="Euclidean, in genre space, to the query song.")

    class Meta:
        ordering = ["playlist", "position"]
        constraints = [
            models.UniqueConstraint(fields=["playlist", "position"], name="one_track_a_position"),
            models.UniqueConstraint(fields=["playlist", "track"], name="a_track_once_a_playlist"),
            models.CheckConstraint(condition=Q(position__gte=1), name="positions_from_one"),
            models.CheckConstraint(condition=Q(distance__gte=0), name="distance_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.track}"
