"""Pictures as files, and the commands that draw them."""

import shutil
import warnings
from xml.etree import ElementTree

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from recommender import figures, services
from recommender.models import Playlist, Track
from tests.conftest import DEMO_LIBRARY
from tests.recommender.test_space_chart import SCENES


@pytest.fixture
def playlist(library) -> Playlist:
    playlist = services.request_playlist(library[30], strategy="genre_space", params={}, seed=1)
    services.build_playlist(playlist.pk)
    return playlist


@pytest.fixture
def track(library) -> Track:
    shutil.copy(next(DEMO_LIBRARY.glob("rock-*.mp3")), library[0].file.path)
    return library[0]


def draw(command: str, pk: int, folder) -> list[str]:
    call_command(command, pk, "--out", folder)
    return sorted(file.name for file in folder.iterdir())


@pytest.mark.parametrize("which", SCENES)
def test_every_scene_can_be_drawn_without_a_warning(which, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures.save(figures.space(SCENES[which]), tmp_path, "space")
        figures.save(figures.distances(SCENES[which]), tmp_path, "distances")


@pytest.mark.django_db
def test_a_playlist_is_drawn_as_svg_and_png(playlist, tmp_path):
    assert draw("draw_playlist", playlist.pk, tmp_path / "new") == [
        f"playlist-{playlist.pk}-{name}.{kind}"
        for name in ("distances", "space")
        for kind in ("png", "svg")
    ]
    for file in (tmp_path / "new").glob("*.svg"):
        assert ElementTree.parse(file).getroot().tag.endswith("svg")
    for file in (tmp_path / "new").glob("*.png"):
        assert Image.open(file).width > 1000


@pytest.mark.django_db
def test_the_same_playlist_gives_the_same_bytes(playlist, tmp_path):
    for folder in ("a", "b"):
        draw("draw_playlist", playlist.pk, tmp_path / folder)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


@pytest.mark.django_db
def test_a_track_is_drawn_with_its_composition_and_spectrogram(track, tmp_path):
    assert draw("draw_track", track.pk, tmp_path / "new") == [
        f"track-{track.pk}-{name}.{kind}"
        for name in ("composition", "spectrogram")
        for kind in ("png", "svg")
    ]


def test_a_spectrogram_has_seconds_and_hertz():
    axes = figures.spectrogram(np.full((128, 862), -40.0), "title").axes[0]
    assert axes.get_xlim()[1] == pytest.approx(10.0, abs=0.02)
    assert [tick.get_text() for tick in axes.get_yticklabels()][:2] == ["250", "1,000"]


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["draw_playlist", "draw_track"])
def test_what_does_not_exist_is_said_so(command, tmp_path):
    with pytest.raises(CommandError, match=r"There is no .* 99"):
        draw(command, 99, tmp_path)


def test_a_playlist_without_songs_is_refused_with_the_reason(library, tmp_path):
    asked = services.request_playlist(library[0], strategy="random", params={"length": 40}, seed=1)
    services.build_playlist(asked.pk)
    with pytest.raises(CommandError, match=r"it is failed. Only 35 of 40 songs"):
        draw("draw_playlist", asked.pk, tmp_path)


def test_a_track_that_was_not_heard_is_refused_with_what_to_do(track, tmp_path):
    track.features.all().delete()
    with pytest.raises(CommandError, match=r"run manage.py index_tracks"):
        draw("draw_track", track.pk, tmp_path)


def test_a_file_that_is_no_sound_is_refused(library, tmp_path):
    with pytest.raises(CommandError, match="can't be read"):
        draw("draw_track", library[0].pk, tmp_path)


def test_a_folder_that_can_not_be_written_is_named(playlist, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="can't be written to"):
        draw("draw_playlist", playlist.pk, tmp_path / "file" / "folder")


def test_a_long_title_is_drawn_whole(tmp_path):
    title = (
        "Konzert für zwei Klaviere, Streicher und Orgelpunkt in es-Moll, zweiter Satz (live 2019)"
    )
    drawn = figures.composition(["Rock"], [1.0], title, "a model")
    figures.save(drawn, tmp_path, "composition")
    (axes,) = drawn.axes
    assert axes.get_title().replace("\n", " ") == title
    ends = axes.title.get_window_extent()
    assert drawn.bbox.x0 <= ends.x0
    assert ends.x1 <= drawn.bbox.x1
