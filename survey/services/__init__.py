"""One function for each thing that happens in a study. Nothing here enqueues: callers do."""

from .answers import (
    save_answers,
)
from .joining import (
    Consent,
    enrol,
)
from .leaving import (
    erase,
    holdings,
    stop,
)
from .listening import (
    record_listening,
)
from .recruiting import (
    Arrival,
    Bar,
    Barred,
    bar_to,
    make_links,
    screen_out,
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

__all__ = [
    "Arrival",
    "Bar",
    "Barred",
    "Consent",
    "NotAllowed",
    "back_to_draft",
    "bar_to",
    "choose_again",
    "choose_genre",
    "choose_query",
    "close_study",
    "complete",
    "copy_study",
    "enrol",
    "erase",
    "finish_rating",
    "finish_trial",
    "holdings",
    "make_links",
    "model_of",
    "obstacles_to_opening",
    "open_study",
    "present",
    "rate",
    "record_listening",
    "save_answers",
    "screen_out",
    "songs_of",
    "stop",
    "unrated",
]
