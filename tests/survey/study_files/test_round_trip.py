"""A study written as a file and loaded again is the same study; nothing of it is left out."""

import json
from datetime import UTC, datetime
from itertools import permutations

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.analysis_plan import METRICS
from survey.kinds import KINDS
from survey.models import Condition, Instrument, Item, Study
from survey.study_files import add_study, checked, document_of, load_study, schema, written
from survey.study_files.reading import read
from survey.study_files.schema import STORED, built, fields_of
from tests.conftest import DEMO_STUDY

# Any text that a page or a file can send; a field's ends are never blank.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\x85\u2028\u2029")
TEXT = st.text(CHARACTERS, min_size=1, max_size=60).map(str.strip).filter(bool)
LONG = st.lists(TEXT, min_size=1, max_size=6).map("\n\n".join)
NAME = st.text("abcdefgh-_09", min_size=1, max_size=8)
LABELS = st.lists(TEXT, min_size=2, max_size=4, unique=True)
LANGUAGES = st.sampled_from([(), ("de",), ("es", "pt-BR")])


def spoken(text, others):
    """The text, or one for each language."""
    codes = dict.fromkeys(others, text)
    return st.fixed_dictionaries({"en": text, **codes}) if others else text


@st.composite
def items(draw, others, key):
    kind = draw(st.sampled_from([kind for kind in KINDS if kind not in ("slider",)]))
    item = {"key": key, "kind": str(kind), "text": draw(spoken(TEXT, others))}
    if kind in ("likert", "stars", "choice", "multiple", "ranking", "matrix"):
        options = LABELS.filter(lambda labels: len(labels) == 3)
        item["options"] = draw(spoken(options, others))
    if kind == "number":
        item["options"] = draw(st.sampled_from([[], [1, 5]]))
    if kind in ("matrix", "differential"):
        said = TEXT if kind == "matrix" else st.tuples(TEXT, TEXT).map(list)
        item["rows"] = draw(spoken(st.fixed_dictionaries({"b": said, "a": said}), others))
    return {**item, "required": draw(st.booleans())}


PLANS = st.fixed_dictionaries(
    {"outcome": st.just("x.liking")},
    optional={
        "hypothesis": LONG,
        "metrics": st.lists(st.sampled_from(METRICS), unique=True),
        "equivalence_bound": st.floats(0.01, 4),
        "correlation_bound": st.floats(0.01, 0.99),
        "alpha": st.floats(0.001, 0.49),
        "exclusions": st.lists(st.sampled_from(["incomplete", "straight_lining"]), unique=True),
        "participants": st.integers(1, 9999),
    },
)


@st.composite
def studies(draw):
    others = draw(LANGUAGES)
    study = {"slug": draw(NAME), "genres": draw(st.lists(TEXT, min_size=1, unique=True))}
    study |= {name: draw(spoken(LONG, others)) for name in ("summary", "information", "consent")}
    study |= {"title": draw(spoken(TEXT, others)), "minutes": draw(st.integers(0, 99))}
    study["flag_seconds_a_track"] = draw(st.none() | st.floats(0, 60))
    study["opens_at"] = draw(st.none() | st.just("2027-01-31T18:00:00+01:00"))
    names = draw(st.lists(NAME, unique=True, max_size=3))
    strategies = st.sampled_from(["random", "mfcc", "genre_space"])
    length = st.fixed_dictionaries({}, optional={"length": st.integers(1, 50)})
    study["conditions"] = [
        {"name": name, "strategy": draw(strategies), "params": draw(length)} for name in names
    ]
    study["instruments"] = []
    for key in draw(st.lists(NAME, unique=True, max_size=2)):
        asked = [draw(items(others, k)) for k in draw(st.lists(NAME, unique=True, max_size=3))]
        study["instruments"].append({"key": key, "placement": "end", "items": asked})
    if draw(st.booleans()):
        rated = {"key": "liking", "kind": "slider", "text": draw(spoken(TEXT, others))}
        study["instruments"].append({"key": "x", "placement": "track", "items": [rated]})
        pairs = st.sampled_from([list(pair) for pair in permutations(names, 2)] or [[]])
        contrasts = [pair for pair in [draw(pairs)] if pair]
        study["analysis_plan"] = draw(PLANS) | ({"contrasts": contrasts} if contrasts else {})
    return study


def loaded_again(study: Study) -> tuple[dict, dict]:
    """Its document, and that of the study which is made of its file."""
    before = document_of(study)
    text = written(before)
    study.delete()
    return before, document_of(add_study(checked(text.encode(), "again.yaml")))


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=HealthCheck)
@given(studies())
def test_a_study_written_and_loaded_again_is_the_same_study(data):
    with transaction.atomic():
        source = checked(yaml.safe_dump(data, allow_unicode=True).encode(), "first.yaml")
        before, after = loaded_again(add_study(source))
        transaction.set_rollback(True)
    assert after == before


@settings(max_examples=100, deadline=None, derandomize=True)
@given(LONG | TEXT | st.text(CHARACTERS), st.lists(TEXT))
def test_any_text_is_read_as_it_was_written(text, labels):
    text = f"x{text}"
    document = {"slug": "a", "summary": text, "genres": labels}
    found = read(written(document).encode(), "f.yaml").data
    assert (found["summary"], found["genres"]) == (text, labels)


@pytest.mark.django_db
def test_the_demo_study_written_and_loaded_again_is_the_same_study():
    before, after = loaded_again(load_study(DEMO_STUDY))
    assert after == before


OTHER = {
    "slug": "another",
    "contact": "somebody@example.org",
    "language": "de",
    "genres": ["Rock"],
    "kept_parameters": ["STUDY_ID"],
    "screen_out": [{"item": "q.kind", "is": ["yes"]}],
    "quotas": [{"item": "q.kind", "is": ["no"], "most": 3}],
    "scoring": [{"scale": "s", "items": ["kind"]}],
    "placement": "registration",
    "strategy": "random",
    "params": {"length": 7},
    "kind": "yes_no",
    "options": ["A", "B"],
    "bounds": [1, 9],
    "rows": [["a", "A"], ["b", "B"]],
    "shown_if": {"item": "q.kind", "is": ["yes"]},
    "heard_share": 0.25,
    "opens_at": datetime(2027, 1, 1, tzinfo=UTC),
    "closes_at": datetime(2027, 2, 1, tzinfo=UTC),
    "analysis_plan": {"outcome": "q.kind"},
}


def other_than_by_default(field: models.Field) -> object:
    default = field.get_default()
    if field.name in OTHER:
        return OTHER[field.name]
    if field.choices:
        return next(value for value, _label in reversed(field.flatchoices) if value != default)
    if isinstance(field, models.BooleanField):
        return not default
    if isinstance(field, models.FloatField):
        return 0.125
    return (default or 0) + 6 if isinstance(field, models.IntegerField) else f"own-{field.name}"


def full(model: type[models.Model], **more: object) -> models.Model:
    """A saved row of which nothing is as by default."""
    names = [field for field in fields_of(model) if field.name != "translations"]
    row = model(**{field.name: other_than_by_default(field) for field in names}, **more)
    row.save()
    return row


@pytest.mark.django_db
def test_every_field_of_a_study_takes_part():
    study = full(Study)
    full(Condition, study=study)
    full(Item, instrument=full(Instrument, study=study))
    found = read(written(document_of(study)).encode(), "f.yaml").data
    (condition,), (instrument,) = found["conditions"], found["instruments"]
    parts = {Study: found, Condition: condition, Instrument: instrument}
    for model, part in {**parts, Item: instrument["items"][0]}.items():
        assert {field.name for field in fields_of(model)} - {"translations"} <= set(part)


def test_the_stored_schema_is_what_the_code_says():
    assert json.loads(STORED.read_text("utf-8")) == json.loads(json.dumps(built(), default=str)), (
        "run manage.py study_schema"
    )


def test_the_schema_is_one():
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema())


def test_editors_find_the_schema(client):
    answer = client.get("/study.schema.json")
    assert answer.json()["title"] == "A study of playlists"
    assert "public" in answer["Cache-Control"]
    again = client.get("/study.schema.json", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert again.status_code == 304


@pytest.mark.django_db
def test_the_command_writes_a_file_that_makes_the_same_study(tmp_path):
    before = document_of(load_study(DEMO_STUDY))
    call_command("export_study", "demo", out=tmp_path / "study.yaml")
    Study.objects.all().delete()
    assert document_of(load_study(tmp_path / "study.yaml")) == before
    assert (tmp_path / "study.yaml").read_text().startswith("# yaml-language-server: $schema=")


@pytest.mark.django_db
def test_a_study_that_is_not_there_is_not_written():
    with pytest.raises(CommandError, match="There is no study “nothing”"):
        call_command("export_study", "nothing")
