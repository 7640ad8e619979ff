"""Which rows of the results a report shows, and in which of its tables."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.inference import Design, Outcome
from analysis.inference.design import ALL, PLANNED, SENSITIVITY
from analysis.inference.relating import about_playlists
from analysis.stats.conclusions import DECIDED

from . import words

Tables = Mapping[str, pd.DataFrame]
OMNIBUS_F = ("rm_anova", "welch_anova")
MAIN_STAGES = ("consented", "registered", "assigned", "began", "completed", "analysed")
COUNTED = ("registered", "assigned", "analysed", "excluded", "without_ratings", "completed")
SIDE_BY_SIDE = ("pooled", "adjusted", "repeated")
NUMBERS = ("estimate", "ci_low", "ci_high", "p", "status")


def in_main_set(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    return table[table["analysis_set"] == design.sets[-1]]


def of_outcomes(table: pd.DataFrame, outcomes: list[Outcome]) -> pd.DataFrame:
    return table[table["outcome"].isin([one.name for one in outcomes])]


def not_of(table: pd.DataFrame, outcomes: list[Outcome]) -> pd.DataFrame:
    return table[~table["outcome"].isin([one.name for one in outcomes])]


def primary(design: Design) -> list[Outcome]:
    return [design.primary] if design.primary else []


# people


def stages(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Of everybody, without the stages that nobody was in."""
    rows = table[table["condition"].isna()]
    return rows[rows["stage"].isin(MAIN_STAGES) | rows["n"].fillna(0).gt(0)]


def people(table: pd.DataFrame) -> dict[str, int]:
    """How many of everybody are in each stage."""
    n = table[table["condition"].isna()].groupby("stage")["n"].sum()
    return {stage: int(n.get(stage, 0)) for stage in COUNTED}


def rules(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    rows = table[table["condition"].isna()]
    return rows if design.plan.exclusions else rows[rows["rule"] != "any"]


# ratings


def by_condition(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    return of_outcomes(table[table["group_by"] == "condition"], primary(design))


def others_by_condition(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    rest = [one for one in design.outcomes if one != design.primary]
    return of_outcomes(table[table["group_by"] == "condition"], rest)


# comparisons


def confirmatory(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """What decides on the primary outcome: the planned contrasts, or without a plan all."""
    rows = of_outcomes(table, primary(design))
    rows = rows[rows["conclusion"].notna()]
    planned = rows[rows["family"] == PLANNED]
    return planned if len(planned) else rows[rows["analysis_set"] == ALL]


def omnibus(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Of playlists; of songs the test of all conditions is the model's, in `models`."""
    if design.primary and design.primary.of_tracks:
        return table[:0]
    rows = of_outcomes(in_main_set(table, design), primary(design))
    return rows[rows["condition_a"] == "all"]


def rest_of_primary(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """The other tests, and pairs that were not planned."""
    rows = of_outcomes(in_main_set(table, design), primary(design))
    rows = rows[rows["condition_a"] != "all"]
    return rows[~rows.index.isin(confirmatory(table, design).index)]


def other_outcomes(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    rows = not_of(in_main_set(table, design), primary(design))
    of_playlists = [one for one in design.outcomes if not one.of_tracks]
    of_all = of_outcomes(rows, of_playlists)
    of_all = of_all[of_all["test"].isin(OMNIBUS_F)]
    return rows[rows["conclusion"].notna() | rows.index.isin(of_all.index)]


def both_sets(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """The planned comparisons, or correlations, beside the same ones with everybody in (columns
    `everybody_…`)."""
    keys = ["metric"] if "metric" in table else ["condition_a", "condition_b"]
    decided = table[table["conclusion"].notna()]
    planned, everybody = (decided[decided["family"] == one] for one in (PLANNED, SENSITIVITY))
    if planned.empty:
        return planned
    numbers = [column for column in table.columns if column not in keys]
    renamed = everybody.rename(columns={name: f"everybody_{name}" for name in numbers})
    return planned.merge(renamed, on=keys, how="left")


# models


def modelled(design: Design) -> list[Outcome]:
    return about_playlists(design) or primary(design)


def main_terms(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """What tells conditions apart: differences and the test of all, of the primary outcome and of
    how songs are liked."""
    rows = of_outcomes(in_main_set(table, design), modelled(design))
    return rows[rows["term"].astype(str).map(lambda name: _compares(name, design)).astype(bool)]


def other_terms(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    rows = in_main_set(table, design)
    return rows[~rows.index.isin(main_terms(table, design).index)]


def _compares(name: str, design: Design) -> bool:
    """Of one condition there is its mean alone."""
    of_one = name == "intercept" and len(design.conditions) == 1
    return of_one or name == "condition" or words.is_difference(name, design)


def main_components(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    return of_outcomes(in_main_set(table, design), modelled(design))


def other_components(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    return not_of(in_main_set(table, design), modelled(design))


# baselines


def decided_correlations(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Those of the first outcome that something is concluded of."""
    rows = of_outcomes(in_main_set(table, design), modelled(design)[:1])
    return rows[rows["conclusion"].notna()]


def correlated(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """A row a metric of the first outcome, with the library's labels: pooled, with the condition
    taken out, and within participants side by side (columns `pooled_estimate`, …)."""
    rows = in_main_set(table, design)
    rows = of_outcomes(rows, modelled(design)[:1])
    rows = rows[(rows["label_source"] == "metadata") & rows["level"].isin(SIDE_BY_SIDE)]
    return pd.DataFrame([_side_by_side(one) for _, one in rows.groupby("metric", sort=False)])


def _side_by_side(rows: pd.DataFrame) -> dict[str, Any]:
    first = rows.iloc[0]
    names = ("metric", "outcome", "n_playlists", "n_participants")
    found: dict[str, Any] = {name: first[name] for name in names}
    for _, row in rows.iterrows():
        found |= {f"{row['level']}_{name}": row[name] for name in NUMBERS}
        if pd.notna(row["conclusion"]):
            found |= {name: row[name] for name in ("family", "status", *DECIDED, "tost_p")}
    return found


def other_correlations(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Within each condition, of other outcomes, and by the network's own labels."""
    rows = in_main_set(table, design)
    first = of_outcomes(rows, modelled(design)[:1])
    shown = first[(first["label_source"] == "metadata") & first["level"].isin(SIDE_BY_SIDE)]
    return rows[~rows.index.isin(shown.index)]


# the rest


def told_once(tables: Tables) -> pd.DataFrame:
    """Ratings along playlists; where every playlist is in the order of its distances, position and
    distance are one thing and only the position is told."""
    table = tables["along_playlists"]
    return table[table["x"] != "distance"] if by_distance(tables["ratings"]) else table


def by_distance(ratings: pd.DataFrame) -> bool:
    """Whether every playlist is played in the order of the distances to its query song."""
    if "distance" not in ratings or ratings["distance"].isna().all():
        return False
    ordered = ratings.sort_values(["playlist_id", "position"])
    return bool(ordered.groupby("playlist_id")["distance"].apply(_rises).all())


def _rises(distances: pd.Series) -> bool:
    return bool(distances.dropna().astype(float).is_monotonic_increasing)


def along(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    return in_main_set(table, design)


def missing_of_all(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    rows = table[table["condition"] == "all"]
    return rows.assign(outcome=rows["file"].astype(str) + "." + rows["field"].astype(str))


def missing_by_condition(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    rows = table[(table["condition"] != "all") & table["n_missing"].gt(0)]
    return rows.assign(outcome=rows["file"].astype(str) + "." + rows["field"].astype(str))


def power(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """With what each row is about: of a pair, the bound of the plan stands second."""
    second = table.groupby(["condition_a", "condition_b"]).cumcount().gt(0)
    return table.assign(asked=second.map({True: "the plan’s bound", False: "a difference"}))
