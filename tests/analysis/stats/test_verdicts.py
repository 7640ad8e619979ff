"""What metrics would have concluded, next to what is concluded of people's ratings."""

import numpy as np
import pandas as pd
import pytest

from analysis.data.codebook import Type, columns
from analysis.stats.compare import between, within
from analysis.stats.conclusions import concluded
from analysis.stats.verdicts import BETTER, MIRRORS, VERDICTS, Better, verdicts

NOISE = np.array([-0.2, 0.1, 0.0, 0.2, -0.1, 0.0])
FAMILY = ["family", "outcome", "test"]


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


def people(frame: pd.DataFrame, *pairs: str, bound: float | None = None) -> pd.DataFrame:
    """What is concluded of their liking, as in the table comparisons."""
    compare = within if frame["participant_id"].duplicated().any() else between
    parts = [compare(frame, "liking", a, b, bound=bound) for a, b in pairs or ["ab"]]
    table = pd.concat(parts, ignore_index=True).assign(family="planned", outcome="liking")
    found = concluded(table, FAMILY, table["test"].isin(["welch_t", "paired_t"]), 0.05)
    return found[found["conclusion"].notna()]


def judge(frame: pd.DataFrame, *, bound: float | None = None, **options: object) -> pd.Series:
    table = verdicts(frame, people(frame, bound=bound), ["cohesion_genre_pair"], **options)
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
def test_a_side_speaks_only_when_a_difference_is_shown(
    cohesion: tuple[float, float], liking: tuple[float, float], verdict: str
):
    assert judge(study(cohesion=cohesion, liking=liking))["verdict"] == verdict


@pytest.mark.parametrize(
    ("liking", "verdict", "says", "conclusion"),
    [
        ((3, 3), "people see no difference", "no difference", "equivalent"),
        ((3.25, 3), "agrees", "a", "a higher within the bound"),
        ((4, 3), "agrees", "a", "a higher"),
    ],
)
def test_a_difference_that_is_shown_counts_however_small(
    liking: tuple[float, float], verdict: str, says: str, conclusion: str
):
    row = judge(study(cohesion=(0.9, 0.3), liking=liking), bound=0.5)
    assert tuple(row[["verdict", "people_says", "people_conclusion"]]) == (
        verdict,
        says,
        conclusion,
    )


def test_people_say_what_is_concluded_after_holm_and_not_more():
    """Three pairs of which one has p = .031 by itself: after Holm nothing is shown."""
    frame = study(cohesion=(0.9, 0.3), liking=(3.19, 3))
    more = study(cohesion=(0.5, 0.5), liking=(3.1, 3.1)).query("condition == 'a'")
    frame = pd.concat(
        [frame, more.assign(condition="c", participant_id=more["participant_id"] + "c")]
    )
    compared = people(frame, "ab", "ac", "bc")
    first = compared.iloc[0]
    assert first["p"] < 0.05 < first["p_holm"]
    row = verdicts(frame, compared, ["cohesion_genre_pair"]).iloc[0]
    assert (row["people_says"], row["people_p"]) == ("undecided", first["p_holm"])
    assert row["people_ci_low"] < 0 < row["people_ci_high"]


def test_a_metric_set_by_construction_is_exact():
    frame = study(cohesion=(0, 0), liking=(3, 4))
    row = judge(frame.assign(cohesion_genre_pair=frame["condition"].map({"a": 1.0, "b": 0.3})))
    assert list(row[["metric_difference", "metric_ci_low", "metric_ci_high"]]) == [0.7] * 3
    assert (row["metric_says"], row["people_says"]) == ("a", "b")
    assert (row["verdict"], row["status"]) == ("contradicts", "ok")


def test_a_metric_with_one_value_everywhere_sees_no_difference():
    row = judge(study(cohesion=(0, 0), liking=(4, 3)).assign(cohesion_genre_pair=0.1))
    assert (row["metric_says"], row["verdict"]) == ("no difference", "metric sees no difference")


def test_lower_entropy_reads_as_better():
    frame = study(cohesion=(0.9, 0.3), liking=(4, 3)).rename(
        columns={"cohesion_genre_pair": "entropy_bits"}
    )
    row = verdicts(frame, people(frame), ["entropy_bits"]).iloc[0]
    assert (row["better"], row["metric_says"], row["verdict"]) == ("lower", "b", "contradicts")


def test_an_outcome_can_be_better_when_lower():
    row = judge(study(cohesion=(0.9, 0.3), liking=(4, 3)), outcome_better=Better.LOWER)
    assert row["verdict"] == "contradicts"


def test_the_same_participants_are_compared_with_themselves():
    frame = study(cohesion=(0.9, 0.3), liking=(4, 3), together=True)
    frame["liking"] += np.arange(12) % 5 / 10
    row, paired = judge(frame), people(frame).iloc[0]
    assert row["design"] == "within"
    found = row[["people_difference", "people_ci_low", "people_ci_high", "people_level"]]
    wanted = ["estimate", "decision_ci_low", "decision_ci_high", "decision_level"]
    assert list(found) == list(paired[wanted])


def test_there_is_a_row_for_every_pair_and_metric():
    frame = study(cohesion=(0.9, 0.3), liking=(4, 3)).assign(diversity=1.0)
    pairs = people(frame, "ab", ("a", "nobody"), ("b", "nobody"))
    table = verdicts(frame, pairs, ["cohesion_genre_pair", "diversity"])
    assert len(table) == 6
    nobody = "no participant has a value in nobody"
    assert list(table["status"])[2:4] == [f"not_estimable: metric: {nobody}; people: {nobody}"] * 2


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


# what counts


def test_circular_verdicts_and_mirror_images_are_not_counted():
    frame = study(cohesion=(0.9, 0.3), liking=(4, 3))
    frame = frame.assign(entropy_bits=1 - frame["cohesion_genre_pair"], query_distance=0.5)
    names = ["cohesion_genre_pair", "entropy_bits", "query_distance"]
    table = verdicts(frame, people(frame), names, circular=lambda c, m: m == names[2] and c == "b")
    assert list(table["not_counted"]) == ["", "mirrors cohesion_genre_pair", "circular"]
    assert list(table["circular_a"]) == [False] * 3
    assert list(table["circular_b"]) == [False, False, True]


def test_a_mirror_of_what_is_not_counted_counts():
    frame = study(cohesion=(0.9, 0.3), liking=(4, 3))
    frame = frame.assign(entropy_bits=1 - frame["cohesion_genre_pair"], cohesion_genre_pair=np.nan)
    table = verdicts(frame, people(frame), ["cohesion_genre_pair", "entropy_bits"])
    assert list(table["not_counted"]) == ["", ""]


def test_every_metric_with_a_direction_is_a_metric():
    numbers = {c.name for c in columns("playlist_metrics") if c.type == Type.NUMBER}
    assert set(BETTER) == numbers - {"coverage", "chance"}
    assert {name for group in MIRRORS for name in group} <= set(BETTER)
