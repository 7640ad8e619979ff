"""A spectrogram as a small PNG picture for people; the network never sees it."""

from functools import lru_cache
from io import BytesIO

import numpy as np
import numpy.typing as npt

from recommender.engine.constants import N_MELS, TOP_DB
from recommender.engine.mel import Floats

WIDTH = 600

# Every fifteenth colour of "magma" (van der Walt & Smith 2015, CC0): equal steps look equal.
_MAGMA = (
    "000004 090720 1a1042 311165 4a1079 621980 792282 912b81 aa337d "
    "c23b75 d9466b ec5860 f7725c fc8e64 feaa74 fec68a fde2a3 fcfdbf"
)


@lru_cache(maxsize=1)
def colours() -> npt.NDArray[np.uint8]:
    """The colour map, shape (256, 3), from dark to bright."""
    anchors = np.array([list(bytes.fromhex(colour)) for colour in _MAGMA.split()], dtype=np.float64)
    at = np.linspace(0.0, 255.0, len(anchors))
    channels = [np.interp(np.arange(256), at, anchors[:, i]) for i in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


def spectrogram_png(levels: Floats) -> bytes:
    """The mel-spectrogram as a PNG, at most 600 × 128 px, low frequencies at the bottom, no axes.

    levels : (128, frames) dB in [-80, 0], as `log_mel` gives them. Columns are averages over time.
    """
    from PIL import Image

    shades = np.rint((1.0 + _columns(levels) / TOP_DB) * 255.0).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(shades[::-1]))
    image.putpalette(colours().tobytes())
    out = BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()


def _columns(levels: Floats) -> Floats:
    width = min(WIDTH, levels.shape[1])
    starts = np.linspace(0, levels.shape[1], width, endpoint=False).astype(int)
    sums = np.add.reduceat(levels, starts, axis=1)
    counts = np.diff(np.append(starts, levels.shape[1]))
    means: Floats = (sums / counts).astype(np.float32).reshape(N_MELS, width)
    return means
