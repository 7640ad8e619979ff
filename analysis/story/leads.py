"""The sentence that opens each section of a report, made from the numbers with uncertainty."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from analysis.figures.words import counted, listed, number, share, span
from analysis.inference import Design
from analysis.inference.design import ALL, PLANNED, SENSITIVITY

Tables = Mapping[str, pd.DataFrame]
Row: TypeAlias = Any  # a row of a table
NOBODY = "Nobody has rated anything yet, so nothing can be estimated."
T_TESTS = ("paired_t", "welch_t")


def p_value(p: float) -> str:
    if pd.isna(p):
        return "p not estimable"
    return "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".", 1)


def level(design: Design) -> str:
    return f"{100 * (1 - design.alpha):g} %"


def said(outcome: str, design: Design) -> str:
    """An outcome in the study's own words."""
    for one in design.outcomes:
        if one.name == outcome:
            return f"“{one.label or one.column}”"
    return outcome


def why(row: Row) -> str:
    return str(row["status"]).removeprefix("not_estimable: ")


def flow(tables: Tables, design: Design) -> str:
    everybody = tables["flow"][tables["flow"]["condition"].isna()]
    n = everybody.groupby("stage")["n"].sum()
    registered = int(n.get("registered", 0))
    if not registered:
        return "Nobody has registered yet."
    completed, excluded = int(n.get("completed", 0)), int(n.get("excluded", 0))
    words = counted(registered, "person").replace("persons", "people")
    return (
        f"Of {words} who registered, {completed} completed the study, {excluded} "
        f"{'is' if excluded == 1 else 'are'} excluded by the analysis plan, and "
        f"{int(n.get('analysed', 0))} are analysed."
    )


def quality(tables: Tables, design: Design) -> str:
    flags = tables["flags"]
    if flags.empty:
        return "No answer was marked as careless by the study's rules."
    people = flags["participant_id"].nunique()
    kinds = flags["flag"].value_counts()
    named = listed([f"{name.replace('_', ' ')} ({n})" for name, n in kinds.items()])
    return (
        f"{counted(people, 'participant')} {'has' if people == 1 else 'have'} marks of careless "
        f"answers: {named}. Marks alone leave nobody out."
    )


def ratings(tables: Tables, design: Design) -> str:
    if design.primary is None:
        return "The study has no scale on which conditions could be compared."
    rows = tables["descriptives"]
    of = rows[(rows["outcome"] == design.primary.name) & (rows["group_by"] == "condition")]
    of = of[of["n_participants"] > 0]
    if of.empty:
        return NOBODY
    means = [
        f"{row['level']} {number(row['mean'])} "
        f"({_interval(row, '95 %')}; n = {counted(int(row['n_participants']), 'participant')})"
        for _, row in of.iterrows()
    ]
    return f"Mean ratings on {said(design.primary.name, design)}: {listed(means)}."


def _interval(row: Row, confidence: str, low: str = "ci_low", high: str = "ci_high") -> str:
    ends = span(row[low], row[high])
    return f"{confidence} interval {ends}" if ends else "no interval"


def primary_rows(tables: Tables, design: Design, family: str | None = None) -> pd.DataFrame:
    """The t-tests of the primary outcome: the planned ones, or without a plan all."""
    rows = tables["comparisons"]
    if design.primary is None or rows.empty:
        return rows.iloc[:0]
    rows = rows[(rows["outcome"] == design.primary.name) & rows["test"].isin(T_TESTS)]
    if family:
        return rows[rows["family"] == family]
    planned = rows[rows["family"] == PLANNED]
    return planned if len(planned) else rows[rows["analysis_set"] == ALL]


def comparisons(tables: Tables, design: Design) -> str:
    rows = primary_rows(tables, design)
    if rows.empty:
        return "There are no two conditions to compare."
    planned = bool((rows["family"] == PLANNED).all())
    opening = "As planned: " if planned else "Not planned before the data, so exploratory: "
    return opening + " ".join(difference(row, design) for _, row in rows.iterrows())


def difference(row: Row, design: Design) -> str:
    """What one t-test says: the difference, its interval, p, and what may be concluded."""
    a, b = row["condition_a"], row["condition_b"]
    if row["status"] != "ok":
        return f"{a} against {b} can't be estimated: {why(row)}."
    ends = _interval(row, level(design), "estimate_ci_low", "estimate_ci_high")
    n = f"n = {int(row['n_a'])}" if row["n_a"] == row["n_b"] and design.paired else (
        f"n = {int(row['n_a'])} and {int(row['n_b'])}"
    )  # fmt: skip
    numbers = f"{ends}, {n}, {p_value(row['p_holm'])} after Holm"
    size = f"{number(abs(row['estimate']))} points"
    if row["p_holm"] < design.alpha:
        way = "higher" if row["estimate"] > 0 else "lower"
        return f"{a} was rated {size} {way} than {b} ({numbers})."
    seen = f"{a} and {b} differed by {number(row['estimate'])} points ({numbers})"
    if pd.notna(row["tost_p"]) and row["tost_p"] < design.alpha:
        bound = number(row["tost_high"])
        return f"{seen}: equivalent within {bound} points ({p_value(row['tost_p'])})."
    return f"{seen}: no difference is shown, and none is ruled out."


def models(tables: Tables, design: Design) -> str:
    rows = tables["models"]
    if design.primary is None or rows.empty:
        return NOBODY
    track = next((one for one in design.outcomes if one.of_tracks), design.primary)
    of = rows[(rows["outcome"] == track.name) & (rows["model"] == "linear_mixed")]
    of = of[(of["analysis_set"] == design.sets[-1]) & of["term"].str.contains(" - ", regex=False)]
    if of.empty:
        return "There are no two conditions to model."
    parts = [
        f"{row['term']} {number(row['estimate'])} ({_interval(row, level(design))}, "
        f"{p_value(row['p'])})"
        if row["status"] == "ok"
        else f"{row['term']} can't be estimated: {why(row)}"
        for _, row in of.iterrows()
    ]
    first = of.iloc[0]
    return (
        f"With participants and songs both taken as samples, on {said(track.name, design)}: "
        f"{listed(parts)}; {counted(int(first['n_obs']), 'rating')} of "
        f"{counted(int(first['n_participants']), 'participant')}."
    )


def baselines(tables: Tables, design: Design) -> str:
    rows = tables["cohesion_vs_rating"]
    rows = rows[(rows["label_source"] == "metadata") & rows["level"].isin(["pooled", "adjusted"])]
    rows = rows[rows["analysis_set"] == design.sets[-1]]
    if rows.empty:
        return NOBODY
    of = rows[(rows["outcome"] == rows["outcome"].iloc[0])]
    parts = [_correlation(group) for _, group in of.groupby("metric", sort=False)]
    return f"Across playlists, the ratings went with {listed(parts[:3])}."


def _correlation(group: pd.DataFrame) -> str:
    by_level = {row["level"]: row for _, row in group.iterrows()}
    parts = []
    for name, row in by_level.items():
        if row["status"] == "ok":
            parts.append(f"ρ = {number(row['estimate'])} {name} ({_interval(row, '95 %')})")
        else:
            parts.append(f"{name} not estimable ({why(row)})")
    n = int(next(iter(by_level.values()))["n_playlists"])
    return f"{group['metric'].iloc[0]}: {', '.join(parts)}, n = {counted(n, 'playlist')}"


def verdicts(tables: Tables, design: Design) -> str:
    rows = tables["metric_verdicts"]
    if rows.empty:
        return ""
    counts = rows["verdict"].value_counts()
    return "Metrics against people, pair by pair: " + listed(
        [f"{verdict} ({n})" for verdict, n in counts.items()]
    ) + "."  # fmt: skip


def along(tables: Tables, design: Design) -> str:
    rows = tables["along_playlists"]
    if rows.empty:
        return NOBODY
    rows = rows[(rows["analysis_set"] == design.sets[-1])]
    rows = rows[rows["outcome"] == rows["outcome"].iloc[0]]
    rows = rows[rows["measure"] == "spearman"]
    parts = [
        f"{row['x']} {number(row['estimate'])} ({_interval(row, level(design))}, "
        f"{p_value(row['p'])}, n = {counted(int(row['n_participants']), 'participant')})"
        if row["status"] == "ok"
        else f"{row['x']} not estimable ({why(row)})"
        for _, row in rows.iterrows()
    ]
    return f"Mean correlation within participants of the rating with {listed(parts)}."


def reliability(tables: Tables, design: Design) -> str:
    rows = tables["reliability"]
    of = rows[(rows["statistic"] == "icc_from_components") & (rows["status"] == "ok")]
    of = of[of["scale"] == of["scale"].iloc[0]] if len(of) else of
    if of.empty:
        return "How alike ratings are can't be estimated."
    names = {"participant_id": "who rates", "track_id": "the song", "playlist_id": "the playlist"}
    parts = [
        f"{share(row['estimate'])} by {names.get(row['variant'], row['variant'])} "
        f"({'95 % interval ' + span(100 * row['ci_low'], 100 * row['ci_high'], 0) + ' %'})"
        for _, row in of.iterrows()
    ]
    return f"Of the variance of {said(of['scale'].iloc[0], design)}, {listed(parts)} is explained."


def exclusions(tables: Tables, design: Design) -> str:
    if not design.plan.exclusions:
        return "No exclusion is planned; the tables say what each rule would leave out."
    planned = primary_rows(tables, design, PLANNED)
    everybody = primary_rows(tables, design, SENSITIVITY)
    if planned.empty or everybody.empty:
        return "Nothing planned can be compared."
    changed = [
        f"{row['condition_a']} against {row['condition_b']}"
        for (_, row), (_, other) in zip(planned.iterrows(), everybody.iterrows(), strict=True)
        if (row["p_holm"] < design.alpha) != (other["p_holm"] < design.alpha)
    ]
    if changed:
        return f"Without the exclusions the conclusion is another for {listed(changed)}."
    return "With and without the exclusions, every planned comparison leads to the same conclusion."


def missing(tables: Tables, design: Design) -> str:
    rows = tables["missingness"]
    rows = rows[rows["condition"].isna() | (rows["condition"] == "all")]
    if rows.empty or not rows["n"].sum():
        return NOBODY
    worst = rows.sort_values("share", ascending=False).iloc[0]
    if not worst["n_missing"]:
        return "No rating is missing of what was shown."
    ends = span(100 * worst["ci_low"], 100 * worst["ci_high"], 1)
    return (
        f"Most is missing of {worst['field']}: {number(100 * worst['share'], 1)} % "
        f"(95 % interval {ends} %; {int(worst['n_missing'])} of {int(worst['n'])})."
    )


def power(tables: Tables, design: Design) -> str:
    rows = tables["power"]
    found = rows[(rows["status"] == "ok") & rows["effect"].notna()]
    if found.empty:
        return "Power can't be estimated: too few participants, or no spread."
    row = found.iloc[0]
    return (
        f"With n = {int(row['n'])} ({row['condition_a']} against {row['condition_b']}), an effect "
        f"of {number(row['effect'])} SDs would have been found with {share(row['power'])} power."
    )


def plan(design: Design, about: Mapping[str, object] | None) -> Sequence[str]:
    """What was fixed before the data: the plan's hash and when, or that there is none."""
    if not design.plan or not about:
        return [
            "No analysis was planned before the data: every result here is exploratory, whatever "
            "its p."
        ]
    return [
        f"The analysis plan (SHA-256 {str(about['sha256'])[:12]}…) was fixed in version "
        f"{about['fixed_in_version']} of the study. Planned results are marked as such; all others "
        "are exploratory."
    ]
