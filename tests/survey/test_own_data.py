"""Nothing that is kept of somebody is forgotten on the page of their own data."""

import json

import pytest
from django.db.models import ForeignKey, Model

from recommender.models import Playlist, PlaylistTrack
from survey.models import Item, ListeningEvent, Participant, Study
from survey.own_data import (
    FIELDS,
    PARTS,
    WITHHELD,
    answer_in_words,
    own_data,
    question_in_words,
)

pytestmark = pytest.mark.django_db


def of_participants(model: type[Model] = Participant) -> set[type[Model]]:
    """Every model whose rows belong to a participant, however many steps away."""
    found = {model}
    for relation in model._meta.related_objects:
        if relation.related_model not in found:
            found |= of_participants(relation.related_model)
    return found


ALL = sorted(of_participants() | {Playlist, PlaylistTrack}, key=lambda model: model.__name__)


@pytest.mark.parametrize("model", ALL)
def test_every_field_of_the_database_is_told(model):
    inner = {f.name for f in model._meta.concrete_fields if f.primary_key}
    parents = {
        f.name
        for f in model._meta.concrete_fields
        if isinstance(f, ForeignKey) and f.related_model in ALL
    }
    names = {f.name for f in model._meta.concrete_fields}
    assert set(FIELDS[model]) <= names
    assert names - set(FIELDS[model]) <= inner | parents


def test_every_kind_of_row_is_told():
    parts = [getattr(model, part).rel for model, parts in PARTS.items() for part in parts]
    nested = {f.related_model for m in ALL for f in m._meta.concrete_fields if f.name in FIELDS[m]}
    assert set(ALL) <= {part.related_model for part in parts} | nested | {Participant}


@pytest.fixture
def finished(visitor):
    visitor.go_to("listen").get("listen")
    ListeningEvent.objects.create(
        key="5d1ab9d5-0b6e-4b21-a65a-3e5e7a1c7d11",
        track=visitor.trial.tracks.get(position=1),
        start_s=2,
        end_s=9,
    )
    visitor.post("listen", visitor.all_ratings())
    visitor.post("survey", {**visitor.survey_answers(), "playlist.comment": "<b>Fine</b>"})
    return visitor


def test_the_file_holds_everything_and_its_name_nothing(finished):
    answer = finished.client.get(f"{finished.url('my-data')}download/")
    told = json.loads(answer.content)
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert told["consent_text"] == finished.study.consent
    assert set(told) == {*FIELDS[Participant], *PARTS[Participant]}
    tracks = told["trials"][0]["tracks"]
    assert sum(len(track["ratings"]) for track in tracks) == 30
    assert tracks[0]["listening"][0]["end_s"] == 9
    assert any(answer["value"] == "<b>Fine</b>" for answer in told["answers"])


def test_the_page_says_it_in_words(finished):
    page = finished.get("my-data").text
    assert finished.study.consent[:40] in page
    assert "You listened for 7 seconds." in page
    assert "&lt;b&gt;Fine&lt;/b&gt;" in page
    assert "<b>Fine" not in page


AGREE = {"options": ["No", "Yes"], "rows": {"flow": "They follow well."}, "dont_know": True}
ENDS = {"options": [5], "rows": {"calm": ["calm", "lively"]}}


@pytest.mark.parametrize(
    ("kind", "about", "row", "value", "question", "answer"),
    [
        ("ranking", {"options": ["Mood", "Order"]}, "1", "2", "What? · Order", "2"),
        ("matrix", AGREE, "flow", "2", "What? · They follow well.", "2 – Yes"),
        ("matrix", AGREE, "flow", "dont_know", "What? · They follow well.", "I don't know"),
        ("differential", ENDS, "calm", "3", "What? · calm – lively", "3"),
        ("multiple", {"options": ["Mood"]}, "0", "Mood", "What?", "Mood"),
        (
            "stars",
            {"options": ["Bad", "Good"], "dont_know": True},
            "",
            None,
            "What?",
            "I don't know",
        ),
        ("yes_no", {}, "", "1", "What?", "Yes"),
        ("text", {}, "", "", "What?", "–"),
    ],
)
def test_each_part_of_a_question_is_told_with_its_label(kind, about, row, value, question, answer):
    item = Item(kind=kind, text="What?", **about)
    assert (question_in_words(item, row), answer_in_words(item, value)) == (question, answer)


def test_the_parameters_of_the_address_are_shown_as_text(visitor):
    Study.objects.update(kept_parameters=["S"])
    visitor.get("", {"S": "<script>alert(1)</script>"})
    assert "<script>alert" not in visitor.register().get("my-data").text


def test_while_rating_nothing_is_told_that_a_blind_study_hides(visitor):
    Study.objects.update(titles="hidden")
    visitor.go_to("listen").get("listen")
    told = own_data(visitor.participant)
    assert told["completion_code"] == told["flags"] == told["trials"][0]["condition"] == WITHHELD
    assert told["trials"][0]["tracks"][0]["track"] == WITHHELD
    text = json.dumps(told, default=str) + visitor.get("my-data").text
    secrets = ["genre-space", "genre_space", visitor.participant.completion_code]
    titles = [shown.track.title for shown in visitor.trial.tracks.all()]
    assert [
        word for word in [*secrets, *titles] if f'"{word}"' in text or f">{word}<" in text
    ] == []


def test_afterwards_everything_is_told(finished):
    told = own_data(finished.participant)
    assert told["trials"][0]["condition"] == "genre-space"
    assert told["trials"][0]["tracks"][0]["entry"]["distance"] >= 0
    assert "Shown once you have finished" not in json.dumps(told, default=str)


def test_reading_ones_data_takes_few_queries(finished, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        own_data(finished.participant)
