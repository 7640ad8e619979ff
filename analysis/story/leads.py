"""The sentence that opens each section of a report, made from the numbers with uncertainty."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import pandas as pd

from analysis.figures.words import counted, number, share, span
from analysis.inference import Design
from analysis.stats.kinds import Conclusion

from . import rows, words
from .conclusions import correlations, verdicts
from .phrases import (
    NO_PAIR,
    NO_SCALE,
    NOBODY,
    NOBODY_CAME,
    confidence,
    is_or_are,
    level_of,
    p_value,
    participants,
    people,
)
from .told import Told, claim, joined, named, told

Tables = Mapping[str, pd.DataFrame]
Row: TypeAlias = Any  # a row of a table


# people


def flow(tables: Tables, design: Design) -> Told:
    """Counts that add up: those given a condition are analysed, excluded, or without a rating."""
    n = rows.people(tables["flow"])
    if not n["registered"]:
        return Told(NOBODY_CAME)
    registered = _people("registered", f"{people(n['registered'])} who registered")
    given = _people("assigned", f"{n['assigned']:,} {_was(n['assigned'])}")
    analysed = _people("analysed", f"{n['analysed']:,} {is_or_are(n['analysed'])} analysed")
    rest = [
        _people(stage, f"{n[stage]:,} {is_or_are(n[stage]) if verb else _has(n[stage])} {said}")
        for stage, verb, said in RESTS
        if n[stage]
    ]
    completed = _people("completed", f"{n['completed']:,} completed the study")
    return told(
        "Of {}, {} given a condition: of these, {}. {}{}.",
        registered, given, named([analysed, *rest]), completed, _planned_n(design),
    )  # fmt: skip


def nobody_left(tables: Tables, design: Design) -> Told:
    """That the plan leaves out everybody, where it does; else nothing."""
    n = rows.people(tables["flow"])
    if n["analysed"] or not n["excluded"]:
        return Told()
    table = tables["flow"]
    why = table[table["condition"].isna() & (table["stage"] == "excluded")]
    parts = [
        claim(
            f"{words.rules(row['reason'])} ({int(row['n'])})",
            "flow", {**row, "condition": None}, "stage", "condition", "reason",
        )
        for _, row in why.iterrows()
    ]  # fmt: skip
    return told(
        "The analysis plan leaves out everybody: {}. So nothing can be estimated as planned; what "
        "everybody’s ratings say is in the files, as analysis_set “all”.",
        named(parts),
    )  # fmt: skip


RESTS = (
    ("excluded", True, "excluded by the analysis plan"),
    ("without_ratings", False, "no rating to analyse"),
)


def _people(stage: str, text: str) -> Told:
    return claim(text, "flow", {"stage": stage, "condition": None}, "stage", "condition")


def _was(n: int) -> str:
    return "was" if n == 1 else "were"


def _has(n: int) -> str:
    return "has" if n == 1 else "have"


def _planned_n(design: Design) -> str:
    n = design.plan.participants
    return f"; the analysis plan asks for {participants(n)}" if n else ""


def quality(tables: Tables, design: Design) -> Told:
    flags = tables["flags"]
    if flags.empty:
        return Told("No answer was marked as careless by the study’s rules.")
    who = flags["participant_id"].nunique()
    kinds = [
        claim(f"{words.of(words.MARKS, kind)} ({n})", "flags", {"flag": kind}, "flag")
        for kind, n in flags["flag"].value_counts().items()
    ]
    marked = f"{participants(who)} {_has(who)} marks of careless answers"
    return told(
        "{}: {}; a mark leaves out only whom the analysis plan says.",
        claim(marked, "flags", {}), named(kinds),
    )  # fmt: skip


def ratings(tables: Tables, design: Design) -> Told:
    if design.primary is None:
        return Told(NO_SCALE)
    table = rows.by_condition(tables["descriptives"], design)
    table = table[table["n_participants"].fillna(0).gt(0)]
    if table.empty:
        return Told(NOBODY)
    means = [
        claim(
            f"{row['level']} {number(row['mean'])} ({_ends(row)}, n = {row['n_participants']:.0f})",
            "descriptives", row, "outcome", "group_by", "level",
        )
        for _, row in table.iterrows()
    ]  # fmt: skip
    asked = words.quoted(design.primary, design)
    return told("Means and their 95 % intervals on {}: {}.", asked, named(means))


def _ends(row: Row) -> str:
    return span(row["ci_low"], row["ci_high"]) or "no interval"


# models


def models(tables: Tables, design: Design) -> Told:
    """How far apart conditions are; what is concluded of it is said of the comparisons alone."""
    outcomes = rows.modelled(design)
    if not outcomes:
        return Told(NO_SCALE)
    outcome = next((one for one in outcomes if one.of_tracks), outcomes[0])
    table = rows.of_outcomes(rows.main_terms(tables["models"], design), [outcome])
    table = table[(table["model"] == "linear_mixed") & (table["term"] != "condition")]
    asked = words.quoted(outcome, design)
    if table.empty:
        return Told(f"No model of {asked} could be made." if design.conditions else NO_PAIR)
    able = table[table["status"] == "ok"]
    if able.empty:
        why = words.why(table["status"].iloc[0])
        return Told(f"A model of {asked} can't be estimated: {why}.")
    parts = [
        claim(
            f"{words.term(row, design)} {number(row['estimate'])} ({_ends(row)})",
            "models", row, "model", "outcome", "term", "analysis_set",
        )
        for _, row in able.iterrows()
    ]  # fmt: skip
    first = able.iloc[0]
    n = claim(
        f"{counted(int(first['n_obs']), 'rating')} of {participants(first['n_participants'])}",
        "models", first, "model", "outcome", "term", "analysis_set",
    )  # fmt: skip
    samples = "participants and songs" if outcome.of_tracks else "participants"
    return told(
        "With {} as samples, a linear mixed model of {} estimates {} ({} intervals, not corrected; "
        "{}).{}",
        samples, f"all ratings of {asked}", named(parts), confidence(design), n,
        " What is concluded of the main question is said under Comparisons."
        if len(design.conditions) > 1 else "",
    )  # fmt: skip


# baselines


def baselines(tables: Tables, design: Design) -> Told:
    return joined([verdicts(tables, design), correlations(tables, design)])


def along(tables: Tables, design: Design) -> Told:
    table = rows.along(tables["along_playlists"], design)
    table = table[table["measure"] == "spearman"]
    liked = [one for one in design.outcomes if one.of_tracks]
    if not liked:
        return Told("Songs were not rated one by one.")
    table = rows.of_outcomes(table, rows.modelled(design)[-1:] if table.size else liked)
    if table.empty:
        return Told(NOBODY)
    parts = [_trend(row, design) for _, row in table.iterrows()]
    asked = words.asked(table["outcome"].iloc[0], design)
    return told("Exploratory, within playlists, of “{}” {}.", asked, named(parts))


def _trend(row: Row, design: Design) -> Told:
    return claim(
        _trend_of(row),
        "along_playlists", row, "outcome", "x", "measure", "analysis_set",
        says=row["conclusion"],
    )  # fmt: skip


def _trend_of(row: Row) -> str:
    of, concluded = words.of(words.ALONG, row["x"]), Conclusion(row["conclusion"])
    if concluded is Conclusion.NONE:
        return f"a trend with {of} can't be estimated ({words.why(row['status'])})"
    said = f"no trend with {of} is shown or ruled out"
    if concluded.way:
        said = f"a {'rise' if concluded.way > 0 else 'fall'} with {of} is shown"
    ends = span(row["decision_ci_low"], row["decision_ci_high"])
    return (
        f"{said}: mean ρ = {number(row['estimate'])} ({level_of(row['decision_level'])} interval "
        f"{ends}, Holm {p_value(row['p_holm'])}, n = {participants(row['n_participants'])})"
    )


# reliability, missing, power


def reliability(tables: Tables, design: Design) -> Told:
    table = tables["reliability"]
    table = table[table["statistic"] == "icc_from_components"]
    able = table[table["estimate"].notna() & table["ci_high"].notna()]
    if able.empty:
        reasons = [one for one in map(words.why, table["status"]) if one]
        reason = f": {reasons[0]}" if reasons else ", as no songs were rated"
        return Told(f"How much ratings have in common can't be estimated{reason}.")
    able = able[able["scale"] == able["scale"].iloc[0]]
    parts = [_shared(row, design, at) for at, (_, row) in enumerate(able.iterrows())]
    asked = words.asked(able["scale"].iloc[0], design)
    return told("Of the variance of “{}”, {}.", asked, named(parts))


def _shared(row: Row, design: Design, at: int) -> Told:
    ends = span(100 * row["ci_low"], 100 * row["ci_high"], 0)
    around = f"{ends} %" if at else f"{confidence(design)} interval {ends} %"
    between = words.of(words.COMPONENTS, row["variant"])
    verb = "" if at else "is "
    return claim(
        f"{share(row['estimate'])} {verb}between {between} ({around}, n = {int(row['n_units'])})",
        "reliability", row, "scale", "statistic", "variant",
    )  # fmt: skip


def missing(tables: Tables, design: Design) -> Told:
    table = rows.missing_of_all(tables["missingness"], design)
    return joined([_unanswered(table, design), _left(table)])


def _left(table: pd.DataFrame) -> Told:
    """Who left, and whether conditions differ in it."""
    for _, row in table[table["file"] == "flow"].iterrows():
        if row["n_missing"] and pd.notna(row["p"]):
            said = (
                f"{participants(row['n_missing'])} left on the way, of {int(row['n']):,} playlists "
                f"that somebody came to, ready or not; that conditions are left alike: "
                f"{p_value(row['p'])}"
            )
            return told("{}.", claim(said, "missingness", row, "file", "field", "condition"))
    return Told()


def _unanswered(table: pd.DataFrame, design: Design) -> Told:
    table = table[table["file"] != "flow"]
    possible = int(table["n"].fillna(0).sum())
    if not possible:
        return Told(NOBODY)
    if not int(table["n_missing"].fillna(0).sum()):
        asked = table.groupby("file", sort=False)["n"].sum()
        none = [
            claim(
                f"0 of {int(n):,} of {words.FILES[file]}",
                "missingness", {"file": file, "condition": "all"}, "file", "condition",
            )
            for file, n in asked.items()
        ]  # fmt: skip
        return told("No answer is missing where one was possible ({}).", named(none))
    worst = table.sort_values("share", ascending=False, kind="stable").iloc[0]
    ends = span(100 * worst["ci_low"], 100 * worst["ci_high"], 1)
    around = f"95 % interval {ends} %, " if ends else ""
    most = claim(
        f"{number(100 * worst['share'], 1)} % ({around}{int(worst['n_missing']):,} of "
        f"{int(worst['n']):,} {words.FILES[worst['file']]})",
        "missingness", worst, "file", "field", "condition",
    )  # fmt: skip
    return told("Most is missing of “{}”: {}.", words.asked(worst["outcome"], design), most)


def power(tables: Tables, design: Design) -> Told:
    table = rows.power(tables["power"], design)
    able = table[(table["status"] == "ok") & table["power"].notna()]
    if able.empty:
        reasons = [one for one in map(words.why, table["status"]) if one]
        why = reasons[0] if reasons else "nothing is compared"
        return Told(f"Power can't be estimated: {why}.")
    smallest = able[able["n"].astype(float) == able["n"].astype(float).min()].iloc[:1]
    pair = words.pair(smallest.iloc[0].to_dict())
    of = able[[words.pair(row) == pair for row in able.to_dict("records")]]
    units = "pairs" if design.paired else "participants per condition"
    found = [
        f"{row['asked']}, {number(row['effect'])} SDs, with {share(row['power'])}"
        for _, row in of.iterrows()
    ]
    said = claim(
        f"With the {int(of['n'].iloc[0])} {units} of {pair}, the test finds {named(found)} power",
        "power", of.iloc[0], "condition_a", "condition_b",
    )  # fmt: skip
    return told("{}, before Holm.", said)


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
