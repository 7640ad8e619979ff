from dataclasses import replace

import numpy as np
import pytest

from recommender.engine.params import COMMON, StrategyError
from recommender.engine.strategies import (
    STRATEGIES,
    Library,
    make_playlist,
)


def library(n=60, order=None, **changes):
    """Songs 100, 101 …, of two genres, three songs an artist, fingerprints unlike each other."""
    rng = np.random.default_rng(0)
    order = np.arange(n) if order is None else order
    fields = {
        "ids": np.arange(100, 100 + n),
        "probabilities": rng.dirichlet([0.5] * 3, n),
        "embeddings": rng.random((n, 16)).astype(np.float32),
        "mfccs": np.random.default_rng(1).normal(size=(n, 40)) * np.linspace(1, 90, 40),
        "genres": np.array(["Rock", "Classical"] * n)[:n],
        "artists": np.array([f"artist {i // 3}" for i in range(n)]),
        "fingerprints": rng.integers(1, 256, (n, 512), dtype=np.uint8),
    }
    fields = {name: np.asarray(changes.get(name, values))[order] for name, values in fields.items()}
    return Library(**fields, revision="r")


def ids(picks):
    return [pick.track_id for pick in picks]


def test_genre_space_gives_the_ten_nearest_in_order():
    songs = library()
    distances = np.linalg.norm(songs.probabilities - songs.probabilities[0], axis=1)
    picks = make_playlist(songs, 100, "genre_space", {}, seed=0)
    assert ids(picks) == (np.argsort(distances)[1:11] + 100).tolist()
    np.testing.assert_allclose([p.distance for p in picks], np.sort(distances)[1:11])


def test_embedding_gives_the_nearest_by_embedding_with_distances_in_the_genre_space():
    songs = library()
    near = np.argsort(np.linalg.norm(songs.embeddings - songs.embeddings[5], axis=1))[1:11]
    picks = make_playlist(songs, 105, "embedding", {}, seed=0)
    assert ids(picks) == (near + 100).tolist()
    expected = np.linalg.norm(songs.probabilities[near] - songs.probabilities[5], axis=1)
    np.testing.assert_allclose([p.distance for p in picks], expected)


def test_mfcc_gives_the_nearest_with_every_statistic_counting_alike():
    songs = library()
    scaled = songs.mfccs / songs.mfccs.std(axis=0)
    near = np.argsort(np.linalg.norm(scaled - scaled[7], axis=1))[1:11]
    assert ids(make_playlist(songs, 107, "mfcc", {}, seed=0)) == (near + 100).tolist()


def test_songs_without_mfccs_are_left_out_and_named_as_query():
    values = library().mfccs.copy()
    values[:20] = np.nan
    songs = library(mfccs=values)
    assert min(ids(make_playlist(songs, 130, "mfcc", {"length": 39}, 0))) == 120
    with pytest.raises(StrategyError, match="index_tracks"):
        make_playlist(songs, 100, "mfcc", {}, 0)


def test_a_statistic_that_never_varies_decides_nothing():
    flat = library().mfccs.copy()
    flat[:, 3] = 5.0
    assert len(make_playlist(library(mfccs=flat), 100, "mfcc", {}, 0)) == 10


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_diversity_is_the_strategys_own_order(strategy):
    songs = library()
    plain = make_playlist(songs, 100, strategy, {}, 5)
    assert make_playlist(songs, 100, strategy, {"diversity": 0.0}, 5) == plain
    assert make_playlist(songs, 100, strategy, {"diversity": 0}, 5) == plain


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_diversity_spreads_the_songs(strategy):
    songs = library(300)
    spaces = {"embedding": songs.embeddings, "mfcc": songs.timbres()}
    space = spaces.get(strategy, songs.probabilities)

    def spread(diversity):
        picks = ids(make_playlist(songs, 100, strategy, {"diversity": diversity}, 5))
        points = space[[songs.row(i) for i in picks]]
        return np.linalg.norm(points[:, None] - points[None], axis=2).mean()

    assert spread(0.9) > spread(0.0)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_diverse_playlists_are_the_same_whatever_the_order_of_rows(strategy):
    shuffled = library(order=np.random.default_rng(9).permutation(60))
    one = make_playlist(library(), 104, strategy, {"diversity": 0.5}, seed=7)
    assert make_playlist(shuffled, 104, strategy, {"diversity": 0.5}, seed=7) == one


def test_a_recording_comes_once_unless_wanted():
    prints = library().fingerprints.copy()
    near = ids(make_playlist(library(), 100, "genre_space", {}, 0))
    prints[near[1] - 100] = prints[near[0] - 100]
    songs = library(fingerprints=prints)
    once = ids(make_playlist(songs, 100, "genre_space", {}, 0))
    assert near[0] in once
    assert near[1] not in once
    assert ids(make_playlist(songs, 100, "genre_space", {"distinct": False}, 0)) == near


def test_same_genre_gives_only_the_querys_genre():
    songs = library()
    picks = make_playlist(songs, 100, "same_genre", {"length": 20}, seed=3)
    assert all(songs.genres[songs.row(i)] == "Rock" for i in ids(picks))


def test_random_reaches_the_whole_library():
    songs = library()
    heard = {i for seed in range(60) for i in ids(make_playlist(songs, 100, "random", {}, seed))}
    assert heard == set(range(101, 160))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_same_input_gives_same_playlist_whatever_the_order_of_rows(strategy):
    shuffled = library(order=np.random.default_rng(9).permutation(60))
    one = make_playlist(library(), 104, strategy, {}, seed=7)
    assert make_playlist(shuffled, 104, strategy, {}, seed=7) == one


@pytest.mark.parametrize("strategy", ["random", "same_genre"])
def test_seed_and_query_change_the_draw(strategy):
    songs = library()
    one = ids(make_playlist(songs, 100, strategy, {}, seed=1))
    assert ids(make_playlist(songs, 100, strategy, {}, seed=2)) != one
    assert ids(make_playlist(songs, 102, strategy, {}, seed=1)) != one


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_query_and_its_duplicates_are_left_out(strategy):
    prints = library().fingerprints.copy()
    prints[[8, 10, 12]] = prints[0]
    songs = library(fingerprints=prints)
    for seed in range(10):
        picks = ids(make_playlist(songs, 100, strategy, {"length": 26}, seed))
        assert not {100, 108, 110, 112} & set(picks)


def test_unknown_fingerprints_are_no_duplicates():
    songs = library(fingerprints=np.zeros((60, 512), np.uint8))
    assert len(make_playlist(songs, 100, "genre_space", {"length": 50}, 0)) == 50


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_at_most_so_many_songs_an_artist(strategy):
    songs = library()
    params = {"max_per_artist": 1, "length": 15}
    artists = [
        songs.artists[songs.row(i)] for i in ids(make_playlist(songs, 100, strategy, params, 0))
    ]
    assert len(set(artists)) == 15


def test_unknown_artists_are_not_limited():
    songs = library(artists=np.array([""] * 60))
    assert len(make_playlist(songs, 100, "random", {"max_per_artist": 1}, 0)) == 10


def test_ties_break_by_track_id():
    songs = library(probabilities=np.full((60, 3), 1 / 3), order=np.arange(60)[::-1])
    assert ids(make_playlist(songs, 103, "genre_space", {"length": 5}, 0)) == [
        100, 101, 102, 104, 105,
    ]  # fmt: skip


def test_a_far_search_goes_on_past_the_first_portion():
    artists = np.array(["one"] * 550 + [f"other {i}" for i in range(50)])
    probabilities = np.linspace([1, 0, 0], [0, 1, 0], 600)
    songs = library(600, artists=artists, probabilities=probabilities)
    picks = ids(make_playlist(songs, 100, "genre_space", {"max_per_artist": 1, "length": 3}, 0))
    assert picks == [101, 650, 651]


@pytest.mark.parametrize(
    ("query", "strategy", "params", "words"),
    [
        (100, "genre_space", {"length": 51}, "1 to 50"),
        (100, "genre_space", {"length": 0}, "1 to 50"),
        (100, "genre_space", {"length": "10"}, "whole number"),
        (100, "genre_space", {"length": True}, "whole number"),
        (100, "genre_space", {"lenght": 10}, "no setting lenght"),
        (100, "nearest", {}, "no strategy"),
        (100, "genre_space", {"diversity": 1.5}, "a number from 0 to 1"),
        (100, "genre_space", {"distinct": 1}, "true or false"),
        (999, "genre_space", {}, "not in the library"),
        (100, "same_genre", {"length": 40}, "Only 29 of 40"),
    ],
)
def test_what_cannot_be_made_is_said_in_plain_words(query, strategy, params, words):
    with pytest.raises(StrategyError, match=words):
        make_playlist(library(), query, strategy, params, 0)


def test_same_genre_needs_a_label():
    with pytest.raises(StrategyError, match="no genre label"):
        make_playlist(library(genres=np.array([""] * 60)), 100, "same_genre", {}, 0)


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=lambda s: s.name)
def test_every_strategy_is_described(strategy):
    assert strategy.rank.__doc__
    assert strategy.label
    assert set(COMMON) <= set(strategy.params)
    assert all(param.low <= param.default <= param.high for param in strategy.params)


def outside(songs, like, number=7, **changes):
    """A song from outside that sounds like one of the library, or differs from it as told."""
    return replace(songs.query(like), number=number, row=None, **changes)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_song_from_outside_gets_a_playlist_that_never_varies(strategy):
    songs, shuffled = library(), library(order=np.random.default_rng(1).permutation(60))
    query = outside(songs, 100, probabilities=np.array([0.2, 0.3, 0.5]))
    picks = make_playlist(songs, query, strategy, {"diversity": 0.3}, seed=7)
    assert make_playlist(shuffled, query, strategy, {"diversity": 0.3}, seed=7) == picks
    assert len(set(ids(picks))) == 10


@pytest.mark.parametrize("strategy", ["genre_space", "embedding", "mfcc"])
def test_a_song_from_outside_is_met_by_what_is_nearest(strategy):
    songs = library()
    query = outside(songs, 107, fingerprint=np.full(512, 9, np.uint8))
    assert ids(make_playlist(songs, query, strategy, {}, 0))[0] == 107


def test_the_same_recording_in_the_library_is_left_out_for_a_song_from_outside():
    songs = library()
    inside = ids(make_playlist(songs, 107, "genre_space", {}, 0))
    assert ids(make_playlist(songs, outside(songs, 107), "genre_space", {}, 0)) == inside


def test_the_genre_of_a_song_from_outside_is_compared_without_case():
    songs = library()
    query = outside(songs, 101, genre="rock")
    picks = make_playlist(songs, query, "same_genre", {}, 0)
    assert {songs.genres[songs.row(i)] for i in ids(picks)} == {"Rock"}
