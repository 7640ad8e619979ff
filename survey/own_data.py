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
from survey.questions.forms import wording_of
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

WITHHELD = _("Shown once you have finished or left, because knowing it could change your answers.")

FIELDS: dict[type[Model], dict[str, str | Promise]] = {
    Participant: {
        "study": _("The study you are taking part in."),
        "version": _("The version of the study you began with."),
        "code": _("The code that lets you back in. Keep it to yourself."),
        "pseudonym": _("Your pseudonym in the researchers' tables; it lets nobody in."),
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
        "link": _("The personal link you used."),
        "identity": _(
            "How the service that sent you identifies you; never in the researchers' tables."
        ),
        "parameters": _(
            "What the service that sent you added to the address; it never appears in the tables."
        ),
        "seed": _("The number that every random choice made for you is drawn from."),
        "registration_key": _(
            "The number of your registration form, so that sending it twice counts once."
        ),
        "simulated": _("Whether your browser identified itself as a test program."),
        "pilot": _("Whether you took part in the study's pilot."),
    },
    SoundCheck: {
        "volume": _("The volume that you set, from 0 to 1."),
        "answers": _("Your answers in the headphone test."),
        "right_answers": _("The right answers in the headphone test."),
        "n_right": _("How many of your answers were right."),
        "passed": _("Whether that was enough to pass."),
        "could_not_hear": _("Whether you said that you could not hear anything."),
        "finished_at": _("When you finished the sound check."),
    },
    Flag: {
        "trial": _("The number of the playlist it is about, if any."),
        "kind": _("Something in your answers that the software marked for the researchers."),
        "detail": _("What exactly was marked."),
        "noted_at": _("When it was marked."),
    },
    Answer: {
        "item": _("The question."),
        "row": _("The part of the question, if it has several."),
        "trial": _("The number of the playlist the question is about, if any."),
        "value": _("Your answer; for a scale, the number of the point."),
        "answered_at": _("When you answered."),
    },
    Trial: {
        "number": _("The number of the playlist."),
        "condition": _("The researchers' name for the way the playlist was made."),
        "genre": _("The genre you picked."),
        "chosen_at": _("When you chose the query song."),
        "rated_at": _("When you had rated every song."),
        "finished_at": _("When you had answered the questions about the playlist."),
        "playlist": _("The playlist that was made for you."),
    },
    TrialTrack: {
        "position": _("The song's position in the order you heard them."),
        "track": _("The song."),
        "entry": _("The song's position in the playlist as the computer made it."),
        "role": _("Whether the song belongs to the playlist or was added as a check."),
    },
    TrackRating: {
        "item": _("What you were asked about the song."),
        "value": _("Your rating."),
        "first_rated_at": _("When you first gave one."),
        "rated_at": _("When you gave the one that counts."),
        "changes": _("How many times you changed it."),
    },
    RatingChange: {
        "value": _("A rating you later changed."),
        "rated_at": _("When you gave it."),
    },
    ListeningEvent: {
        "key": _("The number of the player's report, so that sending it twice counts once."),
        "kind": _("What the player reported: a part you heard, or something you did."),
        "start_s": _("The second of the song it starts at."),
        "end_s": _("The second of the song it ends at."),
        "value": _("The volume, or a number of seconds."),
        "received_at": _("When the report arrived."),
    },
    Playlist: {
        "key": _("The playlist's number."),
        "query_track": _("The song you chose, which the playlist was made from."),
        "query_song": _("Your own song, if you used one instead."),
        "strategy": _("The method the computer used to make it."),
        "params": _("The settings of that method."),
        "seed": _("The number its random choices are drawn from."),
        "model": _("The neural network that had heard the songs."),
        "library_revision": _("The state of the music library at that time."),
        "status": _("How far along it is."),
        "error": _("What went wrong, if it could not be made."),
        "attempts": _("How many times we started making it."),
        "created_at": _("When it was requested."),
        "enqueued_at": _("When it was handed to a worker."),
        "started_at": _("When we started making it."),
        "finished_at": _("When it was ready."),
        "timings": _("How many seconds each step took."),
    },
    QuerySong: {
        "key": _("Your song's number; its name was not kept."),
        "genre": _("The genre you picked."),
        "file": _("Where its file is; empty once it has been deleted."),
        "keep_file": _("Whether the file is kept after the network has heard it."),
        "keep_until": _("The latest time a kept file is deleted."),
        "container": _("The kind of file."),
        "playable": _("Whether every browser is known to play the file."),
        "state": _("How far along the listening is."),
        "reason": _("Why it could not be used."),
        "duration_s": _("Its length in seconds."),
        "audio_sha256": _("A number made from its sound, used to recognise the same recording."),
        "probabilities": _("How much of each genre the network heard in it."),
        "embedding": _("What else the network heard, as numbers."),
        "mfcc": _("Its timbre, as numbers."),
        "fingerprint": _("A rough picture of its sound, used to recognise the same recording."),
        "model": _("The neural network that heard it."),
        "created_at": _("When you uploaded it."),
        "heard_at": _("When the network heard it."),
        "deleted_at": _("When its file was deleted."),
    },
    PlaylistTrack: {
        "track": _("The song."),
        "position": _("Its position in the playlist as the computer made it."),
        "distance": _("How far it is from the query song, as the computer hears them."),
    },
}

KINDS: dict[type[Model], str | Promise] = {
    Participant: _("You as a participant"),
    SoundCheck: _("A sound check"),
    Flag: _("A note on your data"),
    Answer: _("An answer"),
    Trial: _("One round, with one playlist"),
    TrialTrack: _("A song you heard"),
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
    part = item.question_kind.row_in_words(row, wording_of(item)) if row else ""
    return " · ".join([str(said(item, "text")), *([part] if part else [])])


def answer_in_words(item: Item, value: object) -> str:
    """An answer as its participant gave it: a scale's point with its label.

    A rating keeps "don't know" as None.
    """
    if value == "":
        return "–"
    given = DONT_KNOW if value is None else str(value)
    return item.question_kind.answer_in_words(item, given, wording_of(item))


def explanations() -> list[tuple[str, dict[str, str | Promise]]]:
    """What each field of the download is, by kind of row."""
    return [(str(KINDS[model]), fields) for model, fields in FIELDS.items()]
