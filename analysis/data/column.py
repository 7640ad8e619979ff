"""One column of an exported file, as the codebook has it."""

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `name` is the header, `type` decides how cells are written, `labels` are what its
    values are called."""

    name: str
    type: Type
    unit: str
    range: str
    meaning: str
    source: str = ""
    labels: str = ""
