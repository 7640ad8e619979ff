"""The report's files, from a small study in the database."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.data.codebook import FIGURE, FILES, ITEMS, columns
from analysis.report.assembly import write_tables
from recommender.models import GenreModel, Playlist, QuerySong, Track, TrackFeatures
from survey.models import Answer, Instrument, Item, Study

Read = Callable[[Path], list[dict[str, str]]]
pytestmark = pytest.mark.django_db


@pytest.fixture
def report(study: Study, tmp_path: Path) -> Path:
    write_tables(study, tmp_path)
    return tmp_path


def test_ratings_have_a_row_for_every_track_shown(report: Path, read: Read):
    rows = read(report / "ratings.csv")
    assert [(r["participant_id"], r["position"], r["liking"]) for r in rows] == [
        ("Pa", "1", "4"),
        ("Pa", "2", "5"),
        ("Pa", "3", "3"),
        ("Pb", "1", "2"),
        ("Pb", "2", ""),
        ("Pb", "3", "1"),
    ]


def test_a_rating_tells_what_was_known_heard_and_when(report: Path, read: Read):
    first, *_, last = read(report / "ratings.csv")
    assert first["familiar"] == "1"
    assert first["listened_s"] == "20.0"
    assert first["rated_at"] == "2026-01-02T03:05:05.000+00:00"
    assert (first["excluded"], first["exclusion_reason"]) == ("False", "")
    assert (last["familiar"], last["listened_s"]) == ("", "0.0")


def test_playlist_ratings_sum_up_the_tracks(report: Path, read: Read):
    (row,) = read(report / "playlist_ratings.csv")
    assert (row["participant_id"], row["condition"], row["period"]) == ("Pa", "system", "1")
    assert (row["satisfaction"], row["boring"]) == ("4", "1")
    assert (row["track_mean"], row["track_peak"], row["track_end"]) == ("4.0", "5", "3")


def test_the_end_is_missing_when_the_last_track_was_not_rated(
    study: Study, make: SimpleNamespace, tmp_path: Path, read: Read
):
    trial = study.participants.get(pseudonym="Pb").trials.get()
    trial.ratings.filter(track__position=3).delete()
    make.answer(trial, satisfaction="2")
    write_tables(study, tmp_path)
    row = read(tmp_path / "playlist_ratings.csv")[1]
    assert (row["track_mean"], row["track_peak"], row["track_end"]) == ("2.0", "2", "")


def test_answers_are_raw_and_scored(report: Path, read: Read):
    found = {row["item_id"]: row for row in read(report / "answers.csv")}
    assert (found["boring"]["raw"], found["boring"]["scored"]) == ("1", "5")
    assert found["boring"]["reversed"] == "True"
    assert found["satisfaction"]["scored"] == "4"
    assert found["remarks"]["raw"] == "'=cmd() write me: [e-mail address removed]"
    assert found["remarks"]["scored"] == ""


def test_an_answer_at_registration_has_the_only_condition_or_none(
    study: Study, make: SimpleNamespace, library: list[Track], tmp_path: Path, read: Read
):
    at_start = study.instruments.create(key="start", placement=Instrument.Placement.REGISTRATION)
    item = at_start.items.create(key="age", text="Age", kind="number")
    one, several = study.participants.order_by("pseudonym")
    make.trial(several, "system", None, number=2)
    for person in (one, several):
        Answer.objects.create(
            participant=person, item=item, value="-3", answered_at=person.consented_at
        )
    write_tables(study, tmp_path)
    rows = [row for row in read(tmp_path / "answers.csv") if row["item_id"] == "age"]
    assert [(r["participant_id"], r["condition"], r["raw"]) for r in rows] == [
        ("Pa", "system", "-3"),
        ("Pb", "", "-3"),
    ]


def test_listening_counts_plays_and_seconds(report: Path, read: Read):
    first, second, *_ = read(report / "listening.csv")
    assert (first["plays"], first["heard_s"], first["seeks"]) == ("2", "20.0", "1")
    assert float(first["heard_share"]) == pytest.approx(20 / 30, abs=1e-6)
    assert first["first_play_at"] == "2026-01-02T03:04:05.000+00:00"
    assert (second["plays"], second["heard_s"], second["first_play_at"]) == ("0", "0.0", "")


def test_each_go_at_the_sound_check_has_a_row(report: Path, read: Read):
    (row,) = read(report / "sound_checks.csv")
    assert (row["participant_id"], row["attempt"], row["volume"]) == ("Pa", "1", "0.8")
    assert (row["answers"], row["right_answers"], row["n_right"]) == ("1 2", "1 3", "1")
    assert (row["passed"], row["could_not_hear"]) == ("False", "False")


def test_playlist_metrics_for_each_source_of_labels(report: Path, read: Read):
    metadata, cnn, gap, _ = read(report / "playlist_metrics.csv")
    # rock, rock, classical; Ana, Bo, Bo; the query song is rock.
    assert (metadata["label_source"], metadata["condition"]) == ("metadata", "system")
    assert float(metadata["cohesion_genre_pair"]) == pytest.approx(1 / 3)
    assert float(metadata["cohesion_artist_pair"]) == pytest.approx(1 / 3)
    assert float(metadata["cohesion_genre_adjacent"]) == pytest.approx(1 / 2)
    assert float(metadata["cohesion_genre_query"]) == pytest.approx(2 / 3)
    assert float(metadata["chance"]) == pytest.approx(0.6**2 + 0.4**2)
    assert (cnn["label_source"], cnn["n_known"]) == ("cnn", "3")
    assert (gap["n_known"], gap["n_tracks"]) == ("2", "3")
    assert float(gap["cohesion_genre_pair"]) == 0


def test_novelty_counts_what_was_heard(report: Path, read: Read):
    first, _, second, _ = read(report / "playlist_metrics.csv")
    # One listen in a library of six: shares 2/7 for the track heard, 1/7 for the others.
    assert float(second["novelty_bits"]) == pytest.approx(2.807355)
    assert float(first["novelty_bits"]) == pytest.approx((1.807355 + 2 * 2.807355) / 3)


def test_vectors_that_are_no_probabilities_empty_the_cells_and_are_flagged(
    study: Study, library: list[Track], tmp_path: Path, read: Read
):
    TrackFeatures.objects.filter(track=library[1]).update(probabilities=[0.9, 0.9, 0.9])
    write_tables(study, tmp_path)
    row = read(tmp_path / "playlist_metrics.csv")[0]
    assert row["diversity"] == row["soft_entropy_total_bits"] == ""
    assert row["flags"] == "vectors_refused: the probabilities of a track do not sum to 1"


def test_a_playlist_has_its_place_and_its_query_songs_for_each_genre(report: Path, read: Read):
    rows = read(report / "playlist_places.csv")[:3]
    assert [row["genre"] for row in rows] == ["Hip-Hop", "Classical", "Rock"]
    assert {(row["condition"], row["model"]) for row in rows} == {("system", "v1")}
    # Rock, rock, classical; the query song is rock.
    assert [float(row["query"]) for row in rows] == [0.1, 0.1, 0.8]
    means = [0.4 / 3, 0.9 / 3, 1.7 / 3]
    assert [float(row["mean"]) for row in rows] == pytest.approx(means)


def test_a_vector_that_is_none_of_probabilities_is_left_out_of_the_place(
    study: Study, library: list[Track], tmp_path: Path, read: Read
):
    TrackFeatures.objects.filter(track=library[1]).update(probabilities=[0.9, 0.9, 0.9])
    write_tables(study, tmp_path)
    rows = read(tmp_path / "playlist_places.csv")[:3]
    assert sum(float(row["mean"]) for row in rows) == pytest.approx(1)


def test_descriptives_by_condition_track_and_position(report: Path, read: Read):
    rows = read(report / "descriptives.csv")
    liking = [row for row in rows if row["outcome"] == "ratings.liking"]
    by = {(row["group_by"], row["level"]): row for row in liking}
    assert by["all", "all"]["mean"] == "2.75"
    assert by["all", "all"]["n_missing"] == "1"
    assert by["condition", "chance"]["ci_method"] == "not_estimable: one participant"
    assert by["position", "2"]["n_ratings"] == "1"
    assert {row["group_by"] for row in liking} == {"all", "condition", "track_id", "position"}
    assert any(row["outcome"] == "playlist_metrics.diversity.cnn" for row in rows)


def test_likert_distribution_counts_each_point(report: Path, read: Read):
    rows = read(report / "likert_distribution.csv")
    liking = [r for r in rows if (r["outcome"], r["condition"]) == ("ratings.liking", "system")]
    assert [row["count"] for row in liking] == ["0", "0", "1", "1", "1"]
    assert sum(float(row["share"]) for row in liking) == pytest.approx(1)


def test_every_column_of_every_file_is_in_the_codebook(report: Path, read: Read):
    described = [(row["file"], row["column"]) for row in read(report / "codebook.csv")]
    found = [
        (path.stem, name)
        for path in report.glob("*.csv")
        for name in next(csv.reader(path.open(encoding="utf-8")))
    ]
    found += [("figures/*", column.name) for column in FIGURE]
    assert sorted(described) == sorted(found)
    assert len(list(report.glob("*.csv"))) == len(FILES)


def test_every_row_of_the_codebook_says_what_the_column_means(report: Path, read: Read):
    rows = read(report / "codebook.csv")
    assert all(row["meaning"] and row["type"] for row in rows)
    (liking,) = [r for r in rows if (r["file"], r["column"]) == ("ratings", "liking")]
    assert liking["range"] == "1–5"
    assert "1 = not at all" in liking["meaning"]


def test_the_same_data_give_the_same_bytes(study: Study, tmp_path: Path):
    for name in ("a", "b"):
        write_tables(study, tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_no_code_and_no_address_leaves_the_database(study: Study, report: Path):
    everything = b"".join(path.read_bytes() for path in report.iterdir()).decode()
    for person in study.participants.all():
        assert person.code not in everything
        assert person.completion_code not in everything
        assert str(person.registration_key) not in everything
    assert "@example.org" not in everything


def test_the_manifest_tells_where_the_data_come_from(report: Path):
    manifest = json.loads((report / "manifest.json").read_text("utf-8"))
    assert manifest["participants"] == {
        "registered": 2,
        "completed": 1,
        "withdrawn": 0,
        "screened_out": 0,
        "erased": 0,
        "simulated": 1,
        "simulated_ids": ["Pb"],
        "pilot_included": False,
        "pilot_left_out": 0,
        "pilot_ids": [],
    }
    (model,) = manifest["models"]
    learned = model.pop("learned_from")
    assert (learned["stated"], learned["learned_from"]) == (False, None)
    assert "does not say which recordings it learned from" in learned["in_words"]
    assert [model] == [{"name": "m", "version": "v1", "genres": ["Hip-Hop", "Classical", "Rock"]}]
    assert manifest["library_revisions"] == ["r1"]
    assert manifest["exclusion_rules"] == []
    assert manifest["rows"]["ratings"] == 6
    assert set(manifest["software"]) > {"python", "scipy", "pandas"}
    assert manifest["catalogue_coverage"][0]["coverage"] == 0.5


def test_the_study_hash_follows_the_questions(study: Study, tmp_path: Path):
    def hashes() -> tuple[str, str]:
        write_tables(study, tmp_path)
        manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
        return manifest["study_hash"], manifest["data_hash"]

    before = hashes()
    Item.objects.filter(key="remarks").update(text="Anything else?")
    after = hashes()
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_an_empty_study_still_gives_every_file(make: SimpleNamespace, tmp_path: Path, db: None):
    written = write_tables(make.study(), tmp_path).written
    assert {path.stem for path in tmp_path.glob("*.csv")} == set(FILES)
    assert written.rows["ratings"] == 0
    assert "not_estimable: no ratings" in (tmp_path / "descriptives.csv").read_text("utf-8")


def test_a_study_without_questions_or_conditions_still_gives_every_file(tmp_path: Path, db: None):
    write_tables(Study.objects.create(slug="bare", title="Bare"), tmp_path)
    for name in FILES:
        header = (tmp_path / f"{name}.csv").read_text("utf-8").splitlines()[0]
        assert header == ",".join(c.name for c in columns(name) if c.name != ITEMS)


def test_a_playlist_without_tracks_and_one_in_the_making(
    study: Study, make: SimpleNamespace, library: list[Track], tmp_path: Path, read: Read
):
    third = make.participant(study, "Pc")
    make.trial(third, "system", make.playlist(library[0], []))
    waiting = make.playlist(library[0], library[1:3], status=Playlist.Status.QUEUED)
    make.trial(third, "system", waiting, number=2)
    write_tables(study, tmp_path)
    rows = read(tmp_path / "playlist_metrics.csv")
    assert [row["n_tracks"] for row in rows] == ["3", "3", "3", "3", "0", "0"]
    assert "no_tracks" in rows[-1]["flags"]
    assert len(read(tmp_path / "ratings.csv")) == 6


def test_a_key_used_twice_names_its_instrument(study: Study, tmp_path: Path, read: Read):
    more = study.instruments.create(key="more", placement=Instrument.Placement.TRACK)
    for key in ("liking", "position"):
        more.items.create(key=key, text=key, options=["no", "yes"])
    write_tables(study, tmp_path)
    names = list(read(tmp_path / "ratings.csv")[0])
    assert {"track.liking", "more.liking", "more.position"} < set(names)
    assert len(names) == len(set(names))


def test_a_study_sees_nothing_of_another(
    study: Study, make: SimpleNamespace, library: list[Track], tmp_path: Path
):
    write_tables(study, tmp_path / "alone")
    other = make.study("other")
    trial = make.trial(
        make.participant(other, "Px"), "system", make.playlist(library[0], library[1:3])
    )
    make.rate(trial, "liking", [1, 1])
    write_tables(study, tmp_path / "beside")
    assert (tmp_path / "alone" / "manifest.json").read_bytes() == (
        tmp_path / "beside" / "manifest.json"
    ).read_bytes()


def test_a_participants_own_song_is_compared_by_their_pick_and_by_what_was_heard(
    study: Study, library: list[Track], make: SimpleNamespace, tmp_path: Path, read: Read
):
    song = QuerySong.objects.create(
        model=GenreModel.objects.get(), genre="ROCK", container="mp3", state="heard",
        audio_sha256="0" * 64, probabilities=[0.1, 0.8, 0.1],
    )  # fmt: skip
    playlist = make.playlist(None, [library[0], library[2], library[3]], query_song=song)
    make.trial(make.participant(study, "Pc"), "system", playlist)
    write_tables(study, tmp_path)
    metadata, cnn = read(tmp_path / "playlist_metrics.csv")[-2:]
    assert metadata["query_source"] == cnn["query_source"] == "own"
    assert float(metadata["cohesion_genre_query"]) == pytest.approx(2 / 3)
    assert float(cnn["cohesion_genre_query"]) == pytest.approx(1 / 3)
    # Rock is at (.1, .1, .8), Classical at (.2, .7, .1), the song at (.1, .8, .1).
    assert float(cnn["query_distance"]) == pytest.approx((2 * 0.98**0.5 + 0.02**0.5) / 3, abs=1e-5)


def test_the_manifest_counts_who_left(study: Study, tmp_path: Path):
    study.participants.filter(pseudonym="Pb").update(status="withdrawn")
    study.erasures.create()
    write_tables(study, tmp_path)
    counted = json.loads((tmp_path / "manifest.json").read_text("utf-8"))["participants"]
    assert (counted["registered"], counted["withdrawn"], counted["erased"]) == (2, 1, 1)
