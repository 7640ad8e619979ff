"""The trained network as everybody uses it: read its card, load it, predict.

What it looks like in Keras is in network, how it runs without TensorFlow in light, how it is
trained in training, what it is given in features.
"""

import hashlib
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.engine import light
from recommender.engine.features import channels, crops, from_levels
from recommender.engine.mel import Doubles, Floats, log_mel

SHIPPED = Path(__file__).resolve().parent.parent / "weights" / "genre_cnn"
WEIGHTS_FILE = "model.weights.h5"
CARD_FILE = "model.json"

_BATCH = 48


class ModelError(ValueError):
    """A folder that holds no usable model; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """probabilities : (K,) float32, sums to 1, in the order of `genres`. embedding : (D,) float32,
    the penultimate layer's activations in their principal components."""

    probabilities: Floats
    embedding: Floats


def forward(network: Any, cut: Floats) -> tuple[Floats, Floats]:
    """Logits and embeddings of crops (n, 64, 64) by a compiled Keras network or a light one, in
    batches of bounded size."""
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
    """A trained network with its genres. Loading is cheap; the first prediction starts the light
    runtime, or TensorFlow where there is none: then a worker that forks its processes must not
    predict before the fork."""

    directory: Path
    card: dict[str, Any]
    runs_light: bool
    _network: Any = None
    _lock: Any = field(default_factory=threading.Lock)

    @classmethod
    def load(cls, directory: Path | None = None, *, keras: bool = False) -> "GenreClassifier":
        """Read a model folder; the shipped one by default. Raises ModelError.

        Its export runs on the light runtime where there is one; else, and with `keras`, Keras runs
        the weights. Probabilities agree within 1e-4.
        """
        folder = SHIPPED if directory is None else Path(directory)
        card = read_card(folder)
        # An export of other weights than those that lie beside it is passed over.
        exported = card.get("light", {}).get("version") == card["version"]
        return cls(folder, card, runs_light=exported and light.available() and not keras)

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
        return self.predict_levels(log_mel(heard, sample_rate))

    def predict_levels(self, levels: Floats) -> Prediction:
        """The same from the log-mel-spectrogram (128, frames) of at most 30 s."""
        return self.predict_features(from_levels(levels))

    def predict_features(self, grids: Floats) -> Prediction:
        """The same from grids (phases, 64, columns), as the readers of data sets give them."""
        logits, embeddings = forward(self.network(), crops(grids))
        return Prediction(
            self.calibrated(logits.mean(axis=0, dtype=np.float64)).astype(np.float32),
            embeddings.mean(axis=0, dtype=np.float64).astype(np.float32),
        )

    def calibrated(self, logits: npt.NDArray[Any]) -> Doubles:
        """Probabilities (…, K) of logits (…, K): softmax at the temperature fitted in training."""
        scaled = logits / float(self.card["temperature"])
        shares: Doubles = np.exp(scaled - scaled.max(axis=-1, keepdims=True), dtype=np.float64)
        return shares / shares.sum(axis=-1, keepdims=True)

    def network(self) -> Any:
        """What runs it, loaded on first use. Raises ModelError."""
        with self._lock:
            if self._network is None:
                self._network = self._load_light() if self.runs_light else self._load_keras()
            return self._network

    def _load_light(self) -> light.LightNetwork:
        try:
            return light.LightNetwork(self.directory / light.LIGHT_FILE)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"{self.directory / light.LIGHT_FILE} is missing or damaged ({error}). "
                f"Make it again: manage.py export_cnn --model {self.directory}"
            ) from None

    def _load_keras(self) -> Any:
        from recommender.engine.network import compiled

        return compiled(self.keras_network())

    def keras_network(self) -> Any:
        """The Keras model with its weights, loading TensorFlow. Raises ModelError."""
        from recommender.engine.network import build, shape_of

        network = build(len(self.genres), shape_of(self.card))
        try:
            network.load_weights(self.directory / WEIGHTS_FILE)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"The weights in {self.directory} do not fit its description: {error}"
            ) from None
        return network
