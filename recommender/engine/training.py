"""Training: splits without leakage, fit, calibration. Batches are in batches, files in saving."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from recommender.engine import augment
from recommender.engine.batches import Batches
from recommender.engine.cnn import forward
from recommender.engine.datasets import Clip, is_gtzan
from recommender.engine.evaluation import Evaluation, evaluate
from recommender.engine.features import crops
from recommender.engine.mel import Doubles
from recommender.engine.network import (
    PROJECTION,
    Shape,
    build,
    build_member,
    compiled,
    start_keras,
)

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that decides the outcome, apart from the clips.

    background : genres whose clips get uniform labels, so that what is none of the genres lands in
    the middle of the space. background_share : of each batch. average : decay of the weights'
    running mean, 0 for none. validation : share of the groups.
    """

    seed: int = 0
    steps: int = 2500
    batch: int = 48
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    background: tuple[str, ...] = ("Instrumental", "International")
    background_share: float = 0.15
    validation: float = 0.2
    average: float = 0.99
    shape: Shape = field(default_factory=lambda: Shape(members=3))
    augmentation: augment.Augmentation = field(default_factory=augment.Augmentation)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    training: list[Clip]
    validation: list[Clip]
    background: list[Clip]


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A network with its genres, temperature, and how it did on the clips that were held out."""

    network: Any
    genres: tuple[str, ...]
    temperature: float
    config: Config
    validation: Evaluation
    shifted: Evaluation
    counts: dict[str, dict[str, int]]

    def summary(self) -> dict[str, Any]:
        return {
            "config": asdict(self.config),
            "temperature": self.temperature,
            "clips": self.counts,
            "validation": asdict(self.validation),
            "validation_equalised": asdict(self.shifted),
        }


def split(clips: Sequence[Clip], config: Config) -> Split:
    """Hold out whole groups of every source, so no artist or track is on both sides.

    GTZAN never gets in: it is kept for evaluation. The background takes no part in validation.
    """
    usable = [clip for clip in clips if not is_gtzan(clip)]
    rng = np.random.default_rng(config.seed)
    held: set[str] = set()
    for source in sorted({clip.source for clip in usable}):
        groups = sorted({clip.group for clip in usable if clip.source == source})
        rng.shuffle(groups)
        held |= set(groups[: int(np.ceil(len(groups) * config.validation))])
    known = [clip for clip in usable if clip.genre not in config.background]
    return Split(
        training=[clip for clip in known if clip.group not in held],
        validation=[clip for clip in known if clip.group in held],
        background=[clip for clip in usable if clip.genre in config.background],
    )


def train(
    clips: Sequence[Clip],
    config: Config,
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> Trained:
    """Train all members one after another and calibrate their mean.

    progress : called after every step with the number of steps done, of members × steps, and the
    loss.

    Raises
    ------
    ValueError : fewer than two genres, or a genre without clips to learn from or to validate with.
    """
    parts = split(clips, config)
    genres = tuple(sorted({clip.genre for clip in parts.training + parts.validation}, key=_order))
    _check(parts, genres)
    network = build(len(genres), config.shape)
    for i in range(config.shape.members):
        member = fit_member(parts, genres, config, i, progress)
        network.get_layer(f"member_{i}").set_weights(member.get_weights())
    fit_projection(network, [*parts.training, *parts.background])
    return finish(network, genres, parts, config)


def _order(genre: str) -> tuple[int, str]:
    first = ("Hip-Hop", "Classical", "Rock")
    return (first.index(genre) if genre in first else len(first), genre)


def _check(parts: Split, genres: tuple[str, ...]) -> None:
    if len(genres) < 2:
        raise ValueError(
            "Training needs clips of at least two genres. GTZAN, and clips named like its "
            "(rock.00000), are for evaluation and never trained on."
        )
    for name, clips in (("learn from", parts.training), ("validate with", parts.validation)):
        missing = set(genres) - {clip.genre for clip in clips}
        if missing:
            raise ValueError(f"There are no clips of {', '.join(sorted(missing))} to {name}.")


def fit_member(
    parts: Split,
    genres: tuple[str, ...],
    config: Config,
    number: int,
    progress: Callable[[int, float], None],
) -> "keras.Model":
    """One network from its own seed; the learning rate follows a cosine down to zero."""
    keras = start_keras()
    seed = config.seed * 1000 + number
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    member = build_member(len(genres), config.shape, f"member_{number}")
    logits_only = keras.Model(member.input, member.outputs[0])
    schedule = keras.optimizers.schedules.CosineDecay(
        1e-5, config.steps, warmup_target=config.learning_rate, warmup_steps=config.steps // 20
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=config.weight_decay,
        use_ema=bool(config.average),
        ema_momentum=config.average or 0.99,
    )
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    logits_only.compile(optimizer=optimizer, loss=loss)
    draw = Batches(parts.training, parts.background, genres, config)
    for step in range(config.steps):
        value = float(logits_only.train_on_batch(*draw(rng)))
        progress(number * config.steps + step + 1, value)
    if config.average:
        optimizer.finalize_variable_values(logits_only.trainable_variables)
    return member


def finish(network: Any, genres: tuple[str, ...], parts: Split, config: Config) -> Trained:
    """Fit the temperature (Guo et al. 2017) on validation clips, plain and equalised, and score
    both."""
    plain = clip_logits(network, parts.validation)
    rng = np.random.default_rng(12345)
    shifted_clips = [equalised(clip, rng, config) for clip in parts.validation for _ in range(2)]
    shifted = clip_logits(network, shifted_clips)
    true = [genres.index(clip.genre) for clip in parts.validation]
    twice = [genres.index(clip.genre) for clip in shifted_clips]
    temperature = fit_temperature(np.concatenate([plain, shifted]), true + twice)
    counts = {
        name: {source: sum(c.source == source for c in part) for source in _sources(part)}
        for name, part in (
            ("training", parts.training),
            ("validation", parts.validation),
            ("background", parts.background),
        )
    }
    return Trained(
        network, genres, temperature, config,
        _score(parts.validation, plain / temperature, genres),
        _score(shifted_clips, shifted / temperature, genres),
        counts,
    )  # fmt: skip


def _sources(clips: Sequence[Clip]) -> list[str]:
    return sorted({clip.source for clip in clips})


def fit_projection(network: Any, clips: Sequence[Clip]) -> None:
    """Fill the last layer of the embedding with the principal components of these clips.

    Distances stay nearly what they were, at a fraction of the numbers to keep for each song.
    """
    layer = network.get_layer(PROJECTION)
    whole = compiled(start_keras().Model(network.input, [network.outputs[0], layer.input]))
    heard = [forward(whole, crops(clip.grids))[1].mean(axis=0, dtype=np.float64) for clip in clips]
    table = np.stack(heard)
    centre = table.mean(axis=0)
    axes = np.linalg.svd(table - centre, full_matrices=False)[2][: layer.units].T
    # The sign of a component is arbitrary; fixed, so that every library gives the same.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    kernel = np.zeros((table.shape[1], layer.units))
    kernel[:, : axes.shape[1]] = axes
    layer.set_weights([kernel, -centre @ kernel])


def clip_logits(network: Any, clips: Sequence[Clip]) -> Doubles:
    """Mean logits over the crops of each clip: (n, K)."""
    run = compiled(network)
    return np.stack(
        [forward(run, crops(clip.grids))[0].mean(axis=0, dtype=np.float64) for clip in clips]
    )


def equalised(clip: Clip, rng: np.random.Generator, config: Config) -> Clip:
    """The clip through a random equaliser, the same in all its phases."""
    joined = np.concatenate(list(clip.grids), axis=1)[None]
    changed = augment.equalise(joined, rng, config.augmentation)[0]
    grids = np.stack(np.split(changed, len(clip.grids), axis=1))
    return Clip(clip.name, clip.genre, clip.group, clip.source, grids)


def fit_temperature(logits: Doubles, true: Sequence[int]) -> float:
    """The temperature in 0.2–5 with the least negative log-likelihood."""

    def loss(log_t: float) -> float:
        chosen = log_softmax(logits / np.exp(log_t), axis=1)[np.arange(len(true)), list(true)]
        return -float(chosen.mean())

    found = minimize_scalar(loss, bounds=(np.log(0.2), np.log(5.0)), method="bounded")
    return float(np.exp(found.x))


def _score(clips: Sequence[Clip], logits: Doubles, genres: tuple[str, ...]) -> Evaluation:
    names, labels = [clip.name for clip in clips], [clip.genre for clip in clips]
    return evaluate(names, labels, softmax(logits, axis=1), genres)
