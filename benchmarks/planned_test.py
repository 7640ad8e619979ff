"""How often the planned test of songs' ratings finds what is not there, and what is:

    python benchmarks/planned_test.py [--runs 1000] [--effect 0.4] [--power-runs 500]
        [--participants 12 24 60]

Two conditions without a difference, songs of their own, half of them shared or all of them, 12, 24
and 60 participants, between and within them; beside the mixed model the t test of participants'
means, which was the planned test before. Then the same with a difference. Prints a row a design,
with Wilson intervals at 95 %, as Markdown; the same options give the same numbers.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analysis.inference import Design, Outcome
from analysis.inference.modelling import Fits
from analysis.planning.tables import shares
from analysis.stats.listeners import Listeners
from analysis.stats.mixed_pair import Pair, mixed_model
from analysis.stats.participants import means_by_condition
from analysis.stats.simulated import simulated
from analysis.stats.t_tests import paired_t, welch_t
from survey.analysis_plan import Plan

LIKING = Outcome("ratings", "liking", 5)
SONGS = {1.0: "own", 0.5: "half shared", 0.0: "shared"}
SIZES = (12, 24, 60)
# Songs that a condition draws a playlist's ten from, whatever others draw from.
POOL = 20


def designs(sizes: Sequence[int]) -> Iterator[Listeners]:
    for paired in (True, False):
        for own in SONGS:
            for size in sizes:
                yield Listeners(
                    size,
                    ("a", "b"),
                    paired,
                    playlists=2 if paired else 1,
                    library=round(POOL * (1 + own)),
                    own_tracks=own,
                )


def p_values(who: Listeners, seed: np.random.SeedSequence) -> tuple[float, float]:
    """Of the mixed model and of the t test, in one simulated study."""
    tables = simulated(who, seed)
    design = Design(who.conditions, who.paired, [LIKING], LIKING, Plan())
    model = Fits(tables, design).of(LIKING, "all", who.conditions)
    rows = tables[LIKING.file]
    found = mixed_model(Pair(rows, LIKING.column, *who.conditions, model))
    means = means_by_condition(rows, LIKING.column, who.conditions)
    a, b = (means[name].dropna() for name in who.conditions)
    test = paired_t(a, b) if who.paired else welch_t(a, b)
    return float(found["p"].item()), test.p


def row(who: Listeners, runs: int, seed: int) -> str:
    of = np.random.SeedSequence([seed, who.participants, int(2 * who.own_tracks), who.paired])
    p = np.array([p_values(who, one) for one in of.spawn(runs)])
    found = shares(pd.Series((p < 0.05).sum(axis=0)), pd.Series([runs, runs]))
    cells = [
        f"{100 * one.share:.1f} ({100 * one.ci_low:.1f}–{100 * one.ci_high:.1f})"
        for one in found.itertuples()
    ]
    design = "within" if who.paired else "between"
    about = [design, SONGS[who.own_tracks], str(who.participants), *cells]
    none = int(np.isnan(p[:, 0]).sum())
    return f"| {' | '.join(about)} |" + (f" {none} not estimable" if none else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--power-runs", type=int, default=500)
    parser.add_argument("--effect", type=float, default=0.4)
    parser.add_argument("--participants", type=int, nargs="+", default=SIZES)
    asked = parser.parse_args()
    for title, runs, effects in (
        ("Without a difference", asked.runs, {}),
        (f"{asked.effect:g} points apart", asked.power_runs, {"a": asked.effect}),
    ):
        print(f"\n{title}, {runs} studies each: p < .05 in %\n")
        print("| design | songs | participants | `mixed_model` | t of participants' means |")
        print("|---|---|---|---|---|", flush=True)
        for seed, who in enumerate(designs(asked.participants) if runs else ()):
            print(row(replace(who, effects=effects), runs, seed), flush=True)


if __name__ == "__main__":
    main()
