"""Everything that is kept of one participant, for that participant to read and take away.

`FIELDS` names every field with what it is; a test compares it with the database's fields, so that
nothing new is forgotten.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Manager, Model
from django.db.models.fields.files import FieldFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recommender.models import Playlist, PlaylistTrack, QuerySong, Track
from survey.questions.fields import labels_of, points_of, rows_of
from survey.questions.rules import DONT_KNOW

from .languages import said
from .models import (
    Answer,
    Flag,
    Item,
    ListeningEvent,
    Participant,
    RatingChange,
    SoundCheck,
    Study,
    StudyVersion,
    TrackRating,
    Trial,
    TrialTrack,
)

# Whose points have words; a row's point of a differential has none, but "don't know" has.
POINTS = (Item.Kind.LIKERT, Item.Kind.STARS, Item.Kind.MATRIX, Item.Kind.YES_NO)

WITHHELD = _("Told once you have finished or left, as knowing it could change your answers.")

FIELDS: dict[type[Model], dict[str, str | Promise]] = {
    Participant: {
        "study": _("The study that you take part in."),
        "version": _("Which version of the study you began with."),
        "code": _("Your code, with which you come back. Keep it to yourself."),
        "pseudonym": _("Your name in the researchers' tables; nobody can come back with it."),
        "status": _("Whether you are taking part, have completed the study, or have left."),
        "language": _("The language in which you read the study."),
        "consent_text": _("The statement that you agreed to."),
        "consented_at": _("When you agreed."),
        "created_at": _("When you registered."),
        "last_seen_at": _("When you last did something."),
        "completed_at": _("When you completed the study."),
        "left_at": _("When you left, or when the study ended for you early."),
        "left_because": _("Why that was."),
        "completion_code": _("It proves that you took part."),
        "link": _("The personal link that you came by."),
        "identity": _(
            "By which the service that sent you knows you; it is never in the researchers' tables."
        ),
        "parameters": _(
            "What the service that sent you added to the address; it is never in the tables."
        ),
        "seed": _("The number from which every random choice made for you comes."),
        "registration_key": _("The number of your registration form: sent twice, counted once."),
        "simulated": _("Whether your browser said that it is a test program."),
        "pilot": _("Whether you took part while the study was being tried out."),
    },
    SoundCheck: {
        "volume": _("The volume that you set, from 0 to 1."),
        "answers": _("Your answers in the headphone test."),
        "right_answers": _("The right answers in the headphone test."),
        "n_right": _("How many of your answers were right."),
        "passed": _("Whether that was enough."),
        "could_not_hear": _("Whether you said that you could not hear anything."),
        "finished_at": _("When you finished the sound check."),
    },
    Flag: {
        "trial": _("The number of the playlist, if it is about one."),
        "kind": _("What a computer noticed in your answers for the researchers to look at."),
        "detail": _("What exactly it noticed."),
        "noted_at": _("When it noticed."),
    },
    Answer: {
        "item": _("The question."),
        "row": _("The part of the question, where it has several."),
        "trial": _("The number of the playlist, if the question is about one."),
        "value": _("Your answer; for a scale, the number of the point."),
        "answered_at": _("When you answered."),
    },
    Trial: {
        "number": _("Which of your playlists it is."),
        "condition": _("The researchers' name for the way in which the playlist was made."),
        "genre": _("The genre that you picked."),
        "chosen_at": _("When you chose the query song."),
        "rated_at": _("When you had rated every song."),
        "finished_at": _("When you had answered the questions about the playlist."),
        "playlist": _("The playlist that was made for you."),
    },
    TrialTrack: {
        "position": _("The song's place in the order in which you heard them."),
        "track": _("The song."),
        "entry": _("The song's place in the playlist as the computer made it."),
        "role": _("Whether the song belongs to the playlist, or was put among it as a check."),
    },
    TrackRating: {
        "item": _("What you were asked about the song."),
        "value": _("Your rating."),
        "first_rated_at": _("When you first gave one."),
        "rated_at": _("When you gave the one that counts."),
        "changes": _("How many times you changed it."),
    },
    RatingChange: {
        "value": _("A rating that you changed later."),
        "rated_at": _("When you gave it."),
    },
    ListeningEvent: {
        "key": _("The number of the player's report: sent twice, counted once."),
        "kind": _("What the player reported: a part that was heard, or something you did."),
        "start_s": _("From which second of the song."),
        "end_s": _("To which second of the song."),
        "value": _("The volume, or how many seconds."),
        "received_at": _("When the report came."),
    },
    Playlist: {
        "key": _("The playlist's number."),
        "query_track": _("The song that you chose, from which the playlist was made."),
        "query_song": _("The song of your own that you brought instead."),
        "strategy": _("The way in which the computer made it."),
        "params": _("The settings of that way."),
        "seed": _("The number from which its random choices come."),
        "model": _("The network that had heard the songs."),
        "library_revision": _("The state of the music library at that time."),
        "status": _("How far making it has come."),
        "error": _("What went wrong, if it could not be made."),
        "attempts": _("How often making it was begun."),
        "created_at": _("When it was asked for."),
        "enqueued_at": _("When it was handed to a worker."),
        "started_at": _("When making it began."),
        "finished_at": _("When it was ready."),
        "timings": _("How many seconds each step took."),
    },
    QuerySong: {
        "key": _("Your song's number; its name was not kept."),
        "genre": _("The genre that you picked."),
        "file": _("Where its file is; empty once it was deleted."),
        "keep_file": _("Whether the file is kept after it was heard."),
        "keep_until": _("When a kept file is deleted at the latest."),
        "container": _("The kind of file."),
        "playable": _("Whether all browsers are known to play its file."),
        "state": _("How far hearing it has come."),
        "reason": _("Why it could not be used."),
        "duration_s": _("How many seconds it lasts."),
        "audio_sha256": _("A number made from its sound, by which the same recording is told."),
        "probabilities": _("How much the network heard of each genre in it."),
        "embedding": _("What else the network heard, as numbers."),
        "mfcc": _("Its timbre, as numbers."),
        "fingerprint": _("A rough picture of its sound, by which the same recording is told."),
        "model": _("The network that heard it."),
        "created_at": _("When you brought it."),
        "heard_at": _("When it was heard."),
        "deleted_at": _("When its file was deleted."),
    },
    PlaylistTrack: {
        "track": _("The song."),
        "position": _("Its place in the playlist as the computer made it."),
        "distance": _("How far it is from the query song, as the computer heard them."),
    },
}

KINDS: dict[type[Model], str | Promise] = {
    Participant: _("You as a participant"),
    SoundCheck: _("A sound check"),
    Flag: _("A mark on your data"),
    Answer: _("An answer"),
    Trial: _("One round, with one playlist"),
    TrialTrack: _("A song that you heard"),
    TrackRating: _("A rating of a song"),
    RatingChange: _("A rating that was changed"),
    ListeningEvent: _("A report of the player"),
    Playlist: _("A playlist"),
    QuerySong: _("A song of your own"),
    PlaylistTrack: _("A song of a playlist"),
}

# What hangs on a row and is told with it.
PARTS: dict[type[Model], tuple[str, ...]] = {
    Participant: ("sound_checks", "answers", "trials", "flags"),
    Trial: ("tracks",),
    TrialTrack: ("ratings", "listening"),
    TrackRating: ("history",),
}

# To somebody who still rates, these would tell what a blind study must not tell.
BLIND: dict[type[Model], tuple[str, ...]] = {
    Participant: ("completion_code", "flags"),
    SoundCheck: ("right_answers", "n_right", "passed"),
    Trial: ("condition",),
    TrialTrack: ("entry", "role"),
    Playlist: ("strategy", "params", "seed", "model", "library_revision", "error"),
}


def own_data(participant: Participant) -> dict[str, Any]:
    """Every field of every row about the participant, nested as the rows belong together."""
    return _told(everything(participant), _blind(participant))


def everything(participant: Participant) -> Participant:
    """The participant with all that hangs on it, read at once."""
    return (
        Participant.objects.select_related("study", "version", "link")
        .prefetch_related(
            "sound_checks",
            "flags__trial",
            "answers__item__instrument",
            "answers__trial",
            "trials__condition",
            "trials__playlist__query_track",
            "trials__playlist__query_song__model",
            "trials__playlist__model",
            "trials__tracks__track",
            "trials__tracks__entry__track",
            "trials__tracks__ratings__item__instrument",
            "trials__tracks__ratings__history",
            "trials__tracks__listening",
        )
        .get(pk=participant.pk)
    )


def _blind(participant: Participant) -> Mapping[type[Model], tuple[str, ...]]:
    if participant.status != Participant.Status.ACTIVE:
        return {}
    masked = participant.study.titles != Study.Titles.SHOWN
    return {**BLIND, TrialTrack: (*BLIND[TrialTrack], *(["track"] if masked else []))}


def _told(row: Model, blind: Mapping[type[Model], tuple[str, ...]]) -> dict[str, Any]:
    hidden = blind.get(type(row), ())
    return {
        name: WITHHELD if name in hidden else _plain(getattr(row, name), blind)
        for name in (*FIELDS[type(row)], *PARTS.get(type(row), ()))
    }


def _plain(value: Any, blind: Mapping[type[Model], tuple[str, ...]]) -> Any:
    match value:
        case Manager():
            return [_told(row, blind) for row in value.all()]
        case bytes() | memoryview():
            return bytes(value).hex()
        case FieldFile():
            return value.name
        case Playlist() | PlaylistTrack() | QuerySong():
            return _told(value, blind)
        case Item():
            return {"key": value.key_in_form, "text": said(value, "text")}
        case Track():
            return {"title": value.title, "artist": value.artist}
        case Trial() | StudyVersion():
            return value.number
        case Model():
            return str(value)
    return value


def question_in_words(item: Item, row: str = "") -> str:
    """What was asked; with its part, where a question has several that are answered apart."""
    return " · ".join([str(said(item, "text")), *_part(item, row)])


def _part(item: Item, row: str) -> list[str]:
    if item.kind == Item.Kind.RANKING and row.isdecimal():
        return labels_of(item)[int(row) : int(row) + 1]
    labels = rows_of(item).get(row)
    return [" – ".join(labels)] if labels else []


def answer_in_words(item: Item, value: object) -> str:
    """An answer as its participant gave it: a scale's point with its label.

    A rating keeps "don't know" as None.
    """
    if value == "":
        return "–"
    given = DONT_KNOW if value is None else str(value)
    if item.kind == Item.Kind.YES_NO:
        given = {"1": "yes", "0": "no"}.get(given, given)
    if item.kind in (Item.Kind.CHOICE, Item.Kind.MULTIPLE):
        return dict(zip(item.options, labels_of(item), strict=True)).get(given, given)
    if item.kind in POINTS or given == DONT_KNOW:
        label = str(dict(points_of(item)).get(given, given))
        return f"{given} – {label}" if given.isdecimal() and label != given else label
    return given


def explanations() -> list[tuple[str, dict[str, str | Promise]]]:
    """What each field of the download is, by kind of row."""
    return [(str(KINDS[model]), fields) for model, fields in FIELDS.items()]
