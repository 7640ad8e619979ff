"""Ready studies with people in them, straight in the database: seeded, without pages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from recommender.models import GenreModel, Playlist, PlaylistTrack, Track, TrackFeatures
from survey.models import Answer, Flag, Instrument, Participant, Study, TrackRating, Trial
from survey.services import present
from survey.study_files import load_study
from tests.analysis.conftest import MOMENT, make_participant, make_track

GALLERY = Path(__file__).parents[2] / "docs" / "studies"
GENRES = ("Hip-Hop", "Classical", "Rock")
LENGTH = 5


def make_library(rng: np.random.Generator, n: int = 24) -> list[Track]:
    genres = list(GENRES)
    model = GenreModel.objects.create(name="m", version="v1", genres=genres, active=True)
    tracks = [make_track(f"Song {i}", GENRES[i % 3], f"Artist {i % 11}") for i in range(n)]
    for at, track in enumerate(tracks):
        vector = rng.dirichlet([6.0 if at % 3 == genre else 1.0 for genre in range(3)])
        TrackFeatures.objects.create(
            track=track, model=model, probabilities=vector.tolist(), embedding=b"", fingerprint=b""
        )
    return tracks


def gallery(name: str, folder: Path, changes: Mapping[str, Any] | None = None) -> Study:
    """A ready study, or one like it with other settings."""
    document = yaml.safe_load((GALLERY / f"{name}.yaml").read_text("utf-8"))
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump({**document, **(changes or {})}, allow_unicode=True), "utf-8")
    return load_study(file)


def fill(study: Study, people: int, *, effect: float = 1.0, seed: int = 1) -> None:
    """People who like the first condition better by `effect` points, some with a mark of too fast
    ratings and some who left."""
    rng = np.random.default_rng(seed)
    tracks = make_library(rng)
    conditions = list(study.conditions.order_by("pk"))
    for at in range(people):
        someone = make_participant(study, f"P{at:02}", status="completed", completed_at=MOMENT)
        own = float(rng.normal(0, 0.5))
        for number in range(1, study.n_trials + 1):
            which = at if study.design == Study.Design.BETWEEN else at + number
            condition = conditions[which % len(conditions)]
            likes = 3 + own + effect * (condition == conditions[0])
            trial = _trial(someone, condition, number, tracks, rng)
            _rated(trial, likes, rng)
        if at % 9 == 4:
            Flag.objects.create(participant=someone, trial=trial, kind="too_fast")
        if at % 10 == 7:
            Participant.objects.filter(pk=someone.pk).update(status="abandoned", completed_at=None)


def _trial(
    someone: Participant, condition: Any, number: int, tracks: list[Track], rng: np.random.Generator
) -> Trial:
    near = condition.strategy in ("genre_space", "same_genre")
    query, *others = rng.permutation(len(tracks))
    if near:
        others = sorted(others, key=lambda one: (one % 3 != query % 3, rng.random()))
    playlist = Playlist.objects.create(
        query_track=tracks[query], strategy=condition.strategy, model=GenreModel.objects.get(),
        library_revision="r1", status=Playlist.Status.READY,
    )  # fmt: skip
    distances = np.sort(rng.uniform(0, 0.6, LENGTH)) if near else rng.uniform(0, 1, LENGTH)
    PlaylistTrack.objects.bulk_create(
        PlaylistTrack(playlist=playlist, track=tracks[one], position=place, distance=distance)
        for place, (one, distance) in enumerate(
            zip(others, distances.tolist(), strict=False), start=1
        )
    )
    return someone.trials.create(
        number=number, condition=condition, playlist=playlist, rated_at=MOMENT, finished_at=MOMENT
    )


def _rated(trial: Trial, likes: float, rng: np.random.Generator) -> None:
    """Every scale of tracks and playlists, answered."""
    study = trial.participant.study
    points = _points(study, Instrument.Placement.TRACK)
    TrackRating.objects.bulk_create(
        TrackRating(trial=trial, track=track, item=item, rated_at=MOMENT,
                    value=_point(likes, n, rng))
        for track in present(trial) for item, n in points
    )  # fmt: skip
    Answer.objects.bulk_create(
        Answer(participant=trial.participant, trial=trial, item=item, answered_at=MOMENT,
               value=str(_point(likes, n, rng)))
        for item, n in _points(study, Instrument.Placement.PLAYLIST)
    )  # fmt: skip


def _points(study: Study, placement: str) -> list[tuple[Any, int]]:
    found = [
        (item, len(item.options))
        for instrument in study.instruments.filter(placement=placement)
        for item in instrument.items.filter(kind__in=["likert", "stars"])
    ]
    return [(item, n) for item, n in found if n > 1]


def _point(likes: float, n: int, rng: np.random.Generator) -> int:
    return int(np.clip(round(rng.normal(likes, 1.0)), 1, n))
