"""The network in Keras, as training and platforms without a light runtime need it. Keras and
TensorFlow are imported on the first call, not with this module."""

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from recommender.engine.constants import BANDS, CROP_COLUMNS

if TYPE_CHECKING:
    import keras

PROJECTION = "projection"

_THREADS = 2


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


def shape_of(card: dict[str, Any]) -> Shape:
    """The network's shape as its card gives it."""
    shape = card["shape"]
    return Shape(**(shape | {"filters": tuple(shape["filters"])}))
