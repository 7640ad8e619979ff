"""A plan in words: the tables that a command prints, and what they come to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.figures.words import counted, number, span
from analysis.inference.design import Pair

from .formulas import FORMULA, TARGET, TOST
from .scenarios import Scenario, planned_pairs
from .tables import SIMULATION
from .verdicts import EVERY_PAIR, HOLM

if TYPE_CHECKING:
    from .files import Asked

Row = Mapping[Any, Any]
SPREADS = ("participant", "by_condition", "playlist", "track", "residual")
# How far from its level a test may be: 3 to 7 % for 5 %.
NEAR = 0.4
TESTS = {
    "mixed_model": "the mixed model",
    "paired_t": "the paired t test",
    "welch_t": "Welch's t test",
}


def per_cent(value: float, digits: int = 0) -> str:
    return f"{number(100 * value, digits)} %"


def ends(row: Row, digits: int = 0) -> str:
    """A simulated share's interval in per cent; empty by formula."""
    return span(100 * row["ci_low"], 100 * row["ci_high"], digits).replace(" to ", "–")


def planned(power: pd.DataFrame, scenario: Scenario) -> Iterator[tuple[Pair, pd.DataFrame]]:
    """What is said: each planned pair with its rows of the planned outcome and analysis set."""
    rows = power[power["outcome"] == scenario.primary]
    rows = rows[rows["analysis_set"] == scenario.design.sets[-1]]
    for a, b in planned_pairs(scenario.design):
        own = (rows["condition_a"] == a) & (rows["condition_b"] == b)
        turned = (rows["condition_a"] == b) & (rows["condition_b"] == a)
        if (own | turned).any():
            yield (a, b), rows[own | turned]


def apart(power: pd.DataFrame, scenario: Scenario) -> Iterator[tuple[Pair, pd.DataFrame]]:
    """Those of them that are truly apart, without the tests of equivalence."""
    for pair, rows in planned(power, scenario):
        if scenario.difference(*pair):
            yield pair, rows[~rows["test"].str.startswith(TOST)]


# assumptions


def assumed(asked: "Asked") -> Iterator[str]:
    """The deviations that listeners are simulated and formulas computed with, and who drops out."""
    who = asked.one.listeners
    yield "Assumed standard deviations of opinions, in points of the scale (--sd changes them):"
    lines = [["  deviation", "SD", "share of the variance"]]
    for name in SPREADS:
        sd = getattr(who, name)
        lines.append([f"  {name}", number(sd), per_cent(sd**2 / who.spread**2)])
    yield from aligned([*lines, ["  of a single opinion", number(who.spread), ""]])
    if asked.attrition is None:
        yield (
            "Participants are those analysed. No attrition is assumed: with --attrition 0.2, say, "
            "the number to recruit stands beside them."
        )
    else:
        yield (
            f"Participants are those analysed; {per_cent(asked.attrition)} of those recruited are "
            "taken to drop out or to be left out."
        )


# power


def power_printed(power: pd.DataFrame, scenario: Scenario) -> Iterator[str]:
    """A table for each planned pair, and one for all of them together: tests against the number of
    participants."""
    together = power[power["condition_a"] == EVERY_PAIR]
    for (a, b), own in planned(power, scenario):
        yield from _printed(own, f"{a} and {b}")
    yield from _printed(together, "all planned contrasts together", " or more")


def _printed(rows: pd.DataFrame, title: str, more: str = "") -> Iterator[str]:
    for difference, of in rows.groupby(rows["difference"].abs(), sort=False):
        points = f"{number(difference)} points{more} apart" if difference else "not apart"
        yield from ("", f"Power: {title}, {points}")
        yield from aligned(_by_size(of))


def _by_size(rows: pd.DataFrame) -> list[list[str]]:
    tests = list(dict.fromkeys(zip(rows["method"], rows["test"], strict=True)))
    names = [test if method == SIMULATION else f"{test} by formula" for method, test in tests]
    known = "recruited" in rows and rows["recruited"].notna().any()
    lines = [["  participants", *(["recruited"] if known else []), *names]]
    for size, own in rows.sort_values("participants").groupby("participants"):
        found = {(row["method"], row["test"]): row for row in own.to_dict("records")}
        cells = [_share(found[test], "power") if test in found else "" for test in tests]
        more = [f"{own['recruited'].iloc[0]:,}"] if known else []
        lines.append([f"  {size:g}", *more, *cells])
    return lines


def _share(row: Row, column: str, digits: int = 0) -> str:
    if row["status"] != "ok":
        return "not estimable"
    interval = ends(row, digits)
    return per_cent(row[column], digits) + (f" ({interval})" if interval else "")


def power_said(power: pd.DataFrame, scenario: Scenario) -> Iterator[str]:
    """A sentence for each planned pair that is apart: the fewest participants asked about with
    whom it is found often enough, or the most of them."""
    for pair, rows in apart(power, scenario):
        yield _simulated(rows, pair, scenario.test) + _needed(rows)
    yield from _together(power[power["condition_a"] == EVERY_PAIR], scenario)


def _together(rows: pd.DataFrame, scenario: Scenario) -> Iterator[str]:
    """How often everything that was planned is found in one study."""
    for test, found in (
        (scenario.test + HOLM, "every planned contrast that is apart, after Holm's correction"),
        (TOST + scenario.test, "that all planned contrasts are equivalent, where none is apart"),
    ):
        last = rows[rows["test"] == test].sort_values("participants").tail(1)
        for row in last.to_dict("records"):
            yield (
                f"With {row['participants']:g} participants, {per_cent(row['power'])} "
                f"({ends(row)} %) of the simulated studies found {found}."
            )


def _simulated(rows: pd.DataFrame, pair: Pair, test: str) -> str:
    done = rows[rows["method"] == SIMULATION]
    corrected = done[done["test"] == test + HOLM]
    last = (corrected if len(corrected) else done[done["test"] == test]).sort_values("participants")
    if last.empty:
        return ""
    enough = last[last["power"] >= TARGET]
    row = (enough.iloc[0] if len(enough) else last.iloc[-1]).to_dict()
    holm = " after Holm's correction" if len(corrected) else ""
    higher, lower = pair if row["difference"] > 0 else pair[::-1]
    return (
        f"With {row['participants']:g} participants, {per_cent(row['power'])} "
        f"({ends(row)} %) of {counted(int(row['n_runs']), 'simulated study')} found that "
        f"{higher} is rated {number(abs(row['difference']))} points above {lower} "
        f"({TESTS[test]}{holm}). "
    ).replace("studys", "studies")


def _needed(rows: pd.DataFrame) -> str:
    by_formula = rows[rows["method"] == FORMULA]
    enough = by_formula[by_formula["power"] >= TARGET]
    if enough.empty:
        return f"By formula no number of participants has a power of {per_cent(TARGET)}."
    row = enough.loc[enough["participants"].idxmin()]
    known = pd.notna(row.get("recruited"))
    more = f" ({row['recruited']:,} to be recruited)" if known else ""
    return (
        f"{per_cent(TARGET)} needs {row['participants']:g} participants{more} by formula, each "
        "test by itself and everybody careful to the end."
    )


# false positives


def wrong_printed(table: pd.DataFrame, alpha: float) -> Iterator[str]:
    """Each test of each outcome, with each number of participants; * where it misses its level."""
    sizes = sorted(table["participants"].unique())
    for (outcome, analysis_set), own in table.groupby(["outcome", "analysis_set"], sort=False):
        yield from ("", f"False positives: {outcome}, {analysis_set}")
        lines = [["  test", *(f"{size} participants" for size in sizes)]]
        for test, of in own.groupby(["test", "condition_a", "condition_b"], sort=False):
            found = {row["participants"]: row for row in of.to_dict("records")}
            cells = [_flagged(found[size], alpha) if size in found else "" for size in sizes]
            lines.append([f"  {' '.join(part for part in test if part)}", *cells])
        yield from aligned(lines)


def outside(row: Row, alpha: float) -> bool:
    """Whether a test misses its level: by more than two fifths of it, and not by chance alone.

    After Holm's correction a family may find less than that, and so may equivalence tests, with
    bounds that are narrow for so few participants: they promise a level at most.
    """
    near = (1 - NEAR) * alpha <= row["share"] <= (1 + NEAR) * alpha
    by_chance = row["ci_low"] <= alpha <= row["ci_high"]
    at_most = row["test"].endswith(HOLM) or row["test"].startswith(TOST)
    allowed = at_most and row["share"] < alpha
    return row["status"] == "ok" and not (near or by_chance or allowed)


def wrong_said(table: pd.DataFrame, alpha: float) -> str:
    known = [row for row in table.to_dict("records") if row["status"] == "ok"]
    missed = sum(outside(row, alpha) for row in known)
    runs = int(table["n_runs"].max())
    low, high = (per_cent(share * alpha) for share in (1 - NEAR, 1 + NEAR))
    return (
        f"Of {counted(len(known), 'test')} in {runs:,} simulated studies without an effect each, "
        f"{len(known) - missed} keep their level of {per_cent(alpha)} as far as so many studies "
        f"can tell; {missed} (*) found something in less than {low} or more than {high}."
    )


def _flagged(row: Row, alpha: float) -> str:
    return _share(row, "share", 1) + ("*" if outside(row, alpha) else "")


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
