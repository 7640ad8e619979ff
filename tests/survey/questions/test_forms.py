import pytest

from survey.models import Instrument, Item
from survey.questions.forms import CodeForm, ItemsForm, ListeningReportForm

INSTRUMENT = Instrument(key="q", title="Questions")
FIVE = ["Dislike", "Rather dislike", "Neutral", "Rather like", "Like"]


def form_of(kind: str, value: object = None, *, options: object = (), required=True) -> ItemsForm:
    about = {"text": "?", "kind": kind, "options": options, "required": required}
    item = Item(pk=1, instrument=INSTRUMENT, key="a", **about)
    return ItemsForm([item], {} if value is None else {"q.a": value})


@pytest.mark.parametrize(
    ("kind", "options", "value"),
    [
        *[("likert", FIVE, str(point)) for point in range(1, 6)],
        ("choice", ["Tea", "Coffee"], "Tea"),
        ("yes_no", [], "no"),
        ("number", [16, 110], "16"),
        ("number", [16, 110], "110"),
        ("number", [], "-3"),
        ("text", [], "=1+1"),
        ("long_text", [], "Two\nlines"),
    ],
)
def test_an_answer_that_the_question_allows_is_taken_as_given(kind, options, value):
    form = form_of(kind, value, options=options)
    assert form.is_valid(), form.errors
    assert list(form.answers().values()) == [value]


@pytest.mark.parametrize(
    ("kind", "options", "value"),
    [
        *[("likert", FIVE, value) for value in ("0", "6", "-1", "x", "1.5", str(10**9), " ")],
        ("choice", ["Tea", "Coffee"], "tea"),
        ("yes_no", [], "perhaps"),
        ("number", [16, 110], "15"),
        ("number", [16, 110], "111"),
        ("number", [16, 110], "many"),
        ("text", [], "x" * 501),
        ("long_text", [], "x" * 5001),
        ("text", [], "nul\x00"),
    ],
)
def test_an_answer_that_the_question_does_not_allow_is_refused(kind, options, value):
    form = form_of(kind, value, options=options)
    assert not form.is_valid()
    assert form.answers() == {}


def test_a_required_question_left_out_says_so():
    assert form_of("likert", options=FIVE).errors == {"q.a": ["Please answer this question."]}


def test_an_optional_question_left_out_has_no_answer():
    form = form_of("number", "", required=False)
    assert form.is_valid()
    assert form.answers() == {}


def test_a_zero_is_an_answer():
    form = form_of("number", "0", options=[0, 9])
    assert form.is_valid()
    assert list(form.answers().values()) == ["0"]


@pytest.mark.parametrize(
    "typed",
    ["ABCD-EFGH-JKMN", "abcdefghjkmn", " abcd efgh jkmn ", "ABCD–EFGH–JKMN"],
)
def test_a_code_may_be_typed_as_people_type(typed):
    form = CodeForm({"code": typed})
    assert form.is_valid()
    assert form.cleaned_data["code"] == "ABCDEFGHJKMN"


@pytest.mark.parametrize(
    ("start", "end"), [("2", "1"), ("1", "1"), ("-1", "2"), ("0", "inf"), ("nan", "2"), ("0", "")]
)
def test_a_report_of_listening_has_to_go_forward(start, end):
    report = {"key": "6d0cd7a4-62c2-4b0c-bb7d-6a3a4b1c0a00", "position": 1}
    assert not ListeningReportForm({**report, "start_s": start, "end_s": end}).is_valid()
