from xml.etree import ElementTree

import numpy as np
import pytest

from recommender import space_chart
from recommender.engine.projection import plane_of
from recommender.scenes import Scene, Song

GENRES = ("Hip-Hop", "Classical", "<Rock & Roll>", "Folk", "Jazz")


def scene(k: int = 3, n_songs: int = 10, n_library: int = 50, alike: bool = False) -> Scene:
    rng = np.random.default_rng(3)
    points = np.full((200, k), 1 / k) if alike else rng.dirichlet(np.full(k, 0.5), 200)
    plane = plane_of(points)
    songs = [
        Song(f"<b>Song</b> {i} $x$", tuple(p), plane.at(p), 0.1)
        for i, p in enumerate(points[: n_songs + 1])
    ]
    library = plane.at(points[:n_library])
    return Scene(GENRES[:k], plane, songs[0], tuple(songs[1:]), library, 200)


SCENES = {
    "three genres": scene(),
    "five": scene(5),
    "two": scene(2),
    "one": scene(1),
    "all alike": scene(alike=True),
    "all alike, four genres": scene(4, alike=True),
    "one song": scene(n_songs=1),
    "fifty": scene(n_songs=50),
    "no library": scene(n_library=0),
}


def drawn(part, which: str) -> ElementTree.Element:
    return ElementTree.fromstring(part(SCENES[which]))


def positions(picture: ElementTree.Element) -> list[str]:
    return [text.text for text in picture.findall("text") if text.text.isdigit()]


@pytest.mark.parametrize("part", [space_chart.whole, space_chart.near])
@pytest.mark.parametrize("which", SCENES)
def test_the_picture_is_well_formed_and_described_without_style_or_script(part, which):
    picture = drawn(part, which)
    assert (picture.get("role"), bool(picture.get("aria-label"))) == ("img", True)
    parts = list(picture.iter())
    assert not [p for p in parts if "style" in p.attrib or p.tag in ("script", "style")]


@pytest.mark.parametrize("part", [space_chart.whole, space_chart.near])
@pytest.mark.parametrize("which", SCENES)
def test_every_mark_is_inside_the_picture(part, which):
    picture = drawn(part, which)
    for mark in picture.iter("circle"):
        assert 0 <= float(mark.get("cx")) <= space_chart.SIZE
        assert 0 <= float(mark.get("cy")) <= space_chart.SIZE
    for text in picture.iter("text"):
        assert 0 <= float(text.get("x")) <= space_chart.SIZE
        assert 0 <= float(text.get("y")) <= space_chart.SIZE


@pytest.mark.parametrize(("which", "n"), [("three genres", 10), ("one song", 1), ("fifty", 50)])
def test_every_song_has_its_position(which, n):
    assert positions(drawn(space_chart.near, which)) == [str(i) for i in range(1, n + 1)]


@pytest.mark.parametrize("which", ["three genres", "fifty", "all alike"])
def test_no_position_hides_another(which):
    texts = [t for t in drawn(space_chart.near, which).findall("text") if t.text.isdigit()]
    places = np.array([[float(t.get("x")), float(t.get("y"))] for t in texts])
    apart = np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2))
    assert apart[~np.eye(len(places), dtype=bool)].min() > 14


def test_the_picture_is_told_in_words():
    said = drawn(space_chart.whole, "three genres").get("aria-label")
    assert "space of Hip-Hop, Classical, <Rock & Roll>" in said
    assert "10. <b>Song</b> 10 $x$: " in said


def test_a_triangle_names_its_corners_and_no_axes():
    texts = [text.text for text in drawn(space_chart.whole, "three genres").findall("text")]
    assert texts == ["Hip-Hop", "Classical", "<Rock & Roll>"]


def test_components_say_their_share_of_the_variance():
    texts = [text.text for text in drawn(space_chart.whole, "five").findall("text")]
    first, second = SCENES["five"].plane.shares
    assert texts[:2] == [
        f"1st component: {first:.0%} of the variance",
        f"2nd component: {second:.0%} of the variance",
    ]


def test_the_caption_says_what_is_not_shown():
    assert "50 of 200, drawn at random" in space_chart.caption(SCENES["three genres"])
    shown = sum(SCENES["five"].plane.shares)
    assert f"show {shown:.0%} of the variance" in space_chart.caption(SCENES["five"])
