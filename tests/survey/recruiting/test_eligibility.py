"""Settings for recruitment that make no sense are refused in words; the others work."""

import pytest
from django.core.exceptions import ValidationError

from survey.models import Item, Study
from survey.recruiting.eligibility import as_stored, filled_in, problem_with_address
from survey.services import obstacles_to_opening

DEVICE = "background.device"


def refused(field: str, value: object) -> str:
    study = Study(slug="s", title="S", genres=["Rock"], **{field: value})
    with pytest.raises(ValidationError) as refusal:
        study.clean()
    return " ".join(refusal.value.message_dict[field])


@pytest.mark.parametrize(
    "rules",
    [
        {"item": DEVICE, "is": ["x"]},
        ["x"],
        [{"item": DEVICE}],
        [{"item": DEVICE, "is": []}],
        [{"item": DEVICE, "is": "Loudspeakers"}],
        [{"item": DEVICE, "is": [["x"]]}],
        [{"item": "device", "is": ["x"]}],
        [{"item": 7, "is": ["x"]}],
        [{"item": DEVICE, "is": ["x"], "most": 3}],
    ],
)
def test_a_rule_of_another_shape_is_refused_with_an_example(rules):
    assert '"item": "background.device"' in refused("screen_out", rules)


@pytest.mark.parametrize("most", [0, -1, "3", True, None, 1.5])
def test_a_quota_has_a_whole_number_from_one_up(most):
    assert "whole number" in refused("quotas", [{"item": DEVICE, "is": ["x"], "most": most}])


@pytest.mark.parametrize("names", ["PID", [""], ["a b"], [7], ["<x>"], ["x" * 51]])
def test_parameters_are_a_list_of_plain_names(names):
    assert "letters, digits" in refused("kept_parameters", names)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "//x.example", "ftp://x.example/", "https://", "x.example", "https://[",
     "https://{code}.example/", "data:text/html,x", "https://x.example/a b"],
)  # fmt: skip
def test_an_address_that_leads_nowhere_good_is_refused(address):
    assert refused("completion_url", address)
    assert filled_in(address, {"code": "x"}) == ""


def test_a_place_in_the_address_for_which_there_is_nothing_is_named():
    assert "{cod}" in refused("completion_url", "https://x.example/?c={cod}")


def test_what_is_filled_in_can_not_change_where_the_address_leads():
    address = filled_in(
        "https://x.example/?c={code}&p={identity}", {"code": "A&b=/é", "identity": "1"}
    )
    assert address == "https://x.example/?c=A%26b%3D%2F%C3%A9&p=1"


def test_without_an_address_there_is_nothing_to_refuse():
    assert problem_with_address("") == ""


@pytest.mark.parametrize(
    ("item", "answer", "said"),
    [
        ("background.devise", "x", "no question “background.devise” at registration"),
        (DEVICE, "Gramophone", "“Gramophone” is none of the answers to “background.device”"),
    ],
)
def test_a_draft_with_a_rule_that_fits_no_question_can_not_be_opened(study, item, answer, said):
    study.screen_out = [{"item": item, "is": [answer]}]
    assert any(said in obstacle for obstacle in obstacles_to_opening(study))


def test_an_open_study_takes_no_quota_for_an_answer_that_nobody_can_give(study):
    study.quotas = [{"item": DEVICE, "is": ["Gramophone"], "most": 2}]
    with pytest.raises(ValidationError, match="Gramophone"):
        study.clean()


@pytest.mark.parametrize(
    ("kind", "options", "given", "stored"),
    [
        ("likert", ["Never", "Often"], ["Often"], {"2"}),
        ("stars", ["One", "Two"], [2], {"2"}),
        ("slider", [], [50], {"50"}),
        ("choice", ["A", "B"], ["B"], {"B"}),
        ("yes_no", [], [True, False], {"yes", "no"}),
        ("number", [1, 99], [16, 17], {"16", "17"}),
    ],
)
def test_answers_of_a_rule_are_found_as_they_are_kept(kind, options, given, stored):
    item = Item(key="b", kind=kind, options=options)
    assert as_stored({"item": "a.b", "is": given}, item) == stored
