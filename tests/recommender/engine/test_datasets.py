import numpy as np
import pytest

from recommender.engine.datasets import DataError, Wanted, normal_genre, read

from .conftest import tune

GENRES = ("Hip-Hop", "Classical", "Rock")


def archive(folder, name, ids, columns=128, dtype=np.uint8):
    images = np.random.default_rng(0).integers(0, 256, (len(ids), 128, columns)).astype(dtype)
    np.savez(folder / f"{name}.npz", X=images, ids=np.array(ids))


@pytest.mark.parametrize("name", ["hiphop", "Hip-Hop", "hip_hop", "HIP HOP"])
def test_hip_hop_is_known_however_it_is_spelled(name):
    assert normal_genre(name) == "Hip-Hop"


def test_other_genres_are_capitalised():
    assert [normal_genre(n) for n in ("rock", "new_wave", "R&B")] == ["Rock", "New Wave", "R&b"]


def test_archives_take_their_genre_from_the_name(tmp_path):
    archive(tmp_path, "fma_hiphop", ["000002", "000005", "009999"])
    archive(tmp_path, "gtzan_rock", ["rock.00000"], columns=256)
    clips = read(tmp_path).clips
    assert [(c.name, c.genre) for c in clips] == [
        ("fma_hiphop/000002", "Hip-Hop"),
        ("fma_hiphop/000005", "Hip-Hop"),
        ("fma_hiphop/009999", "Hip-Hop"),
        ("rock.00000", "Rock"),
    ]
    assert [c.grids.shape for c in clips] == [(1, 64, 128)] * 3 + [(2, 64, 128)]


def test_neighbouring_fma_ids_are_one_group(tmp_path):
    archive(tmp_path, "fma_hiphop", ["000002", "000005", "009999"])
    one, two, far = (clip.group for clip in read(tmp_path).clips)
    assert one == two != far


def test_halves_of_a_track_are_one_group_and_an_artist_too(tmp_path):
    archive(tmp_path, "emotify_rock", ["1_0", "1_1", "2_0"])
    groups = [clip.group for clip in read(tmp_path).clips]
    assert groups[0] == groups[1] != groups[2]
    known = {"emotify-rock-1": "A", "emotify-rock-2": "A"}
    assert {clip.group for clip in read(tmp_path, Wanted(artists=known)).clips} == {"A"}


def test_one_archive_can_be_read_alone(tmp_path):
    archive(tmp_path, "gtzan_rock", ["rock.00000"])
    assert len(read(tmp_path / "gtzan_rock.npz").clips) == 1


def test_only_picks_archives_by_name(tmp_path):
    archive(tmp_path, "fma_rock", ["000002"])
    archive(tmp_path, "gtzan_rock", ["rock.00000"])
    assert [c.source for c in read(tmp_path, Wanted("gtzan_*")).clips] == ["gtzan_rock"]


def test_genres_that_are_not_wanted_are_listed(tmp_path):
    archive(tmp_path, "gtzan_rock", ["rock.00000"])
    archive(tmp_path, "gtzan_jazz", ["jazz.00000", "jazz.00001"])
    found = read(tmp_path, Wanted(genres=GENRES))
    assert [c.genre for c in found.clips] == ["Rock"]
    assert found.skipped == [("Jazz", "2 clips of a genre that is not wanted")]


def test_known_duplicates_of_gtzan_count_once(tmp_path):
    archive(tmp_path, "gtzan_hiphop", ["hiphop.00039", "hiphop.00045", "hiphop.00078"])
    found = read(tmp_path)
    assert [c.name for c in found.clips] == ["hiphop.00039", "hiphop.00078"]
    assert found.skipped == [("hiphop.00045", "the same recording as hiphop.00039, counted once")]


def test_audio_named_as_in_gtzan(write, tmp_path):
    write("genres/hiphop.00001.wav")
    write("genres/rock.00002.mp3")
    clips = read(tmp_path / "genres").clips
    assert [(c.name, c.genre) for c in clips] == [
        ("hiphop.00001", "Hip-Hop"),
        ("rock.00002", "Rock"),
    ]
    assert clips[0].grids.shape[:2] == (4, 64)


def test_audio_in_one_folder_a_genre(write, tmp_path):
    write("genres/hip hop/one.wav")
    write("genres/rock/rock.00000.flac")
    clips = read(tmp_path).clips
    assert [(c.name, c.genre) for c in clips] == [
        ("genres/hip hop/one.wav", "Hip-Hop"),
        ("rock.00000", "Rock"),
    ]


def test_audio_is_grouped_by_artist_where_known(write, tmp_path):
    write("rock/one.wav")
    write("rock/two.wav", tune(seed=1))
    groups = [clip.group for clip in read(tmp_path, Wanted(artists={"one": "The Band"})).clips]
    assert groups == ["The Band", "rock/two.wav"]


def test_unreadable_files_are_listed_with_the_reason(write, tmp_path):
    write("rock/good.wav")
    (tmp_path / "rock" / "bad.wav").write_bytes(b"")
    archive(tmp_path / "rock", "not_counted", ["1"])
    found = read(tmp_path)
    assert [c.name for c in found.clips] == ["rock/good.wav"]
    assert found.skipped[0][0] == "rock/bad.wav"
    assert "empty" in found.skipped[0][1]


def test_archives_of_another_kind_are_listed(tmp_path):
    archive(tmp_path, "gtzan_rock", ["rock.00000"])
    archive(tmp_path, "a_rock", ["1"], columns=100)
    archive(tmp_path, "b_rock", ["1"], dtype=np.float32)
    (tmp_path / "c_rock.npz").write_bytes(b"PK\x03\x04 not really")
    np.savez(tmp_path / "d_rock.npz", Y=np.zeros(3))
    found = read(tmp_path)
    assert [name for name, _ in found.skipped] == [f"{c}_rock.npz" for c in "abcd"]


@pytest.mark.parametrize("name", ["missing", "empty", "bad"])
def test_nothing_to_read_is_said(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "rock.00000.wav").write_text("no sound")
    with pytest.raises(DataError, match=r"no file or folder|nothing to read|looks like text"):
        read(tmp_path / name)


def test_sound_and_its_archived_image_give_nearly_the_same_grid():
    """The image is drawn as the archives were: the spectrogram stretched to 128 sampled columns."""
    from recommender.engine.features import from_image, from_levels
    from recommender.engine.mel import log_mel

    samples = tune(30)
    levels = log_mel(samples, 44_100)
    at = ((np.arange(128) + 0.375) * levels.shape[1] / 128).astype(int)
    image = np.rint((1 + levels[:, at] / 80) * 255).astype(np.uint8)
    drawn, heard = from_image(image, 22_050)[0], from_levels(levels)
    likeness = [np.corrcoef(drawn.ravel(), phase.ravel())[0, 1] for phase in heard]
    assert likeness[1] == max(likeness) > 0.97


def test_short_clips_are_repeated_to_a_whole_crop():
    from recommender.engine.features import channels, crops, from_levels
    from recommender.engine.mel import log_mel

    cut = crops(from_levels(log_mel(tune(5), 44_100)))
    assert cut.shape == (4, 64, 64)
    np.testing.assert_array_equal(cut[:, :, 21:42], cut[:, :, :21])
    assert np.isfinite(channels(cut)).all()
