"""One function for each thing that happens in a study. Nothing here enqueues: callers do."""

from .answers import (
    save_answers,
)
from .joining import (
    Consent,
    enrol,
)
from .listening import (
    Hearing,
    TooEarly,
    cannot_hear,
    hearing,
    record_listening,
    refuse_too_early,
)
from .refusal import (
    NotAllowed,
)
from .sound import (
    SoundAnswers,
    record_sound_check,
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
    present,
    rate,
    unheard,
    unrated,
)

__all__ = [
    "Consent",
    "Hearing",
    "NotAllowed",
    "SoundAnswers",
    "TooEarly",
    "back_to_draft",
    "cannot_hear",
    "choose_again",
    "choose_genre",
    "choose_query",
    "close_study",
    "complete",
    "copy_study",
    "enrol",
    "finish_rating",
    "finish_trial",
    "hearing",
    "model_of",
    "obstacles_to_opening",
    "open_study",
    "present",
    "rate",
    "record_listening",
    "record_sound_check",
    "refuse_too_early",
    "save_answers",
    "songs_of",
    "unheard",
    "unrated",
]
