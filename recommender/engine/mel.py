"""The log-mel-spectrogram, as librosa defines it and without importing librosa (which costs
seconds)."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from recommender.engine.constants import HALF_RATE, HOP, N_FFT, N_MELS, SAMPLE_RATE, TOP_DB

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_LINEAR_HZ = 200.0 / 3.0  # width of a mel below 1 kHz in Slaney's Auditory Toolbox (1998)
_BREAK_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27.0
_AMIN = 1e-10
_FRAMES_AT_ONCE = 64
_BANDS_AT_ONCE = 8


def hz_to_mel(hz: npt.ArrayLike) -> Doubles:
    """Slaney's mel scale: linear below 1 kHz, logarithmic above (Slaney 1998, Auditory Toolbox)."""
    hz = np.asarray(hz, dtype=np.float64)
    log = _BREAK_HZ / _LINEAR_HZ + np.log(np.maximum(hz, _BREAK_HZ) / _BREAK_HZ) / _LOG_STEP
    return np.where(hz < _BREAK_HZ, hz / _LINEAR_HZ, log)


def mel_to_hz(mel: npt.ArrayLike) -> Doubles:
    """The inverse of `hz_to_mel`."""
    mel = np.asarray(mel, dtype=np.float64)
    break_mel = _BREAK_HZ / _LINEAR_HZ
    log = _BREAK_HZ * np.exp(_LOG_STEP * (np.maximum(mel, break_mel) - break_mel))
    return np.where(mel < break_mel, mel * _LINEAR_HZ, log)


def band_edges(top_hz: float = SAMPLE_RATE / 2) -> Doubles:
    """Edges and centres in Hz of the N_MELS bands, shape (N_MELS + 2,): band i is centred on
    [i+1]."""
    return mel_to_hz(np.linspace(0.0, float(hz_to_mel(top_hz)), N_MELS + 2))


@lru_cache(maxsize=1)
def mel_basis() -> Doubles:
    """The filter bank, shape (N_MELS, N_FFT/2 + 1): triangles of unit area (librosa's "slaney")."""
    edges = band_edges()
    bins = np.fft.rfftfreq(N_FFT, 1.0 / SAMPLE_RATE)
    ramps = edges[:, None] - bins[None, :]
    widths = np.diff(edges)
    rising = -ramps[:-2] / widths[:-1, None]
    falling = ramps[2:] / widths[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    basis: Doubles = triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return basis


def log_mel(samples: npt.ArrayLike, sample_rate: int) -> Floats:
    """Mel power spectrogram in decibels below the loudest cell.

    The definition is librosa 0.11's `melspectrogram` (n_fft 2048, hop 512, 128 Slaney bands from 0
    to 22,050 Hz, Hann window, centred frames padded with zeros) at 44,100 Hz and `power_to_db`
    with ref = max, amin = 1e-10, top_db = 80 (McFee et al. 2015). Audio at 22,050 Hz is not
    resampled: n_fft 1024 and hop 256 give the same bins and frames, so the lower half of the same
    filter bank applies and the upper bands are at the floor. Any other rate is resampled by soxr.

    Parameters
    ----------
    samples : (n,) mono samples, nominally within ±1. Level does not matter: the result is relative.
    sample_rate : Hz.

    Returns
    -------
    (128, 1 + n·44100 // (512·sample_rate)) float32 in [-80, 0], low bands first. Pure silence
    gives zeros throughout, as in librosa.

    Raises
    ------
    ValueError : samples are not one-dimensional, are empty, or hold NaN or infinity.
    """
    audio = np.asarray(samples, dtype=np.float32)
    if audio.ndim != 1 or not audio.size or not np.isfinite(audio).all():
        raise ValueError("log_mel needs a non-empty one-dimensional array of finite samples")
    if sample_rate not in (SAMPLE_RATE, HALF_RATE):
        audio, sample_rate = _resample(audio, sample_rate), SAMPLE_RATE
    shrink = SAMPLE_RATE // sample_rate
    return _decibels(_mel_power(audio, N_FFT // shrink, HOP // shrink))


@lru_cache(maxsize=1)
def _blocks() -> list[tuple[slice, slice, Doubles]]:
    """The filter bank by blocks of neighbouring bands: which bands, which bins, and their weights
    (bins, bands). Nearly all of the matrix is zero. Small products also stay on one thread: a large
    one's threads slow each other down when several workers share the cores."""
    basis = mel_basis()
    blocks = []
    for low in range(0, N_MELS, _BANDS_AT_ONCE):
        part = basis[low : low + _BANDS_AT_ONCE]
        first, last = np.flatnonzero(part.any(axis=0))[[0, -1]]
        weights = np.ascontiguousarray(part[:, first : last + 1].T)
        blocks.append((slice(low, low + len(part)), slice(first, last + 1), weights))
    return blocks


def _resample(audio: Floats, sample_rate: int) -> Floats:
    import soxr

    return np.asarray(soxr.resample(audio, sample_rate, SAMPLE_RATE, quality="HQ"), np.float32)


def _mel_power(audio: Floats, n_fft: int, hop: int) -> Doubles:
    """The power of each band in each frame, (frames, N_MELS)."""
    # Double precision: 80 dB below a pure tone, single precision is off by up to 0.001 dB and
    # differs between FFT libraries. NumPy's FFT takes the same time for both.
    padded = np.zeros(max(len(audio) + n_fft // 2 * 2, n_fft))
    padded[n_fft // 2 : n_fft // 2 + len(audio)] = audio
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n_fft) / n_fft)  # Hann
    power = np.zeros((len(frames), N_MELS))
    room = np.empty((_FRAMES_AT_ONCE, n_fft))
    for start in range(0, len(frames), _FRAMES_AT_ONCE):
        few = frames[start : start + _FRAMES_AT_ONCE]
        spectrum = np.fft.rfft(np.multiply(few, window, out=room[: len(few)]), axis=1)
        _add_bands(spectrum.real**2 + spectrum.imag**2, power[start : start + _FRAMES_AT_ONCE])
    return power


def _add_bands(energy: Doubles, power: Doubles) -> None:
    for bands, bins, weights in _blocks():
        part = energy[:, bins]
        np.matmul(part, weights[: part.shape[1]], out=power[:, bands])


def _decibels(power: Doubles) -> Floats:
    # Of a logarithm, single precision keeps more than enough, and takes a tenth of the time.
    level = np.log(np.maximum(power, _AMIN).astype(np.float32))
    level *= np.float32(10.0 / np.log(10.0))
    level -= level.max()
    return np.ascontiguousarray(np.maximum(level, np.float32(-TOP_DB)).T)
