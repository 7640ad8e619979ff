"""Studies, the people who take part, and everything that they answered."""

from .participants import (
    CODE_ALPHABET,
    Participant,
    new_code,
    new_completion_code,
    new_pseudonym,
)
from .questions import Instrument, Item
from .studies import Condition, Study
from .trials import Answer, ListeningEvent, TrackRating, Trial

__all__ = [
    "CODE_ALPHABET",
    "Answer",
    "Condition",
    "Instrument",
    "Item",
    "ListeningEvent",
    "Participant",
    "Study",
    "TrackRating",
    "Trial",
    "new_code",
    "new_completion_code",
    "new_pseudonym",
]
