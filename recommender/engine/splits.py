"""Which clips are learned from and which are held out: whole groups, so nothing leaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.engine.datasets import Clip, is_gtzan
from recommender.engine.provenance import TRAINING, VALIDATION, Recording


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    training: list[Clip]
    validation: list[Clip]
    background: list[Clip]

    def genres(self) -> tuple[str, ...]:
        """The genres to tell apart, in alphabetical order."""
        return tuple(sorted({clip.genre for clip in self.training + self.validation}))

    def recordings(self) -> Iterator[Recording]:
        """All that the model learns from, or is chosen and calibrated on."""
        for clip in self.training + self.background:
            yield Recording(clip.name, TRAINING, clip.mark)
        for clip in self.validation:
            yield Recording(clip.name, VALIDATION, clip.mark)

    def counts(self) -> dict[str, dict[str, int]]:
        """Clips by part and source."""
        parts = {
            "training": self.training,
            "validation": self.validation,
            "background": self.background,
        }
        return {
            name: {s: sum(c.source == s for c in part) for s in sorted({c.source for c in part})}
            for name, part in parts.items()
        }


def split(clips: Sequence[Clip], seed: int, share: float, background: Sequence[str]) -> Split:
    """Hold out whole groups of every genre of every source, so no artist or track is on both sides.

    GTZAN never gets in: it is kept for evaluation. The background takes no part in validation.

    Parameters
    ----------
    share : of the groups that is held out, 0–1; of several groups never all. background : genres
    that are no genre to learn.

    Raises
    ------
    ValueError : fewer than two genres, or a genre without clips to learn from or to validate with.
    """
    usable = [clip for clip in clips if not is_gtzan(clip)]
    held = _held(usable, seed, share)
    known = [clip for clip in usable if clip.genre not in background]
    parts = Split(
        training=[clip for clip in known if clip.group not in held],
        validation=[clip for clip in known if clip.group in held],
        background=[clip for clip in usable if clip.genre in background],
    )
    _check(parts)
    return parts


def _held(clips: Sequence[Clip], seed: int, share: float) -> set[str]:
    rng = np.random.default_rng(seed)
    held: set[str] = set()
    for part in sorted({(clip.source, clip.genre) for clip in clips}):
        groups = sorted({clip.group for clip in clips if (clip.source, clip.genre) == part})
        rng.shuffle(groups)
        held |= set(groups[: min(int(np.ceil(len(groups) * share)), len(groups) - 1)])
    return held


def _check(parts: Split) -> None:
    genres = parts.genres()
    if len(genres) < 2:
        raise ValueError(
            "Training needs clips of at least two genres. GTZAN, and clips named like its "
            "(rock.00000), are for evaluation and never trained on."
        )
    for purpose, clips in (("learn from", parts.training), ("validate with", parts.validation)):
        missing = sorted(set(genres) - {clip.genre for clip in clips})
        if missing:
            raise ValueError(_too_few(missing[0], purpose, parts))


def _too_few(genre: str, purpose: str, parts: Split) -> str:
    groups = {clip.group for clip in parts.training + parts.validation if clip.genre == genre}
    return (
        f"There are no clips of {genre} to {purpose}: its clips come from {len(groups)} "
        "group(s) of one artist, album or track each, and groups are never split. Add clips of "
        "other artists, or leave the genre out."
    )
