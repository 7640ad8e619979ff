"""Studies, the people who take part, and everything that they answered."""

from .participants import (
    CODE_ALPHABET,
    ArrivalProblem,
    Erasure,
    Flag,
    Participant,
    ParticipantQuerySet,
    PersonalLink,
    SoundCheck,
    new_code,
    new_completion_code,
    new_pseudonym,
)
from .questions import (
    Instrument,
    Item,
)
from .studies import (
    Condition,
    Study,
    StudyVersion,
)
from .trials import (
    Answer,
    ListeningEvent,
    RatingChange,
    TrackRating,
    Trial,
    TrialTrack,
)

__all__ = [
    "CODE_ALPHABET",
    "Answer",
    "ArrivalProblem",
    "Condition",
    "Erasure",
    "Flag",
    "Instrument",
    "Item",
    "ListeningEvent",
    "Participant",
    "ParticipantQuerySet",
    "PersonalLink",
    "RatingChange",
    "SoundCheck",
    "Study",
    "StudyVersion",
    "TrackRating",
    "Trial",
    "TrialTrack",
    "new_code",
    "new_completion_code",
    "new_pseudonym",
]
