"""Files written some participants at a time are those written all at once."""

import csv
import json
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connections

from analysis.data import frames
from analysis.data.answers import scores
from analysis.data.codebook import columns
from analysis.data.csv_files import csv_bytes
from analysis.data.data_files import of_people, of_playlists
from analysis.data.playlist_metrics import measure
from analysis.data.snapshot import snapshot
from analysis.data.source import source
from analysis.export.streaming import FILES, STREAMED, write_data
from recommender.models import Track
from survey.models import Flag, Item, Study, TrackRating
from survey.services import erase
from tests.analysis.conftest import MOMENT

pytestmark = pytest.mark.django_db

NASTY = [
    "=1",
    "+1",
    "-x",
    "@a",
    "\tx",
    "\rx",
    "a\rb",
    "two\r\nlines",
    'he "said", so',
    "Žluť 🎵",
    "",
]


@pytest.fixture
def busy(study: Study, library: list[Track], make: SimpleNamespace) -> Study:
    """Nine people, of whom one took part in the pilot and one has no playlist; what is hidden among
    playlists, scores of two questionnaires, flags, a playlist in the making, an unlaid one."""
    more = study.instruments.create(key="more", placement="playlist", position=5)
    more.items.create(key="again", text="Again?", kind="yes_no")
    study.instruments.filter(key__in=["after", "more"]).update(scoring=[{"scale": "all"}])
    for number, text in enumerate([*NASTY[:7], *NASTY[7:]][:9]):
        who = make.participant(study, f"P{number * 7 % 9}", pilot=number == 3)
        if number == 8:
            continue
        for period, condition in enumerate(("system", "chance"), start=1):
            shown = [library[(number + step) % 6] for step in (period, period + 1, period + 3)]
            playlist = make.playlist(library[number % 6], shown)
            trial = make.trial(who, condition, playlist, period)
            if number == 5 and period == 2:
                continue  # its tracks have not been laid out
            make.rate(trial, "liking", [number % 5 + 1, None, period])
            make.answer(trial, satisfaction="2", boring=str(number % 5 + 1), remarks=text)
            make.answer(trial, again="no")
            make.listen(playlist.entries.get(position=2), (0.0, 4.0 + number), (2.0, 9.5))
            Flag.objects.create(participant=who, trial=trial, kind="too_fast", detail=text)
            again = trial.tracks.get(position=1)
            again = trial.tracks.create(
                position=4, track=again.track, entry=again.entry, role="repeat"
            )
            TrackRating.objects.create(
                trial=trial, track=again, item=Item.objects.get(key="liking"), value=1,
                rated_at=MOMENT,
            )  # fmt: skip
        who.sound_checks.create(volume=None, answers=[], right_answers=[], could_not_hear=True)
    make.trial(study.participants.get(pseudonym="Pb"), "system", None, number=2)
    return study


def written(study: Study, folder: Path, chunk: int, pilot: bool = False) -> dict[str, bytes]:
    write_data(source(study, pilot=pilot), folder, tell=lambda *_: None, chunk=chunk)
    return {name: (folder / f"{name}.csv").read_bytes() for name in FILES}


@pytest.mark.parametrize("pilot", [False, True])
@pytest.mark.parametrize("chunk", [1, 3, 500])
def test_the_bytes_do_not_depend_on_how_many_are_read_at_once(busy, tmp_path, chunk, pilot):
    of = source(busy, pilot=pilot)
    listens = frames.listens(busy, pilot=pilot)
    whole = {
        **of_people(of),
        "scores": scores(busy, pilot=pilot),
        "playlist_metrics": of_playlists(of, measure(of.library, listens)),
    }
    assert set(whole) == set(STREAMED)
    found = written(busy, tmp_path, chunk, pilot)
    for name, table in whole.items():
        assert len(table), name
        assert found[name] == csv_bytes(table, columns(name, of.items.get(name, ()))), name


@pytest.mark.django_db(transaction=True)
def test_the_bytes_are_the_same_when_another_process_makes_half(busy, other: Executor, tmp_path):
    write_data(source(busy), tmp_path / "one", tell=lambda *_: None, chunk=2)
    with snapshot(other):
        write_data(source(busy), tmp_path / "two", tell=lambda *_: None, chunk=2, other=other)
    for file in (tmp_path / "one").iterdir():
        assert (tmp_path / "two" / file.name).read_bytes() == file.read_bytes(), file.name


def test_rows_and_hash_are_those_of_the_files(busy: Study, tmp_path: Path):
    made = write_data(source(busy), tmp_path, tell=lambda *_: None, chunk=2)
    rows = {
        name: len(list(csv.reader((tmp_path / f"{name}.csv").open(encoding="utf-8", newline=""))))
        for name in FILES
    }
    assert made.rows == {name: n - 1 for name, n in rows.items()}
    again = write_data(source(busy), tmp_path / "again", tell=lambda *_: None, chunk=5)
    assert again == made


def test_the_codebook_is_that_of_these_files_alone(busy: Study, tmp_path: Path, read: Callable):
    written(busy, tmp_path, 500)
    assert {row["file"] for row in read(tmp_path / "codebook.csv")} == set(FILES)


def test_the_manifest_names_no_file_that_is_not_there(busy: Study, tmp_path: Path):
    busy.analysis_plan = {"outcome": "track.liking", "exclusions": ["incomplete"]}
    busy.save()
    written(busy, tmp_path, 500)
    said = json.loads((tmp_path / "manifest.json").read_text("utf-8"))["exclusions"]
    assert "(incomplete) is marked as excluded" in said
    assert "exclusions.csv" not in said


def test_who_waits_is_told_what_is_done_and_how_far_it_is(busy: Study, tmp_path: Path):
    told: list[tuple[str, int, int]] = []
    write_data(source(busy), tmp_path, tell=lambda *said: told.append(said), chunk=4)
    people = busy.participants.filter(pilot=False).count()
    assert [said[1:] for said in told if said[0] == "ratings and answers"] == [
        (4, people), (8, people), (people, people),
    ]  # fmt: skip
    ends = {what: (done, of) for what, done, of in told}
    assert set(ends) == {"ratings and answers", "scores", "playlist metrics"}
    assert all(done == of for done, of in ends.values())


@pytest.mark.parametrize("chunk", [1, 500])
def test_an_empty_study_gives_every_file_with_its_header(make, db, tmp_path: Path, chunk: int):
    found = written(make.study(), tmp_path, chunk)
    assert all(content.count(b"\n") == 1 for name, content in found.items() if name in STREAMED)


def test_tracks_that_are_gone_from_the_library_stay_in_the_data(busy, tmp_path: Path):
    before = written(busy, tmp_path / "before", 2)
    Track.objects.update(available=False)
    after = written(busy, tmp_path / "after", 2)
    assert after["ratings"] == before["ratings"]
    assert after["playlist_metrics"].count(b"\n") == before["playlist_metrics"].count(b"\n")


def test_study_beside_study_is_left_alone(busy: Study, make, library, tmp_path: Path):
    alone = written(busy, tmp_path / "alone", 2)
    other = make.study("other")
    for number in range(3):
        playlist = make.playlist(library[0], library[1:3])
        make.trial(make.participant(other, f"P{number}b"), "system", playlist)
    assert written(busy, tmp_path / "beside", 2) == alone


# Somebody is erased meanwhile


def of_whom(folder: Path, read: Callable) -> dict[str, set[str]]:
    """Whose rows each file holds, of those that know."""
    tables = {name: read(folder / f"{name}.csv") for name in STREAMED}
    return {
        name: {row["participant_id"] for row in rows}
        for name, rows in tables.items()
        if rows and "participant_id" in rows[0]
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("processes", [1, 2])
def test_who_is_erased_in_the_middle_is_in_all_files_or_in_none(
    busy, tmp_path: Path, read, request, processes
):
    other = request.getfixturevalue("other") if processes == 2 else None

    def erase_one() -> None:
        erase(busy.participants.get(pseudonym="P7"))
        connections.close_all()

    def tell(what: str, done: int, of: int) -> None:
        if (what, done) == ("ratings and answers", 3):
            other = threading.Thread(target=erase_one)
            other.start()
            other.join()

    with snapshot(other):
        write_data(source(busy), tmp_path, tell=tell, chunk=3, other=other)
    assert not busy.participants.filter(pseudonym="P7").exists()
    found = of_whom(tmp_path, read)
    assert all("P7" in people for people in found.values())
    assert len(read(tmp_path / "playlist_metrics.csv")) == 2 * (2 + 7 * 2)
