"""Every column of every file says its unit, range, direction and labels, or that it has none."""

import pytest

from analysis.data import codebook
from analysis.data.column import Column, Type
from analysis.data.directions import described, direction
from analysis.offline import columns as offline
from analysis.planning import columns as planning

REPORT = {**codebook.FILES, codebook.FIGURES: codebook.FIGURE}
COLUMNS = [
    (file, column)
    for files in (REPORT, planning.FILES, offline.FILES)
    for file, columns in files.items()
    for column in columns
    if column.name != codebook.ITEMS
]


@pytest.mark.parametrize(("file", "column"), COLUMNS, ids=lambda part: getattr(part, "name", part))
def test_no_cell_of_its_row_is_empty(file: str, column: Column):
    row = dict(zip(codebook.HEADER, described(file, column), strict=True))
    assert all(text.strip() for text in row.values()), row
    if column.type in (Type.INTEGER, Type.NUMBER):
        assert row["direction"] != "none"


@pytest.mark.parametrize(
    ("file", "name", "said"),
    [
        ("ratings", "position", "higher: later"),
        ("comparisons", "estimate", "above 0: higher in a than in b"),
        ("models", "estimate", "above 0: higher in a than in b"),
        ("cohesion_vs_rating", "estimate", "above 0: metric and rating go up together"),
        ("comparisons", "p", "lower: less compatible with no difference"),
        ("playlist_metrics", "entropy_bits", "higher: more varied"),
        ("playlist_metrics", "playlist_id", "none: numbers without an order"),
    ],
)
def test_directions_say_what_a_higher_number_means(file: str, name: str, said: str):
    (column,) = [one for one in REPORT[file] if one.name == name]
    assert direction(file, column) == said


def test_a_scale_has_its_points_labels_and_goes_towards_the_last():
    labels = "1 = no, 2 = so, 3 = yes, very"
    liking = Column("liking", Type.INTEGER, "scale point", "1–3", "Like it?", labels=labels)
    row = dict(zip(codebook.HEADER, described("ratings", liking), strict=True))
    assert row["labels"] == labels
    assert row["direction"] == "higher: towards yes, very"


def test_uncorrected_p_are_called_so():
    raw = [column for _, column in COLUMNS if column.name in ("p", "tost_p")]
    assert len(raw) > 4
    assert all("uncorrected" in column.meaning for column in raw)
