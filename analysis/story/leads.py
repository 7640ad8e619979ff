"""The sentence that opens each section of a report, made from the numbers with uncertainty."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import pandas as pd

from analysis.figures.words import counted, listed, number, share, span
from analysis.inference import Design
from analysis.inference.design import PLANNED, SENSITIVITY

from . import rows, words
from .phrases import (
    confidence,
    interval,
    is_or_are,
    named,
    p_value,
    participants,
    people,
)

Tables = Mapping[str, pd.DataFrame]
Row: TypeAlias = Any  # a row of a table
NOBODY = "Nobody has rated anything yet, so nothing can be estimated."
NO_SCALE = "The study asks for no rating on which conditions could be compared."
NO_PAIR = "There are no two conditions to compare."


def flow(tables: Tables, design: Design) -> str:
    table = tables["flow"]
    n = table[table["condition"].isna()].groupby("stage")["n"].sum()
    registered, completed, excluded, analysed = (
        int(n.get(stage, 0)) for stage in ("registered", "completed", "excluded", "analysed")
    )
    if not registered:
        return "Nobody has registered yet."
    left_out = (
        f"{excluded} {is_or_are(excluded)} excluded by the analysis plan, and "
        if design.plan.exclusions
        else "and "
    )
    return (
        f"Of {people(registered)} who registered, {completed} completed the study, "
        f"{left_out}{analysed} {is_or_are(analysed)} analysed."
    )


def quality(tables: Tables, design: Design) -> str:
    flags = tables["flags"]
    if flags.empty:
        return "No answer was marked as careless by the study’s rules."
    who = flags["participant_id"].nunique()
    kinds = flags["flag"].value_counts()
    named_kinds = listed([f"{words.of(words.MARKS, kind)} ({n})" for kind, n in kinds.items()])
    return (
        f"{participants(who)} {'has' if who == 1 else 'have'} marks of careless answers: "
        f"{named_kinds}; a mark leaves out only whom the analysis plan says."
    )


def ratings(tables: Tables, design: Design) -> str:
    if design.primary is None:
        return NO_SCALE
    table = rows.by_condition(tables["descriptives"], design)
    table = table[table["n_participants"].fillna(0).gt(0)]
    if table.empty:
        return NOBODY
    means = [
        f"{row['level']} {number(row['mean'])} ({interval(row, '95 %')}, "
        f"n = {int(row['n_participants'])})"
        for _, row in table.iterrows()
    ]
    return f"Means on {words.quoted(design.primary, design)}: {named(means, 4)}."


# comparisons


def comparisons(tables: Tables, design: Design) -> str:
    """What each pair's test says of the main question: shown, equivalent, open, not estimable."""
    if design.primary is None:
        return NO_SCALE
    table = rows.confirmatory(tables["comparisons"], design)
    if table.empty:
        return NO_PAIR
    planned = bool((table["family"] == PLANNED).all())
    opening = "As planned, on" if planned else "Exploratory, as it was not planned: on"
    found = "; ".join(_findings(table, design))
    return f"{opening} {words.quoted(design.primary, design)}, {found}."


def _findings(table: pd.DataFrame, design: Design) -> list[str]:
    groups: dict[str, list[str]] = {"shown": [], "same": [], "open": [], "none": []}
    for _, row in table.iterrows():
        kind = _kind(row, design)
        groups[kind].append(_SAID[kind](row, design))
    said = [
        named(groups["shown"]),
        _about(groups["same"], "{} differ by less than the bound"),
        _about(groups["open"], "no difference is shown, and none ruled out, for {}"),
        _about(groups["none"], "nothing can be estimated for {}"),
    ]
    return [one for one in said if one]


def _about(parts: list[str], said: str) -> str:
    return said.format(named(parts)) if parts else ""


def _kind(row: Row, design: Design) -> str:
    if row["status"] != "ok":
        return "none"
    if row["p_holm"] < design.alpha:
        return "shown"
    equivalent = pd.notna(row["tost_p"]) and row["tost_p"] < design.alpha
    return "same" if equivalent else "open"


def _shown(row: Row, design: Design) -> str:
    way = "higher" if row["estimate"] > 0 else "lower"
    size = f"{number(abs(row['estimate']))} points"
    within = (
        f", though within ±{number(row['tost_high'])}"
        if pd.notna(row["tost_p"]) and row["tost_p"] < design.alpha
        else ""
    )
    return (
        f"{row['condition_a']} is {size} {way} than {row['condition_b']}{within} "
        f"({_numbers(row, design)}, {p_value(row['p_holm'])} after Holm)"
    )


def _same(row: Row, design: Design) -> str:
    return (
        f"{words.pair(row)} ({number(row['estimate'])}, {_numbers(row, design)}, equivalence within "
        f"±{number(row['tost_high'])} points {p_value(row['tost_p'])})"
    )


def _open(row: Row, design: Design) -> str:
    return (
        f"{words.pair(row)} ({number(row['estimate'])}, {_numbers(row, design)}, "
        f"{p_value(row['p_holm'])})"
    )


def _none(row: Row, design: Design) -> str:
    return f"{words.pair(row)} ({words.why(row['status'])})"


_SAID = {"shown": _shown, "same": _same, "open": _open, "none": _none}


def _numbers(row: Row, design: Design) -> str:
    ends = interval(row, confidence(design), "estimate_ci_low", "estimate_ci_high")
    one = design.paired or row["n_a"] == row["n_b"]
    n = f"n = {int(row['n_a'])}" if design.paired else (
        f"n = {int(row['n_a'])} each" if one else f"n = {int(row['n_a'])} and {int(row['n_b'])}"
    )  # fmt: skip
    return f"{ends}, {n}"


# models


def models(tables: Tables, design: Design) -> str:
    outcomes = rows.modelled(design)
    if not outcomes:
        return NO_SCALE
    outcome = next((one for one in outcomes if one.of_tracks), outcomes[0])
    table = rows.of_outcomes(rows.main_terms(tables["models"], design), [outcome])
    table = table[(table["model"] == "linear_mixed") & (table["term"] != "condition")]
    if table.empty:
        return NO_PAIR
    samples = "participants and songs" if outcome.of_tracks else "participants"
    asked = words.quoted(outcome, design)
    able = table[table["status"] == "ok"]
    if able.empty:
        return f"A model of {asked} can't be estimated: {words.why(table['status'].iloc[0])}."
    parts = [
        f"{words.term(row, design)} {number(row['estimate'])} "
        f"({interval(row, confidence(design))}, {p_value(row['p'])})"
        for _, row in able.iterrows()
    ]
    first = able.iloc[0]
    n = f"{counted(int(first['n_obs']), 'rating')} of {participants(first['n_participants'])}"
    return f"With {samples} as samples of more, points on {asked}: {named(parts)}; {n}."


# baselines


def baselines(tables: Tables, design: Design) -> str:
    said = [verdicts(tables, design), correlations(tables, design)]
    return " ".join(one for one in said if one)


def verdicts(tables: Tables, design: Design) -> str:
    """How often the metrics would have concluded what people said. An open question on either
    side is no conclusion."""
    table = tables["metric_verdicts"]
    if table.empty:
        return ""
    able = table[table["status"] == "ok"]
    n, metrics = len(table), table["metric"].nunique()
    pairs = table[["condition_a", "condition_b"]].drop_duplicates()
    of = f"{counted(metrics, 'metric')} on {counted(len(pairs), 'pair')} of conditions"
    if able.empty:
        return (
            f"What {of} would have concluded can't be told: {words.why(table['status'].iloc[0])}."
        )
    counts = able["verdict"].value_counts()
    agree = int(counts.get("agrees", 0) + counts.get("both see no difference", 0))
    open_ = int(able["verdict"].str.contains("undecided").sum())
    against = len(able) - agree - open_
    left = [f"{agree} of {n} conclusions agree with what people said", f"{against} do not"]
    left.append(f"{open_} can't be compared, as the metric or people leave the pair undecided")
    if n > len(able):
        left.append(f"{n - len(able)} can't be estimated")
    return f"Of {of}, {listed(left)}."


def correlations(tables: Tables, design: Design) -> str:
    """Of the first outcome with the condition taken out: how many metrics go with it, and which
    most."""
    table = rows.correlated(tables["cohesion_vs_rating"], design)
    if table.empty:
        return NOBODY if rows.modelled(design) else NO_SCALE
    able = table[(table["adjusted_status"] == "ok") & table["adjusted_p_holm"].notna()]
    asked = words.quoted(rows.modelled(design)[0], design)
    if able.empty:
        reason = words.why(table["adjusted_status"].iloc[0]) or "no p"
        return f"How metrics go with {asked} within conditions can't be estimated: {reason}."
    strongest = able.loc[able["adjusted_estimate"].astype(float).abs().idxmax()]
    n_shown = int((able["adjusted_p_holm"] < design.alpha).sum())
    ends = interval(strongest, confidence(design), "adjusted_ci_low", "adjusted_ci_high")
    return (
        f"With the condition taken out, {n_shown or 'none'} of {counted(len(able), 'metric')} "
        f"{'goes' if n_shown < 2 else 'go'} with {asked} after Holm; the strongest is "
        f"{words.of(words.METRICS, strongest['metric'])}, ρ = "
        f"{number(strongest['adjusted_estimate'])} ({ends}, "
        f"n = {counted(int(strongest['n_playlists']), 'playlist')})."
    )


def along(tables: Tables, design: Design) -> str:
    table = rows.along(tables["along_playlists"], design)
    table = table[table["measure"] == "spearman"]
    liked = [one for one in design.outcomes if one.of_tracks]
    if not liked:
        return "Songs were not rated one by one."
    table = rows.of_outcomes(table, rows.modelled(design)[-1:] if table.size else liked)
    if table.empty:
        return NOBODY
    parts = [_trend(row, design) for _, row in table.iterrows()]
    asked = words.asked(table["outcome"].iloc[0], design)
    return f"Within playlists, “{asked}” and {named(parts)}."


def _trend(row: Row, design: Design) -> str:
    of = words.of(words.ALONG, row["x"])
    if row["status"] != "ok":
        return f"{of} can't be related ({words.why(row['status'])})"
    shown = "go together" if row["p"] < design.alpha else "show no trend"
    return (
        f"{of} {shown}: mean ρ = {number(row['estimate'])} ({interval(row, confidence(design))}, "
        f"{p_value(row['p'])}, n = {participants(row['n_participants'])})"
    )


# reliability, exclusions, missing, power


def reliability(tables: Tables, design: Design) -> str:
    table = tables["reliability"]
    table = table[table["statistic"] == "icc_from_components"]
    able = table[table["estimate"].notna() & table["ci_high"].notna()]
    if able.empty:
        reasons = [one for one in map(words.why, table["status"]) if one]
        reason = f": {reasons[0]}" if reasons else ", as no songs were rated"
        return f"How much ratings have in common can't be estimated{reason}."
    able = able[able["scale"] == able["scale"].iloc[0]]
    parts = [
        f"{share(row['estimate'])} lies between {words.of(words.COMPONENTS, row['variant'])} "
        f"({confidence(design)} interval {span(100 * row['ci_low'], 100 * row['ci_high'], 0)} %, "
        f"n = {int(row['n_units'])})"
        for _, row in able.iterrows()
    ]
    asked = words.asked(able["scale"].iloc[0], design)
    return f"Of the variance of “{asked}”, {listed(parts)}."


def exclusions(tables: Tables, design: Design) -> str:
    if not design.plan.exclusions:
        return "No exclusion was planned, so every result here is of everybody."
    planned = rows.confirmatory(tables["comparisons"], design, PLANNED)
    everybody = rows.confirmatory(tables["comparisons"], design, SENSITIVITY)
    both = planned.merge(everybody, on=["condition_a", "condition_b"], suffixes=("", "_all"))
    able = both[(both["status"] == "ok") & (both["status_all"] == "ok")]
    if able.empty:
        reason = words.why(both["status"].iloc[0]) if len(both) else "there are no two conditions"
        return f"Results with and without the exclusions can't be compared: {reason}."
    changed = [
        words.pair(row)
        for _, row in able.iterrows()
        if _kind(row, design) != _kind(_of_everybody(row), design)
    ]
    if changed:
        return f"With everybody in, the conclusion is another for {named(changed)}."
    return (
        f"With and without the exclusions, {counted(len(able), 'planned comparison')} "
        f"{'leads' if len(able) == 1 else 'lead'} to the same conclusion."
    )


def _of_everybody(row: Row) -> dict[str, Any]:
    return {name: row[f"{name}_all"] for name in ("status", "p_holm", "tost_p")}


def missing(tables: Tables, design: Design) -> str:
    table = rows.missing_of_all(tables["missingness"], design)
    possible = int(table["n"].fillna(0).sum())
    if not possible:
        return NOBODY
    lacking = int(table["n_missing"].fillna(0).sum())
    if not lacking:
        return f"No answer is missing where one was possible (0 of {possible:,})."
    worst = table.sort_values("share", ascending=False, kind="stable").iloc[0]
    ends = span(100 * worst["ci_low"], 100 * worst["ci_high"], 1)
    around = f"95 % interval {ends} %, " if ends else ""
    return (
        f"Most is missing of “{words.asked(worst['outcome'], design)}”: "
        f"{number(100 * worst['share'], 1)} % ({around}{int(worst['n_missing']):,} of "
        f"{int(worst['n']):,} {words.FILES[worst['file']]})."
    )


def power(tables: Tables, design: Design) -> str:
    table = tables["power"]
    able = table[(table["status"] == "ok") & table["effect"].notna() & table["power"].notna()]
    if able.empty:
        reasons = [one for one in map(words.why, table["status"]) if one]
        return f"Power can't be estimated: {reasons[0] if reasons else 'nothing is compared'}."
    row = able.loc[able["n"].astype(float).idxmin()]
    of = "the participants’ differences" if design.paired else "participants’ means"
    return (
        f"With the {int(row['n'])} {'pairs' if design.paired else 'participants a condition'} of "
        f"{words.pair(row)}, a difference of {number(row['effect'])} SDs of {of} is found with "
        f"{share(row['power'])} power, before Holm."
    )


def plan(design: Design, about: Mapping[str, Any] | None) -> str:
    """What was fixed before the data: the plan's hash and since when, or that there is none."""
    if not design.plan:
        return (
            "No analysis was planned before the data: every result here is exploratory, whatever "
            "its p."
        )
    fixed = (about or {}).get("fixed_in_version")
    since = f" in version {fixed} of the study" if fixed else ""
    return (
        f"The analysis plan (SHA-256 {design.plan.sha256[:12]}…) was fixed{since}. Planned results "
        "are marked as such; all others are exploratory."
    )


def brief(tables: Tables, design: Design) -> list[str]:
    """What there is to know first: who is analysed, the main result, and the baselines."""
    said = [flow(tables, design)]
    if said[0] == "Nobody has registered yet.":
        return said
    result = comparisons(tables, design)
    return [one for one in (*said, result, verdicts(tables, design)) if one]
