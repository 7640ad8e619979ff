"""Training: fit, calibration on held-out clips, learning curves. The split is in splits, batches
are in batches, files in saving."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from recommender.engine import augment
from recommender.engine.batches import Batches
from recommender.engine.cnn import GenreClassifier, forward
from recommender.engine.datasets import Clip
from recommender.engine.distillation import Draw, find_teacher
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
from recommender.engine.provenance import Recording
from recommender.engine.splits import Split, split

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that decides the outcome, apart from the clips.

    genres : the order in which probabilities are given; alphabetical for none. teacher : version of
    the model whose answers are learned, empty for none. taught : their share of the
    labels.
    background : genres whose clips get uniform labels, so that what is none of the genres lands in
    the middle of the space. background_share : of each batch. average : decay of the weights'
    running mean, 0 for none. validation : share of the groups. checks : how often each member is
    scored on the validation clips for its learning curve, which decides nothing.
    """

    seed: int = 0
    genres: tuple[str, ...] = ()
    teacher: str = ""
    taught: float = 0.7
    steps: int = 2500
    batch: int = 48
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    background: tuple[str, ...] = ()
    background_share: float = 0.15
    validation: float = 0.2
    average: float = 0.99
    checks: int = 10
    shape: Shape = field(default_factory=lambda: Shape(members=3))
    augmentation: augment.Augmentation = field(default_factory=augment.Augmentation)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a member's learning curve. loss : mean of the training batches since the last
    point. accuracy : on the plain validation clips, with averaged weights."""

    member: int
    step: int
    loss: float
    accuracy: float


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
    recordings: tuple[Recording, ...] = ()
    curves: tuple[Point, ...] = ()

    def summary(self) -> dict[str, Any]:
        return {
            "config": asdict(self.config),
            "temperature": self.temperature,
            "clips": self.counts,
            "validation": asdict(self.validation),
            "validation_equalised": asdict(self.shifted),
            "curves": [asdict(point) for point in self.curves],
        }


def train(
    clips: Sequence[Clip],
    config: Config,
    progress: Callable[[int, float], None] = lambda step, loss: None,
    teacher: GenreClassifier | None = None,
) -> Trained:
    """Train all members one after another and calibrate their mean.

    teacher : a model on Keras whose answers they learn, trained on the same part of the clips.
    progress : called after every step with the number of steps done, of members × steps, and the
    loss.

    Raises
    ------
    ValueError : fewer than two genres, a genre without clips to learn from or to validate with, or
    a teacher of other genres or clips.
    """
    parts = split(clips, config.seed, config.validation, config.background)
    genres = tuple(sorted(parts.genres(), key=_position(config.genres)))
    draw: Draw = Batches(parts.training, parts.background, genres, config)
    found = find_teacher(teacher, genres, parts, config.seed) if teacher else None
    if teacher and found:
        config = replace(config, teacher=teacher.version)
        draw = found.lessons(draw, config.taught)
    network = build(len(genres), config.shape)
    curves: list[Point] = []
    for i in range(config.shape.members):
        member = _new_member(len(genres), config, i)
        if found:
            found.start(member, i)
        curves += fit_member(member, draw, parts.validation, genres, config, i, progress)
        network.get_layer(f"member_{i}").set_weights(member.get_weights())
    fit_projection(network, [*parts.training, *parts.background])
    return replace(finish(network, genres, parts, config), curves=tuple(curves))


def _position(order: Sequence[str]) -> Callable[[str], int]:
    return lambda genre: order.index(genre) if genre in order else len(order)


def _new_member(n_genres: int, config: Config, number: int) -> "keras.Model":
    start_keras().utils.set_random_seed(config.seed * 1000 + number)
    return build_member(n_genres, config.shape, f"member_{number}")


def fit_member(
    member: "keras.Model",
    draw: Draw,
    validation: Sequence[Clip],
    genres: tuple[str, ...],
    config: Config,
    number: int,
    progress: Callable[[int, float], None],
) -> list[Point]:
    """Fit a network with random numbers of its own, and give its learning curve; the learning rate
    follows a cosine down to zero."""
    keras = start_keras()
    rng = np.random.default_rng(config.seed * 1000 + number)
    logits_only = keras.Model(member.input, member.outputs[0])
    optimizer = _optimizer(config)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    logits_only.compile(optimizer=optimizer, loss=loss)
    run = compiled(member)
    every = -(-config.steps // max(config.checks, 1))
    points: list[Point] = []
    losses: list[float] = []
    for step in range(1, config.steps + 1):
        losses.append(float(logits_only.train_on_batch(*draw(rng))))
        progress(number * config.steps + step, losses[-1])
        if config.checks and (step % every == 0 or step == config.steps):
            with _averaged(logits_only, optimizer, bool(config.average)):
                accuracy = _accuracy(run, validation, genres)
            points.append(Point(number, step, float(np.mean(losses)), accuracy))
            losses = []
    if config.average:
        optimizer.finalize_variable_values(logits_only.trainable_variables)
    return points


def _optimizer(config: Config) -> Any:
    keras = start_keras()
    schedule = keras.optimizers.schedules.CosineDecay(
        1e-5, config.steps, warmup_target=config.learning_rate, warmup_steps=config.steps // 20
    )
    return keras.optimizers.AdamW(
        schedule,
        weight_decay=config.weight_decay,
        use_ema=bool(config.average),
        ema_momentum=config.average or 0.99,
    )


@contextmanager
def _averaged(network: Any, optimizer: Any, on: bool) -> Iterator[None]:
    """The network with the running mean of its weights, for the time being."""
    kept = [variable.numpy() for variable in network.trainable_variables] if on else []
    if on:
        optimizer.finalize_variable_values(network.trainable_variables)
    yield
    for variable, value in zip(network.trainable_variables, kept, strict=False):
        variable.assign(value)


def _accuracy(run: Any, clips: Sequence[Clip], genres: tuple[str, ...]) -> float:
    true = np.array([genres.index(clip.genre) for clip in clips])
    return float(np.mean(clip_logits(run, clips).argmax(axis=1) == true))


def finish(network: Any, genres: tuple[str, ...], parts: Split, config: Config) -> Trained:
    """Fit the temperature (Guo et al. 2017) on validation clips, plain and equalised, and score
    both."""
    run = compiled(network)
    plain = clip_logits(run, parts.validation)
    rng = np.random.default_rng(12345)
    shifted_clips = [equalised(clip, rng, config) for clip in parts.validation for _ in range(2)]
    shifted = clip_logits(run, shifted_clips)
    true = [genres.index(clip.genre) for clip in parts.validation]
    twice = [genres.index(clip.genre) for clip in shifted_clips]
    temperature = fit_temperature(np.concatenate([plain, shifted]), true + twice)
    return Trained(
        network, genres, temperature, config,
        _score(parts.validation, plain / temperature, genres),
        _score(shifted_clips, shifted / temperature, genres),
        parts.counts(), tuple(parts.recordings()),
    )  # fmt: skip


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


def clip_logits(run: Any, clips: Sequence[Clip]) -> Doubles:
    """Mean logits over the crops of each clip by a compiled network: (n, K)."""
    return np.stack(
        [forward(run, crops(clip.grids))[0].mean(axis=0, dtype=np.float64) for clip in clips]
    )


def equalised(clip: Clip, rng: np.random.Generator, config: Config) -> Clip:
    """The clip through a random equaliser, the same in all its phases."""
    joined = np.concatenate(list(clip.grids), axis=1)[None]
    changed = augment.equalise(joined, rng, config.augmentation)[0]
    grids = np.stack(np.split(changed, len(clip.grids), axis=1))
    return replace(clip, grids=grids)


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
