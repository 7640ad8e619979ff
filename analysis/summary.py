"""The few numbers of a report that its page shows, read from the report's own files."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHOWN_GROUPS = ("all", "condition")


@dataclass(frozen=True, slots=True)
class Line:
    """A mean with its uncertainty and its n, in words; never a bare number."""

    outcome: str
    level: str
    mean: str
    interval: str
    participants: str
    values: str
    missing: str


@dataclass(frozen=True, slots=True)
class Summary:
    participants: dict[str, Any]
    exclusions: str
    ratings: list[Line]
    metrics: list[Line]


def summary(folder: Path, *, described: bool = True) -> Summary:
    """Of an export, which describes nothing, it is who is in it.

    Raises OSError when the report's files are not there.
    """
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    if not described:
        return Summary(manifest["participants"], manifest["exclusions"], [], [])
    with (folder / "descriptives.csv").open(encoding="utf-8", newline="") as file:
        lines = list(_lines(csv.DictReader(file)))
    return Summary(
        manifest["participants"],
        manifest["exclusions"],
        [line for line in lines if not line.outcome.startswith("playlist_metrics.")],
        [line for line in lines if line.outcome.startswith("playlist_metrics.")],
    )


def _lines(rows: Iterator[dict[str, str]]) -> Iterator[Line]:
    for row in rows:
        if row["group_by"] in SHOWN_GROUPS:
            yield Line(
                row["outcome"],
                "all together" if row["group_by"] == "all" else row["level"],
                rounded(row["mean"]) if row["mean"] else "not_estimable",
                _interval(row),
                row["n_participants"],
                row["n_ratings"],
                row["n_missing"],
            )


def _interval(row: dict[str, str]) -> str:
    if not row["ci_low"]:
        return row["ci_method"]
    return f"{rounded(row['ci_low'])} to {rounded(row['ci_high'])}"


def rounded(number: str) -> str:
    return f"{float(number):.2f}".replace("-", "−")
