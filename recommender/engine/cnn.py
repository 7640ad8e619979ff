"""The network: build it, load the shipped weights, predict. Keras is imported on the first
prediction.

How it is trained is in training; what it is given is in features.
"""

import hashlib
import json
import os
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from recommender.engine.constants import BANDS, CROP_COLUMNS
from recommender.engine.features import channels, crops, from_audio
from recommender.engine.mel import Floats

if TYPE_CHECKING:
    import keras

SHIPPED = Path(__file__).resolve().parent.parent / "weights" / "genre_cnn"
WEIGHTS_FILE = "model.weights.h5"
CARD_FILE = "model.json"
PROJECTION = "projection"

_BATCH = 48
_THREADS = 2


class ModelError(ValueError):
    """A folder that holds no usable model; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """probabilities : (K,) float32, sums to 1, in the order of `genres`. embedding : (D,) float32,
    the penultimate layer's activations in their principal components."""

    probabilities: Floats
    embedding: Floats


@dataclass(frozen=True, slots=True)
class Shape:
    """filters : of the five convolutions. members : networks trained from different seeds whose
    logits are averaged. embedding : length of what is kept of their last hidden layers."""

    filters: tuple[int, ...] = (16, 24, 48, 96, 192)
    dropout: float = 0.3
    members: int = 1
    embedding: int = 64


@lru_cache(maxsize=1)
def start_keras() -> Any:
    """Import Keras with settings under which the same input gives the same output; once a
    process."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Eigen's kernels round alike on more processors than oneDNN's, and start without a message.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    import keras
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(_THREADS)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.experimental.enable_op_determinism()
    except RuntimeError:
        pass  # TensorFlow was started by someone else in this process, with their settings.
    return keras


def build_member(n_genres: int, shape: Shape, name: str = "member_0") -> "keras.Model":
    """One network: crops (n, 64, 64, 2) → logits (n, K) and embedding (n, filters[-1])."""
    layers = start_keras().layers
    heard = layers.Input((BANDS, CROP_COLUMNS, 2))
    x = heard
    for i, filters in enumerate(shape.filters):
        size, stride = (5, 2) if i == 0 else (3, 1)
        x = layers.Conv2D(filters, size, strides=stride, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.97)(x)
        x = layers.Activation("relu")(x)
        if 0 < i < len(shape.filters) - 1:
            x = layers.MaxPooling2D(2)(x)
    embedding = layers.GlobalAveragePooling2D()(x)
    logits = layers.Dense(n_genres)(layers.Dropout(shape.dropout)(embedding))
    return start_keras().Model(heard, [logits, embedding], name=name)


def build(n_genres: int, shape: Shape) -> "keras.Model":
    """The whole network: the mean of the members' logits, and their embeddings side by side, turned
    and shortened by a linear layer that training fills with principal components."""
    keras = start_keras()
    heard = keras.layers.Input((BANDS, CROP_COLUMNS, 2))
    members = [build_member(n_genres, shape, f"member_{i}") for i in range(shape.members)]
    logits, embeddings = zip(*(member(heard) for member in members), strict=True)
    several = shape.members > 1
    joined = keras.layers.Concatenate()(embeddings) if several else embeddings[0]
    mean = keras.layers.Average()(logits) if several else logits[0]
    shortened = keras.layers.Dense(shape.embedding, name=PROJECTION)(joined)
    return keras.Model(heard, [mean, shortened])


def compiled(network: "keras.Model") -> Any:
    """The network as one TensorFlow graph for any number of crops: three times as fast."""
    import tensorflow as tf

    signature = [tf.TensorSpec((None, BANDS, CROP_COLUMNS, 2), tf.float32)]
    return tf.function(lambda heard: network(heard, training=False), input_signature=signature)


def forward(network: Any, cut: Floats) -> tuple[Floats, Floats]:
    """Logits and embeddings of crops (n, 64, 64) by a compiled network, in batches of bounded
    size."""
    parts = [
        [np.asarray(out) for out in network(channels(cut[i : i + _BATCH]))]
        for i in range(0, len(cut), _BATCH)
    ]
    logits, embeddings = zip(*parts, strict=True)
    return np.concatenate(logits), np.concatenate(embeddings)


def read_card(directory: Path | None = None) -> dict[str, Any]:
    """The model's description: name, genres, version, metrics, training data; without Keras.

    Raises
    ------
    ModelError : no model there, or its description can't be read.
    """
    folder = SHIPPED if directory is None else Path(directory)
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        weights = (folder / WEIGHTS_FILE).read_bytes()
    except (OSError, ValueError) as error:
        raise ModelError(
            f"There is no model in {folder}: {CARD_FILE} and {WEIGHTS_FILE} are needed ({error})."
        ) from None
    if not isinstance(card, dict) or not {"name", "genres", "shape", "temperature"} <= set(card):
        raise ModelError(f"{folder / CARD_FILE} does not describe a model of this program.")
    return card | {"version": _version(weights, card)}


def _version(weights: bytes, card: dict[str, Any]) -> str:
    """Changes with everything that can change an output, and with nothing else in the card."""
    decisive = {
        key: card[key] for key in ("genres", "shape", "temperature", "input") if key in card
    }
    digest = hashlib.sha256(weights)
    digest.update(json.dumps(decisive, sort_keys=True).encode())
    return digest.hexdigest()


@dataclass(slots=True, eq=False)
class GenreClassifier:
    """A trained network with its genres. Loading is cheap; the first prediction starts TensorFlow,
    so a worker that forks its processes must not predict before the fork."""

    directory: Path
    card: dict[str, Any]
    _network: Any = None
    _lock: Any = field(default_factory=threading.Lock)

    @classmethod
    def load(cls, directory: Path | None = None) -> "GenreClassifier":
        """Read a model folder; the shipped one by default. Raises ModelError."""
        folder = SHIPPED if directory is None else Path(directory)
        return cls(folder, read_card(folder))

    @property
    def genres(self) -> tuple[str, ...]:
        return tuple(self.card["genres"])

    @property
    def version(self) -> str:
        return str(self.card["version"])

    def predict(self, samples: npt.ArrayLike, sample_rate: int) -> Prediction:
        """Genre probabilities and embedding of a recording's first 30 s.

        Parameters
        ----------
        samples : (n,) mono; what is beyond 30 s is not heard, less than 15 s is repeated to 15 s.
        sample_rate : Hz.

        Raises
        ------
        ValueError : no samples, or NaN or infinity. ModelError : weights that do not fit.
        """
        heard = np.asarray(samples, dtype=np.float32)[: 30 * sample_rate]
        return self.predict_features(from_audio(heard, sample_rate))

    def predict_features(self, grids: Floats) -> Prediction:
        """The same from grids (phases, 64, columns), as the readers of data sets give them."""
        logits, embeddings = forward(self.network(), crops(grids))
        scaled = logits.mean(axis=0, dtype=np.float64) / float(self.card["temperature"])
        return Prediction(
            softmax(scaled).astype(np.float32),
            embeddings.mean(axis=0, dtype=np.float64).astype(np.float32),
        )

    def network(self) -> Any:
        """The compiled network, built and filled on first use."""
        with self._lock:
            if self._network is None:
                self._network = compiled(self._build())
            return self._network

    def _build(self) -> Any:
        network = build(len(self.genres), shape_of(self.card))
        try:
            network.load_weights(self.directory / WEIGHTS_FILE)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"The weights in {self.directory} do not fit its description: {error}"
            ) from None
        return network


def shape_of(card: dict[str, Any]) -> Shape:
    """The network's shape as its card gives it."""
    shape = card["shape"]
    return Shape(**(shape | {"filters": tuple(shape["filters"])}))
