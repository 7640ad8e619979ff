"""What every reader of data sets gives: clips, files to hear, and what was left out."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from recommender.engine.fingerprint import Bytes
from recommender.engine.mel import Floats

_GTZAN_CLIP = re.compile(
    r"(blues|classical|country|disco|hiphop|jazz|metal|pop|reggae|rock)\.000\d\d"
)
# Spellings of one genre that splitting at punctuation does not bring together.
_SPELLINGS = {"hiphop": "Hip-Hop", "raphiphop": "Hip-Hop", "hiphoprap": "Hip-Hop"}


class DataError(ValueError):
    """A data set that can't be read at all; the message says why and what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """name : such as "hiphop.00039". genre : normalised. group : clips of one artist, album or
    track share it and must not be split. source : archive or folder. grids : (phases, 64, columns)
    float32 in 0–1, see features. mark : what its sound is known by, see provenance; None where only
    a picture of it was there."""

    name: str
    genre: str
    group: str
    source: str
    grids: Floats
    mark: Bytes | None = None


@dataclass(slots=True)
class Found:
    """Clips; what was left out; what was kept but is remarkable: (name, reason) pairs."""

    clips: list[Clip] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sound:
    """An audio file that a layout lists, before it is decoded. length_s : what the data set
    promises, 0 for nothing. fault : what is known to be wrong with it, told if it can't be read."""

    path: Path
    name: str
    genre: str
    group: str
    source: str
    length_s: float = 0.0
    fault: str = ""


@dataclass(slots=True)
class Listing:
    """The files of a data set in order, and what its own tables rule out: (name, reason) pairs."""

    sounds: list[Sound] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def normal_genre(name: str) -> str:
    """The usual spelling: "hiphop", "hip_hop", "HipHop" → "Hip-Hop"; "classical" → "Classical"."""
    words = [word for word in re.split(r"[^a-z0-9&]+", name.lower()) if word]
    return _SPELLINGS.get("".join(words)) or " ".join(word.capitalize() for word in words)


def is_gtzan(clip: Clip) -> bool:
    """Whether a clip is of GTZAN, by its source or by a name such as "hiphop.00039"."""
    return "gtzan" in clip.source.lower() or _GTZAN_CLIP.fullmatch(clip.name) is not None
