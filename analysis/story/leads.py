"""The sentence that opens each section of a report, made from the numbers with uncertainty."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import pandas as pd

from analysis.figures.words import counted, listed, number, share, span
from analysis.inference import Design

from . import rows, words
from .conclusions import verdicts
from .phrases import (
    NO_PAIR,
    NO_SCALE,
    NOBODY,
    NOBODY_CAME,
    confidence,
    interval,
    is_or_are,
    named,
    p_value,
    participants,
    people,
)
from .told import Told, joined

Tables = Mapping[str, pd.DataFrame]
Row: TypeAlias = Any  # a row of a table


def flow(tables: Tables, design: Design) -> str:
    table = tables["flow"]
    n = table[table["condition"].isna()].groupby("stage")["n"].sum()
    registered, completed, excluded, analysed = (
        int(n.get(stage, 0)) for stage in ("registered", "completed", "excluded", "analysed")
    )
    if not registered:
        return NOBODY_CAME
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
        f"{row['level']} {number(row['mean'])} ({_ends(row)}, n = {int(row['n_participants'])})"
        for _, row in table.iterrows()
    ]
    asked = words.quoted(design.primary, design)
    return f"Means and their 95 % intervals on {asked}: {named(means, 4)}."


def _ends(row: Row) -> str:
    return span(row["ci_low"], row["ci_high"]) or "no interval"


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
        f"{words.term(row, design)} {number(row['estimate'])} ({_ends(row)}, {p_value(row['p'])})"
        for _, row in able.iterrows()
    ]
    first = able.iloc[0]
    n = f"{counted(int(first['n_obs']), 'rating')} of {participants(first['n_participants'])}"
    return (
        f"With {samples} as samples, differences on {asked} with {confidence(design)} intervals: "
        f"{named(parts)}, uncorrected; {n}."
    )


# baselines


def baselines(tables: Tables, design: Design) -> Told:
    return joined([verdicts(tables, design), correlations(tables, design)])


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
    shown = f"{n_shown or 'none'} of {counted(len(able), 'metric')} {is_or_are(n_shown or 1)} shown"
    return (
        f"With the condition taken out, {shown} to go with {asked} after Holm; the largest "
        f"correlation is that of {words.of(words.METRICS, strongest['metric'])}, ρ = "
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
    return f"Within playlists, “{asked}” {named(parts)}."


def _trend(row: Row, design: Design) -> str:
    of = words.of(words.ALONG, row["x"])
    if row["status"] != "ok":
        return f"can't be related to {of} ({words.why(row['status'])})"
    shown = "shows no trend with"
    if row["p"] < design.alpha:
        shown = "rises with" if row["estimate"] > 0 else "falls with"
    return (
        f"{shown} {of}: mean ρ = {number(row['estimate'])} ({interval(row, confidence(design))}, "
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
    parts = []
    for at, (_, row) in enumerate(able.iterrows()):
        ends = span(100 * row["ci_low"], 100 * row["ci_high"], 0)
        around = f"{ends} %" if at else f"{confidence(design)} interval {ends} %"
        between = words.of(words.COMPONENTS, row["variant"])
        verb = "" if at else "is "
        parts.append(
            f"{share(row['estimate'])} {verb}between {between} ({around}, "
            f"n = {int(row['n_units'])})"
        )
    asked = words.asked(able["scale"].iloc[0], design)
    return f"Of the variance of “{asked}”, {listed(parts)}."


def missing(tables: Tables, design: Design) -> str:
    table = rows.missing_of_all(tables["missingness"], design)
    return f"{_unanswered(table, design)}{_left(table)}"


def _left(table: pd.DataFrame) -> str:
    """Who left, and whether conditions differ in it."""
    for _, row in table[table["file"] == "flow"].iterrows():
        if row["n_missing"] and pd.notna(row["p"]):
            return (
                f" {participants(row['n_missing'])} left on the way, at {int(row['n']):,} "
                f"playlists; that conditions are left alike: {p_value(row['p'])}."
            )
    return ""


def _unanswered(table: pd.DataFrame, design: Design) -> str:
    table = table[table["file"] != "flow"]
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
    table = rows.power(tables["power"], design)
    able = table[(table["status"] == "ok") & table["power"].notna()]
    if able.empty:
        reasons = [one for one in map(words.why, table["status"]) if one]
        return f"Power can't be estimated: {reasons[0] if reasons else 'nothing is compared'}."
    smallest = able[able["n"].astype(float) == able["n"].astype(float).min()].iloc[:1]
    pair = words.pair(smallest.iloc[0].to_dict())
    of = able[[words.pair(row) == pair for row in able.to_dict("records")]]
    people = "pairs" if design.paired else "participants a condition"
    found = [
        f"{row['asked']}, {number(row['effect'])} SDs, with {share(row['power'])}"
        for _, row in of.iterrows()
    ]
    return (
        f"With the {int(of['n'].iloc[0])} {people} of {pair}, the test finds "
        f"{listed(found)} power, before Holm."
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
