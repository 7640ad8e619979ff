"""A small library and studies made of it, straight in the database."""

import csv
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.export.second_process import beside
from recommender.models import GenreModel, Playlist, PlaylistTrack, Track, TrackFeatures
from survey.models import (
    Answer,
    Instrument,
    Item,
    ListeningEvent,
    Participant,
    SoundCheck,
    Study,
    TrackRating,
    Trial,
)
from survey.services import present

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
AGREEMENT = ["not at all", "a little", "fairly", "much", "very much"]
VECTORS = {"Rock": [0.1, 0.1, 0.8], "Classical": [0.2, 0.7, 0.1], "": [0.6, 0.2, 0.2]}


def make_track(title: str, genre: str = "Rock", artist: str = "Ana", **fields: object) -> Track:
    return Track.objects.create(
        title=title,
        genre=genre,
        artist=artist,
        duration_s=30.0,
        sample_rate=22050,
        channels=1,
        file=f"{uuid.uuid4()}.wav",
        audio_sha256=uuid.uuid4().hex,
        **fields,
    )


def make_model() -> GenreModel:
    genres = ["Hip-Hop", "Classical", "Rock"]
    return GenreModel.objects.create(name="m", version="v1", genres=genres, active=True)


def make_study(slug: str = "pilot") -> Study:
    study = Study.objects.create(slug=slug, title=f"Study {slug}", contact="ana@example.org")
    for name, strategy in (("system", "genre_space"), ("chance", "random")):
        study.conditions.create(name=name, strategy=strategy)
    track = study.instruments.create(key="track", placement=Instrument.Placement.TRACK)
    for key in ("liking", "familiarity"):
        track.items.create(key=key, text=f"{key}?", options=AGREEMENT)
    after = study.instruments.create(key="after", placement=Instrument.Placement.PLAYLIST)
    after.items.create(key="satisfaction", text="Satisfied?", options=AGREEMENT)
    after.items.create(key="boring", text="Boring?", options=AGREEMENT, reversed=True)
    after.items.create(key="remarks", text="Remarks", kind="long_text")
    return study


def make_playlist(query: Track, tracks: Sequence[Track], **fields: object) -> Playlist:
    playlist = Playlist.objects.create(
        query_track=query,
        strategy="genre_space",
        model=GenreModel.objects.get(),
        library_revision="r1",
        status=fields.pop("status", Playlist.Status.READY),
        **fields,
    )
    for position, track in enumerate(tracks, start=1):
        PlaylistTrack.objects.create(
            playlist=playlist, track=track, position=position, distance=0.1 * position
        )
    return playlist


def make_participant(study: Study, pseudonym: str, **fields: object) -> Participant:
    return study.participants.create(
        pseudonym=pseudonym,
        registration_key=uuid.uuid4(),
        consent_text="yes",
        consented_at=MOMENT,
        **fields,
    )


def make_trial(
    participant: Participant, condition: str, playlist: Playlist, number: int = 1
) -> Trial:
    condition_of = participant.study.conditions.get(name=condition)
    return participant.trials.create(number=number, condition=condition_of, playlist=playlist)


def rate(trial: Trial, key: str, values: Sequence[int | None]) -> None:
    item = Item.objects.get(instrument__study=trial.participant.study, key=key)
    for track, value in zip(present(trial), values, strict=True):
        if value is not None:
            at = MOMENT + timedelta(minutes=track.position)
            TrackRating.objects.create(
                trial=trial, track=track, item=item, value=value, rated_at=at
            )


def answer(trial: Trial, **values: str) -> None:
    study = trial.participant.study
    for key, value in values.items():
        item = Item.objects.get(instrument__study=study, key=key)
        Answer.objects.create(
            participant=trial.participant, trial=trial, item=item, value=value, answered_at=MOMENT
        )


def listen(entry: PlaylistTrack, *ranges: tuple[float, float]) -> None:
    for start, end in ranges:
        report(entry, start_s=start, end_s=end)


def report(entry: PlaylistTrack, **fields: object) -> None:
    track = present(entry.playlist.trial)[entry.position - 1]
    event = ListeningEvent.objects.create(key=uuid.uuid4(), track=track, **fields)
    ListeningEvent.objects.filter(pk=event.pk).update(received_at=MOMENT)


@pytest.fixture
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the files hold does not hang on how exact the intervals are."""
    monkeypatch.setattr("analysis.stats.bootstrap.RESAMPLES", 199)


@pytest.fixture
def library(db: None, few_resamples: None) -> list[Track]:
    """Six tracks: three rock, two classical, one without label or artist."""
    model = make_model()
    tracks = [
        make_track("=HYPERLINK(1)", "Rock"),
        make_track("Žluťoučký kůň", " rock ", artist="ana"),
        make_track("Three", "Rock", artist="Bo"),
        make_track("Four", "Classical", artist="Bo"),
        make_track("Five", "Classical", artist="Cy"),
        make_track("Six", "", artist=""),
    ]
    for track in tracks:
        vector = VECTORS[track.genre.strip().capitalize()]
        TrackFeatures.objects.create(
            track=track, model=model, probabilities=vector, embedding=b"", fingerprint=b""
        )
    return tracks


@pytest.fixture
def study(library: list[Track]) -> Study:
    """Two participants, one playlist each; the second has not finished."""
    study = make_study()
    a = make_participant(study, "Pa", completed_at=MOMENT, status="completed")
    b = make_participant(study, "Pb", simulated=True)
    first = make_trial(a, "system", make_playlist(library[0], library[1:4]))
    second = make_trial(
        b, "chance", make_playlist(library[3], [library[4], library[5], library[0]])
    )
    rate(first, "liking", [4, 5, 3])
    rate(first, "familiarity", [1, 1, 2])
    rate(second, "liking", [2, None, 1])
    answer(first, satisfaction="4", boring="1", remarks="=cmd() write me: bo@example.org")
    entry = first.playlist.entries.get(position=1)
    for start in (0.0, 12.0, 0.4):
        report(entry, kind="play", start_s=start)
    report(entry, kind="seek", start_s=10.0, end_s=5.0)
    listen(entry, (0.0, 10.0), (5.0, 20.0), (0.5, 3.0))
    a.sound_checks.create(volume=0.8, answers=[1, 2], right_answers=[1, 3], n_right=1, passed=False)
    SoundCheck.objects.update(finished_at=MOMENT)
    return study


@pytest.fixture
def make() -> SimpleNamespace:
    """The factories, for tests that need more than the small study."""
    return SimpleNamespace(
        track=make_track,
        model=make_model,
        study=make_study,
        playlist=make_playlist,
        participant=make_participant,
        trial=make_trial,
        rate=rate,
        answer=answer,
        listen=listen,
    )


@pytest.fixture
def read() -> Callable[[Path], list[dict[str, str]]]:
    """The rows of a CSV file, as text."""
    return lambda path: list(csv.DictReader(path.open(encoding="utf-8", newline="")))


@pytest.fixture
def real_settings(monkeypatch) -> None:
    """For other processes: the tests' own would make a data folder and a database for each."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "studyproject.settings")


@pytest.fixture
def other(transactional_db, real_settings) -> Iterator[Executor]:
    """A second process, connected to the tests' database."""
    with beside() as process:
        yield process
