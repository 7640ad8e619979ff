from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from survey.models import Condition, Instrument, Item, Study
from survey.study_files import INSTRUMENTS, StudyFileError, load_study

pytestmark = pytest.mark.django_db

EVERYTHING = Path(__file__).parents[2] / "studyproject" / "everything.yaml"
DEMO = Path(INSTRUMENTS).parent / "demo" / "study.yaml"
RATING = {"key": "liking", "text": "Do you like it?", "kind": "likert", "options": ["No!", "Yes!"]}


@pytest.fixture
def write(tmp_path):
    """A study's file; what is given replaces that part of a good one."""

    def write(**parts: object) -> Path:
        good = {
            "slug": "mine",
            "title": "Mine",
            "summary": "S.",
            "information": "I.",
            "consent": "C.",
        }
        good["genres"] = ["Rock"]
        good["conditions"] = [{"name": "system", "strategy": "genre_space"}]
        good["instruments"] = [{"key": "track", "placement": "track", "items": [RATING]}]
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump({**good, **parts}, sort_keys=False))
        return path

    return write


def refusal(path: Path) -> str:
    with pytest.raises(StudyFileError) as refused:
        load_study(path)
    return str(refused.value)


def test_the_demo_study_is_a_draft_with_all_that_its_file_says():
    study = load_study(DEMO)
    assert study.is_draft
    assert study.genres == ["Hip-Hop", "Classical", "Rock"]
    assert list(study.conditions.values_list("name", "strategy", "params")) == [
        ("genre-space", "genre_space", {"length": 10})
    ]
    placements = [instrument.placement for instrument in study.instruments.all()]
    assert placements == ["registration", "track", "playlist"]


def test_questions_keep_the_order_of_the_file(write):
    items = [{**RATING, "key": key} for key in ("third", "first", "second")]
    study = load_study(write(instruments=[{"key": "t", "placement": "track", "items": items}]))
    asked = Item.objects.placed(study, Instrument.Placement.TRACK)
    assert [item.key for item in asked] == ["third", "first", "second"]


def test_a_ready_made_instrument_can_be_used_with_another_title(write):
    study = load_study(
        write(instruments=[{"use": "track-ratings", "placement": "track", "title": "Own"}])
    )
    instrument = study.instruments.get()
    assert (instrument.title, instrument.items.count()) == ("Own", 3)


@pytest.mark.parametrize("file", sorted(INSTRUMENTS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_ready_made_instrument_can_be_used_and_names_its_source(write, file):
    study = load_study(write(instruments=[{"use": file.stem, "placement": "end"}]))
    instrument = study.instruments.get()
    assert instrument.source
    assert instrument.licence
    assert instrument.items.exists()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"slug": "not a slug"}, "slug"),
        ({"title": ""}, "title"),
        ({"n_trials": 0}, "n_trials"),
        ({"n_trials": "many"}, "n_trials"),
        ({"colour": "red"}, "colour"),
        ({"state": "open"}, "“state” can't be set"),
        ({"model": 1}, "“model” can't be set"),
        ({"conditions": [{"name": "a", "strategy": "magic"}]}, "“magic” is none of genre_space"),
        ({"conditions": [{"name": "a", "params": {"length": 99}}]}, "from 1 to 50"),
        ({"conditions": [{"name": "a"}, {"name": "a"}]}, "There is a “a” already"),
        (
            {"instruments": [{"use": "nonsense", "placement": "track"}]},
            "“nonsense” is none of attention-check",
        ),
        ({"instruments": [{"key": "a", "placement": "nowhere"}]}, "nowhere"),
        (
            {"instruments": [{"key": "a", "placement": "end", "items": [{"kind": "likert"}]}]},
            "At least two labels",
        ),
    ],
)
def test_a_mistake_is_named_and_nothing_of_the_file_is_kept(write, parts, said):
    assert said in refusal(write(**parts))
    assert not Study.objects.exists()
    assert not Condition.objects.exists()


def test_unquoted_no_and_yes_are_refused_with_advice(write):
    path = write()
    path.write_text(path.read_text().replace("No!", "No").replace("Yes!", "Yes").replace("'", ""))
    assert "In YAML, quote “No” and “Yes”" in refusal(path)


@pytest.mark.parametrize(
    "parts",
    [
        {"conditions": "genre_space"},
        {"conditions": ["genre_space"]},
        {"conditions": None},
        {"instruments": [{"key": "a", "placement": "end", "items": ["liking"]}]},
        {"instruments": [{"key": "a", "placement": "end", "items": {"liking": 1}}]},
        {"genres": "Rock"},
        {"genres": [False]},
        {"slug": ["a"]},
        {"slug": None},
    ],
)
def test_a_part_of_the_wrong_shape_is_refused_in_words(write, parts):
    assert "study.yaml" in refusal(write(**parts))


def test_an_instrument_named_without_use_is_refused_with_advice(write):
    assert "such as “use: track-ratings”" in refusal(write(instruments=["track-ratings"]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("slug: [", "Not valid YAML"),
        ("- a\n- b", "must hold names and values"),
        ("", "must hold names and values"),
        ("just words", "must hold names and values"),
    ],
)
def test_a_file_that_is_no_study_says_why(tmp_path, text, said):
    path = tmp_path / "study.yaml"
    path.write_text(text)
    assert said in refusal(path)


def test_a_file_in_another_encoding_says_why(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_bytes("title: Ménage".encode("latin-1"))
    assert "Not valid YAML" in refusal(path)


def test_a_file_that_is_not_there_says_so(tmp_path):
    assert "No such file" in refusal(tmp_path / "missing.yaml")


def test_a_second_study_of_a_name_is_refused_with_advice(write):
    load_study(write())
    assert "give this one another slug" in refusal(write())


# The command


def test_the_command_opens_a_study_when_nothing_stands_against_it(library, capsys):
    call_command("load_study", DEMO, open=True)
    assert Study.objects.get().is_open
    assert "/s/demo/" in capsys.readouterr().out


def test_a_study_that_can_not_be_opened_is_not_kept_either(genre_model):
    with pytest.raises(CommandError, match="no song labelled Hip-Hop"):
        call_command("load_study", DEMO, open=True)
    assert not Study.objects.exists()


def test_a_question_may_depend_on_an_earlier_one_of_its_instrument():
    study = load_study(EVERYTHING)
    model = study.instruments.get(key="about").items.get(key="model")
    assert model.shown_if["item"] == "about.device"
