"""The blockwise likelihood against the same by matrices of the size ratings × ratings."""

import numpy as np
import pytest

from analysis.stats.blocks import Arrangement, Term, arrange
from analysis.stats.likelihood import Evaluation, evaluate

N = 120
RNG = np.random.default_rng(1)
PERSON, TRACK, GENRE = (RNG.integers(0, levels, N) for levels in (9, 30, 3))
PLAYLIST = np.unique(3 * PERSON + RNG.integers(0, 3, N), return_inverse=True)[1]
X, Y = np.column_stack([np.ones(N), RNG.normal(size=N)]), RNG.normal(size=N)
EFFECTS = np.column_stack([np.ones(N), RNG.normal(size=N)])
CODES = {"person": PERSON, "track": TRACK, "genre": GENRE, "playlist": PLAYLIST}
CASES = [
    ({}, None),
    ({"person": 0.7}, None),
    ({"person": 0.7, "playlist": 0.3}, None),
    ({"person": 0.7, "track": 0.5, "playlist": 0.3}, None),
    ({"person": 0.7, "track": 0.0, "genre": 0.4, "playlist": 0.0}, None),
    ({"person": [[0.7, 0.0], [-0.2, 0.4]], "track": 0.5, "playlist": 0.3}, EFFECTS),
]


def blockwise(scales: dict, effects: np.ndarray | None) -> tuple[Arrangement, Evaluation]:
    terms = [Term(name, CODES[name], CODES[name].max() + 1) for name in scales]
    found = arrange(Y, X, terms, effects)
    return found, evaluate(found, [np.atleast_2d(scales[name]) for name in found.names])


def designs(name: str, effects: np.ndarray | None) -> list[np.ndarray]:
    """The columns of each level of a term."""
    varying = effects if name == "person" and effects is not None else np.ones((N, 1))
    return [varying * (CODES[name] == level)[:, None] for level in range(CODES[name].max() + 1)]


def dense(scales: dict, effects: np.ndarray | None) -> np.ndarray:
    v = np.eye(N)
    for name, scale in scales.items():
        for z in designs(name, effects):
            v += z @ np.atleast_2d(scale) @ np.atleast_2d(scale).T @ z.T
    return v


@pytest.mark.parametrize(("scales", "effects"), CASES)
def test_the_likelihood_is_the_one_by_whole_matrices(scales: dict, effects: np.ndarray | None):
    _, found = blockwise(scales, effects)
    v = dense(scales, effects)
    precision = X.T @ np.linalg.solve(v, X)
    beta = np.linalg.solve(precision, X.T @ np.linalg.solve(v, Y))
    assert found.log_v == pytest.approx(np.linalg.slogdet(v)[1], abs=1e-10)
    assert found.precision == pytest.approx(precision, abs=1e-10)
    assert found.beta == pytest.approx(beta, abs=1e-10)
    rest = Y - X @ beta
    assert found.residual == pytest.approx(rest @ np.linalg.solve(v, rest), abs=1e-10)


@pytest.mark.parametrize(("scales", "effects"), CASES)
def test_what_derivatives_are_made_of_is_too(scales: dict, effects: np.ndarray | None):
    arrangement, found = blockwise(scales, effects)
    v = dense(scales, effects)
    rest = np.linalg.solve(v, Y - X @ found.beta)
    for name, moments in zip(arrangement.names, found.moments, strict=True):
        own = designs(name, effects)
        spreads = [z.T @ np.linalg.solve(v, X) for z in own]
        assert moments.trace == pytest.approx(sum(z.T @ np.linalg.solve(v, z) for z in own))
        assert moments.spread == pytest.approx(sum(np.einsum("ia,jb->ijab", s, s) for s in spreads))
        assert moments.pull == pytest.approx(sum(np.outer(z.T @ rest, z.T @ rest) for z in own))


def test_what_is_nested_in_the_blocks_leaves_only_tracks_for_the_dense_matrix():
    found, _ = blockwise({"person": 0.7, "genre": 0.5, "playlist": 0.3}, None)
    assert found.inner == ("person", "playlist")
    assert found.width == 3


def test_of_terms_nested_in_each_other_the_dense_matrix_has_the_finest_only():
    found, _ = blockwise({"person": 0.7, "track": 0.5, "playlist": 0.3}, None)
    assert found.inner == ("track",)
    assert found.width == PLAYLIST.max() + 1  # and not with as many columns as people, too


def test_the_term_with_more_levels_is_eliminated_in_blocks():
    found, _ = blockwise({"genre": 0.7, "track": 0.5}, None)
    assert found.inner == ("track",)
    assert found.width == 3


def test_a_site_of_many_participants_is_no_owner_of_blocks():
    person = np.arange(N) // 2
    terms = [Term("site", person % 2, 2), Term("person", person, 60), Term("track", TRACK, 30)]
    assert arrange(Y, X, terms).inner == ("person",)
