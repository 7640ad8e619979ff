"""An evaluation in words: the table that a command prints, and the figure's text alternative."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.stats.offline import COVERAGE

from .tables import ALL

# What the figure shows and how it is called there, with the labels that it is computed from.
SHOWN = {
    ("cohesion_genre_pair", "metadata"): "share of pairs of one genre",
    ("cohesion_genre_query", "metadata"): "share of the query song's genre",
    ("cohesion_artist_pair", "metadata"): "share of pairs by one artist",
    (COVERAGE, ""): "share of the library reached",
    ("entropy_bits", "metadata"): "genre entropy (bits)",
    ("diversity", "cnn"): "diversity (genre space)",
    ("compactness", "cnn"): "compactness (genre space)",
    ("query_distance", "cnn"): "distance to query (genre space)",
}
CIRCULAR = "* circular, no finding: the condition chooses songs by what the metric is computed from"
TAUGHT = "† not circular, but the network learned from some of these songs, with their genres"
HEADER = (
    "  condition",
    "n",
    "artists",
    "mean [95 % interval]",
    "chance",
    "difference [95 % interval]",
    "",
)

Metrics = Iterator[tuple[tuple[str, str], pd.DataFrame]]


def overall(table: pd.DataFrame) -> Metrics:
    """The rows over all query songs, metric by metric: ((metric, label source), rows)."""
    rows = table[table["group_by"] == ALL].fillna({"label_source": "", "unit": ""})
    yield from rows.groupby(["metric", "label_source"], sort=False)


def figure_panels(table: pd.DataFrame) -> Metrics:
    """Those of them that the figure shows, in its order."""
    found = dict(overall(table))
    yield from ((key, found[key]) for key in SHOWN)


def number(value: float) -> str:
    """Three decimals; empty where there is none."""
    return "" if math.isnan(value) else f"{round(value, 3) + 0.0:.3f}"


def estimate(value: float, low: float, high: float) -> str:
    """With its interval, where there is one."""
    return number(value) if math.isnan(low) else f"{number(value)} [{number(low)}, {number(high)}]"


def described(table: pd.DataFrame) -> str:
    """What the figure shows, for those who can't see it: a line a panel."""
    lines = [
        "Metrics of playlists by condition: means over query songs, with 95 % intervals in "
        f"brackets. {CIRCULAR}. {TAUGHT}."
    ]
    for key, rows in figure_panels(table):
        parts = [_said(row) for row in rows.to_dict("records")]
        lines.append(f"{SHOWN[key].capitalize()}: {'; '.join(parts)}.")
    return "\n".join(lines) + "\n"


def _said(row: Mapping[Any, Any]) -> str:
    name = f"{row['condition']}{_star(row)}"
    if not row["n_queries"]:
        return f"{name} {row['status']}"
    level = "" if math.isnan(row["chance"]) else f", chance {number(row['chance'])}"
    shown = estimate(row["mean"], row["ci_low"], row["ci_high"])
    return f"{name} {shown} (n = {row['n_queries']} of {row['n_artists']} artists{level})"


def _star(row: Mapping[Any, Any]) -> str:
    if row["circular"]:
        return "*"
    return "†" if row["learned_share"] and row["learned_share"] > 0 else ""


def printed(table: pd.DataFrame) -> list[str]:
    """Lines for a terminal: every metric over all query songs."""
    lines = []
    for (metric, source), rows in overall(table):
        about = [rows["unit"].iloc[0], f"from: {source}" if source else ""]
        shown = ", ".join(part for part in about if part)
        lines += ["", f"{metric} ({shown})" if shown else metric]
        lines += _aligned([HEADER, *map(_cells, rows.to_dict("records"))])
    return [*lines, "", CIRCULAR, TAUGHT]


def _cells(row: Mapping[Any, Any]) -> tuple[str, ...]:
    difference = (row["difference"], row["difference_ci_low"], row["difference_ci_high"])
    reasons = dict.fromkeys([row["status"], row["difference_status"]])
    return (
        f"  {row['condition']}{_star(row)}",
        str(row["n_queries"]),
        str(row["n_artists"]),
        estimate(row["mean"], row["ci_low"], row["ci_high"]),
        number(row["chance"]),
        estimate(*difference),
        "; ".join(reason for reason in reasons if reason != "ok"),
    )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
