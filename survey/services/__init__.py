"""One function for each thing that happens in a study. Nothing here enqueues: callers do."""

from .answers import (
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
    present,
    rate,
    unrated,
)
from .versions import (
    add_from_file,
    as_begun,
    collected,
    current_version,
    difference,
    try_out,
)

__all__ = [
    "Consent",
    "NotAllowed",
    "add_from_file",
    "as_begun",
    "back_to_draft",
    "choose_again",
    "choose_genre",
    "choose_query",
    "close_study",
    "collected",
    "complete",
    "copy_study",
    "current_version",
    "difference",
    "enrol",
    "finish_rating",
    "finish_trial",
    "model_of",
    "obstacles_to_opening",
    "open_study",
    "present",
    "rate",
    "record_listening",
    "save_answers",
    "songs_of",
    "try_out",
    "unrated",
]
