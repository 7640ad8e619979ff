"""A table's cells as people read them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.figures.words import number, span
from analysis.inference import Design
from analysis.stats.kinds import Conclusion

from . import words

MISSING = "–"
Row = Mapping[str, Any]
Write = Callable[[Row, Design], str]


@dataclass(frozen=True, slots=True)
class Column:
    """Its heading, and how a row is written in it; nothing is written where nothing is known.

    What is `shared` stands in the caption where it is the same in all rows.
    """

    title: str
    write: Write
    shared: bool = False


def cell(row: Row, column: Column, design: Design) -> str:
    """What is missing is a dash, never a zero and never “nan”."""
    return column.write(row, design) or MISSING


def known(value: Any) -> bool:
    return value is not None and not pd.isna(value)


def level_of(share: float) -> str:
    """“98.33 %”."""
    return f"{100 * share:.4g} %"


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


def interval(
    low: str = "ci_low", high: str = "ci_high", *, percent: bool = False, digits: int = 2
) -> Write:
    """“2.77 to 3.05”, or in per cent."""

    def write(row: Row, design: Design) -> str:
        if not (known(row.get(low)) and known(row.get(high))):
            return ""
        ends = (100 * row[low], 100 * row[high]) if percent else (row[low], row[high])
        return span(*ends, 1 if percent else digits) + (" %" if percent else "")

    return write


def levelled(of: str, *, digits: int = 2) -> Write:
    """“−0.10 to 0.52 (97.5 %)”: an interval with its level, from the columns that begin with `of`;
    one that is exact has no level."""
    ends = interval(f"{of}_ci_low", f"{of}_ci_high", digits=digits)

    def write(row: Row, design: Design) -> str:
        said, level = ends(row, design), row[f"{of}_level"]
        return f"{said} ({level_of(level)})" if said and known(level) else said

    return write


def decided(row: Row, design: Design) -> str:
    """The interval that decided a row; of tests that decide nothing their own, uncorrected."""
    if said := levelled("decision")(row, design):
        return said
    own = interval("estimate_ci_low", "estimate_ci_high")(row, design)
    return f"{own} ({level_of(1 - design.alpha)})" if own else ""


def corrected(row: Row, design: Design) -> str:
    """Holm's p, where there is an interval that says the same."""
    return p("p_holm")(row, design) if known(row.get("decision_level")) else ""


def conclusion(name: str = "conclusion") -> Write:
    return lambda row, design: words.conclusion(row, row[name]) if known(row.get(name)) else ""


def side(of: str) -> Write:
    """What the metric or people say; a preference for a difference within the bound says so."""

    def write(row: Row, design: Design) -> str:
        if not row.get(f"{of}_says"):
            return ""
        concluded = Conclusion(row[f"{of}_conclusion"])
        small = " (within the bound)" if concluded.way and concluded.within else ""
        return f"{row[f'{of}_says']}{small}"

    return write


def counting(row: Row, design: Design) -> str:
    """Whether a verdict is counted, or why not."""
    if not row["not_counted"]:
        return "yes" if row["status"] == "ok" else ""
    return words.why(f"no, {row['not_counted']}")


def with_interval(
    name: str,
    low: str = "ci_low",
    high: str = "ci_high",
    *,
    names: Mapping[str, str] | None = None,
    digits: int = 2,
) -> Write:
    """“−0.10 (−0.23 to 0.03)”; with `names`, what the number is called before it."""
    ends = interval(low, high, digits=digits)

    def write(row: Row, design: Design) -> str:
        if not known(row.get(name)):
            return ""
        called = f"{words.of(names, row[f'{name}_name'])} " if names else ""
        around = ends(row, design)
        return f"{called}{number(row[name], digits)}" + (f" ({around})" if around else "")

    return write


def difference(row: Row, design: Design) -> str:
    """In points; where it is not of means, with what it is."""
    what = words.ESTIMATES.get(str(row.get("test")))
    written = figure("estimate")(row, design)
    return f"{written} ({what})" if written and what else written


def in_sds(row: Row, design: Design) -> str:
    """“0.30 SDs of the differences (d_z)”."""
    if not known(row.get("effect")):
        return ""
    return f"{number(row['effect'])} {words.SDS[str(row['test']).removeprefix('tost_')]}"


def statistic(row: Row, design: Design) -> str:
    """“t(82) = −1.49”, with the degrees of freedom that there are."""
    if not known(row.get("statistic")):
        return ""
    letter = words.STATISTICS.get(str(row.get("test"))) or words.of(
        words.STATISTICS, row.get("statistic_name", "")
    )
    given = [row.get(name) for name in ("df_numerator", "df", "df_residual")]
    degrees = [number(float(one), 1).removesuffix(".0") for one in given if known(one) and one]
    freedom = f"({', '.join(degrees)})" if degrees else ""
    return f"{letter}{freedom} = {number(row['statistic'])}"


def sizes(a: str = "n_a", b: str = "n_b") -> Write:
    """How many participants: one number where they are pairs or all at once."""

    def write(row: Row, design: Design) -> str:
        if not known(row.get(a)):
            return ""
        one = not known(row.get(b)) or (design.paired and row[a] == row[b])
        return f"{int(row[a]):,}" if one else f"{int(row[a]):,} and {int(row[b]):,}"

    return write


def why(row: Row, design: Design) -> str:
    """Why there are no numbers: a column that is left out where there are all."""
    return words.why(row.get("status", "ok"))
