from xml.etree import ElementTree

import pytest

from recommender import charts

GENRES = ["Hip-Hop", "Classical", "<Rock & Roll>"]
SVG = "{http://www.w3.org/2000/svg}"

MADE = {
    "composition": charts.composition(GENRES, [0.2, 0.7, 0.1]),
    "sparkbar": charts.sparkbar(GENRES, [0.2, 0.7, 0.1]),
    "spectrogram": charts.spectrogram("/a?b=1&c=2", 30.0),
    "distances": charts.distances([0.0, 0.125, 0.25]),
    "no distances": charts.distances([]),
}


@pytest.mark.parametrize("name", MADE)
def test_a_chart_is_well_formed_and_described_in_words(name):
    picture = ElementTree.fromstring(MADE[name])
    assert picture.get("role") == "img"
    assert picture.get("aria-label")


@pytest.mark.parametrize("name", MADE)
def test_a_chart_needs_no_style_and_no_script(name):
    parts = list(ElementTree.fromstring(MADE[name]).iter())
    assert not [part for part in parts if "style" in part.attrib or part.tag == "script"]


@pytest.mark.parametrize("make", [charts.composition, charts.sparkbar])
def test_the_bars_are_as_long_as_their_shares(make):
    bars = ElementTree.fromstring(make(GENRES, [0.2, 0.7, 0.1])).findall("rect")
    widths = [float(bar.get("width")) for bar in bars]
    assert widths[1] / widths[0] == pytest.approx(3.5)
    assert len({bar.get("fill") for bar in bars}) == 3


def test_a_composition_says_its_shares_in_words():
    picture = ElementTree.fromstring(MADE["composition"])
    assert "Hip-Hop 20.0%, Classical 70.0%, <Rock & Roll> 10.0%" in picture.get("aria-label")


def test_distances_are_said_by_position():
    picture = ElementTree.fromstring(MADE["distances"])
    assert "1: 0.000, 2: 0.125, 3: 0.250" in picture.get("aria-label")


def test_equal_distances_make_equal_bars():
    bars = ElementTree.fromstring(charts.distances([0.3, 0.3])).findall("rect")
    assert bars[0].get("height") == bars[1].get("height")


def test_a_share_for_every_genre_is_needed():
    with pytest.raises(ValueError, match="shorter"):
        charts.composition(GENRES, [0.5, 0.5])
