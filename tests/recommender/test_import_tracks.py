import resource
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
from django.core.management import CommandError, call_command
from django.db import DataError, OperationalError, transaction
from django.test import override_settings
from mutagen.flac import FLAC

from recommender import services
from recommender.disk import StorageError
from recommender.engine.cnn import ModelError
from recommender.engine.mel import log_mel
from recommender.models import Track, TrackFeatures

pytestmark = pytest.mark.django_db

RATE = 22050
TABLE = "file,title,artist,genre,year\na.wav,Ménage,Ana,Rock,1999\ngone.wav,Gone,Ana,Rock,\n"


def tune(seed: int, seconds: float = 6.0) -> np.ndarray:
    """A few notes over noise."""
    chance = np.random.default_rng(seed)
    t = np.arange(int(seconds * RATE)) / RATE
    notes = chance.choice([220.0, 330.0, 440.0, 550.0], size=int(seconds * 4) + 1)
    sound = np.sin(2 * np.pi * notes[(t * 4).astype(int)] * t) + 0.2 * chance.normal(size=len(t))
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


def fill(folder: Path) -> None:
    """Good files of every kind, and every kind of trouble."""
    (folder / "sub").mkdir()
    for number, name in enumerate(["a.wav", "b.flac", "c.mp3", "d.ogg", "sub/e.wav"]):
        soundfile.write(folder / name, tune(number), RATE)
    same, _rate = soundfile.read(folder / "a.wav", dtype="int16")
    soundfile.write(folder / "same-as-a.flac", same, RATE)
    soundfile.write(folder / "silent.wav", np.zeros(6 * RATE, np.float32), RATE)
    soundfile.write(folder / "half-a-second.wav", tune(9, 0.5), RATE)
    soundfile.write(folder / ".hidden.wav", tune(8), RATE)
    whole = (folder / "b.flac").read_bytes()
    (folder / "cut-off.flac").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.mp3").touch()
    (folder / "text.mp3").write_text("This is a letter.")
    (folder / "notes.txt").write_text("Bought in 1999.")
    (folder / "tracks.csv").write_text(TABLE)


def import_tracks(path: Path, **options: object) -> str:
    out = StringIO()
    call_command("import_tracks", path, verbosity=0, stdout=out, **options)
    return out.getvalue()


def refused_in(path: Path, **options: object) -> tuple[str, str]:
    """What an import that refused something wrote, and how it ended."""
    out = StringIO()
    with pytest.raises(CommandError) as ended:
        call_command("import_tracks", path, verbosity=0, stdout=out, **options)
    assert ended.value.returncode == 1
    return out.getvalue(), str(ended.value)


@dataclass(frozen=True)
class Imported:
    folder: Path
    media: Path
    of_one_file: str
    of_the_folder: str
    end: str


@pytest.fixture(scope="module")
def imported(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Imported]:
    """One file, then its folder: all that the tests look at, and the only use of the network."""
    folder, media = (tmp_path_factory.mktemp(name) for name in ("songs", "media"))
    fill(folder)
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(MEDIA_ROOT=media):
        yield Imported(folder, media, import_tracks(folder / "a.wav"), *refused_in(folder))
        transaction.set_rollback(True)


def test_one_file_can_be_imported(imported):
    assert imported.of_one_file.startswith("1 new\n")


def test_a_second_run_goes_on_where_the_first_one_stopped(imported):
    said = imported.of_the_folder
    assert "1 already there\n" in said
    assert "4 new\n" in said


@pytest.mark.parametrize("name", ["a.wav", "b.flac", "c.mp3", "d.ogg", "sub/e.wav"])
def test_every_kind_of_file_is_taken(imported, name):
    track = Track.objects.get(source=str(imported.folder / name))
    assert track.sample_rate == RATE
    assert track.duration_s == pytest.approx(6, abs=0.1)


def test_the_same_recording_in_another_file_is_one_track(imported):
    assert "1 the same recording as another\n" in imported.of_the_folder
    assert Track.objects.count() == 5


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty.mp3", "empty"),
        ("text.mp3", "not an audio file"),
        ("silent.wav", "silent"),
        ("half-a-second.wav", "lasts 0.5 s; at least 5 s"),
        ("cut-off.flac", "damaged"),
        ("notes.txt", "not an audio file"),
    ],
)
def test_what_can_not_be_taken_is_listed_with_the_reason(imported, name, said):
    lines = [line for line in imported.of_the_folder.splitlines() if f"/{name}: " in line]
    assert len(lines) == 1
    assert said in lines[0]


def test_nothing_else_is_listed(imported):
    assert "5 not imported:" in imported.of_the_folder
    assert "hidden" not in imported.of_the_folder


def test_an_import_that_refused_files_fails(imported):
    assert imported.end == "5 not imported; the reasons are above."


def test_what_is_missing_is_counted(imported):
    counted = "4 without genre, 4 without artist, 1 row unused, 0 cells not understood, "
    assert f"Missing or in doubt: {counted}" in imported.of_the_folder
    assert "tracks.csv, line 3, gone.wav: no such file" in imported.of_the_folder
    assert "4 without genre: --verbose lists them" in imported.of_the_folder


def test_the_file_and_its_picture_are_kept(imported):
    for track in Track.objects.all():
        assert (imported.media / track.file.name).read_bytes() == Path(track.source).read_bytes()
        picture = (imported.media / track.spectrogram.name).read_bytes()
        assert picture.startswith(b"\x89PNG")


def test_the_network_has_heard_every_track(imported):
    heard = TrackFeatures.objects.filter(model=services.active_model())
    assert heard.count() == 5
    for features in heard:
        assert sum(features.probabilities) == pytest.approx(1, abs=1e-5)
        assert np.isfinite(np.frombuffer(features.embedding, "<f4")).all()


def test_the_table_describes_its_file(imported):
    track = Track.objects.get(title="Ménage")
    assert (track.artist, track.genre, track.year) == ("Ana", "Rock", 1999)


def test_a_file_without_a_description_is_called_as_its_name(imported):
    assert Track.objects.filter(title="d", artist="", genre="", year=None).exists()


# Again


def test_a_correction_in_the_table_is_taken_over(imported, tmp_path):
    (imported.folder / "tracks.csv").write_text(TABLE.replace("Rock,1999", "Classical,1998"))
    assert "1 description updated\n" in refused_in(imported.folder)[0]
    track = Track.objects.get(title="Ménage")
    assert (track.genre, track.year) == ("Classical", 1998)
    (imported.folder / "tracks.csv").write_text(TABLE)


def test_a_run_with_nothing_new_changes_nothing(imported):
    before = list(Track.objects.values())
    assert "5 already there\n" in refused_in(imported.folder)[0]
    assert list(Track.objects.values()) == before


def test_a_track_that_was_not_heard_is_heard_on_the_next_run(imported):
    TrackFeatures.objects.filter(track__title="Ménage").delete()
    import_tracks(imported.folder / "a.wav")
    assert TrackFeatures.objects.filter(track__title="Ménage").exists()


def test_a_file_that_was_left_half_copied_is_replaced(imported, settings):
    settings.MEDIA_ROOT = imported.media
    track = Track.objects.get(title="Ménage")
    kept = imported.media / track.file.name
    kept.write_bytes(b"half")
    track.delete()
    import_tracks(imported.folder / "a.wav")
    assert kept.read_bytes() == (imported.folder / "a.wav").read_bytes()


def test_a_name_that_is_no_text_stops_nothing(imported, tmp_path):
    try:
        shutil.copy(imported.folder / "b.flac", tmp_path / "bad-\udcff.flac")
        (tmp_path / "worse-\udcff.mp3").touch()
    except OSError:
        pytest.skip("this file system takes no such names")
    said, _ = refused_in(tmp_path)
    assert "1 the same recording as another" in said
    assert "worse-\\udcff.mp3: The file is empty" in said


def test_control_characters_of_a_name_are_spelt_out(tmp_path, db):
    (tmp_path / "red\x1b[31m.mp3").touch()
    assert r"red\x1b[31m.mp3: The file is empty" in refused_in(tmp_path)[0]


# Nothing to import


def test_a_folder_without_audio_says_what_is_wanted(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(CommandError, match=r"holds no audio \(1 other files\). Wanted: .aac"):
        import_tracks(tmp_path)


def test_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(CommandError, match="does not exist"):
        import_tracks(tmp_path / "nowhere")


def test_a_table_that_can_not_be_read_stops_the_import_before_it_begins(tmp_path):
    soundfile.write(tmp_path / "a.wav", tune(1), RATE)
    (tmp_path / "tracks.csv").write_text("title\nA\n")
    with pytest.raises(CommandError, match=r"lacks the columns .* Nothing was imported"):
        import_tracks(tmp_path)


def test_an_edit_in_admin_outlives_another_import(imported):
    track = Track.objects.exclude(album="Edited").first()
    Track.objects.filter(pk=track.pk).update(album="Edited")
    refused_in(imported.folder)
    track.refresh_from_db()
    assert track.album == "Edited"


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (KeyboardInterrupt, "run it again to go on"),
        (StorageError("The media folder is full."), "is full. What was imported stays"),
        (OperationalError("database or disk is full"), "or disk is full. What was imported stays"),
        (ModelError("The weights are gone."), "weights are gone"),
    ],
)
def test_what_stops_an_import_is_said_in_plain_words(tmp_path, monkeypatch, trouble, words):
    def fail(*args: object) -> None:
        raise trouble

    monkeypatch.setattr("recommender.management.commands.import_tracks.hear_files", fail)
    soundfile.write(tmp_path / "a.wav", tune(0), RATE)
    with pytest.raises(CommandError, match=words):
        import_tracks(tmp_path)


def test_at_least_one_process_is_needed(tmp_path):
    with pytest.raises(CommandError, match="at least 1"):
        call_command("import_tracks", tmp_path, processes=0)


def test_features_that_lack_a_later_part_get_it_by_index_tracks(imported):
    heard = TrackFeatures.objects.get(track__title="Ménage")
    expected, probabilities = bytes(heard.mfcc), heard.probabilities
    assert len(expected) == 4 * 40
    heard.mfcc = b""
    heard.save()
    with override_settings(MEDIA_ROOT=imported.media):
        call_command("index_tracks", stdout=StringIO(), stderr=StringIO())
    heard.refresh_from_db()
    assert (bytes(heard.mfcc), heard.probabilities) == (expected, probabilities)


# What came in changes, or lies elsewhere


@pytest.fixture
def heard(imported, settings) -> Imported:
    settings.MEDIA_ROOT = imported.media
    return imported


def test_each_track_that_lacks_something_is_listed(heard):
    said, _ = refused_in(heard.folder, verbose=True)
    start = said.index("  without genre:")
    listed = said[start:].splitlines()[1:5]
    assert [Path(line.strip()).name for line in listed] == ["b.flac", "c.mp3", "d.ogg", "e.wav"]


def test_a_folder_that_was_moved_keeps_its_tracks_and_its_table_counts(heard, tmp_path):
    track = Track.objects.get(title="d")
    Track.objects.filter(pk=track.pk).update(source="/gone/d.ogg")
    shutil.copy(heard.folder / "d.ogg", tmp_path / "moved.ogg")
    (tmp_path / "tracks.csv").write_text("file,title,artist,genre\nmoved.ogg,D,Ana,Rock\n")
    assert "1 description updated" in import_tracks(tmp_path)
    track.refresh_from_db()
    assert (track.title, track.source) == ("D", str(tmp_path / "moved.ogg"))


def test_tags_that_were_added_fill_what_was_empty_and_no_more(heard, tmp_path):
    Track.objects.filter(title="b").update(artist="Edited")
    file = FLAC(heard.folder / "b.flac")
    file.update({"title": "Seven steps", "artist": "Ana", "genre": "Rock"})
    file.save()
    said = import_tracks(heard.folder / "b.flac")
    track = Track.objects.get(source__endswith="b.flac")
    assert (track.title, track.artist, track.genre) == ("Seven steps", "Edited", "Rock")
    assert "artist “Ana”; the library keeps “Edited”" in said


def test_the_row_of_a_recording_that_is_there_already_is_told(heard, tmp_path):
    shutil.copy(heard.folder / "a.wav", tmp_path / "copy.wav")
    (tmp_path / "tracks.csv").write_text("file,title,artist,genre\ncopy.wav,Copy,Ana,Rock\n")
    said = import_tracks(tmp_path)
    assert "1 the same recording as another" in said
    assert "copy.wav: its file is the same recording as another, which keeps its own" in said


def test_links_out_of_the_folder_are_not_followed(heard, tmp_path):
    shutil.copy(heard.folder / "a.wav", tmp_path / "a.wav")
    (tmp_path / "inside.wav").symlink_to("a.wav")
    (tmp_path / "outside.flac").symlink_to(heard.folder / "b.flac")
    (tmp_path / "folder").symlink_to(heard.folder)
    (tmp_path / "nothing.mp3").symlink_to("nowhere.mp3")
    said, end = refused_in(tmp_path)
    assert end.startswith("3 not imported")
    assert f"{tmp_path / 'outside.flac'}: is a link that leads out of this folder" in said
    assert f"{tmp_path / 'folder'}: is a link that leads out" in said
    assert f"{tmp_path / 'nothing.mp3'}: is a link to nothing" in said
    assert "2 the same recording as another" in said


def test_a_table_further_down_is_told(heard, tmp_path):
    (tmp_path / "sub").mkdir()
    shutil.copy(heard.folder / "a.wav", tmp_path / "sub" / "a.wav")
    (tmp_path / "sub" / "tracks.csv").write_text("file,title,artist,genre\na.wav,A,B,Rock\n")
    said = import_tracks(tmp_path)
    assert "1 table not read" in said
    assert f"{tmp_path / 'sub' / 'tracks.csv'}: one table is read" in said


# One file, and what happens around it


def test_an_error_that_nobody_foresaw_is_one_files_refusal(imported, monkeypatch, tmp_path):
    def fail_at_one(samples: np.ndarray, rate: int) -> np.ndarray:
        if len(samples) == 7 * RATE:
            raise ZeroDivisionError("by nothing")
        return log_mel(samples, rate)

    monkeypatch.setattr("recommender.engine.hearing.log_mel", fail_at_one)
    soundfile.write(tmp_path / "bad.wav", tune(20, 7.0), RATE)
    soundfile.write(tmp_path / "good.wav", tune(21), RATE)
    said, _ = refused_in(tmp_path, processes=1)
    assert "bad.wav: An error that nobody foresaw ended the work on this file" in said
    assert "(ZeroDivisionError at test_import_tracks.py:" in said
    assert "1 new\n" in said


def test_what_the_database_refuses_of_one_file_is_that_files_refusal(
    imported, monkeypatch, tmp_path
):
    keep = services.keep_heard

    def refuse_one(track, *args):
        if track.title == "bad":
            raise DataError("value too long")
        return keep(track, *args)

    monkeypatch.setattr(services, "keep_heard", refuse_one)
    for seed, name in ((40, "bad"), (41, "good")):
        soundfile.write(tmp_path / f"{name}.wav", tune(seed), RATE)
    said, _ = refused_in(tmp_path, processes=1)
    assert "bad.wav: An error that nobody foresaw" in said
    assert "1 new\n" in said


def test_a_full_disk_stops_the_import_and_leaves_no_part_of_a_file(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "full"
    folder = tmp_path / "music"
    folder.mkdir()
    for seed in (30, 31):
        soundfile.write(folder / f"{seed}.wav", tune(seed), RATE)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(CommandError, match=r"takes no more files: File too large\. Free"):
            call_command("import_tracks", folder, verbosity=0, processes=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []
    assert not Track.objects.filter(source__startswith=str(folder)).exists()


def test_a_track_that_the_database_does_not_take_leaves_no_files(tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(services, "keep_heard", fail_to_write)
    soundfile.write(tmp_path / "a.wav", tune(32), RATE)
    with pytest.raises(CommandError, match="database can't be written: database or disk is full"):
        import_tracks(tmp_path)
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def fail_to_write(*args: object) -> None:
    raise OperationalError("database or disk is full")
