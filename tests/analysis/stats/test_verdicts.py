"""What metrics would have concluded, next to what people said."""

import numpy as np
import pandas as pd
import pytest

from analysis.codebook import Type, columns
from analysis.stats.compare import within
from analysis.stats.verdicts import BETTER, VERDICTS, Better, verdicts

NOISE = np.array([-0.2, 0.1, 0.0, 0.2, -0.1, 0.0])


def study(
    *, cohesion: tuple[float, float], liking: tuple[float, float], together: bool = False
) -> pd.DataFrame:
    """Six participants in each condition, a little apart, with these means in a and b."""
    rows = [
        (f"{'' if together else name}{i}", name, m + 0.1 * NOISE[-i], people + NOISE[i])
        for name, m, people in zip("ab", cohesion, liking, strict=True)
        for i in range(6)
    ]
    names = ["participant_id", "condition", "cohesion_genre_pair", "liking"]
    return pd.DataFrame(rows, columns=names)


def judge(frame: pd.DataFrame, **options: object) -> pd.Series:
    options = {"conditions": ["a", "b"], **options}
    table = verdicts(frame, "liking", ["cohesion_genre_pair"], **options)
    assert list(table.columns) == VERDICTS
    return table.iloc[0]


@pytest.mark.parametrize(
    ("cohesion", "liking", "verdict"),
    [
        ((0.9, 0.3), (4, 3), "agrees"),
        ((0.9, 0.3), (3, 4), "contradicts"),
        ((0.5, 0.5), (4, 3), "metric undecided"),
        ((0.9, 0.3), (3, 3), "people undecided"),
        ((0.5, 0.5), (3, 3), "both undecided"),
    ],
)
def test_a_side_speaks_only_when_its_interval_leaves_out_0(
    cohesion: tuple[float, float], liking: tuple[float, float], verdict: str
):
    assert judge(study(cohesion=cohesion, liking=liking))["verdict"] == verdict


@pytest.mark.parametrize(
    ("cohesion", "liking", "verdict"),
    [
        ((0.9, 0.3), (3, 3), "people see no difference"),
        ((0.5, 0.5), (4, 3), "metric sees no difference"),
        ((0.5, 0.5), (3, 3), "both see no difference"),
        ((0.9, 0.3), (3.25, 3), "people see no difference"),
    ],
)
def test_no_difference_is_said_only_within_a_bound(
    cohesion: tuple[float, float], liking: tuple[float, float], verdict: str
):
    bounds = {"cohesion_genre_pair": 0.1, "liking": 0.5}
    assert judge(study(cohesion=cohesion, liking=liking), bounds=bounds)["verdict"] == verdict


def test_a_metric_set_by_construction_is_exact():
    frame = study(cohesion=(0, 0), liking=(3, 4))
    row = judge(frame.assign(cohesion_genre_pair=frame["condition"].map({"a": 1.0, "b": 0.3})))
    assert list(row[["metric_difference", "metric_ci_low", "metric_ci_high"]]) == [0.7] * 3
    assert (row["metric_says"], row["people_says"]) == ("a", "b")
    assert (row["verdict"], row["status"]) == ("contradicts", "ok")


def test_lower_entropy_reads_as_better():
    frame = study(cohesion=(0.9, 0.3), liking=(4, 3)).rename(
        columns={"cohesion_genre_pair": "entropy_bits"}
    )
    row = verdicts(frame, "liking", ["entropy_bits"], conditions=["a", "b"]).iloc[0]
    assert (row["better"], row["metric_says"], row["verdict"]) == ("lower", "b", "contradicts")


def test_an_outcome_can_be_better_when_lower():
    row = judge(study(cohesion=(0.9, 0.3), liking=(4, 3)), outcome_better=Better.LOWER)
    assert row["verdict"] == "contradicts"


def test_the_same_participants_are_compared_with_themselves():
    frame = study(cohesion=(0.9, 0.3), liking=(4, 3), together=True)
    frame["liking"] += np.arange(12) % 5 / 10
    row, paired = judge(frame), within(frame, "liking", "a", "b").iloc[0]
    assert row["design"] == "within"
    found = row[["people_difference", "people_ci_low", "people_ci_high", "people_p"]]
    assert list(found) == list(paired[["estimate", "estimate_ci_low", "estimate_ci_high", "p"]])


def test_there_is_a_row_for_every_pair_and_metric():
    frame = study(cohesion=(0.9, 0.3), liking=(4, 3)).assign(diversity=1.0)
    metrics = ["cohesion_genre_pair", "diversity"]
    table = verdicts(frame, "liking", metrics, conditions=["a", "b", "nobody"])
    assert len(table) == 6
    assert (
        list(table["status"])[2:4]
        == [
            "not_estimable: metric: no participant has a value in nobody; "
            "people: no participant has a value in nobody"
        ]
        * 2
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"liking": np.nan}, "people: no participant has a value in a"),
        ({"liking": 3.0}, "people: all participants' means are equal"),
        ({"cohesion_genre_pair": np.nan}, "metric: no participant has a value in a"),
    ],
)
def test_poor_data_are_no_verdict_and_say_why(change: dict[str, float], why: str):
    row = judge(study(cohesion=(0.9, 0.3), liking=(4, 3)).assign(**change))
    assert (row["verdict"], row["status"]) == ("not_estimable", f"not_estimable: {why}")


def test_every_metric_with_a_direction_is_a_metric():
    numbers = {c.name for c in columns("playlist_metrics") if c.type == Type.NUMBER}
    assert set(BETTER) == numbers - {"coverage", "chance"}
