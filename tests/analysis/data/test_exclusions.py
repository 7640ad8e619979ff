"""Who and what the plan's rules leave out: marked, counted, and never deleted."""

import math

import pandas as pd
import pytest

from analysis.data.exclusions import EXCLUSIONS, exclusions, left_out, marked, marks, unmarked_rules
from survey.analysis_plan import RULES, SETTINGS

PEOPLE = pd.DataFrame(
    [("Pa", "completed"), ("Pb", "completed"), ("Pc", "abandoned"), ("Pd", "screened_out")],
    columns=["participant_id", "status"],
)
# Pa and Pb have two playlists each, Pc one; Pd, never given a condition, none.
SHOWN = pd.DataFrame(
    [("Pa", "x", 1), ("Pa", "y", 2), ("Pb", "x", 3), ("Pb", "y", 4), ("Pc", "x", 5)],
    columns=["participant_id", "condition", "playlist_id"],
)
FLAGS = pd.DataFrame(
    [("Pa", 1, "too_fast"), ("Pa", 1, "straight_lining"), ("Pb", None, "sound_check"),
     ("Pb", 4, "failed_check")],
    columns=["participant_id", "playlist_id", "flag"],
)  # fmt: skip
ALL = list(RULES)
MARKS = marks(FLAGS, PEOPLE)


def rated(*unrated: int) -> pd.DataFrame:
    """Two tracks a playlist, both rated but in these playlists."""
    twice = SHOWN.loc[SHOWN.index.repeat(2)].reset_index(drop=True)
    return twice.assign(liking=[None if p in unrated else 3 for p in twice["playlist_id"]])


def table(planned: list[str] = ALL, ratings: pd.DataFrame | None = None, **more: object):
    given = {"scales": ["liking"], "conditions": ["x", "y"], "unmarked": {}, **more}
    assigned = SHOWN[["participant_id", "condition"]]
    source = rated() if ratings is None else ratings
    return exclusions(source, SHOWN, assigned, MARKS, planned=planned, **given)


def row(found: pd.DataFrame, rule: str, level: str, condition: str | None = None) -> dict:
    of = found[(found["rule"] == rule) & (found["level"] == level)]
    here = of["condition"].isna() if condition is None else of["condition"] == condition
    (only,) = of[here].to_dict("records")
    return only


def why(rules: list[str] = ALL) -> list[str | None]:
    return marked(SHOWN, MARKS, rules)["exclusion_reason"].tolist()


def test_reasons_come_in_the_order_of_the_rules_joined_by_semicolons():
    assert why() == [
        "straight_lining;too_fast", None, "sound_check", "failed_check;sound_check", "incomplete",
    ]  # fmt: skip


def test_a_mark_about_a_playlist_leaves_that_playlist_out_alone():
    assert why(["too_fast"]) == ["too_fast", None, None, None, None]


def test_a_mark_about_a_participant_leaves_everything_of_theirs_out():
    assert why(["sound_check"]) == [None, None, "sound_check", "sound_check", None]


def test_without_rules_nothing_is_marked_and_no_row_ever_goes():
    found = marked(SHOWN, MARKS, [])
    assert (found["excluded"].tolist(), len(found)) == ([False] * 5, len(SHOWN))
    assert len(marked(SHOWN, MARKS, ALL)) == len(SHOWN)


def test_an_empty_table_is_marked_too():
    assert list(marked(SHOWN.head(0), MARKS, ALL).columns)[-2:] == ["excluded", "exclusion_reason"]
    assert marks(FLAGS.head(0), PEOPLE.head(0))["incomplete", "participant"] == set()


def test_every_rule_and_level_has_a_row_for_all_and_for_each_condition():
    found = table()
    assert list(found.columns) == EXCLUSIONS
    levels = sum(len(rule.levels) for rule in RULES.values())
    assert len(found) == (levels + 1) * 3
    assert not found.duplicated(["rule", "level", "condition"]).any()


def test_a_rule_is_counted_in_participants_playlists_and_ratings():
    found = row(table(), "sound_check", "participant")
    assert (found["n_participants"], found["n_playlists"], found["n_ratings"]) == (1, 2, 4)
    assert (found["share"], found["status"]) == (4 / 10, "ok")
    here = row(table(), "sound_check", "participant", "x")
    assert (here["n_playlists"], here["share"]) == (1, 2 / 6)


def test_tracks_that_were_not_rated_are_no_ratings():
    found = row(table(ratings=rated(3)), "sound_check", "participant")
    assert (found["n_playlists"], found["n_ratings"], found["share"]) == (2, 2, 2 / 8)


def test_a_check_failed_about_a_playlist_is_counted_apart_from_one_about_nobodys():
    assert row(table(), "failed_check", "playlist")["n_playlists"] == 1
    assert row(table(), "failed_check", "participant")["n_playlists"] == 0


def test_rules_that_are_not_planned_are_counted_and_say_so():
    found = table(["too_fast"])
    assert row(found, "sound_check", "participant")["n_ratings"] == 4
    assert not row(found, "sound_check", "participant")["applied"]
    assert row(found, "too_fast", "playlist")["applied"]


def test_the_planned_rules_together_count_what_several_leave_out_once():
    found = row(table(["straight_lining", "too_fast", "incomplete"]), "any", "any")
    assert (found["n_participants"], found["n_playlists"], found["n_ratings"]) == (2, 2, 4)
    assert row(table([]), "any", "any")["n_participants"] == 0


def test_who_was_never_given_a_condition_is_in_none_of_the_counts():
    assert row(table(), "incomplete", "participant")["n_participants"] == 1


def test_without_ratings_there_is_no_share():
    found = row(table(ratings=rated(1, 2, 3, 4, 5)), "too_fast", "playlist")
    assert (found["n_playlists"], found["n_ratings"]) == (1, 0)
    assert math.isnan(found["share"])
    assert found["status"] == "not_estimable: no ratings"


def test_what_the_study_can_not_mark_is_not_counted_as_nobody():
    found = row(table(unmarked={"little_heard": "off"}), "little_heard", "playlist")
    assert math.isnan(found["n_playlists"])
    assert found["status"] == "not_estimable: off"


def test_what_was_marked_before_a_setting_went_off_is_counted():
    assert row(table(unmarked={"too_fast": "off"}), "too_fast", "playlist")["n_playlists"] == 1


def test_nothing_is_left_of_who_is_marked_or_whose_every_playlist_is():
    assigned = SHOWN[["participant_id", "condition"]]
    assert left_out(SHOWN, assigned, MARKS, ALL) == {
        "Pb": ["failed_check", "sound_check"],
        "Pc": ["incomplete"],
    }
    only_x = SHOWN[SHOWN["condition"] == "x"]
    assert left_out(only_x, only_x, MARKS, ["too_fast"]) == {"Pa": ["too_fast"]}


@pytest.mark.parametrize(
    ("off", "unmarked"),
    [
        ([], set()),
        (["flag_heard_share"], {"little_heard"}),
        (["flag_failed_checks"], {"failed_check", "sound_check"}),
    ],
)
def test_a_rule_marks_nothing_when_its_setting_is_off(off, unmarked):
    settings = {name: name not in off for name in SETTINGS}
    found = dict(unmarked_rules(settings, attention_check=True, sound_check=True))
    assert set(found) == unmarked


def test_checks_that_a_study_does_not_have_mark_nothing():
    settings = dict.fromkeys(SETTINGS, True)
    found = dict(unmarked_rules(settings, attention_check=False, sound_check=False))
    assert set(found) == {"failed_check", "sound_check"}
