"""Songs indexed per second: librosa and Keras as one would write it first, against our path.

    python benchmarks/indexing.py [--audio FOLDER] [--songs 24] [--processes 2] [--rounds 3]

All decode the same 30-s MP3 files in the same number of processes, started and warmed up before the
clock runs. The naive path leaves its libraries their threads, as they come, and stops at the
probabilities; ours takes one thread a process. Ours is measured twice: to the probabilities, with
the content hash that decoding always computes, and with MFCCs, fingerprint and picture, which an
import keeps as well. Rounds alternate, because other work on the machine disturbs all: read the
ratios, not the rates. The ratio of processor time, which other work disturbs less, stands beside
that of the clock.
"""

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from recommender.engine.cnn import GenreClassifier
from recommender.engine.constants import CLIP_SECONDS, HOP, N_FFT, N_MELS, SAMPLE_RATE, TOP_DB
from recommender.engine.features import channels, crops, from_levels


def naive(path: Path) -> list[float]:
    import librosa

    samples, rate = librosa.load(path, sr=SAMPLE_RATE, duration=CLIP_SECONDS)
    mel = librosa.feature.melspectrogram(
        y=samples, sr=rate, n_fft=N_FFT, hop_length=HOP, n_mels=N_MELS
    )
    levels = librosa.power_to_db(mel, ref=np.max, top_db=TOP_DB)
    logits, _ = _keras().predict(channels(crops(from_levels(levels))), verbose=0)
    return _classifier().calibrated(logits.mean(axis=0)).tolist()


def ours(path: Path) -> list[float]:
    from recommender.engine.audio import read_recording

    recording = read_recording(path)
    return _classifier().predict(recording.samples, recording.sample_rate).probabilities.tolist()


def ours_for_import(path: Path) -> list[float]:
    from recommender.engine.audio import read_recording
    from recommender.engine.hearing import hear

    return hear(read_recording(path), _classifier()).probabilities.tolist()


PATHS = (naive, ours, ours_for_import)


def timed(way: Callable[[Path], list[float]], song: Path) -> tuple[float, list[float]]:
    """Processor time of this process, all threads, and the probabilities."""
    start = time.process_time()
    found = way(song)
    return time.process_time() - start, found


@lru_cache(maxsize=1)
def _classifier() -> GenreClassifier:
    return GenreClassifier.load()


@lru_cache(maxsize=1)
def _keras() -> Any:
    return _classifier().keras_network()


class Run(NamedTuple):
    seconds: float
    processor: float
    found: np.ndarray


def make_songs(folder: Path, n: int) -> list[Path]:
    """Noise with a beat and a few notes, 30 s, stereo, MP3 at 44.1 kHz."""
    import soundfile

    t = np.arange(int(CLIP_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    paths = [folder / f"{i:03}.mp3" for i in range(n)]
    for i, path in enumerate(paths):
        rng = np.random.default_rng(i)
        notes = rng.choice([220.0, 277.2, 329.6, 440.0], size=121)[(t * 4).astype(int)]
        beat = rng.standard_normal((len(t), 2)) * np.exp(-8 * (t * 2 % 1))[:, None]
        sound = 0.2 * np.sin(2 * np.pi * notes * t)[:, None] + 0.1 * beat
        soundfile.write(path, np.clip(sound, -1, 1), SAMPLE_RATE)
    return paths


def run(pool: ProcessPoolExecutor, way: Callable[..., Any], songs: list[Path]) -> Run:
    start = time.perf_counter()
    done = list(pool.map(timed, [way] * len(songs), songs))
    spent, found = zip(*done, strict=True)
    return Run(time.perf_counter() - start, sum(spent), np.array(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audio", type=Path, help="a folder of MP3 files; default: made here")
    parser.add_argument("--songs", type=int, default=24)
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.audio:
            found = sorted(options.audio.rglob("*.mp3"))
            songs = found[:: max(1, len(found) // options.songs)][: options.songs]
        else:
            songs = make_songs(Path(folder), options.songs)
        compare(songs, options.processes, options.rounds)


def compare(songs: list[Path], processes: int, rounds: int) -> None:
    context = multiprocessing.get_context("spawn")
    pools = {way: ProcessPoolExecutor(processes, context) for way in PATHS}
    for way, pool in pools.items():
        # Processes start with the first song that they are given, and inherit this.
        if way is not naive:
            os.environ["OPENBLAS_NUM_THREADS"] = "1"
        run(pool, way, songs[: 2 * processes])
    print(f"{len(songs)} songs × {rounds} rounds, {processes} process(es) each")
    runs: dict[Callable[..., Any], list[Run]] = {way: [] for way in PATHS}
    for _ in range(rounds):
        for way, pool in pools.items():
            runs[way].append(run(pool, way, songs))
    for pool in pools.values():
        pool.shutdown()
    for way in PATHS:
        report(way.__name__, runs[way], runs[naive], len(songs))


def report(name: str, runs: list[Run], base: list[Run], n: int) -> None:
    clock = [b.seconds / r.seconds for b, r in zip(base, runs, strict=True)]
    spent = [b.processor / r.processor for b, r in zip(base, runs, strict=True)]
    off = max(np.abs(b.found - r.found).max() for b, r in zip(base, runs, strict=True))
    rate = statistics.median(n / r.seconds for r in runs)
    print(
        f"  {name:16} {statistics.median(clock):5.2f}× as fast "
        f"({min(clock):.2f}–{max(clock):.2f}), "
        f"{statistics.median(spent):5.2f}× by processor time; {rate:5.1f} songs/s, "
        f"probabilities off by at most {off:.0e}"
    )


if __name__ == "__main__":
    main()
