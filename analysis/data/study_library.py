"""The library that a study's playlists come from, and what each model heard in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from recommender.learned import Learned, learned
from recommender.models import GenreModel, PlaylistTrack, Track, TrackFeatures
from survey.models import Study, Trial

from .frames import of_study


@dataclass(frozen=True, slots=True)
class Library:
    """The tracks that playlists could hold, and what each model heard in them.

    `learned`: which of the tracks each model learned from. Labels are compared without surrounding
    spaces and case; a blank one is None.
    """

    genres: Mapping[int, str | None]
    artists: Mapping[int, str | None]
    model_genres: Mapping[int, list[str]]
    vectors: Mapping[tuple[int, int], list[float]]
    learned: Mapping[int, Learned] = field(default_factory=dict)

    def n_learned(self, model: int, tracks: Sequence[int]) -> int | None:
        """How many of these tracks the model learned from; None if it does not say."""
        of = self.learned.get(model)
        return sum(track in of.parts for track in tracks) if of and of.stated else None


def library(study: Study, *, pilot: bool = False) -> Library:
    """Tracks that are available, or that this study has shown or had as query songs."""
    shown = of_study(study, "playlist__trial__participant", pilot)
    entered = PlaylistTrack.objects.filter(shown).values("track")
    chosen = Trial.objects.filter(of_study(study, "participant", pilot)).exclude(playlist=None)
    queried = chosen.values("playlist__query_track")
    tracks = Track.objects.filter(Q(available=True) | Q(pk__in=entered) | Q(pk__in=queried))
    rows = list(tracks.order_by("pk").values_list("pk", "genre", "artist"))
    models = models_of(study, pilot)
    features = TrackFeatures.objects.filter(model__in=models.values("pk"), track__in=tracks)
    return Library(
        genres={pk: label(genre) for pk, genre, _ in rows},
        artists={pk: label(artist) for pk, _, artist in rows},
        model_genres=dict(models.order_by("pk").values_list("pk", "genres")),
        vectors={
            (model, track): probabilities
            for model, track, probabilities in features.order_by("pk").values_list(
                "model_id", "track_id", "probabilities"
            )
        },
        learned={model.pk: learned(model, [pk for pk, _, _ in rows]) for model in models},
    )


def models_of(study: Study, pilot: bool) -> QuerySet[GenreModel]:
    """Those that made the playlists."""
    made = of_study(study, "playlists__trial__participant", pilot)
    return GenreModel.objects.filter(made).distinct()


def label(text: str) -> str | None:
    return text.strip().casefold() or None
