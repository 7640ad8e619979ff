"""Strategies compared without participants, on libraries made for the purpose."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import pytest

from analysis.offline import design as designs
from analysis.offline.columns import METRICS, OFFLINE
from analysis.offline.design import Condition, Design, NothingToEvaluate, stratified
from analysis.offline.figure import forest
from analysis.offline.files import write
from analysis.offline.playlists import failures, measured_playlists
from analysis.offline.tables import offline
from analysis.offline.words import described, printed
from analysis.stats.offline import COVERAGE
from recommender.engine.strategies import STRATEGIES, Library, make_playlist
from recommender.learned import Learned
from recommender.models import GenreModel

MODEL = GenreModel(pk=1, name="m", version="v1", genres=["a", "b", "c"])


def make_library(genres: Sequence[str], artists: Sequence[str] = ()) -> Library:
    n, rng = len(genres), np.random.default_rng(0)
    return Library(
        ids=np.arange(1, n + 1),
        probabilities=rng.dirichlet([0.3] * 3, n),
        embeddings=rng.random((n, 4)),
        mfccs=rng.random((n, 40)),
        genres=tuple(genres),
        artists=tuple(artists) or tuple(f"artist {i % 7}" for i in range(n)),
        fingerprints=np.zeros((n, 512), np.uint8),
        revision="r1",
    )


def make_design(
    library: Library, *names: str, queries: Sequence[int] = (), **params: object
) -> Design:
    conditions = [one for one in designs.of_strategies(params) if not names or one.name in names]
    asked = queries or library.ids.tolist()
    return Design(MODEL, library, conditions, asked, conditions[-1].name, 1)


def evaluated(of: Design) -> pd.DataFrame:
    return offline(of, measured_playlists(of))


def only(table: pd.DataFrame, metric: str, source: str = "metadata") -> pd.DataFrame:
    """The rows of a metric over all query songs, by condition."""
    rows = table[(table["metric"] == metric) & (table["group_by"] == "all")]
    if metric != COVERAGE:
        rows = rows[rows["label_source"] == source]
    return rows.set_index("condition")


@pytest.fixture(scope="module", autouse=True)
def few_resamples() -> Iterator[None]:
    """What the tables hold does not hang on how exact the intervals are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.stats.bootstrap.RESAMPLES", 199)
        yield


@pytest.fixture(scope="module")
def mixed() -> Design:
    return make_design(make_library(["Rock", "Jazz", "rock "] * 10), length=4)


@pytest.fixture(scope="module")
def playlists(mixed: Design) -> pd.DataFrame:
    return measured_playlists(mixed)


@pytest.fixture(scope="module")
def table(mixed: Design, playlists: pd.DataFrame) -> pd.DataFrame:
    return offline(mixed, playlists)


# query songs


def test_every_genre_has_its_share_of_the_query_songs():
    songs = dict(enumerate(["a"] * 60 + ["b"] * 30 + ["c"] * 10))
    drawn = stratified(songs, 20, seed=1)
    assert Counter(songs[pk] for pk in drawn) == {"a": 12, "b": 6, "c": 2}
    assert drawn == sorted(set(drawn))


def test_largest_remainders_make_the_number_whole():
    songs = dict(enumerate(["a"] * 5 + ["b"] * 3 + ["c"] * 2))
    assert [len(stratified(songs, n, 1)) for n in range(1, 11)] == list(range(1, 11))


def test_the_seed_says_which_query_songs():
    songs = dict.fromkeys(range(100), "a")
    assert stratified(songs, 9, 1) == stratified(songs, 9, 1) != stratified(songs, 9, 2)


@pytest.mark.parametrize("n", [None, 3, 4])
def test_all_songs_where_there_are_no_more(n: int | None):
    assert stratified({3: "a", 1: "b", 2: ""}, n, 1) == [1, 2, 3]


# conditions


def test_it_is_known_what_every_strategy_chooses_by():
    known = {name: set(one.chooses_by) for name, one in STRATEGIES.items()}
    assert known == {
        "genre_space": {"cnn"},
        "embedding": {"cnn"},
        "mfcc": set(),
        "same_genre": {"metadata"},
        "random": set(),
    }


@pytest.mark.parametrize(
    ("strategy", "params", "metric", "source", "circular"),
    [
        ("genre_space", {}, "cohesion_genre_pair", "cnn", True),
        ("genre_space", {}, "cohesion_genre_pair", "metadata", False),
        ("same_genre", {}, "cohesion_genre_pair", "metadata", True),
        ("same_genre", {}, "diversity", "cnn", False),
        ("random", {}, "cohesion_artist_pair", "metadata", False),
        ("same_genre", {}, "cohesion_artist_pair", "metadata", False),
        ("random", {"max_per_artist": 2}, "cohesion_artist_pair", "metadata", True),
        ("random", {"diversity": 0.5}, "diversity", "cnn", True),
        ("mfcc", {"diversity": 0.5}, "diversity", "cnn", False),
        ("genre_space", {}, COVERAGE, "", False),
    ],
)
def test_what_is_measured_by_what_was_chosen_by_is_circular(
    strategy: str, params: dict[str, object], metric: str, source: str, circular: bool
):
    values = {"max_per_artist": 0, "diversity": 0.0, **params}
    assert Condition("x", strategy, values).circular(metric, source) is circular


@pytest.mark.parametrize("params", [{"length": 0}, {"diversity": 2.0}, {"tempo": 1}])
def test_parameters_that_no_strategy_takes_are_refused(params: dict[str, object]):
    with pytest.raises(NothingToEvaluate, match="“genre_space”"):
        designs.of_strategies(params)


# playlists


def test_playlists_are_those_that_a_participant_would_get(mixed: Design, playlists: pd.DataFrame):
    of_query = (playlists["strategy"] == "mfcc") & (playlists["query"] == 7)
    row = playlists[of_query].iloc[0]
    picks = make_playlist(mixed.library, 7, "mfcc", {"length": 4}, mixed.seed)
    assert row["tracks"] == " ".join(str(pick.track_id) for pick in picks)


def test_a_playlist_has_a_row_for_each_label_source(playlists: pd.DataFrame):
    assert len(playlists) == 5 * 30 * 2
    assert set(playlists["label_source"]) == {"metadata", "cnn"}


def test_playlists_that_cannot_be_made_are_counted_with_the_reason():
    of = make_design(make_library(["Rock"] * 8 + [""] * 2), "same_genre", "random", length=4)
    rows = measured_playlists(of)
    (failed,) = failures(rows).to_dict("records")
    assert (failed["condition"], failed["n"]) == ("same_genre", 2)
    assert "no genre label" in failed["reason"]
    assert rows.loc[rows["status"] != "ok", "cohesion_genre_pair"].isna().all()


def test_progress_is_told_a_playlist():
    of, told = make_design(make_library(["Rock"] * 6), length=2), []
    measured_playlists(of, lambda: told.append(1))
    assert len(told) == 5 * 6


# the table


def test_every_metric_source_group_and_condition_has_a_row(table: pd.DataFrame):
    measured = sum(len(metric.label_sources) for metric in METRICS) + 1
    # All query songs, jazz and rock; labels are compared without case and spaces.
    assert len(table) == measured * 5 * 3
    assert set(table["query_genre"]) == {"all", "jazz", "rock"}
    assert list(table.columns) == [column.name for column in OFFLINE]


def test_means_are_those_of_the_playlists(playlists: pd.DataFrame, table: pd.DataFrame):
    of = playlists[(playlists["condition"] == "mfcc") & (playlists["label_source"] == "cnn")]
    assert only(table, "diversity", "cnn").loc["mfcc", "mean"] == pytest.approx(
        of["diversity"].mean()
    )


def test_by_query_genre_only_its_query_songs_count(table: pd.DataFrame):
    counted = table.drop_duplicates(["group_by", "query_genre"])["n_queries"]
    assert list(counted) == [30, 10, 20]


def test_random_playlists_are_at_the_level_of_chance():
    table = evaluated(make_design(make_library(["Rock", "Jazz", "Rock", ""] * 50), "random"))
    for metric in ("cohesion_genre_pair", "cohesion_genre_query", "entropy_bits", "diversity"):
        source = "cnn" if metric == "diversity" else "metadata"
        row = only(table, metric, source).loc["random"]
        # Four standard errors.
        assert abs(row["mean"] - row["chance"]) < 4 * row["sd"] / math.sqrt(row["n_queries"])


def test_chance_of_coverage_needs_no_drawing():
    row = only(evaluated(make_design(make_library(["x"] * 300), "random")), COVERAGE).loc["random"]
    assert row["mean"] == pytest.approx(row["chance"], abs=0.01)


def test_genre_entropy_without_two_known_genres_is_missing_not_zero():
    row = only(evaluated(make_design(make_library([""] * 20), length=3)), "entropy_bits").iloc[0]
    assert math.isnan(row["mean"])
    assert row["status"] == "not_estimable: no playlist with two songs that have a known label"


def test_one_genre_has_no_normalised_entropy():
    table = evaluated(make_design(make_library(["x"] * 20), length=3))
    row = only(table, "entropy_normalised").loc["random"]
    assert row["status"] == "not_estimable: fewer than two genres in the library"
    assert only(table, "cohesion_genre_pair").loc["random", "chance"] == 1


def test_a_library_smaller_than_a_playlist_leaves_rows_that_say_so():
    table = evaluated(make_design(make_library(["x"] * 5)))
    assert (table["n_failed"] == 5).all()
    assert table["mean"].isna().all()
    assert table["status"].str.startswith("not_estimable: no").all()


def test_one_query_song_has_means_without_intervals(mixed: Design):
    table = evaluated(make_design(mixed.library, queries=[1], length=4))
    row = only(table, "diversity", "cnn").loc["mfcc"]
    assert row["mean"] > 0
    assert row["status"] == "not_estimable: one query song has a value"


# words, figure, files


def test_the_printed_table_marks_what_is_circular(table: pd.DataFrame):
    lines = printed(table)
    start = lines.index("cohesion_genre_pair (from: metadata)")
    assert any(line.startswith("  same_genre*") for line in lines[start : start + 7])
    assert any(line.startswith("  genre_space ") for line in lines[start : start + 7])


def test_what_the_network_was_taught_is_not_shown_as_a_finding(mixed: Design):
    learned = Learned("m (v1)", 30, dict.fromkeys(range(1, 16), "training"), stated=True)
    of = replace(mixed, learned=learned, queries=mixed.queries[:6])
    playlists = measured_playlists(of)
    assert playlists["n_learned"].between(0, 4).all()
    table = evaluated(of)
    labelled, space = (only(table, m, s)["learned_share"] for m, s in (
        ("cohesion_genre_pair", "metadata"), ("diversity", "cnn")
    ))  # fmt: skip
    made = playlists.drop_duplicates(["condition", "query"]).groupby("condition")
    shares = made["n_learned"].sum() / made["n_tracks"].sum()
    assert labelled["genre_space"] == space["genre_space"] == shares["genre_space"] > 0
    assert math.isnan(labelled["random"])
    assert space["random"] == shares["random"]
    lines = printed(table)
    start = lines.index("cohesion_genre_pair (from: metadata)")
    assert any(line.startswith("  genre_space† ") for line in lines[start : start + 7])
    assert "the network learned from some of these songs" in lines[-1]


def test_a_model_that_does_not_say_what_it_learned_from_leaves_the_share_empty(table: pd.DataFrame):
    assert table["learned_share"].isna().all()


def test_the_figures_text_says_what_its_panels_show(table: pd.DataFrame):
    said = described(table)
    titles = [axes.get_title().capitalize() for axes in forest(table).axes]
    assert [line.partition(":")[0] for line in said.splitlines()[1:]] == titles
    assert "n = 30 of 7 artists, chance" in said


def test_chance_is_drawn_beside_the_mean_and_not_through_it(table: pd.DataFrame):
    for axes in forest(table).axes:
        means, chances = ([set(one.get_ydata()) for one in axes.lines if one.get_marker() == mark]
                          for mark in ("o", "v"))  # fmt: skip
        assert means
        assert not set().union(*means) & set().union(*chances)


ODD_NAME = "=1+$x$<b>&"


def write_files(folder: Path) -> list[Path]:
    of = make_design(make_library(["Rock", "Jazz"] * 5), "mfcc", "random", length=4)
    odd = Condition(ODD_NAME, "random", of.conditions[0].params)
    of = replace(of, conditions=[*of.conditions, odd], queries=[1, 2, 3])
    playlists = measured_playlists(of)
    return write(of, playlists, offline(of, playlists), folder).files


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_files(tmp_path_factory.mktemp("offline"))


def test_the_same_library_and_design_give_the_same_bytes(files: list[Path], tmp_path: Path):
    again = write_files(tmp_path)
    assert len(again) == 7
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in again]


def test_the_picture_holds_its_text(files: list[Path]):
    by_suffix = {file.suffix: file for file in files}
    svg, text = (by_suffix[suffix].read_text("utf-8") for suffix in (".svg", ".txt"))
    assert 'role="img"' in svg
    assert escape(text) in svg


def test_names_of_conditions_are_text_everywhere(files: list[Path]):
    by_name = {file.name: file for file in files}
    assert f"'{ODD_NAME},random" in by_name["offline.csv"].read_text("utf-8")
    assert "<b>" not in by_name["offline.svg"].read_text("utf-8")
