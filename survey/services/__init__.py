"""One function for each thing that happens in a study. Nothing here enqueues: callers do."""

from .answers import (
    known_answers,
    save_answers,
)
from .joining import (
    Consent,
    enrol,
)
from .listening import (
    record_listening,
)
from .refusal import (
    NotAllowed,
)
from .studies import (
    back_to_draft,
    close_study,
    copy_study,
    model_of,
    obstacles_to_opening,
    open_study,
    songs_of,
)
from .trials import (
    choose_again,
    choose_genre,
    choose_query,
    complete,
    finish_rating,
    finish_trial,
    known_of_tracks,
    present,
    rate,
    unrated,
)

__all__ = [
    "Consent",
    "NotAllowed",
    "back_to_draft",
    "choose_again",
    "choose_genre",
    "choose_query",
    "close_study",
    "complete",
    "copy_study",
    "enrol",
    "finish_rating",
    "finish_trial",
    "known_answers",
    "known_of_tracks",
    "model_of",
    "obstacles_to_opening",
    "open_study",
    "present",
    "rate",
    "record_listening",
    "save_answers",
    "songs_of",
    "unrated",
]
