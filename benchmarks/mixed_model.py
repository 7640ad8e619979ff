"""The exact mixed model against statsmodels' crossed one, and both models at their full sizes.

    python benchmarks/mixed_model.py [--rounds 3] [--repeats 20]

First 1,800 ratings, 40 participants × 45 tracks in three conditions, participants and tracks
crossed: each round is one fit of statsmodels' `MixedLM`, with variance components by formula, and
`repeats` fits of ours, in one process; the ratio is of median times, and the greatest difference
between the answers stands beside it. Then one simulated study of 60 participants; then, in
processes of their own, for their peak of memory, 100,000 ratings. One thread throughout, as in the
workers. Other work on the machine disturbs all: read the ratio.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

CONDITIONS = ["genre space", "random", "same genre"]
# Participants, playlists for each, tracks a playlist, tracks in the library.
COMPARED, SMALL, LARGE = (40, 3, 15, 45), (60, 3, 10, 300), (3333, 3, 10, 2000)
# Of getrusage: kilobytes on Linux, bytes on macOS.
_MB = 1e6 if sys.platform == "darwin" else 1e3


def ratings(participants: int, playlists: int, length: int, library: int) -> pd.DataFrame:
    """A study in which each participant hears a playlist of each condition in turn."""
    rng = np.random.default_rng(1)
    heard = playlists * length
    person = np.repeat(np.arange(participants), heard)
    playlist = np.repeat(np.arange(participants * playlists), length)
    track = np.concatenate([rng.permutation(library)[:heard] for _ in range(participants)])
    condition = playlist % playlists % len(CONDITIONS)
    liking = 3 + 0.2 * (condition == 0) + rng.normal(size=len(person))
    for codes, sd in ((person, 0.7), (track, 0.5), (playlist, 0.3)):
        liking += sd * rng.normal(size=codes.max() + 1)[codes]
    return pd.DataFrame(
        {
            "participant_id": person,
            "playlist_id": playlist,
            "track_id": track,
            "condition": np.array(CONDITIONS)[condition],
            "liking": liking,
        }
    )


def mixed(
    frame: pd.DataFrame, groups: Sequence[str] = ("participant_id", "track_id", "playlist_id")
) -> Any:
    from analysis.stats.mixed import crossed

    return crossed(frame, "liking", conditions=CONDITIONS, groups=groups)


def ordinal(frame: pd.DataFrame) -> Any:
    from analysis.stats.ordinal import cumulative_link

    points = frame.assign(liking=frame["liking"].round().clip(1, 5))
    return cumulative_link(points, "liking", conditions=CONDITIONS, points=5)


def statsmodels(frame: pd.DataFrame) -> Any:
    from statsmodels.regression.mixed_linear_model import MixedLM

    return MixedLM.from_formula(
        "liking ~ C(condition)",
        frame,
        groups=np.ones(len(frame)),
        vc_formula={"person": "0 + C(participant_id)", "track": "0 + C(track_id)"},
        re_formula="0",
    ).fit(reml=True)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def apart(ours: Any, theirs: Any) -> float:
    """The greatest difference of effects, their standard errors and the variances."""
    terms = ours.terms.iloc[:3]
    pairs = [
        (terms["estimate"], theirs.fe_params),
        (terms["se"], theirs.bse_fe),
        (ours.components["variance"], [*theirs.vcomp, theirs.scale]),
    ]
    return max(np.abs(np.asarray(a, float) - np.asarray(b, float)).max() for a, b in pairs)


def compare(rounds: int, repeats: int) -> None:
    frame, groups = ratings(*COMPARED), ("participant_id", "track_id")
    mixed(frame, groups)
    theirs, ours, differences = [], [], []
    for _ in range(rounds):
        seconds, their = timed(lambda: statsmodels(frame))
        theirs.append(seconds)
        for _ in range(repeats):
            seconds, our = timed(lambda: mixed(frame, groups))
            ours.append(seconds)
        differences.append(apart(our, their))
    slow, fast = statistics.median(theirs), statistics.median(ours)
    print(f"{len(frame):,} ratings, participants and tracks crossed; medians")
    print(f"  statsmodels MixedLM  {slow:8.3f} s, {rounds} fits")
    print(
        f"  ours                 {fast:8.3f} s, {rounds * repeats} fits, {slow / fast:.0f}× as fast"
    )
    print(f"  greatest difference of effects, errors and variances: {max(differences):.1e}")


def small(repeats: int) -> None:
    frame = ratings(*SMALL)
    print(f"{len(frame):,} ratings of {SMALL[0]} participants; medians of {repeats}")
    for name, work in (("three random terms", mixed), ("ordinal", ordinal)):
        seconds = statistics.median(timed(lambda work=work: work(frame))[0] for _ in range(repeats))
        print(f"  {name:18} {seconds:8.3f} s")


def large(name: str) -> None:
    """One fit in a process of its own: this one."""
    frame = ratings(*LARGE)
    seconds, found = timed(lambda: {"mixed": mixed, "ordinal": ordinal}[name](frame))
    converged = bool(found.terms["converged"].all())
    print(f"  {name:18} {seconds:8.1f} s, converged: {converged}", end="", flush=True)


def peak(name: str) -> float:
    process = subprocess.Popen([sys.executable, __file__, "--large", name])  # noqa: S603 - this file
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{name} ended with {process.returncode}")
    return usage.ru_maxrss / _MB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--large", choices=["mixed", "ordinal"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.large:
        large(options.large)
        return
    compare(options.rounds, options.repeats)
    small(options.repeats)
    n = LARGE[0] * LARGE[1] * LARGE[2]
    print(f"{n:,} ratings of {LARGE[0]:,} participants and {LARGE[3]:,} tracks; one fit each")
    for name in ("mixed", "ordinal"):
        megabytes = peak(name)
        print(f", {megabytes:.0f} MB at its peak")


if __name__ == "__main__":
    main()
