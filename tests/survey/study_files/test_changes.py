"""What may change in a study that people take part in."""

import copy

import pytest

from survey.study_files.changes import MAY_CHANGE, Data, refusals

OLD = {
    "slug": "a",
    "title": "A",
    "consent": "C.",
    "conditions": [{"name": "system", "params": {}}, {"name": "other", "strategy": "random"}],
    "instruments": [
        {"key": "track", "items": [{"key": "liking", "text": "L"}, {"key": "fit", "text": "F"}]}
    ],
}
USED = Data(2, {"track.liking": 120, "track.fit": 1}, {"system": 3})


def changed(**parts: object) -> dict:
    return {**copy.deepcopy(OLD), **parts}


def test_as_long_as_nobody_took_part_everything_may_change():
    assert refusals(OLD, {"slug": "b"}, Data()) == []


@pytest.mark.parametrize("name", sorted(MAY_CHANGE))
def test_what_does_not_touch_the_data_may_change_later_too(name):
    assert refusals(OLD, changed(**{name: "new"}), USED) == []


def test_more_may_take_part_in_a_condition():
    conditions = [{**OLD["conditions"][0], "max_participants": 9}, OLD["conditions"][1]]
    assert refusals(OLD, changed(conditions=conditions), USED) == []


LIKING, FIT = OLD["instruments"][0]["items"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"consent": "D."}, "consent can't be changed: 2 participants began with it as it is."),
        ({"seed": 2}, "seed can't be changed"),
        ({"conditions": OLD["conditions"][1:]}, "condition system can't be removed: 3 playlists"),
        ({"conditions": OLD["conditions"][::-1]}, "The order of the conditions can't be changed"),
        (
            {"conditions": [{"name": "system", "params": {"length": 5}}, OLD["conditions"][1]]},
            "The params of the condition system can't be changed: 3 playlists",
        ),
        ({"instruments": []}, "The instrument track can't be removed: 121 answers."),
        (
            {"instruments": [{"key": "track", "items": [FIT]}]},
            "The item track.liking can't be removed: 120 answers.",
        ),
        (
            {"instruments": [{"key": "track", "items": [LIKING, {"key": "fit", "text": "G"}]}]},
            "The text of the item track.fit can't be changed: 1 answer.",
        ),
        (
            {"instruments": [{"key": "track", "items": [LIKING, FIT, {"key": "new"}]}]},
            "The item track.new can't be added",
        ),
        (
            {"instruments": [{**OLD["instruments"][0], "title": "New"}]},
            "The title of the instrument track can't be changed: 121 answers.",
        ),
    ],
)
def test_what_would_break_the_data_is_refused_and_named(parts, said):
    (refused,) = refusals(OLD, changed(**parts), USED)
    assert said in refused


PLANNED = changed(
    analysis_plan={"outcome": "track.liking", "exclusions": ["too_fast"]}, flag_seconds_a_track=4
)


@pytest.mark.parametrize(
    ("old", "plan", "said"),
    [
        (PLANNED, {"outcome": "track.fit"}, "The analysis plan can't be changed: 2 participants"),
        (PLANNED, {}, "The analysis plan can't be changed: 2 participants"),
        (OLD, {"outcome": "track.fit"}, "An analysis plan can't be added: 2 participants began wi"),
    ],
)
def test_what_was_not_planned_before_is_not_planned_after(old, plan, said):
    (refused,) = refusals(old, {**old, "analysis_plan": plan}, USED)
    assert said in refused


def test_the_marks_that_a_plan_goes_by_do_not_change_under_it():
    new = {**PLANNED, "flag_seconds_a_track": 9, "flag_heard_share": 0.9}
    (refused,) = refusals(PLANNED, new, USED)
    assert refused.startswith("flag_seconds_a_track can't be changed: the analysis plan leaves")
