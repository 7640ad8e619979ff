"""What a report concludes: pair by pair, with and without the exclusions, and for the metrics.

Nothing is decided here: `analysis.stats.conclusions` has done so, row by row.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import pandas as pd

from analysis.figures.words import counted, listed, number, span
from analysis.inference import Design
from analysis.inference.design import PLANNED
from analysis.stats.conclusions import DECISION, EQUIVALENCE, Conclusion
from analysis.stats.verdicts import CIRCULAR, MIRROR, Verdict

from . import rows, words
from .phrases import MOST_NAMED, NO_PAIR, NO_SCALE, level_of, p_value
from .told import Told, claim, joined, named, told

Tables = Mapping[str, pd.DataFrame]
Row: TypeAlias = Any  # a row of a table
CONTRAST = ("analysis_set", "outcome", "condition_a", "condition_b", "test")


def comparisons(tables: Tables, design: Design) -> Told:
    """What is concluded of each pair on the main question: a difference, none that matters, nothing
    either way, or why nothing can be. Of planned pairs all are told."""
    if design.primary is None:
        return Told(NO_SCALE)
    table = rows.confirmatory(tables["comparisons"], design)
    if table.empty:
        return Told(NO_PAIR)
    planned = bool((table["family"] == PLANNED).all())
    opening = "As planned, on" if planned else "Exploratory, on"
    found = _findings(table, design, None if planned else MOST_NAMED)
    return told("{} {}: {}.", opening, words.quoted(design.primary, design), found)


def _findings(table: pd.DataFrame, design: Design, most: int | None) -> Told:
    """One finding for each kind of conclusion."""
    several = int(table["p"].notna().sum()) > 1
    said: list[Told] = []
    for kinds, opening in OPENINGS.items():
        of_kind = [row for _, row in table.iterrows() if row["conclusion"] in kinds]
        parts = [_finding(row, design, several) for row in of_kind]
        if parts:
            said.append(told("{}{}", opening, named(parts, most)))
    return told("; ".join("{}" for _ in said), *said)


OPENINGS = {
    (Conclusion.HIGHER, Conclusion.LOWER, Conclusion.HIGHER_WITHIN, Conclusion.LOWER_WITHIN): "",
    (Conclusion.EQUIVALENT,): "a difference smaller than the bound, and no other, is shown for ",
    (Conclusion.UNDECIDED,): "no difference is shown or ruled out for ",
    (Conclusion.NONE,): "nothing can be estimated for ",
}


def _finding(row: Row, design: Design, several: bool) -> Told:
    return claim(_said(row, design, several), "comparisons", row, *CONTRAST, says=row["conclusion"])


def _said(row: Row, design: Design, several: bool) -> str:
    concluded = Conclusion(row["conclusion"])
    if concluded is Conclusion.NONE:
        return f"{words.pair(row)} ({words.why(row['status'])})"
    n, p = _n(row, design), f"{'Holm ' if several else ''}{p_value(row['p_holm'])}"
    decided, bound = _ends(row, DECISION), f"the bound of {number(row['tost_high'])}"
    narrow = f"{_ends(row, EQUIVALENCE)}, {p_value(row['tost_p'])} of equivalence"
    if concluded is Conclusion.EQUIVALENT:
        return f"{words.pair(row)} ({number(row['estimate'])}, {narrow}, {bound}, {n})"
    if concluded is Conclusion.UNDECIDED:
        return f"{words.pair(row)} ({number(row['estimate'])}, {decided}, {n}, {p})"
    way = "higher" if concluded.way > 0 else "lower"
    small = f", but by less than {bound} ({narrow})" if concluded.within else ""
    return (
        f"{row['condition_a']} is {number(abs(row['estimate']))} points {way} than "
        f"{row['condition_b']} ({decided}, {n}, {p}){small}"
    )


def _ends(row: Row, names: list[str]) -> str:
    """“97.5 % interval 0.10 to 0.52”."""
    level, low, high = (row[name] for name in names)
    return f"{level_of(level)} interval {span(low, high)}"


def _n(row: Row, design: Design) -> str:
    if design.paired and row["n_a"] == row["n_b"]:
        return f"n = {int(row['n_a'])}"
    return f"n = {int(row['n_a'])} and {int(row['n_b'])}"


def exclusions(tables: Tables, design: Design) -> Told:
    """Whether the planned comparisons conclude the same with everybody in."""
    if not design.plan.exclusions:
        return Told("No exclusion was planned, so every result here is of everybody.")
    both = rows.both_sets(tables["comparisons"], design)
    if both.empty:
        return Told(
            "Results with and without the exclusions can't be compared: nothing is compared."
        )
    able = both[(both["status"] == "ok") & (both["everybody_status"] == "ok")]
    if able.empty:
        reason = words.why(both["status"].iloc[0]) or words.why(both["everybody_status"].iloc[0])
        return Told(f"Results with and without the exclusions can't be compared: {reason}.")
    changed = able[able["conclusion"] != able["everybody_conclusion"]]
    if len(changed):
        parts = [_changed(row) for _, row in changed.iterrows()]
        return told("The exclusions change what is concluded: {}.", joined(parts, "; "))
    return Told(
        f"With and without the exclusions, {counted(len(able), 'planned comparison')} "
        f"{'leads' if len(able) == 1 else 'lead'} to the same conclusion."
    )


def _changed(row: Row) -> Told:
    """Each side is a claim of its own row."""
    sides = {"": row["conclusion"], "everybody_": row["everybody_conclusion"]}
    said = [
        claim(
            f"{words.conclusion(row, concluded)} ({p_value(row[f'{side}p_holm'])})",
            "comparisons",
            {**row, "analysis_set": row[f"{side}analysis_set"], "test": row[f"{side}test"]},
            *CONTRAST,
            says=concluded,
        )
        for side, concluded in sides.items()
    ]
    return told("of {} it is concluded: {}; with everybody in: {}", words.pair(row), *said)


def verdicts(tables: Tables, design: Design) -> Told:
    """How often the metrics would have concluded what people said. A side that is undecided has
    concluded nothing; what is circular, or a mirror image of another metric, is not counted."""
    table = tables["metric_verdicts"]
    if table.empty:
        return Told()
    pairs = len(table[["condition_a", "condition_b"]].drop_duplicates())
    of = f"{counted(table['metric'].nunique(), 'metric')} on {counted(pairs, 'pair')} of conditions"
    able = table[table["status"] == "ok"]
    if able.empty:
        reason = words.why(table["status"].iloc[0]).rpartition("; ")[-1]
        return Told(f"What {of} would have concluded can't be told ({reason}).")
    counting = able[able["not_counted"] == ""]
    if counting.empty:
        return Told(f"Of {of}, no conclusion can be counted as a finding: {_left_out(table)}.")
    verdict = counting["verdict"]
    agree = int(verdict.isin([Verdict.AGREES, Verdict.BOTH_SAME]).sum())
    undecided = int(verdict.str.contains("undecided").sum())
    parts = [
        f"{agree} of {counted(len(counting), 'conclusion')} {_do(agree, 'agree')} with people’s",
        f"{len(counting) - agree - undecided} {_do(len(counting) - agree - undecided, 'differ')}",
        f"{undecided} can't be told, as people or the metric are undecided",
    ]
    left_out = _left_out(table)
    return Told(f"By {of}, {listed(parts)}{f'; not counted: {left_out}' if left_out else ''}.")


def _left_out(table: pd.DataFrame) -> str:
    """Why verdicts are no findings, with how many: every row is counted here or in the sentence."""
    why = table["not_counted"].astype(str)
    said = {
        "circular (a condition chooses by what is measured)": int((why == CIRCULAR).sum()),
        "near mirror images of others": int(why.str.startswith(MIRROR).sum()),
        "not estimable": int(((why == "") & (table["status"] != "ok")).sum()),
    }
    return listed([f"{n} {name}" for name, n in said.items() if n])


def _do(n: int, verb: str) -> str:
    return f"{verb}s" if n == 1 else verb
