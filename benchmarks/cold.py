"""From an MP3 to probabilities in a cold process, and the memory it takes: librosa and Keras as one
would write it first, against our path; then one process that hears 50 songs for an import.

    python benchmarks/cold.py [--audio FOLDER] [--rounds 3]

Seconds are from starting Python to its end, and memory is the process's peak resident set. Ways
alternate, because other work on the machine disturbs both: read the ratios.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

SONGS = 50
# Of getrusage: kilobytes on Linux, bytes on macOS.
_MB = 1e6 if sys.platform == "darwin" else 1e3


class Cost(NamedTuple):
    seconds: float
    megabytes: float


def work(way: str, paths: list[Path]) -> None:
    """What a process does. This file imports nothing heavy: a child's peak counts from its parent's
    size."""
    import indexing

    if way == "make_songs":
        indexing.make_songs(paths[0], SONGS)
        return
    for path in paths:
        getattr(indexing, way)(path)


def cost(way: str, *paths: Path) -> Cost:
    """Run a way in a process of its own."""
    command = [sys.executable, __file__, "--way", way, *map(str, paths)]
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - this file
        command, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{way} ended with {process.returncode}")
    return Cost(time.perf_counter() - start, usage.ru_maxrss / _MB)


def compare(songs: list[Path], rounds: int) -> None:
    costs: dict[str, list[Cost]] = {"naive": [], "ours": []}
    for i in range(rounds):
        for way, found in costs.items():
            found.append(cost(way, songs[i % len(songs)]))
    print(f"one MP3 in a cold process, {rounds} rounds; medians")
    base = _median(costs["naive"])
    for way, found in costs.items():
        middle = _median(found)
        print(
            f"  {way:8} {middle.seconds:6.2f} s, {base.seconds / middle.seconds:5.1f}× as fast; "
            f"{middle.megabytes:5.0f} MB, {base.megabytes / middle.megabytes:4.1f}× as small"
        )
    several = [songs[i % len(songs)] for i in range(SONGS)]
    print(
        f"one process that hears {SONGS} songs for an import: "
        f"{cost('ours_for_import', *several).megabytes:.0f} MB"
    )


def _median(costs: list[Cost]) -> Cost:
    seconds, megabytes = zip(*costs, strict=True)
    return Cost(statistics.median(seconds), statistics.median(megabytes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audio", type=Path, help="a folder of MP3 files; default: made here")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("paths", nargs="*", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        work(options.way, options.paths)
        return
    with tempfile.TemporaryDirectory() as folder:
        if not options.audio:
            cost("make_songs", Path(folder))
        songs = sorted((options.audio or Path(folder)).rglob("*.mp3"))[:SONGS]
        compare(songs, options.rounds)


if __name__ == "__main__":
    main()
