"""The folder of a plan: tables, figures, codebook, and what was assumed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.data import codebook
from analysis.data.csv_files import csv_bytes, data_hash, json_bytes
from analysis.data.manifest import software
from analysis.inference.design import Pair

from . import columns
from .formulas import FORMULA
from .scenarios import Scenario
from .tables import Done, false_positives, planned_power
from .words import apart


@dataclass(frozen=True, slots=True)
class Asked:
    """What is planned: the study with the effects that are assumed, once for each number of
    participants, how it was simulated, and which share of those recruited will not be analysed."""

    scenarios: Sequence[Scenario]
    runs: int
    seed: int
    study: str = ""
    attrition: float | None = None

    @property
    def one(self) -> Scenario:
        return self.scenarios[0]


def tables(asked: Asked, done: Sequence[Done]) -> dict[str, pd.DataFrame]:
    """Those that hold something: `power`, `false_positives`, and their codebook."""
    power = planned_power(asked.scenarios, done)
    found = {
        "power": power.assign(recruited=recruited(power["participants"], asked.attrition)),
        "false_positives": false_positives(done),
    }
    found = {name: table for name, table in found.items() if len(table)}
    listed = [row for row in columns.rows() if row[0] in {*found, "codebook"}]
    return {**found, "codebook": pd.DataFrame(listed, columns=list(codebook.HEADER))}


def recruited(analysed: pd.Series, attrition: float | None) -> pd.Series:
    """How many have to be recruited for as many to be analysed; missing where nothing is known."""
    if attrition is None:
        return pd.Series(pd.NA, analysed.index, "Int64")
    # A whole number but for the division is not rounded up.
    needed = np.ceil(analysed.astype(float) / (1 - attrition) - 1e-9)
    return needed.astype("Int64")


def write(asked: Asked, found: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write everything into a folder, made if need be; the same plan, seed and software give the
    same bytes. Raises OSError."""
    files = {f"{name}.csv": csv_bytes(table, columns.FILES[name]) for name, table in found.items()}
    counted = {name: len(table) for name, table in found.items()}
    files["manifest.json"] = json_bytes(manifest(asked, counted, data_hash(files)))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [*(folder / name for name in files), *_figures(asked, found, folder)]


def _figures(asked: Asked, found: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    from analysis.figures import false_positives as wrong
    from analysis.figures import power_curve, save

    drawn = []
    if "power" in found:
        drawn += [power_curve(curves(*one)) for one in apart(found["power"], asked.one)][:1]
    # The band that it draws is that of 5 %.
    if "false_positives" in found and asked.one.design.alpha == 0.05:
        drawn.append(wrong(_of_figure(found["false_positives"], asked.one)))
    return [path for figure in drawn if figure for path in save(figure, folder)]


def curves(pair: Pair, rows: pd.DataFrame) -> pd.DataFrame:
    """A pair's rows for its figure, where curves differ in their tests alone."""
    by_formula = rows["method"] == FORMULA
    whole = (rows["n"] == rows["participants"]).all()
    return rows.assign(
        condition_a=pair[0],
        condition_b=pair[1],
        test=rows["test"].where(~by_formula, rows["test"] + ", by formula"),
        assumption=f"effect: points; n: participants{'' if whole else ' a condition'}",
        effect=rows["difference"].abs(),
    )


def _of_figure(table: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """The primary outcome's tests as planned, with most participants; named with their pairs."""
    rows = table[
        (table["outcome"] == scenario.primary)
        & (table["analysis_set"] == scenario.design.sets[-1])
        & (table["participants"] == table["participants"].max())
    ]
    about = rows["condition_a"].str.cat(rows["condition_b"], sep=" ").str.strip()
    return rows.assign(test=rows["test"].str.cat(about, sep=" ").str.strip())


def manifest(asked: Asked, rows: Mapping[str, int], tables_hash: str) -> dict[str, Any]:
    """What was assumed; nothing here knows the time."""
    design, listeners = asked.one.design, asdict(asked.one.listeners)
    return {
        "study": asked.study,
        "participants": [one.listeners.participants for one in asked.scenarios],
        "listeners": {name: listeners[name] for name in listeners if name != "participants"},
        "design": {
            "conditions": list(design.conditions),
            "paired": design.paired,
            "outcomes": [outcome.name for outcome in design.outcomes],
            "primary": asked.one.primary,
            "plan": design.plan.document,
        },
        "attrition": asked.attrition,
        "tests": list(asked.one.parts),
        "runs": asked.runs,
        "seed": asked.seed,
        "rows": dict(rows),
        "data_hash": tables_hash,
        "data_hash_of": "SHA-256 over the lines “sha256  name” of the CSV files, by name.",
        "software": software(),
    }
