"""Training batches: which clips are drawn, and what is done to them first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.engine import augment
from recommender.engine.constants import CROP_COLUMNS
from recommender.engine.datasets import Clip
from recommender.engine.features import channels
from recommender.engine.mel import Doubles, Floats

if TYPE_CHECKING:
    from recommender.engine.training import Config

Generator = np.random.Generator


class Batches:
    """Draws balanced, augmented batches: genres equally often, and within a genre its sources by
    the square root of their size, so that a genre is not known by where it comes from."""

    def __init__(
        self,
        training: Sequence[Clip],
        background: Sequence[Clip],
        genres: Sequence[str],
        config: "Config",
    ) -> None:
        self.config = config
        self.k = len(genres)
        self.pools = [_pool([clip for clip in training if clip.genre == g]) for g in genres]
        self.background = _pool(background)

    def __call__(self, rng: Generator) -> tuple[Floats, Floats]:
        how = self.config.augmentation
        clips, targets = self._draw(rng)
        cut = np.stack([_random_crop(clip.grids, rng) for clip in clips])
        cut = augment.exchange_bands(cut, rng, how.exchange)
        cut = augment.shift_bands(cut, rng, how.shift)
        cut = augment.equalise(cut, rng, how)
        inputs = augment.mask(channels(cut), rng, how.masks)
        smooth = targets * (1.0 - how.smoothing) + how.smoothing / self.k
        return augment.mix(inputs, smooth.astype(np.float32), rng, how.mixup)

    def _draw(self, rng: Generator) -> tuple[list[Clip], Floats]:
        n = self.config.batch
        other = round(n * self.config.background_share) if self.background[0] else 0
        clips: list[Clip] = []
        targets = np.full((n, self.k), 1.0 / self.k, dtype=np.float32)
        first = int(rng.integers(self.k))
        for i in range(n - other):
            genre = (first + i) % self.k
            clips.append(_pick(self.pools[genre], rng))
            targets[i] = np.eye(self.k)[genre]
        for _ in range(other):
            clips.append(_pick(self.background, rng))
        return clips, targets


Pool = tuple[list[list[Clip]], Doubles]


def _pool(clips: Sequence[Clip]) -> Pool:
    sources = sorted({clip.source for clip in clips})
    lists = [[clip for clip in clips if clip.source == source] for source in sources]
    weights = np.sqrt([len(part) for part in lists])
    return lists, weights / max(weights.sum(), 1.0)


def _pick(pool: Pool, rng: Generator) -> Clip:
    lists, weights = pool
    chosen = lists[int(rng.choice(len(lists), p=weights))]
    return chosen[int(rng.integers(len(chosen)))]


def _random_crop(grids: Floats, rng: Generator) -> Floats:
    grid = grids[int(rng.integers(len(grids)))]
    if grid.shape[1] < CROP_COLUMNS:
        return grid[:, np.arange(CROP_COLUMNS) % grid.shape[1]]
    start = int(rng.integers(grid.shape[1] - CROP_COLUMNS + 1))
    return grid[:, start : start + CROP_COLUMNS]
