"""One function for each thing that happens in a study. Nothing here enqueues: callers do."""

from .admission import (
    NotAdmitted,
    Reason,
    why_not,
)
from .answers import (
    known_answers,
    save_answers,
)
from .joining import (
    Consent,
    enrol,
    note_seen,
)
from .leaving import (
    erase,
    holdings,
    stop,
)
from .listening import (
    Hearing,
    TooEarly,
    cannot_hear,
    hearing,
    record_listening,
    refuse_too_early,
)
from .places import (
    places_left,
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
from .sound import (
    SoundAnswers,
    record_sound_check,
)
from .studies import (
    TURNS,
    archive_study,
    back_to_draft,
    close_study,
    copy_study,
    model_of,
    obstacles_to_opening,
    obstacles_to_taking_part,
    open_study,
    pause_study,
    possible_turns,
    songs_of,
    start_pilot,
)
from .trials import (
    choose_again,
    choose_genre,
    choose_query,
    complete,
    finish_rating,
    finish_trial,
    known_of_tracks,
    may_choose_again,
    named,
    present,
    rate,
    unheard,
    unrated,
    unsent_playlists,
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
    "TURNS",
    "Arrival",
    "Bar",
    "Barred",
    "Consent",
    "Hearing",
    "NotAdmitted",
    "NotAllowed",
    "Reason",
    "SoundAnswers",
    "TooEarly",
    "add_from_file",
    "archive_study",
    "as_begun",
    "back_to_draft",
    "bar_to",
    "cannot_hear",
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
    "erase",
    "finish_rating",
    "finish_trial",
    "hearing",
    "holdings",
    "known_answers",
    "known_of_tracks",
    "make_links",
    "may_choose_again",
    "model_of",
    "named",
    "note_seen",
    "obstacles_to_opening",
    "obstacles_to_taking_part",
    "open_study",
    "pause_study",
    "places_left",
    "possible_turns",
    "present",
    "rate",
    "record_listening",
    "record_sound_check",
    "refuse_too_early",
    "save_answers",
    "screen_out",
    "songs_of",
    "start_pilot",
    "stop",
    "try_out",
    "unheard",
    "unrated",
    "unsent_playlists",
    "why_not",
]
