"""Questions that can't be asked are refused, in words; and those that can go the whole way."""

import random

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from survey.bots.filling import fill_in
from survey.kinds import KINDS
from survey.models import Answer, Instrument, Item, TrackRating
from survey.questions.forms import ItemsForm
from survey.services import known_answers, obstacles_to_opening, rate, save_answers, unrated

pytestmark = pytest.mark.django_db

FIVE = ["Dislike", "Rather dislike", "Neutral", "Rather like", "Like"]
ROWS = {"rock": "Rock", "jazz": "Jazz"}


@pytest.fixture
def end(study) -> Instrument:
    return study.instruments.create(key="e", placement="end", position=9)


def question(instrument: Instrument, **about: object) -> Item:
    given = {"key": "a", "text": "?", "kind": "likert", **about}
    if given["kind"] in ("likert", "stars", "choice", "multiple", "ranking", "matrix"):
        given.setdefault("options", FIVE)
    return Item(instrument=instrument, **given)


def add(instrument: Instrument, **about: object) -> Item:
    item = question(instrument, position=instrument.items.count(), **about)
    item.full_clean()
    item.save()
    return item


@pytest.mark.parametrize(
    ("about", "field", "said"),
    [
        ({"kind": "stars", "options": ["One"]}, "options", "At least two labels"),
        ({"kind": "ranking", "options": ["A", "A"]}, "options", "Two options are the same"),
        ({"kind": "yes_no", "options": ["Yes", "No"]}, "options", "has no options"),
        ({"kind": "slider", "options": list("abcd")}, "options", "a label at each end"),
        ({"kind": "slider", "bounds": [10, 1]}, "bounds", "lowest and highest"),
        ({"kind": "slider", "bounds": [0, 99999]}, "bounds", "32,000 at most"),
        ({"kind": "number", "bounds": [0, 1]}, "bounds", "Only a slider"),
        ({"kind": "differential", "options": [2], "rows": {"a": ["b", "c"]}}, "options", "3 to 11"),
        ({"kind": "differential", "rows": {"a": "b"}}, "rows", "names with texts"),
        ({"kind": "matrix"}, "rows", "names with texts"),
        ({"kind": "matrix", "rows": "rock"}, "rows", "names with texts"),
        ({"kind": "matrix", "rows": {"a b": "c"}}, "rows", "letters, digits"),
        ({"kind": "matrix", "rows": {"a": True}}, "rows", "names with texts"),
        ({"kind": "likert", "rows": {"a": "b"}}, "rows", "has no rows"),
        ({"kind": "text", "dont_know": True}, "dont_know", "Scales alone"),
        ({"kind": "likert", "other": True}, "other", "Only choices"),
        (
            {"kind": "choice", "options": ["a", "other"], "other": True},
            "other",
            "an option already",
        ),
        ({"kind": "choice", "reversed": True}, "reversed", "Scales alone"),
        ({"right_answer": "6"}, "right_answer", "none of the answers"),
        ({"kind": "ranking", "right_answer": "1"}, "right_answer", "no right answer"),
        ({"shown_if": {"item": "e.none", "is": ["1"]}}, "shown_if", "has to be an earlier one"),
        ({"shown_if": {"item": "e.a", "is": ["1"]}}, "shown_if", "has to be an earlier one"),
        ({"shown_if": ["x"]}, "shown_if", "names a question"),
        ({"shown_if": {"item": "playlist.fit", "is": [1]}}, "shown_if", "more than once"),
        ({"shown_if": {"item": "background.device", "is": ["Ears"]}}, "shown_if", "none of the"),
        ({"shown_if": {"item": "background.device", "at_least": 1}}, "shown_if", "use “is”"),
    ],
)
def test_a_question_that_can_not_be_asked_is_refused_in_words(end, about, field, said):
    with pytest.raises(ValidationError) as refused:
        question(end, **about).full_clean()
    assert said in " ".join(refused.value.message_dict[field])


@pytest.mark.parametrize("kind", ["choice", "text", "matrix", "information", "number"])
def test_for_every_track_there_are_scales_alone(study, kind):
    track = study.instruments.get(placement="track")
    rows = ROWS if kind == "matrix" else []
    with pytest.raises(ValidationError, match="For every track"):
        question(track, key="new", kind=kind, rows=rows).full_clean()


def test_questions_for_playlists_do_not_become_those_for_tracks(study):
    habits = study.instruments.get(placement="registration")
    habits.placement = "track"
    with pytest.raises(ValidationError, match="but no “age”"):
        habits.full_clean()


def test_rows_keep_their_order(end):
    add(end, kind="matrix", rows={"zebra": "Z", "a": "A", "mm": "M"})
    assert list(end.items.get().labelled_rows) == ["zebra", "a", "mm"]


def test_a_loop_is_refused(end):
    first = add(end, kind="yes_no", key="one")
    add(end, kind="yes_no", key="two", shown_if={"item": "e.one", "is": ["yes"]})
    first.shown_if = {"item": "e.two", "is": ["yes"]}
    with pytest.raises(ValidationError, match="has to be an earlier one"):
        first.full_clean()


@pytest.mark.parametrize(
    ("scoring", "said"),
    [
        ("sum", "a list of scores"),
        ([{"method": "sum"}], "its name"),
        ([{"scale": "s", "method": "median"}], "mean, sum, sus"),
        ([{"scale": "s"}, {"scale": "s"}], "the same name"),
        ([{"scale": "s", "weights": []}], "can't have “weights”"),
        ([{"scale": "s", "min_answered": 0}], "from 1 up"),
        ([{"scale": "s", "items": ["nothing"]}], "“nothing”, which is no scale"),
        ([{"scale": "s", "items": ["m"], "method": "sus"}], "ten questions of five points"),
    ],
)
def test_scores_that_can_not_be_made_are_refused_in_words(end, scoring, said):
    add(end, key="m", kind="matrix", rows=ROWS)
    end.scoring = scoring
    with pytest.raises(ValidationError) as refused:
        end.clean_scores()
    assert said in str(refused.value)


def test_what_went_wrong_later_stands_against_opening(study, end):
    device = Item.objects.get(key="device")
    add(end, shown_if={"item": "background.device", "is": ["Loudspeakers"]})
    end.scoring = [{"scale": "s", "items": ["gone"]}]
    end.save()
    device.delete()
    assert [said.split(":")[0] for said in obstacles_to_opening(study)] == ["“e.a”", "“e”"]


# Answers


def test_an_option_that_is_no_longer_picked_is_dropped(visitor, end):
    item = add(end, kind="multiple")
    participant = visitor.register().participant
    save_answers(participant, None, {item: {"0": "Dislike", "2": "Neutral"}})
    save_answers(participant, None, {item: {"2": "Neutral", "other": "Fine"}})
    kept = Answer.objects.filter(item=item).values_list("row", "value")
    assert sorted(kept) == [("2", "Neutral"), ("other", "Fine")]
    assert known_answers(participant)["e.a"] == ["Neutral", "other"]


def test_every_row_is_kept_and_a_question_that_is_not_shown_is_not(visitor, end):
    add(end, key="m", kind="matrix", rows=ROWS, dont_know=True)
    add(end, key="plays", kind="yes_no")
    add(end, key="years", kind="number", shown_if={"item": "e.plays", "is": ["yes"]})
    add(end, key="loud", shown_if={"item": "background.device", "is": ["Loudspeakers"]})
    add(end, key="ears", shown_if={"item": "background.device", "is": ["Headphones or earphones"]})
    page = visitor.go_to("end").get("end").text
    assert ("e.loud" in page, "e.ears" in page) == (True, False)
    sheet = {"e.m.rock": "4", "e.m.jazz": "dont_know", "e.plays": "no", "e.years": "9"}
    visitor.post("end", {**sheet, "e.loud": "1"})
    kept = Answer.objects.filter(item__instrument=end).values_list("item__key", "row", "value")
    expected = [("m", "rock", "4"), ("m", "jazz", "dont_know"), ("plays", "", "no")]
    assert sorted(kept) == sorted([*expected, ("loud", "", "1")])


def test_a_page_with_a_missing_row_says_so_at_the_question(visitor, end):
    add(end, kind="matrix", rows=ROWS)
    page = visitor.go_to("end").post("end", {"e.a.rock": "4"})
    assert page.status_code == 422
    assert 'aria-describedby="id_e.a_error"' in page.text
    assert '<p class="error" id="id_e.a_error">Please answer every row.</p>' in page.text
    assert page.text.count(" checked") == 1


# Tracks


@pytest.fixture
def kinds(study) -> Instrument:
    """The study's tracks are rated in every way there is."""
    track = study.instruments.get(placement="track")
    track.items.all().delete()
    add(track, key="stars", kind="stars")
    add(track, key="energy", kind="slider", dont_know=True)
    add(track, key="known", kind="yes_no", dont_know=True)
    add(track, key="well", shown_if={"item": "track.known", "is": ["yes"]})
    return track


def autosave(visitor, **parts: str) -> int:
    data = {f"track-1-track.{name.replace('_', '.', 1)}": v for name, v in parts.items()}
    return visitor.post("listen/1", data).status_code


def ratings() -> dict[str, int | None]:
    return dict(TrackRating.objects.values_list("item__key", "value"))


def test_every_kind_of_rating_is_saved_when_it_is_made(visitor, kinds):
    visitor.go_to("listen")
    assert autosave(visitor, stars="4") == 200
    assert autosave(visitor, energy="0") == 200
    assert autosave(visitor, known="yes") == 200
    assert autosave(visitor, well="2") == 200
    assert ratings() == {"stars": 4, "energy": 0, "known": 1, "well": 2}


def test_dont_know_is_an_answer_without_a_number(visitor, kinds):
    visitor.go_to("listen")
    autosave(visitor, energy_dont_know="on")
    autosave(visitor, known="dont_know")
    assert ratings() == {"energy": None, "known": None}
    page = visitor.get("listen").text
    assert page.count(" checked") == 2
    left = {item for position, item in unrated(visitor.trial) if position == 1}
    assert left == {kinds.items.get(key="stars").pk}


def test_a_rating_that_its_condition_rules_out_is_not_taken(visitor, kinds):
    visitor.go_to("listen")
    assert autosave(visitor, well="2") == 422
    assert ratings() == {}


def test_a_rating_that_is_ruled_out_later_is_dropped_with_the_last_click(visitor, kinds):
    visitor.go_to("listen")
    for track in visitor.get("listen").context["tracks"]:
        items = {item.key: item for item in kinds.items.all()}
        values = {"stars": 3, "energy": 50, "known": 0, "well": 1}
        rate(visitor.trial, track[0], {items[key]: value for key, value in values.items()})
    visitor.post("listen")
    assert visitor.trial.rated_at
    assert "well" not in ratings()


# Others


def test_a_question_is_previewed_as_participants_see_it(researcher, study):
    study.state = "draft"
    study.save()
    for instrument in study.instruments.all():
        page = researcher.get(reverse("admin:survey_instrument_preview", args=[instrument.pk]))
        assert all(item.text in page.text for item in instrument.items.all())
        assert 'type="submit"' not in page.text
        assert "<form" not in page.text


def test_a_preview_is_for_researchers(client, study):
    pk = study.instruments.first().pk
    page = client.get(reverse("admin:survey_instrument_preview", args=[pk]))
    assert page.url.startswith("/admin/login/")


@pytest.mark.parametrize("seed", range(12))
def test_a_bot_answers_every_kind_of_question(client, researcher, end, seed):
    from bs4 import BeautifulSoup

    kinds = [kind for kind in KINDS if kind not in ("matrix", "differential")]
    for kind in kinds:
        add(end, key=kind, kind=kind, other=kind in ("choice", "multiple"))
    add(end, key="matrix", kind="matrix", rows=ROWS, dont_know=True)
    add(end, key="differential", kind="differential", rows={"pace": ["slow", "fast"]})
    add(end, key="more", kind="text", shown_if={"item": "e.yes_no", "is": ["yes"]})
    page = researcher.get(reverse("admin:survey_instrument_preview", args=[end.pk])).text
    soup = BeautifulSoup(f"<form>{page.replace('preview-', '')}</form>", "html.parser").form
    chance = random.Random(seed)
    fill_in(soup, chance, chance.choice)
    names = {tag["name"] for tag in soup.select("[name]")}
    form = ItemsForm(end.items.all(), _sent(soup, names), earlier={})
    assert form.is_valid(), form.errors
    assert len(form.answers()) >= len(KINDS) - 1


def _sent(soup, names) -> dict[str, list[str]]:
    """What a browser sends of the form."""
    sent: dict[str, list[str]] = {}
    for tag in soup.select("input[name], textarea[name], option[selected]"):
        if tag.get("type") in ("radio", "checkbox") and "checked" not in tag.attrs:
            continue
        name = tag.get("name") or tag.find_parent("select")["name"]
        value = tag.string if tag.name == "textarea" else tag.get("value", "on")
        sent.setdefault(name, []).append(value or "")
    return {name: values if name == "e.multiple" else values[-1] for name, values in sent.items()}
