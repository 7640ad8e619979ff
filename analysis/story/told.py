"""Sentences that know the rows which they are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.figures.words import listed
from analysis.report.page import Claim


@dataclass(frozen=True, slots=True)
class Told:
    """A text with what it claims: parts of it, each of one row or of some."""

    text: str = ""
    claims: tuple[Claim, ...] = ()

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


Part = str | Told


def claim(text: str, file: str, row: Mapping[Any, Any], *keys: str, says: str = "") -> Told:
    """A text that says a row, which is found again by the columns `keys`; a missing value of a key
    is an empty cell. `says`: what is concluded in it."""
    where = {key: "" if pd.isna(row[key]) else str(row[key]) for key in keys}
    return Told(text, (Claim(text, file, where, says),))


def told(template: str, *parts: Part) -> Told:
    """The template with the parts put in for its {}, and all that they claim."""
    return Told(template.format(*parts), claims(parts))


def joined(parts: Sequence[Part], between: str = " ") -> Told:
    """Those that say something."""
    return Told(between.join(str(one) for one in parts if one), claims(parts))


def named(parts: Sequence[Part], most: int | None = None) -> Told:
    """A list; of more than `most` it says how many it leaves out."""
    if most is None or len(parts) <= most:
        return Told(listed([*map(str, parts)]), claims(parts))
    kept = parts[:most]
    return Told(listed([*map(str, kept), f"{len(parts) - most} more"]), claims(kept))


def claims(parts: Sequence[Part]) -> tuple[Claim, ...]:
    return tuple(one for part in parts if isinstance(part, Told) for one in part.claims)
