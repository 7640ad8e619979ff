"""What a strategy can be set to: declared once, checked here; admin makes form fields of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class StrategyError(ValueError):
    """A playlist that can't be made; the message says why and what to do, in plain words."""


@dataclass(frozen=True, slots=True)
class Param:
    """A setting of a strategy: int, float or bool, with bounds (both included) for numbers."""

    name: str
    type: type
    default: Any
    low: float
    high: float
    label: str
    help: str


LENGTH = Param("length", int, 10, 1, 50, "Number of songs", "How many songs a playlist has.")
MAX_PER_ARTIST = Param(
    "max_per_artist", int, 0, 0, 50, "Songs by one artist, at most",
    "0 sets no limit. Songs whose artist is unknown are never limited.",
)  # fmt: skip
DIVERSITY = Param(
    "diversity", float, 0.0, 0.0, 1.0, "Diversity",
    "0: the strategy's own order. Higher: songs unlike those already chosen are preferred.",
)  # fmt: skip
DISTINCT = Param(
    "distinct", bool, True, 0, 1, "Every recording once",
    "Leave out songs that are the same recording as one already chosen.",
)  # fmt: skip
COMMON = (LENGTH, MAX_PER_ARTIST, DIVERSITY, DISTINCT)


def checked(label: str, known: Sequence[Param], given: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters with their values, defaults filled in. Raises StrategyError."""
    unknown = sorted(set(given) - {param.name for param in known})
    if unknown:
        raise StrategyError(f'"{label}" has no setting {", ".join(unknown)}.')
    return {param.name: _checked(param, given.get(param.name, param.default)) for param in known}


def _checked(param: Param, value: Any) -> Any:
    if param.type is bool:
        if not isinstance(value, bool):
            raise StrategyError(f"{param.label}: must be true or false.")
        return value
    whole = isinstance(value, int) and not isinstance(value, bool)
    number = whole or (param.type is float and isinstance(value, float))
    if not number or not param.low <= value <= param.high:
        kind = "a whole number" if param.type is int else "a number"
        raise StrategyError(f"{param.label}: must be {kind} from {param.low:g} to {param.high:g}.")
    return param.type(value)
