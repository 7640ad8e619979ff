"""The numbers from visit to analysis add up, whoever came and whatever they did."""

import numpy as np
import pandas as pd
import pytest

from analysis.data.codebook import STAGES
from analysis.data.exclusions import marked, marks
from analysis.data.flow import FLOW, STATUSES, Progress, departures, flow
from survey.analysis_plan import RULES

CONDITIONS = ["x", "y"]
FLAGS = ["participant_id", "playlist_id", "flag"]


def study(seed: int, within: bool) -> tuple[Progress, pd.DataFrame]:
    """Forty people who did all that people do, by chance; and their flags."""
    random = np.random.default_rng(seed)
    status = random.choice([*STATUSES], 40)
    people = pd.DataFrame({"participant_id": [f"P{n}" for n in range(40)], "status": status})
    people["left_because"] = np.where(random.random(40) < 0.5, "they wished so", None)
    given = [
        (who, condition)
        for who in people["participant_id"]
        if random.random() < 0.8
        for condition in (CONDITIONS if within else [random.choice(CONDITIONS)])
    ]
    assigned = pd.DataFrame(given, columns=["participant_id", "condition"])
    several = assigned.loc[assigned.index.repeat(2)].reset_index(drop=True)
    shown = several[random.random(len(several)) < 0.7].reset_index(drop=True)
    shown["playlist_id"] = range(len(shown))
    flags = shown[random.random(len(shown)) < 0.4].assign(flag="too_fast")[FLAGS]
    checks = assigned.sample(5, random_state=seed).assign(playlist_id=None, flag="sound_check")
    return Progress(people, assigned, shown, shown.head(0), 3), pd.concat([flags, checks[FLAGS]])


def table(seed: int, within: bool, rules: list[str]) -> pd.DataFrame:
    of, flags = study(seed, within)
    found = marks(flags, of.people)
    left = marked(of.shown, found, rules)
    rated = left[~left["excluded"] & (left["playlist_id"] % 3 > 0)]
    progress = Progress(of.people, of.assigned, of.shown, rated, of.erased)
    return flow(progress, found, rules=rules, conditions=CONDITIONS)


def n(found: pd.DataFrame, stage: str, condition: str | None = None) -> int:
    of = found[found["stage"] == stage]
    here = of["condition"].isna() if condition is None else of["condition"] == condition
    return int(of[here]["n"].sum())


CASES = [
    (seed, within, rules)
    for seed in range(4)
    for within in (False, True)
    for rules in ([], ["incomplete", "sound_check", "too_fast"], list(RULES))
]


@pytest.mark.parametrize(("seed", "within", "rules"), CASES)
def test_enrolment_adds_up(seed, within, rules):
    found = table(seed, within, rules)
    assert n(found, "consented") == 43 == n(found, "erased") + n(found, "registered")
    parts = ("screened_out", "not_assigned", "assigned")
    assert n(found, "registered") == sum(n(found, stage) for stage in parts)


@pytest.mark.parametrize("condition", [None, *CONDITIONS])
@pytest.mark.parametrize(("seed", "within", "rules"), CASES)
def test_every_condition_adds_up(seed, within, rules, condition):
    found = table(seed, within, rules)
    for parts in (
        ("began", "did_not_begin"),
        tuple(STATUSES.values()),
        ("excluded", "without_ratings", "analysed"),
    ):
        assert n(found, "assigned", condition) == sum(n(found, part, condition) for part in parts)


def test_between_subjects_conditions_add_up_to_all():
    found = table(1, False, list(RULES))
    for stage in ("assigned", "began", "completed", "excluded", "analysed"):
        assert n(found, stage) == sum(n(found, stage, condition) for condition in CONDITIONS)


def test_within_subjects_everybody_is_in_each_condition():
    found = table(1, True, [])
    assert n(found, "assigned") == n(found, "assigned", "x") == n(found, "assigned", "y")


# One study by hand

PEOPLE = pd.DataFrame(
    [("Pa", "completed", None), ("Pb", "completed", None), ("Pc", "withdrawn", "they wished so"),
     ("Pd", "screened_out", "a quota is full"), ("Pe", "active", None)],
    columns=["participant_id", "status", "left_because"],
)  # fmt: skip
SHOWN = pd.DataFrame(
    [("Pa", "x", 1), ("Pb", "x", 2), ("Pc", "y", 3)],
    columns=["participant_id", "condition", "playlist_id"],
)
MARKED = pd.DataFrame([("Pb", 2, "too_fast"), ("Pb", 2, "little_heard")], columns=FLAGS)


def by_hand(rules: list[str]) -> list[tuple]:
    given = SHOWN[["participant_id", "condition"]]
    progress = Progress(PEOPLE, given, SHOWN, given.head(1))
    found = flow(progress, marks(MARKED, PEOPLE), rules=rules, conditions=CONDITIONS)
    return [tuple(None if pd.isna(v) else v for v in row) for row in found.itertuples(index=False)]


def test_a_visit_is_not_recorded():
    stage, condition, number, reason = by_hand([])[0]
    assert (stage, condition, number) == ("visited", None, None)
    assert reason.startswith("not recorded")


@pytest.mark.parametrize(
    "row",
    [
        ("consented", None, 5, None),
        ("erased", None, 0, None),
        ("screened_out", None, 1, "a quota is full"),
        ("not_assigned", None, 1, "active"),
        ("assigned", None, 3, None),
        ("assigned", "x", 2, None),
        ("withdrew", "y", 1, "they wished so"),
        ("excluded", "x", 1, "too_fast;little_heard"),
        ("excluded", "y", 1, "incomplete"),
        ("analysed", "x", 1, None),
        ("analysed", "y", 0, None),
    ],
)
def test_each_stage_has_its_number_and_reason(row):
    assert row in by_hand(["incomplete", "too_fast", "little_heard"])


def test_without_rules_who_gave_no_ratings_is_named_so():
    rows = by_hand([])
    assert ("excluded", "x", 0, None) in rows
    assert ("without_ratings", "x", 1, None) in rows


def test_a_study_without_anybody_is_all_zeros():
    nobody = Progress(PEOPLE.head(0), *[SHOWN.head(0)] * 3)
    found = flow(nobody, marks(MARKED.head(0), PEOPLE.head(0)), rules=[], conditions=CONDITIONS)
    assert list(found.columns) == FLOW
    assert found["n"].sum() == 0


def test_every_stage_is_in_the_codebook():
    assert list(dict.fromkeys(row[0] for row in by_hand([]))) == STAGES.split(", ")


def test_somebody_leaves_at_the_last_playlist_they_came_to():
    people = pd.DataFrame(
        {
            "participant_id": ["stays", "leaves", "waits", "out"],
            "status": ["completed", "abandoned", "withdrawn", "screened_out"],
        }
    )
    given = [(who, condition) for who in people["participant_id"] for condition in "xy"]
    assigned = pd.DataFrame(given, columns=["participant_id", "condition"])
    shown = pd.DataFrame(
        [("stays", "x", 1, 1), ("stays", "y", 2, 2), ("leaves", "y", 3, 1), ("out", "x", 4, 1)],
        columns=["participant_id", "condition", "playlist_id", "period"],
    )
    found = departures(Progress(people, assigned, shown, shown.head(0)))
    left = found[found["left"]]
    assert left[["participant_id", "condition"]].values.tolist() == [
        ["leaves", "y"],
        ["waits", "x"],
    ]
    assert len(found) == 5
