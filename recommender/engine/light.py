"""The network for serving: exported once to LiteRT, TensorFlow's own small runtime, which starts in
milliseconds where TensorFlow takes seconds and hundreds of megabytes."""

import importlib.util
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.engine.constants import BANDS, CROP_COLUMNS
from recommender.engine.mel import Floats

if TYPE_CHECKING:
    import keras

LIGHT_FILE = "model.tflite.xz"

# Of a weight's 23 bits behind the point the last 7 are rounded away, so that the file packs to 63 %
# of its size. Outputs move by less than 1e-5 in probability.
_DROPPED_BITS = 7
_FLOAT32 = 0
# The dictionary is what unpacking allocates; the usual 64 MiB would be most of the process.
_PACKING = [{"id": 0x21, "preset": 9, "dict_size": 1 << 22, "lc": 2, "lp": 2, "pb": 2}]


def available() -> bool:
    """Whether this platform has the runtime. LiteRT has no wheels for Intel Macs, and a Python
    built without liblzma cannot unpack the model."""
    return all(importlib.util.find_spec(name) for name in ("ai_edge_litert", "_lzma"))


def export(network: "keras.Model", path: Path) -> None:
    """Write a Keras network, crops (n, 64, 64, 2) → logits (n, K) and embedding (n, D), for `load`.

    It takes one crop at a time: batches are no faster here, and a crop's outputs then never depend
    on what else is in its batch.
    """
    import lzma

    path.write_bytes(lzma.compress(_rounded(_converted(network)), filters=_PACKING))


def _converted(network: "keras.Model") -> bytes:
    import tensorflow as tf

    from recommender.engine.network import start_keras

    keras = start_keras()
    heard = keras.layers.Input(batch_shape=(1, BANDS, CROP_COLUMNS, 2), name="heard")
    logits, embedding = network(heard, training=False)
    named = keras.Model(heard, {"logits": logits, "embedding": embedding})
    # Keras lists every weight on the way.
    with _silence(), redirect_stdout(StringIO()):
        return tf.lite.TFLiteConverter.from_keras_model(named).convert()


def _rounded(model: bytes) -> bytes:
    from tensorflow.lite.tools import flatbuffer_utils

    tree = flatbuffer_utils.convert_bytearray_to_object(bytearray(model))
    places = {t.buffer for graph in tree.subgraphs for t in graph.tensors if t.type == _FLOAT32}
    for place in places:
        data = tree.buffers[place].data
        if data is not None and len(data):
            tree.buffers[place].data = _round(np.asarray(data, dtype=np.uint8))
    return bytes(flatbuffer_utils.convert_object_to_bytearray(tree))


def _round(data: Any) -> Any:
    bits = np.frombuffer(data.tobytes(), "<u4").astype(np.uint64)
    kept = (bits + (1 << (_DROPPED_BITS - 1))) >> _DROPPED_BITS << _DROPPED_BITS
    return np.frombuffer(kept.astype("<u4").tobytes(), np.uint8)


class LightNetwork:
    """An exported network, called like the Keras one: inputs (n, 64, 64, 2) float32 → logits
    (n, K), embeddings (n, D). On one thread; safe to call from several.

    Raises
    ------
    OSError : the file is missing. ValueError : it is damaged or no such network.
    """

    def __init__(self, path: Path) -> None:
        import lzma

        from ai_edge_litert.interpreter import Interpreter

        try:
            model = lzma.decompress(path.read_bytes())
            with _silence():
                # The interpreter only borrows the bytes, and its runner the interpreter.
                self._interpreter = Interpreter(model_content=model, num_threads=1)
                self._run = self._interpreter.get_signature_runner()
                self._run(heard=np.zeros((1, BANDS, CROP_COLUMNS, 2), np.float32))
        except (lzma.LZMAError, RuntimeError) as error:
            raise ValueError(str(error)) from error
        self._lock = threading.Lock()

    def __call__(self, inputs: Floats) -> tuple[Floats, Floats]:
        with self._lock:
            heard = [self._run(heard=inputs[i : i + 1]) for i in range(len(inputs))]
        return (
            np.concatenate([outputs["logits"] for outputs in heard]),
            np.concatenate([outputs["embedding"] for outputs in heard]),
        )


@contextmanager
def _silence() -> Iterator[None]:
    """LiteRT and its converter write about themselves to standard error, from C++, and have no
    switch for it."""
    kept = os.dup(2)
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(sink)
        os.close(kept)
