"""A table's cells as people read them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.figures.words import number, span
from analysis.inference import Design

from . import words

MISSING = "–"
Row = Mapping[str, Any]
Write = Callable[[Row, Design], str]


@dataclass(frozen=True, slots=True)
class Column:
    """Its heading, and how a row is written in it; nothing is written where nothing is known."""

    title: str
    write: Write


def cell(row: Row, column: Column, design: Design) -> str:
    """What is missing is a dash, never a zero and never “nan”."""
    return column.write(row, design) or MISSING


def known(value: Any) -> bool:
    return value is not None and not pd.isna(value)


def p_of(p: float) -> str:
    """As a cell: without its letter and without the zero that it always has."""
    return "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def text(name: str) -> Write:
    return lambda row, design: str(row[name]) if known(row.get(name)) else ""


def named(name: str, names: Mapping[str, str]) -> Write:
    return lambda row, design: words.of(names, row[name]) if known(row.get(name)) else ""


def asked(name: str = "outcome") -> Write:
    return lambda row, design: words.asked(row[name], design)


def count(name: str) -> Write:
    return lambda row, design: f"{int(row[name]):,}" if known(row.get(name)) else ""


def figure(name: str, digits: int = 2) -> Write:
    return lambda row, design: number(row[name], digits) if known(row.get(name)) else ""


def percent(name: str) -> Write:
    return lambda row, design: f"{number(100 * row[name], 1)} %" if known(row.get(name)) else ""


def p(name: str = "p") -> Write:
    return lambda row, design: p_of(row[name]) if known(row.get(name)) else ""


def interval(low: str = "ci_low", high: str = "ci_high", *, percent: bool = False) -> Write:
    """“2.77 to 3.05”, or in per cent."""

    def write(row: Row, design: Design) -> str:
        if not (known(row.get(low)) and known(row.get(high))):
            return ""
        ends = (100 * row[low], 100 * row[high]) if percent else (row[low], row[high])
        return span(*ends, 1 if percent else 2) + (" %" if percent else "")

    return write


def with_interval(
    name: str, low: str = "ci_low", high: str = "ci_high", names: Mapping[str, str] | None = None
) -> Write:
    """“−0.10 (−0.23 to 0.03)”; with `names`, what the number is called before it."""
    ends = interval(low, high)

    def write(row: Row, design: Design) -> str:
        if not known(row.get(name)):
            return ""
        called = f"{words.of(names, row[f'{name}_name'])} " if names else ""
        around = ends(row, design)
        return f"{called}{number(row[name])}" + (f" ({around})" if around else "")

    return write


def statistic(row: Row, design: Design) -> str:
    """“t(82) = −1.49”, with the degrees of freedom that there are."""
    if not known(row.get("statistic")):
        return ""
    letter = row.get("statistic_name") or words.STATISTICS.get(str(row.get("test")), "")
    degrees = [row.get(one) for one in ("df_numerator", "df", "df_residual")]
    freedom = ", ".join(f"{number(one, 1)}".removesuffix(".0") for one in degrees if known(one))
    return f"{letter}{f'({freedom})' if freedom else ''} = {number(row['statistic'])}"


def sizes(row: Row, design: Design) -> str:
    """How many participants: one number where they are pairs or all at once."""
    a, b = row.get("n_a"), row.get("n_b")
    if design.paired or not known(b):
        return f"{int(a):,}" if known(a) else ""
    return f"{int(a):,} and {int(b):,}" if known(a) else ""


def why(row: Row, design: Design) -> str:
    """Why there are no numbers: a column that is left out where there are all."""
    return words.why(row.get("status", "ok"))
