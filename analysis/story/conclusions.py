"""What a report concludes: pair by pair, with and without the exclusions, and for the metrics."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import pandas as pd

from analysis.figures.words import counted, listed, number, span
from analysis.inference import Design
from analysis.inference.design import PLANNED

from . import rows, words
from .phrases import NO_PAIR, NO_SCALE, confidence, named, p_value

Tables = Mapping[str, pd.DataFrame]
Row: TypeAlias = Any  # a row of a table
SHOWN, SAME, OPEN, NONE = "shown", "same", "open", "none"


def comparisons(tables: Tables, design: Design) -> str:
    """What each pair's t-test says of the main question: a difference, none that matters, nothing
    either way, or why it says nothing."""
    if design.primary is None:
        return NO_SCALE
    table = rows.confirmatory(tables["comparisons"], design)
    if table.empty:
        return NO_PAIR
    planned = bool((table["family"] == PLANNED).all())
    found = "; ".join(_findings(table, design))
    opening = "As planned, on" if planned else "Exploratory, on"
    return f"{opening} {words.quoted(design.primary, design)}: {found}."


def _findings(table: pd.DataFrame, design: Design) -> list[str]:
    """One finding for each kind of conclusion; the first interval says its confidence."""
    said: list[str] = []
    for kind in (SHOWN, SAME, OPEN, NONE):
        of_kind = [row for _, row in table.iterrows() if concluded(row, design) == kind]
        parts = [
            _said(row, kind, design, first=not said and not at) for at, row in enumerate(of_kind)
        ]
        if parts:
            said.append(OPENINGS[kind] + named(parts))
    return said


OPENINGS = {
    SHOWN: "",
    SAME: "a difference within the bound is shown for ",
    OPEN: "no difference is shown or ruled out for ",
    NONE: "nothing can be estimated for ",
}


def concluded(row: Row, design: Design) -> str:
    """Which kind of conclusion a row of comparisons allows, at the plan's α."""
    if row["status"] != "ok":
        return NONE
    if row["p_holm"] < design.alpha:
        return SHOWN
    return SAME if _equivalent(row, design) else OPEN


def _equivalent(row: Row, design: Design) -> bool:
    return bool(pd.notna(row["tost_p"]) and row["tost_p"] < design.alpha)


def _said(row: Row, kind: str, design: Design, *, first: bool) -> str:
    if kind == NONE:
        return f"{words.pair(row)} ({words.why(row['status'])})"
    ends = span(row["estimate_ci_low"], row["estimate_ci_high"])
    numbers = f"{f'{confidence(design)} interval ' if first else ''}{ends}, {_n(row, design)}"
    if kind == OPEN:
        return f"{words.pair(row)} ({number(row['estimate'])}, {numbers})"
    if kind == SAME:
        bound = f"bound {number(row['tost_high'])}, {p_value(row['tost_p'])}"
        return f"{words.pair(row)} ({number(row['estimate'])}, {numbers}, {bound})"
    way = "higher" if row["estimate"] > 0 else "lower"
    within = (
        f", within the bound of {number(row['tost_high'])}," if _equivalent(row, design) else ""
    )
    return (
        f"{row['condition_a']} is {number(abs(row['estimate']))} points {way}{within} than "
        f"{row['condition_b']} ({numbers}, Holm {p_value(row['p_holm'])})"
    )


def _n(row: Row, design: Design) -> str:
    if design.paired:
        return f"n = {int(row['n_a'])}"
    return f"n = {int(row['n_a'])} and {int(row['n_b'])}"


def exclusions(tables: Tables, design: Design) -> str:
    """Whether the planned comparisons conclude the same with everybody in."""
    if not design.plan.exclusions:
        return "No exclusion was planned, so every result here is of everybody."
    both = rows.both_sets(tables["comparisons"], design)
    if both.empty:
        return "Results with and without the exclusions can't be compared: nothing is compared."
    able = both[(both["status"] == "ok") & (both["everybody_status"] == "ok")]
    if able.empty:
        reason = words.why(both["status"].iloc[0]) or words.why(both["everybody_status"].iloc[0])
        return f"Results with and without the exclusions can't be compared: {reason}."
    changed = [
        words.pair(row)
        for _, row in able.iterrows()
        if concluded(row, design) != concluded(_everybody(row), design)
    ]
    if changed:
        return f"With everybody in, the conclusion is another for {named(changed)}."
    return (
        f"With and without the exclusions, {counted(len(able), 'planned comparison')} "
        f"{'leads' if len(able) == 1 else 'lead'} to the same conclusion."
    )


def _everybody(row: Row) -> dict[str, Any]:
    return {name: row[f"everybody_{name}"] for name in ("status", "p_holm", "estimate", "tost_p")}


def verdicts(tables: Tables, design: Design) -> str:
    """How often the metrics would have concluded what people said. A side that is undecided has
    concluded nothing."""
    table = tables["metric_verdicts"]
    if table.empty:
        return ""
    pairs = len(table[["condition_a", "condition_b"]].drop_duplicates())
    of = f"{counted(table['metric'].nunique(), 'metric')} on {counted(pairs, 'pair')} of conditions"
    able = table[table["status"] == "ok"]
    if able.empty:
        reason = words.why(table["status"].iloc[0]).rpartition("; ")[-1]
        return f"What {of} would have concluded can't be told ({reason})."
    agree = int(able["verdict"].isin(["agrees", "both see no difference"]).sum())
    undecided = int(able["verdict"].str.contains("undecided").sum())
    against = len(able) - agree - undecided
    parts = [
        f"{agree} of {counted(len(table), 'conclusion')} {_do(agree, 'agree')} with people’s",
        f"{against} {_do(against, 'differ')}",
        f"{undecided} can't be told, as people or the metric are undecided",
    ]
    if len(table) > len(able):
        parts.append(f"{len(table) - len(able)} can't be estimated")
    return f"By {of}, {listed(parts)}."


def _do(n: int, verb: str) -> str:
    return f"{verb}s" if n == 1 else verb
