"""The pictures open, are the same for the same figures, and refuse what cannot be drawn."""

import io

import numpy as np
import pytest
from PIL import Image

from recommender.engine.evaluation import evaluate
from recommender.engine.figures import confusion_png, curves_png, reliability_png
from recommender.engine.training import Point


@pytest.fixture
def result():
    rng = np.random.default_rng(0)
    rows = rng.dirichlet(np.ones(4), 40)
    genres = ("Fado", "Polka", "Samba", "Tango")
    return evaluate([str(i) for i in range(40)], [*genres] * 10, rows, genres)


@pytest.mark.parametrize("draw", [confusion_png, reliability_png])
def test_an_evaluation_is_drawn_the_same_each_time(draw, result):
    picture = draw(result)
    assert Image.open(io.BytesIO(picture)).size[0] > 300
    assert draw(result) == picture


def test_curves_are_drawn_for_every_member():
    points = [Point(m, s, 1 / s, 0.5 + 0.1 * m) for m in range(3) for s in (1, 2, 3)]
    assert Image.open(io.BytesIO(curves_png(points))).size == (1080, 432)


def test_no_curve_is_refused():
    with pytest.raises(ValueError, match="no learning curve"):
        curves_png([])
