"""How each kind of question arrives in the files."""

import csv
from pathlib import Path

import pytest

from analysis.data.answers import scores
from analysis.report.assembly import write_tables
from survey.models import Answer, Instrument, Item, Study, Trial

from .conftest import MOMENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def after(study: Study) -> Instrument:
    """Questions of other kinds about the playlist."""
    instrument = study.instruments.create(key="more", placement="playlist", position=5)
    add = instrument.items.create
    add(key="stars", text="Stars?", kind="stars", options=["one", "two", "three"])
    add(key="again", text="Again?", kind="yes_no")
    add(key="loud", text="Loud?", kind="slider", bounds=[0, 10], options=["soft", "loud"])
    add(key="m", text="How?", kind="matrix", options=list("abcde"), rows={"x": "X", "y": "Y"})
    add(key="where", text="Where?", kind="multiple", options=["Home", "Work"], other=True)
    add(key="check", text="Pick b.", options=["a", "b"], right_answer="2")
    return instrument


@pytest.fixture
def answered(after: Instrument) -> Instrument:
    rows = [("stars", "", "3"), ("again", "", "no"), ("loud", "", "0"), ("m", "x", "2")]
    rows += [("m", "y", "dont_know"), ("where", "0", "Home"), ("check", "", "1")]
    rows += [("where", "other", "ask bo@example.org")]
    trial = Trial.objects.get(participant__pseudonym="Pa")
    about = {"participant": trial.participant, "trial": trial, "answered_at": MOMENT}
    for key, row, value in rows:
        item = Item.objects.get(instrument=after, key=key)
        Answer.objects.create(item=item, row=row, value=value, **about)
    return after


@pytest.fixture
def files(answered: Instrument, tmp_path: Path):
    write_tables(answered.study, tmp_path)
    return lambda name: list(csv.DictReader((tmp_path / f"{name}.csv").open(encoding="utf-8")))


def test_every_scale_and_every_row_has_a_column(files):
    (row,) = files("playlist_ratings")
    kept = {name: row[name] for name in ("stars", "again", "loud", "m.x", "m.y", "satisfaction")}
    assert kept == {
        **{"stars": "3", "again": "0", "loud": "0"},
        **{"m.x": "2", "m.y": "", "satisfaction": "4"},
    }


def test_an_attention_check_is_no_rating_and_says_whether_it_was_passed(files):
    assert "check" not in files("playlist_ratings")[0]
    (check,) = [row for row in files("answers") if row["item_id"] == "check"]
    assert check["passed"] == "False"


def test_answers_name_their_row_and_their_point(files):
    rows = [r for r in files("answers") if r["instrument"] == "more"]
    said = {(r["item_id"], r["row"]): (r["raw"], r["scored"]) for r in rows}
    assert said["m", "x"] == ("2", "2")
    assert said["m", "y"] == ("dont_know", "")
    assert said["again", ""] == ("no", "0")
    assert said["where", "0"] == ("Home", "")
    assert said["where", "other"] == ("ask [e-mail address removed]", "")


def test_distributions_are_of_points_alone(files):
    outcomes = {row["outcome"].split(".", 1)[1] for row in files("likert_distribution")}
    assert {"stars", "m.x", "m.y"} <= outcomes
    assert not {"again", "loud"} & outcomes


def test_the_codebook_says_what_the_points_mean(files):
    said = {row["column"]: (row["range"], row["meaning"]) for row in files("codebook")}
    assert said["again"] == ("0–1", "Again? [0 = No, 1 = Yes]")
    assert said["loud"] == ("0–10", "Loud? [0 = soft, 10 = loud]")
    assert said["m.x"] == ("1–5", "How? X [1 = a, 2 = b, 3 = c, 4 = d, 5 = e]")


def test_a_score_counts_what_was_answered(answered, files):
    answered.scoring = [
        {"scale": "liking", "items": ["stars", "m"], "min_answered": 2},
        {"scale": "all", "method": "sum"},
    ]
    answered.save()
    rows = scores(answered.study).to_dict("records")
    found = [(r["scale"], r["score"], r["n_items"], r["n_answered"]) for r in rows]
    assert found[0] == ("liking", 2.5, 3, 2)
    assert found[1][2:] == (5, 4)
    assert rows[0]["participant_id"] == "Pa"
    assert rows[0]["condition"] == "system"
    assert rows[0]["playlist_id"]


def test_a_rating_of_dont_know_is_missing(study, tmp_path):
    Trial.objects.get(participant__pseudonym="Pa").ratings.filter(value=4).update(value=None)
    write_tables(study, tmp_path)
    rows = list(csv.DictReader((tmp_path / "ratings.csv").open(encoding="utf-8")))
    assert [row["liking"] for row in rows][:3] == ["", "5", "3"]
