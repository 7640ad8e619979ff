"""Figures from small tables typed here: what they show, say, and become as files."""

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from analysis import figures
from analysis.data import codebook
from analysis.figures import Figure, paper
from analysis.figures.metric import _jittered
from analysis.figures.pairs import mean_difference
from analysis.figures.points import sides
from analysis.figures.words import clean, file_name, metric_in_words, number, wrapped
from analysis.stats.describe import describe, likert_distribution

Draw = Callable[[bool], Figure | None]
GENRES = ("Hip-Hop", "Classical", "Rock")
# A condition's name is letters, digits and dashes; whatever comes is drawn as it is.
SYSTEM, CHANCE = "system", "<b>$x^2$ & chance"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True, scope="module")
def quick() -> Iterator[None]:
    """What a figure shows does not hang on how exact its intervals are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.stats.bootstrap.RESAMPLES", 99)
        patch.setattr("analysis.figures.band.RESAMPLES", 99)
        yield


def ratings() -> pd.DataFrame:
    """Four participants who each had both conditions, three tracks a playlist."""
    liking = {SYSTEM: [[5, 4, 4], [4, 4, 3], [3, 5, 4], [4, 2, 3]],
              CHANCE: [[3, 2, 1], [2, 4, 2], [1, 3, 3], [4, np.nan, 4]]}  # fmt: skip
    rows = [
        (
            f"P{who}",
            condition,
            10 * who + (condition == CHANCE),
            at + 1,
            value,
            0.1 * at + 0.01 * who,
        )
        for condition, given in liking.items()
        for who, values in enumerate(given)
        for at, value in enumerate(values)
    ]
    columns = ["participant_id", "condition", "playlist_id", "position", "liking", "distance"]
    return pd.DataFrame(rows, columns=columns)


def playlists() -> pd.DataFrame:
    means = ratings().groupby(["participant_id", "condition", "playlist_id"], as_index=False)
    cohesion = [0.2, 1.0, 0.4, 0.8, 0.3, 0.9, 0.2, 1.0]
    return means["liking"].mean().assign(cohesion_genre_pair=cohesion)


def correlations() -> pd.DataFrame:
    none = (np.nan, np.nan, np.nan, "not_estimable: it does not vary")
    rows = [("pooled", "", -0.5, -0.8, -0.1, "ok"), ("within", SYSTEM, *none)]
    columns = ["level", "condition", "estimate", "ci_low", "ci_high", "status"]
    return pd.DataFrame(rows, columns=columns)


def comparisons() -> pd.DataFrame:
    """An exploratory comparison, and a planned one that has two tests and two analysis sets."""
    rows = [("exploratory", "playlist_ratings.fit", "welch_t", "all", 0.2, np.nan),
            ("planned", "ratings.liking", "mann_whitney", "all", np.nan, 0.5),
            ("planned", "ratings.liking", "welch_t", "all", 1.0, 0.5),
            ("planned", "ratings.liking", "welch_t", "planned exclusions", 0.8, 0.5)]  # fmt: skip
    columns = ["family", "outcome", "test", "analysis_set", "estimate", "tost_high"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        condition_a=SYSTEM, condition_b=CHANCE, n_a=21, n_b=19, tost_low=-table["tost_high"],
        decision_level=0.975, decision_ci_low=table["estimate"] - 0.4,
        decision_ci_high=table["estimate"] + 0.4, tost_level=0.9,
        tost_ci_low=table["estimate"] - 0.3, tost_ci_high=table["estimate"] + 0.3,
        conclusion=table["test"].map({"welch_t": "a higher"}),
        effect=0.7, effect_name="hedges_g", ci_low=0.1, ci_high=1.3,
    )  # fmt: skip


def places(genres: tuple[str, ...] = GENRES) -> pd.DataFrame:
    """Two playlists a condition."""
    rng = np.random.default_rng(1)
    rows = [
        (playlist, SYSTEM if playlist < 3 else CHANCE, "1", genre, query, mean)
        for playlist in (1, 2, 3, 4)
        for genre, query, mean in zip(genres, *rng.dirichlet(np.ones(len(genres)), 2), strict=True)
    ]
    columns = ["playlist_id", "condition", "model", "genre", "query", "mean"]
    return pd.DataFrame(rows, columns=columns)


def measured() -> pd.DataFrame:
    return pd.DataFrame({"playlist_id": [1, 2, 3, 4], "compactness": 0.2, "query_distance": 0.3})


def way() -> pd.DataFrame:
    rows = [("visited", None, None, "not recorded"), ("consented", None, 46, None),
            ("erased", None, 1, "they had everything erased"), ("registered", None, 45, None),
            ("screened_out", None, 5, "a quota is full"), ("not_assigned", None, 0, None),
            ("assigned", None, 40, None), ("assigned", SYSTEM, 21, None),
            ("completed", SYSTEM, 21, None), ("analysed", SYSTEM, 21, None),
            ("assigned", CHANCE, 19, None), ("withdrew", CHANCE, 1, "they wished so"),
            ("excluded", CHANCE, 2, "failed_check;too_fast"),
            ("analysed", CHANCE, 17, None)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["stage", "condition", "n", "reason"])
    return table.astype({"n": "Int64"})


def power() -> pd.DataFrame:
    rows = [("ratings.liking", SYSTEM, CHANCE, "welch_t", "planned", 0.5, n, p)
            for n, p in ((20, 0.34), (40, 0.6), (70, 0.84))]  # fmt: skip
    columns = [
        "outcome",
        "condition_a",
        "condition_b",
        "test",
        "assumption",
        "effect",
        "n",
        "power",
    ]
    return pd.DataFrame(rows, columns=columns)


def rates() -> pd.DataFrame:
    rows = [("Welch", 2000, 0.049, 0.040, 0.059), ("single ratings", 2000, 0.315, 0.295, 0.336)]
    return pd.DataFrame(rows, columns=["test", "n_runs", "share", "ci_low", "ci_high"])


def likert_table() -> pd.DataFrame:
    return likert_distribution(ratings(), "liking", points=5, conditions=[SYSTEM, CHANCE])


def some(table: pd.DataFrame, rows: bool) -> pd.DataFrame:
    return table if rows else table[:0]


# Each from its table, and from the same table without a row.
DRAWN: dict[str, Draw] = {
    "likert": lambda rows: figures.likert(some(likert_table(), rows), "liking", ["never"]),
    "by_condition": lambda rows: figures.by_condition(some(ratings(), rows), "liking"),
    "metric": lambda rows: figures.rating_against_metric(
        some(playlists(), rows), "cohesion_genre_pair", "liking", correlations=correlations()
    ),
    "by_position": lambda rows: figures.by_position(some(ratings(), rows), "liking"),
    "by_distance": lambda rows: figures.by_distance(some(ratings(), rows), "liking"),
    "forest": lambda rows: figures.forest(some(comparisons(), rows)),
    "paired": lambda rows: figures.paired(some(ratings(), rows), "liking", SYSTEM, CHANCE),
    "genre_space": lambda rows: figures.genre_space(some(places(), rows), measured()),
    "flow": lambda rows: figures.flow(some(way(), rows)),
    "power_curve": lambda rows: figures.power_curve(some(power(), rows)),
    "false_positives": lambda rows: figures.false_positives(some(rates(), rows)),
}
every_figure = pytest.mark.parametrize("which", DRAWN)


def drawn(which: str) -> Figure:
    figure = DRAWN[which](True)
    assert figure is not None
    return figure


def texts(figure: Figure | None) -> list[str]:
    """What stands in the picture, and on the legend below it."""
    assert figure is not None
    from matplotlib.text import Text

    return [text.get_text() for text in figure.drawing.findobj(Text)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The files of every figure, saved without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        folders = {which: tmp_path_factory.mktemp(which) for which in DRAWN}
        return {which: figures.save(drawn(which), folder) for which, folder in folders.items()}


def picture(files: list[Path]) -> ElementTree.Element:
    return ElementTree.parse(files[0]).getroot()


# Every figure


@every_figure
def test_it_is_saved_as_svg_and_png(which, files):
    numbers = [] if drawn(which).numbers is None else [".csv"]
    assert [file.suffix for file in files[which]] == [".svg", ".png", *numbers]
    assert Image.open(files[which][1]).width >= 200 * paper.WIDTH - 1


@every_figure
def test_the_same_table_gives_the_same_bytes(which, files, tmp_path):
    again = figures.save(drawn(which), tmp_path)
    assert [file.read_bytes() for file in files[which]] == [file.read_bytes() for file in again]


@every_figure
def test_without_rows_there_is_no_figure(which):
    assert DRAWN[which](False) is None


@every_figure
def test_the_picture_has_its_title_and_description_as_text_alternatives(which, files):
    figure, root = drawn(which), picture(files[which])
    named = [root.find(f"*[@id='{name}']") for name in root.get("aria-labelledby").split()]
    assert root.get("role") == "img"
    assert [element.text for element in named] == [figure.title, figure.alt]


@every_figure
def test_the_picture_holds_neither_style_nor_script_nor_another_hosts_address(which, files):
    for element in picture(files[which]).iter():
        assert element.tag not in (f"{SVG}style", f"{SVG}script", f"{SVG}metadata")
        assert not [key for key in element.attrib if key == "style" or key.startswith("on")]
        assert not [value for value in element.attrib.values() if "//" in value]


@every_figure
def test_what_the_picture_refers_to_is_in_it_under_the_figures_own_name(which, files):
    text = files[which][0].read_text("utf-8")
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', text))
    ids = re.findall(r' id="([^"]+)"', text)
    assert used <= set(ids)
    assert len(ids) == len(set(ids))
    assert all(name.startswith(files[which][0].stem) for name in ids)


@every_figure
def test_the_description_ends_as_a_sentence_and_says_n(which):
    alt = drawn(which).alt
    assert alt.endswith(".")
    assert re.search(r"\d", alt)
    assert "nan" not in alt


@every_figure
def test_the_caption_names_the_file_that_holds_its_numbers(which, files):
    figure = drawn(which)
    (named,) = set(re.findall(r"[Nn]umbers[^.]*: (\S+?\.csv)", figure.caption))
    if figure.numbers is not None:
        assert named == f"figures/{files[which][2].name}"
    else:
        assert named.removesuffix(".csv") in {*codebook.FILES, "false_positives"}


def points(figure: Figure) -> np.ndarray:
    """Every place that is drawn, of lines and of their markers; (n, 2)."""
    from matplotlib.collections import LineCollection

    found = [line.get_xydata() for axes in figure.drawing.axes for line in axes.lines]
    for axes in figure.drawing.axes:
        segments = axes.findobj(LineCollection)
        found += [end for one in segments for end in one.get_segments()]
    return np.concatenate(found)


# The numbers of a figure as places: which of them, across and up, and how exactly; None: anywhere.
PLACES = {
    "by_condition": ("value", None, 1 / 48),
    "by_position": ("at", "value", 1e-9),
    "by_distance": ("at", "value", 1e-9),
    "metric": ("at", "value", 0.03),
    "paired": (None, "value", 1e-9),
    "genre_space": ("at", "value", 1e-9),
}


@pytest.mark.parametrize("which", PLACES)
def test_its_file_holds_what_is_drawn(which, files):
    across, up, exactly = PLACES[which]
    figure, table = drawn(which), pd.read_csv(files[which][2])
    places = points(figure)
    reach = np.ptp(places, axis=0)
    for row in table[table["mark"] != "line"].to_dict("records"):
        near = [
            np.abs(places[:, axis] - row[column]) <= exactly * max(reach[axis], 1)
            for axis, column in enumerate((across, up))
            if column
        ]
        assert np.logical_and.reduce(near).any(), row


def test_the_line_and_the_ends_of_intervals_are_in_the_file(files):
    line = pd.read_csv(files["metric"][2]).query("mark == 'line'")
    own = [one.get_xydata() for axes in drawn("metric").drawing.axes for one in axes.lines]
    fitted = next(one for one in own if len(one) == 50)
    assert line[["at", "value"]][:50].to_numpy() == pytest.approx(fitted)
    means = pd.read_csv(files["by_position"][2])
    described = describe(ratings()[ratings()["condition"] == SYSTEM], "liking",
                         group_by="position")  # fmt: skip
    columns = {"value": "mean", "low": "ci_low", "high": "ci_high", "n": "n_participants"}
    for own_column, of_table in columns.items():
        found = means[means["panel"] == SYSTEM][own_column]
        assert found.to_numpy(float) == pytest.approx(described[of_table].to_numpy(float))


LONG = "Wie gut passen die Lieder dieser Wiedergabeliste Ihrer Meinung nach insgesamt zu dem Lied, "
LONG += "das Sie am Anfang ausgewählt haben, wenn Sie an Stimmung, Tempo und Instrumente denken?"
NAMES = ["cnn-genre-space-euklidisch-mit-zehn-liedern-je-ort", "zufaellige_auswahl_aus_derselben_k"]


def with_long_names() -> Iterator[Figure | None]:
    called = dict(zip((SYSTEM, CHANCE), NAMES, strict=True))

    def renamed(table: pd.DataFrame) -> pd.DataFrame:
        return table.replace(called)

    own, one = renamed(ratings()), ratings()[ratings()["condition"] == SYSTEM]
    yield figures.likert(renamed(likert_table()), "liking", [LONG] * 5, said=LONG)
    yield figures.by_condition(own, "liking", said=LONG)
    yield figures.by_condition(one, "liking", said=LONG)
    yield figures.by_position(own, "liking", said=LONG)
    yield figures.by_distance(own, "liking", said=LONG)
    yield figures.paired(own, "liking", *NAMES, said=LONG)
    yield figures.genre_space(renamed(places()), measured())
    yield figures.forest(renamed(comparisons()), names={"ratings.liking": LONG})
    yield figures.flow(renamed(way()))
    for table, names in ((playlists(), [SYSTEM]), (renamed(playlists()), NAMES)):
        yield figures.rating_against_metric(
            table, "cohesion_genre_pair", "liking", conditions=names, said=LONG
        )
    yield figures.false_positives(rates().assign(test=LONG))
    yield figures.power_curve(renamed(power()).assign(test=LONG))


def test_no_name_is_cut_and_no_text_leaves_the_picture(tmp_path):
    from matplotlib.text import Text

    for figure in with_long_names():
        assert figure is not None
        figures.save(figure, tmp_path)
        paper_ends = figure.drawing.bbox
        for text in figure.drawing.findobj(Text):
            # Numbers at an axis that are beyond its ends are there, and not drawn.
            if not re.search("[A-Za-z]", text.get_text()) or not text.get_visible():
                continue
            assert "…" not in text.get_text()
            ends = text.get_window_extent()
            inside = paper_ends.x0 - 1 <= ends.x0 and ends.x1 <= paper_ends.x1 + 1
            inside &= paper_ends.y0 - 1 <= ends.y0 and ends.y1 <= paper_ends.y1 + 1
            assert inside, (figure.name, text.get_text())


@pytest.mark.parametrize("which", ["by_condition", "metric", "by_position", "paired", "forest"])
def test_marks_have_a_legend(which):
    (legend,) = drawn(which).drawing.legends
    assert all(text.get_text() for text in legend.get_texts())


@pytest.mark.parametrize("draw", [figures.by_position, figures.by_distance])
def test_where_all_ratings_are_alike_the_axis_shows_no_rounding(draw):
    figure = draw(ratings().assign(liking=3), "liking")
    low, high = figure.drawing.axes[0].get_ylim()
    assert high - low >= 0.5


def test_a_study_of_one_condition_has_one_panel():
    figure = figures.rating_against_metric(
        playlists().query("condition == @SYSTEM"), "cohesion_genre_pair", "liking"
    )
    assert len(figure.drawing.axes) == 1
    assert f"{SYSTEM}, n = 4 playlists of 4 people" in " ".join(texts(figure))


def test_points_at_an_end_are_moved_inwards_alone():
    table = pd.concat([playlists()] * 20).assign(cohesion_genre_pair=[0.0, 1.0] * 80)
    moved = _jittered(table, ["cohesion_genre_pair", "liking"], 1)
    assert moved["cohesion_genre_pair"].between(0, 1).all()
    assert moved["cohesion_genre_pair"].nunique() > 100
    assert moved["liking"].between(table["liking"].min(), table["liking"].max()).all()


def test_of_many_participants_there_are_bars_and_no_overlapping_dots():
    many = pd.DataFrame({"participant_id": range(200), "condition": "a", "liking": [2, 4] * 100})
    figure = figures.by_condition(many.astype({"participant_id": str}), "liking")
    heights = sorted(abs(bar.get_height()) for bar in figure.drawing.axes[0].patches)
    assert heights == pytest.approx([0.5, 0.5])


@every_figure
def test_no_text_is_smaller_than_nine_points(which):
    from matplotlib.text import Text

    shown = [text for text in drawn(which).drawing.findobj(Text) if text.get_text()]
    assert min(text.get_fontsize() for text in shown) >= 9


@pytest.mark.parametrize("which", ["likert", "by_condition", "by_position"])
def test_a_name_is_drawn_letter_by_letter(which, files):
    shown = " ".join(element.text for element in picture(files[which]).iter(f"{SVG}text"))
    assert CHANCE in shown


# Likert


def test_shares_below_at_and_above_the_middle_of_odd_scales():
    assert sides(np.array([1, 1, 4, 2, 2])) == pytest.approx((0.2, 0.4, 0.4))


def test_a_scale_of_even_points_has_no_middle():
    assert sides(np.array([1, 2, 3, 4])) == pytest.approx((0.3, 0.0, 0.7))


def test_bars_are_centred_on_the_middle_of_the_scale():
    axes = drawn("likert").drawing.axes[0]
    middle = [bar for bar in axes.patches if bar.get_facecolor()[:3] == (222 / 255,) * 3]
    assert all(bar.get_x() == pytest.approx(-bar.get_width() / 2) for bar in middle)


def test_the_lower_half_is_hatched():
    hatches = [bar.get_hatch() for bar in drawn("likert").drawing.axes[0].patches[5:]]
    assert hatches == ["/////", "/////", "", "", ""]


def test_each_condition_says_how_many_ratings_it_has():
    figure = figures.likert(likert_table(), "liking", people={SYSTEM: 4})
    assert {"12 ratings, 4 people", "11 ratings"} <= set(texts(figure))


# Means by condition


def test_means_are_of_participants_and_have_their_interval_and_n():
    (shown,) = (text for text in texts(drawn("by_condition")) if text.startswith("mean 2.75"))
    assert re.fullmatch(r"mean 2.75 \(\d\.\d\d to \d\.\d\d\), n = 4", shown)


def test_each_participant_is_one_dot():
    dots = drawn("by_condition").drawing.axes[0].lines[1]
    assert len(dots.get_xdata()) == 4


def test_one_participant_has_no_interval():
    figure = figures.by_condition(ratings().query("participant_id == 'P0'"), "liking")
    assert "mean 4.33, n = 1" in texts(figure)


# Rating against a metric


def test_coefficients_are_those_of_the_table_and_reasons_too():
    shown = texts(drawn("metric"))
    assert "all conditions, n = 8 playlists of 4 people\nρ = −0.50 (−0.80 to −0.10)" in shown
    assert f"{SYSTEM}, n = 4\nno ρ: it does not vary" in shown


def test_points_are_moved_but_stay_near_their_place():
    points = drawn("metric").drawing.axes[0].lines[0]
    given = playlists().query("condition == @CHANCE")["cohesion_genre_pair"]
    assert np.abs(np.asarray(points.get_xdata()) - given).max() <= 0.012 * 0.8


def test_of_many_playlists_a_part_is_drawn_and_said(monkeypatch):
    monkeypatch.setattr("analysis.figures.metric.MOST_POINTS", 5)
    assert "5 of 8 playlists are drawn" in drawn("metric").caption


# Positions and distances


def test_positions_have_the_means_of_the_descriptives():
    curve = drawn("by_position").drawing.axes[0].lines[-1]
    assert list(curve.get_ydata()) == [4.0, 3.75, 3.5]


def test_panels_say_how_many_participants_and_ratings_they_have():
    assert f"{CHANCE}: 4 participants, 11 ratings" in [
        axes.get_title(loc="left") for axes in drawn("by_distance").drawing.axes
    ]


def test_without_a_distance_there_is_no_figure_by_distance():
    assert figures.by_distance(ratings().drop(columns="distance"), "liking") is None


def test_equal_distances_are_one_place():
    figure = figures.by_distance(ratings().assign(distance=0.0), "liking")
    assert figure is not None
    assert len(figure.drawing.axes[0].lines[-1].get_xdata()) == 1


# Forest


def test_the_planned_comparison_comes_first_and_is_marked_apart():
    titles = [axes.get_title(loc="left") for axes in drawn("forest").drawing.axes]
    assert titles == ["ratings.liking · planned", "playlist_ratings.fit · exploratory"]


def test_planned_marks_are_filled_and_exploratory_ones_hollow():
    first = [axes.lines for axes in drawn("forest").drawing.axes]
    faces = [
        line.get_markerfacecolor() for lines in first for line in lines if line.get_marker() in "so"
    ]
    assert faces == ["#0072B2", "white", "white"]


def test_the_equivalence_bounds_are_shaded_where_they_were_set():
    planned, exploratory = drawn("forest").drawing.axes
    assert (len(planned.collections), len(exploratory.collections)) == (2, 0)


def test_a_comparison_says_its_difference_interval_and_n():
    assert "1.00 (0.60 to 1.40, 97.5 %) · n 21, 19" in texts(drawn("forest"))


def test_of_many_comparisons_a_part_is_drawn_and_said(monkeypatch):
    monkeypatch.setattr("analysis.figures.effects.MOST_ROWS", 1)
    assert " 1 of 2 comparisons are drawn." in drawn("forest").caption


# Paired


def test_the_paired_difference_is_that_of_the_paired_t_test():
    # Student (1908), Biometrika 6:1: hours of sleep gained with two drugs; interval of R 4's
    # t.test(extra ~ group, data = sleep, paired = TRUE).
    first = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    second = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    found = mean_difference(first - second)
    assert found == pytest.approx((-1.58, -2.4598858, -0.7001142), abs=1e-7)


def test_equal_differences_have_no_interval():
    assert np.isnan(mean_difference(np.array([1.0, 1.0, 1.0]))[1:]).all()


def test_who_had_one_condition_only_is_left_out():
    frame = ratings().query("participant_id != 'P3' or condition == @SYSTEM")
    figure = figures.paired(frame, "liking", SYSTEM, CHANCE)
    assert figure is not None
    assert figure.alt.startswith("3 participants rated both.")


# Genre space


@pytest.mark.parametrize("k", [1, 2, 5])
def test_other_numbers_of_genres_are_drawn_as_principal_components(k, tmp_path):
    genres = tuple(f"Genre {i}" for i in range(k))
    figure = figures.genre_space(places(genres), measured())
    assert figure is not None
    assert "principal components" in figure.caption
    assert figures.save(figure, tmp_path)


def test_a_playlist_without_a_place_is_left_out():
    table = places()
    table.loc[table["playlist_id"] == 1, "mean"] = np.nan
    figure = figures.genre_space(table, measured())
    assert figure is not None
    assert f"{SYSTEM}: 1 playlist," in figure.alt


def test_an_unknown_query_song_is_said():
    table, unknown = places().assign(query=np.nan), measured().assign(query_distance=np.nan)
    assert "distance unknown" in " ".join(texts(figures.genre_space(table, unknown)))


def test_of_several_models_that_of_most_playlists_is_drawn_and_it_is_said():
    table = places()
    table.loc[table["playlist_id"] == 1, "model"] = "2"
    figure = figures.genre_space(table, measured())
    assert figure is not None
    assert f"{SYSTEM}: 1 playlist," in figure.alt
    assert "Of several models" in figure.caption


# Flow, power


def test_the_flow_says_who_got_where_and_who_did_not_and_why():
    shown = texts(drawn("flow"))
    assert [text for text in shown if text.startswith("n = ")] == [
        "n = 46", "n = 45", "n = 21", "n = 19", "n = 21", "n = 17",
    ]  # fmt: skip
    reasons = "5 screened out: a quota is full", "2 excluded: failed check, too fast"
    assert all(reason in " ".join(shown) for reason in ("1 had everything erased", *reasons))


def test_many_conditions_make_a_wide_flow_that_scrolls():
    rows = [("assigned", f"condition-{i}", 5, None) for i in range(7)]
    figure = figures.flow(pd.DataFrame(rows, columns=["stage", "condition", "n", "reason"]))
    assert figure is not None
    assert figure.wide
    assert not drawn("flow").wide


def test_the_power_curve_says_which_size_reaches_the_target():
    said = "80 % is reached first, of 3 sizes from 20 to 70, with n = 70, power 84 %"
    assert said in drawn("power_curve").alt


def test_simulated_power_has_bars():
    table = power().assign(ci_low=power()["power"] - 0.1, ci_high=power()["power"] + 0.1)
    figure = figures.power_curve(table)
    assert figure is not None
    assert "Wilson" in figure.caption
    assert len(figure.drawing.axes[0].collections) == 1


def test_false_positives_outside_of_the_band_are_crosses():
    lines = drawn("false_positives").drawing.axes[0].lines
    assert [line.get_marker() for line in lines if line.get_marker() in "oX"] == ["o", "X"]


# Words


def test_numbers_have_a_true_minus_and_nothing_is_never_negative():
    assert (number(-0.126), number(-0.001), number(12, 0)) == ("−0.13", "0.00", "12")


def test_text_is_cut_and_has_no_control_characters():
    assert clean("a\x00\n b" + "c" * 50, 10) == "a bcccccc…"


def test_a_long_name_is_broken_at_underscores():
    assert wrapped("mfcc_nearest_neighbours", 13) == "mfcc_nearest_\nneighbours"


def test_files_are_named_in_letters_that_every_system_has():
    assert file_name("likert", "../é<x>$.liking") == "likert-x_.liking"


def test_a_metric_is_named_with_its_meaning_and_unit():
    assert metric_in_words("query_distance").endswith(
        "mean distance to the query song (genre space)"
    )
