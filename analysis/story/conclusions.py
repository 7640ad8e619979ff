"""What a report concludes: pair by pair, with and without the exclusions, and for the metrics.

Nothing is decided here: `analysis.stats.conclusions` has done so, row by row.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from analysis.figures.words import counted, listed, number, span
from analysis.inference import Design
from analysis.inference.design import PLANNED
from analysis.stats.conclusions import DECISION, EQUIVALENCE
from analysis.stats.kinds import Conclusion
from analysis.stats.verdicts import CIRCULAR, MIRROR, Verdict

from . import rows, words
from .phrases import (
    MOST_NAMED,
    NO_PAIR,
    NO_SCALE,
    NOBODY,
    is_or_are,
    level_of,
    p_value,
)
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
    found = _findings(
        table,
        OPENINGS,
        lambda row, several: _finding(row, design, several),
        None if planned else MOST_NAMED,
    )
    return told("{} {}: {}.", opening, words.quoted(design.primary, design), found)


def _findings(
    table: pd.DataFrame,
    openings: Mapping[tuple[Conclusion, ...], str],
    finding: Callable[[Row, bool], Told],
    most: int | None,
) -> Told:
    """One finding for each kind of conclusion."""
    several = int(table["p"].notna().sum()) > 1
    said: list[Told] = []
    for kinds, opening in openings.items():
        of_kind = [row for _, row in table.iterrows() if row["conclusion"] in kinds]
        parts = [finding(row, several) for row in of_kind]
        if parts:
            said.append(told("{}{}", opening, named(parts, most)))
    return told("; ".join("{}" for _ in said), *said)


OPENINGS = {
    (Conclusion.HIGHER, Conclusion.LOWER, Conclusion.HIGHER_WITHIN, Conclusion.LOWER_WITHIN): "",
    (Conclusion.EQUIVALENT,): "shown to differ by less than the bound: ",
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


# correlations

RELATION = ("analysis_set", "label_source", "outcome", "level", "metric")


def correlations(tables: Tables, design: Design) -> Told:
    """What is concluded of each metric and the rating of its playlist: all that were planned; of
    others how many are shown, and the largest."""
    table = rows.decided_correlations(tables["cohesion_vs_rating"], design)
    if table.empty:
        return Told(NOBODY if rows.modelled(design) else NO_SCALE)
    asked = words.quoted(rows.modelled(design)[0], design)
    taken_out = ", with the condition taken out" if len(design.conditions) > 1 else ""
    if (table["family"] == PLANNED).all():
        found = _findings(table, OF_CORRELATION, lambda row, several: _related(row, several), None)
        return told("As planned, {} and metrics of playlists{}: {}.", asked, taken_out, found)
    able = table[table["conclusion"] != Conclusion.NONE]
    if able.empty:
        reason = words.why(table["status"].iloc[0]) or "no p"
        return Told(f"How metrics go with {asked}{taken_out} can't be estimated: {reason}.")
    strongest = able.loc[able["estimate"].astype(float).abs().idxmax()]
    n = sum(Conclusion(one).way != 0 for one in able["conclusion"])
    count = claim(
        f"{n or 'none'} of {counted(len(able), 'metric')}",
        "cohesion_vs_rating",
        {**strongest, "status": "ok"},
        *("analysis_set", "label_source", "outcome", "level", "status"),
    )
    return told(
        "Exploratory{}, {} {} shown to go with {}; the largest correlation is that of {}.",
        taken_out, count, is_or_are(n or 1), asked, _related(strongest, len(able) > 1),
    )  # fmt: skip


OF_CORRELATION = {
    (Conclusion.POSITIVE, Conclusion.POSITIVE_WITHIN): "the rating rises with ",
    (Conclusion.NEGATIVE, Conclusion.NEGATIVE_WITHIN): "the rating falls with ",
    (Conclusion.SMALL,): "shown to go together by less than the bound: the rating with ",
    (Conclusion.UNDECIDED,): "no correlation is shown or ruled out for ",
    (Conclusion.NONE,): "nothing can be estimated for ",
}


def _related(row: Row, several: bool) -> Told:
    return claim(
        _correlation(row, several), "cohesion_vs_rating", row, *RELATION, says=row["conclusion"]
    )


def _correlation(row: Row, several: bool) -> str:
    concluded, metric = Conclusion(row["conclusion"]), words.of(words.METRICS, row["metric"])
    if concluded is Conclusion.NONE:
        return f"{metric} ({words.why(row['status']) or 'no p'})"
    n = f"n = {counted(int(row['n_playlists']), 'playlist')}"
    p = f"{'Holm ' if several else ''}{p_value(row['p_holm'])}"
    narrow = (
        f"{_ends(row, EQUIVALENCE)}, {p_value(row['tost_p'])} of being smaller than the bound of "
        f"{number(row['tost_bound'])}"
    )
    if concluded is Conclusion.SMALL:
        return f"{metric} (ρ = {number(row['estimate'])}, {narrow}, {n})"
    small = f"; {narrow}" if concluded.within else ""
    return f"{metric} (ρ = {number(row['estimate'])}, {_ends(row, DECISION)}, {n}, {p}{small})"


# with everybody in


def exclusions(tables: Tables, design: Design) -> Told:
    """Whether the planned comparisons and correlations conclude the same with everybody in."""
    if not design.plan.exclusions:
        return Told("No exclusion was planned, so every result here is of everybody.")
    files = {"comparisons": CONTRAST, "cohesion_vs_rating": RELATION}
    both = [
        (file, row)
        for file in files
        for row in rows.both_sets(tables[file], design).to_dict("records")
    ]
    if not both:
        return Told("Results with and without the exclusions can't be compared: none is planned.")
    able = [one for one in both if {one[1]["status"], one[1]["everybody_status"]} == {"ok"}]
    if not able:
        first = both[0][1]
        reason = words.why(first["status"]) or words.why(first["everybody_status"])
        return Told(f"Results with and without the exclusions can't be compared: {reason}.")
    changed = [one for one in able if one[1]["conclusion"] != one[1]["everybody_conclusion"]]
    if changed:
        parts = [_changed(row, file, files[file]) for file, row in changed]
        return told("The exclusions change what is concluded: {}.", joined(parts, "; "))
    return told(
        "With and without the exclusions, {} {} to the same conclusion{}.",
        named([_alike(able, file) for file in files if any(one[0] == file for one in able)]),
        "leads" if len(able) == 1 else "lead",
        "; the rest can't be compared" if len(able) < len(both) else "",
    )


def _alike(able: Sequence[tuple[str, Row]], file: str) -> Told:
    n = sum(one[0] == file for one in able)
    what = "planned comparison" if file == "comparisons" else "planned correlation"
    row = {"family": PLANNED, "status": "ok", "conclusion": None}
    return claim(counted(n, what), file, row, "family", "status")


def _changed(row: Row, file: str, keys: tuple[str, ...]) -> Told:
    """Each side is a claim of its own row."""
    said = [
        claim(
            f"{words.conclusion(row, row[f'{side}conclusion'])} ({_p_of(row, side)})",
            file,
            {**row, "analysis_set": row[f"{side}analysis_set"]},
            *keys,
            says=row[f"{side}conclusion"],
        )
        for side in ("", "everybody_")
    ]
    return told("of {} it is concluded: {}; with everybody in: {}", words.related(row), *said)


def _p_of(row: Row, side: str) -> str:
    """The p that decided."""
    concluded = Conclusion(row[f"{side}conclusion"])
    if concluded.within and not concluded.way:
        return f"{p_value(row[f'{side}tost_p'])} of being smaller"
    return p_value(row[f"{side}p_holm"])


def verdicts(tables: Tables, design: Design) -> Told:
    """What is said of all verdicts on metrics together: a claim of the whole table."""
    said = _of_verdicts(tables["metric_verdicts"])
    return claim(said, "metric_verdicts", {}) if said else Told()


def _of_verdicts(table: pd.DataFrame) -> str:
    """How often the metrics would have concluded what people said. A side that is undecided has
    concluded nothing; what is circular, or a mirror image of another metric, is not counted."""
    if table.empty:
        return ""
    pairs = len(table[["condition_a", "condition_b"]].drop_duplicates())
    of = f"{counted(table['metric'].nunique(), 'metric')} on {counted(pairs, 'pair')} of conditions"
    able = table[table["status"] == "ok"]
    if able.empty:
        reason = words.why(table["status"].iloc[0]).rpartition("; ")[-1]
        return f"What {of} would have concluded can't be told ({reason})."
    counting = able[able["not_counted"] == ""]
    if counting.empty:
        return f"Of {of}, no conclusion can be counted as a finding: {_left_out(table)}."
    verdict = counting["verdict"]
    agree = int(verdict.isin([Verdict.AGREES, Verdict.BOTH_SAME]).sum())
    undecided = int(verdict.str.contains("undecided").sum())
    one = len(counting) == 1 or agree == 1
    parts = [
        f"{agree} of {counted(len(counting), 'conclusion')} agree{'s' * one} with people’s",
        f"{len(counting) - agree - undecided} {_do(len(counting) - agree - undecided, 'differ')}",
        f"{undecided} can't be told, as people or the metric are undecided",
    ]
    left_out = _left_out(table)
    return f"By {of}, {listed(parts)}{f'; not counted: {left_out}' if left_out else ''}."


def _left_out(table: pd.DataFrame) -> str:
    """Why verdicts are no findings, with how many: every row is counted here or in the sentence."""
    why = table["not_counted"].astype(str)
    mirrors = int(why.str.startswith(MIRROR).sum())
    said = {
        "circular (a condition chooses by what is measured)": int((why == CIRCULAR).sum()),
        f"near mirror {'image' if mirrors == 1 else 'images'} of others": mirrors,
        "not estimable": int(((why == "") & (table["status"] != "ok")).sum()),
    }
    return listed([f"{n} {name}" for name, n in said.items() if n])


def _do(n: int, verb: str) -> str:
    return f"{verb}s" if n == 1 else verb
