"""Everything that is kept of one participant, for that participant to read and take away.

`FIELDS` names every field with what it is; a test compares it with the database's fields, so that
nothing new is forgotten.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Manager, Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from recommender.models import Playlist, PlaylistTrack, Track

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

WITHHELD = lazy("Told once you have finished or left, as knowing it could change your answers.")

FIELDS: dict[type[Model], dict[str, str | Promise]] = {
    Participant: {
        "study": lazy("The study that you take part in."),
        "version": lazy("Which version of the study you began with."),
        "code": lazy("Your code, with which you come back. Keep it to yourself."),
        "pseudonym": lazy("Your name in the researchers' tables; nobody can come back with it."),
        "status": lazy("Whether you are taking part, have completed the study, or have left."),
        "language": lazy("The language in which you read the study."),
        "consent_text": lazy("The statement that you agreed to."),
        "consented_at": lazy("When you agreed."),
        "created_at": lazy("When you registered."),
        "last_seen_at": lazy("When you last did something."),
        "completed_at": lazy("When you completed the study."),
        "left_at": lazy("When you left, or when the study ended for you early."),
        "left_because": lazy("Why that was."),
        "completion_code": lazy("It proves that you took part."),
        "link": lazy("The personal link that you came by."),
        "identity": lazy(
            "By which the service that sent you knows you; it is never in the researchers' tables."
        ),
        "parameters": lazy(
            "What the service that sent you added to the address; it is never in the tables."
        ),
        "seed": lazy("The number from which every random choice made for you comes."),
        "registration_key": lazy("The number of your registration form: sent twice, counted once."),
        "simulated": lazy("Whether your browser said that it is a test program."),
        "pilot": lazy("Whether you took part while the study was being tried out."),
    },
    SoundCheck: {
        "volume": lazy("The volume that you set, from 0 to 1."),
        "answers": lazy("Your answers in the headphone test."),
        "right_answers": lazy("The right answers in the headphone test."),
        "n_right": lazy("How many of your answers were right."),
        "passed": lazy("Whether that was enough."),
        "could_not_hear": lazy("Whether you said that you could not hear anything."),
        "finished_at": lazy("When you finished the sound check."),
    },
    Flag: {
        "trial": lazy("The number of the playlist, if it is about one."),
        "kind": lazy("What a computer noticed in your answers for the researchers to look at."),
        "detail": lazy("What exactly it noticed."),
        "noted_at": lazy("When it noticed."),
    },
    Answer: {
        "item": lazy("The question."),
        "row": lazy("The part of the question, where it has several."),
        "trial": lazy("The number of the playlist, if the question is about one."),
        "value": lazy("Your answer; for a scale, the number of the point."),
        "answered_at": lazy("When you answered."),
    },
    Trial: {
        "number": lazy("Which of your playlists it is."),
        "condition": lazy("The researchers' name for the way in which the playlist was made."),
        "genre": lazy("The genre that you picked."),
        "chosen_at": lazy("When you chose the query song."),
        "rated_at": lazy("When you had rated every song."),
        "finished_at": lazy("When you had answered the questions about the playlist."),
        "playlist": lazy("The playlist that was made for you."),
    },
    TrialTrack: {
        "position": lazy("The song's place in the order in which you heard them."),
        "track": lazy("The song."),
        "entry": lazy("The song's place in the playlist as the computer made it."),
        "role": lazy("Whether the song belongs to the playlist, or was put among it as a check."),
    },
    TrackRating: {
        "item": lazy("What you were asked about the song."),
        "value": lazy("Your rating."),
        "first_rated_at": lazy("When you first gave one."),
        "rated_at": lazy("When you gave the one that counts."),
        "changes": lazy("How many times you changed it."),
    },
    RatingChange: {
        "value": lazy("A rating that you changed later."),
        "rated_at": lazy("When you gave it."),
    },
    ListeningEvent: {
        "key": lazy("The number of the player's report: sent twice, counted once."),
        "kind": lazy("What the player reported: a part that was heard, or something you did."),
        "start_s": lazy("From which second of the song."),
        "end_s": lazy("To which second of the song."),
        "value": lazy("The volume, or how many seconds."),
        "received_at": lazy("When the report came."),
    },
    Playlist: {
        "key": lazy("The playlist's number."),
        "query_track": lazy("The song that you chose, from which the playlist was made."),
        "strategy": lazy("The way in which the computer made it."),
        "params": lazy("The settings of that way."),
        "seed": lazy("The number from which its random choices come."),
        "model": lazy("The network that had heard the songs."),
        "library_revision": lazy("The state of the music library at that time."),
        "status": lazy("How far making it has come."),
        "error": lazy("What went wrong, if it could not be made."),
        "attempts": lazy("How often making it was begun."),
        "created_at": lazy("When it was asked for."),
        "enqueued_at": lazy("When it was handed to a worker."),
        "started_at": lazy("When making it began."),
        "finished_at": lazy("When it was ready."),
        "timings": lazy("How many seconds each step took."),
    },
    PlaylistTrack: {
        "track": lazy("The song."),
        "position": lazy("Its place in the playlist as the computer made it."),
        "distance": lazy("How far it is from the query song, as the computer heard them."),
    },
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
        case Playlist() | PlaylistTrack():
            return _told(value, blind)
        case Item():
            return {"key": value.key_in_form, "text": value.text}
        case Track():
            return {"title": value.title, "artist": value.artist}
        case Trial() | StudyVersion():
            return value.number
        case Model():
            return str(value)
    return value


def answer_in_words(item: Item, value: object) -> str:
    """An answer as its participant gave it: a scale's point with its label."""
    if value in (None, ""):
        return "–"
    if item.kind == Item.Kind.YES_NO:
        return {"yes": _("Yes"), "1": _("Yes"), "no": _("No"), "0": _("No")}.get(
            str(value), str(value)
        )
    if item.kind in (Item.Kind.LIKERT, Item.Kind.STARS) and str(value).isdecimal():
        labels = item.options[int(str(value)) - 1 : int(str(value))]
        return " – ".join([str(value), *labels])
    return str(value)


def explanations() -> list[tuple[str, dict[str, str | Promise]]]:
    """What each field of the download is, by kind of row."""
    return [(str(model._meta.verbose_name), fields) for model, fields in FIELDS.items()]
