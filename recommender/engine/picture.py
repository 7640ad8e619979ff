"""A spectrogram as a small PNG picture for people; the network never sees it."""

from functools import lru_cache
from io import BytesIO

import numpy as np
import numpy.typing as npt

from recommender.engine.constants import N_MELS, TOP_DB
from recommender.engine.mel import Floats, log_mel

WIDTH = 600

# Every sixteenth colour of "magma" (van der Walt & Smith 2015, CC0): even steps look evenly bright.
_MAGMA = (
    "000004 0b0924 20114b 3b0f70 57157e 721f81 8c2981 a8327d c43c75 "
    "de4968 f1605d fa7f5e fe9f6d febf84 fddea0 fcf0b4 fcfdbf"
)


@lru_cache(maxsize=1)
def colours() -> npt.NDArray[np.uint8]:
    """The colour map, shape (256, 3), from dark to bright."""
    anchors = np.array([list(bytes.fromhex(colour)) for colour in _MAGMA.split()], dtype=np.float64)
    at = np.linspace(0.0, 255.0, len(anchors))
    channels = [np.interp(np.arange(256), at, anchors[:, i]) for i in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


def spectrogram_png(samples: npt.ArrayLike, sample_rate: int) -> bytes:
    """The mel-spectrogram as a PNG, at most 600 × 128 px, low frequencies at the bottom, no axes.

    Takes and raises what `log_mel` does. Columns are averages over time.
    """
    from PIL import Image

    levels = _columns(log_mel(samples, sample_rate))
    shades = np.rint((1.0 + levels / TOP_DB) * 255.0).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(shades[::-1]), mode=None)
    image.putpalette(colours().tobytes())
    out = BytesIO()
    image.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _columns(levels: Floats) -> Floats:
    width = min(WIDTH, levels.shape[1])
    starts = np.linspace(0, levels.shape[1], width, endpoint=False).astype(int)
    sums = np.add.reduceat(levels, starts, axis=1)
    counts = np.diff(np.append(starts, levels.shape[1]))
    means: Floats = (sums / counts).astype(np.float32).reshape(N_MELS, width)
    return means
