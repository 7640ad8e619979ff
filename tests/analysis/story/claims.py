"""Whether a report's sentences say what its rows say: a walk through `sections.json`."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.figures.words import number
from analysis.stats.kinds import Conclusion

# A number that stands alone: no part of a name such as b2, and no level of an interval.
NUMBER = re.compile(r"(?<![\w.,])[−-]?(?:\d{1,3}(?:,\d{3})+|\d*\.?\d+)(?!\w)")
QUOTED = re.compile(r"“[^”]*”")
SHOWS = {1: ("higher than", "rises with"), -1: ("lower than", "falls with")}


def read(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    told = json.loads((folder / "sections.json").read_text("utf-8"))
    tables = {
        path.stem: pd.read_csv(path, keep_default_na=False, dtype=str)
        for path in sorted(folder.glob("*.csv"))
    }
    return told, tables


def problems(folder: Path) -> list[str]:
    """Every claim without its row, number without a claim, and pair of claims that differ."""
    told, tables = read(folder)
    return [
        *(said for section in told["sections"] for said in _of_section(section, tables)),
        *_brief(told, tables),
        *_contradictions(told, tables),
        *_intervals(tables),
    ]


# a sentence and its rows


def _of_section(section: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    rest = section["lead"]
    for claim in section["claims"]:
        if claim["text"] not in section["lead"]:
            yield f"{section['key']}: the sentence does not hold its claim “{claim['text']}”"
        rest = rest.replace(claim["text"], "", 1)
        yield from (f"{section['key']}: {said}" for said in _wrong(claim, tables))
    if section["key"] != "methods" and (left := _numbers(_plain(rest, tables))):
        yield f"{section['key']}: no row for {left} in “{rest}”"


def _plain(text: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """Without quotations, names of conditions, and what is said of how all was computed."""
    text = QUOTED.sub("", text)
    for name in sorted(set(tables["playlist_ratings"].get("condition", [])), key=len):
        text = text.replace(name, "") if name else text
    for pattern in NOT_OF_ROWS:
        text = re.sub(pattern, "", text)
    return text


# The level of intervals that decide nothing, and what the plan says.
NOT_OF_ROWS = (r"95 % intervals?", r"the analysis plan asks for [\d,]+ participants?")


def _wrong(claim: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    table = tables[claim["file"]]
    rows = table
    for column, value in claim["where"].items():
        rows = rows[rows[column] == value]
    if rows.empty:
        yield f"no row of {claim['file']} for {claim['where']}"
        return
    known = _known(rows, counted=not claim["says"] and claim["file"] in COUNTED)
    for said in _numbers(_plain(claim["text"], tables)):
        if said not in known:
            yield f"{said} of “{claim['text']}” is in no row of {claim['file']} {claim['where']}"
    if claim["says"]:
        (row,) = rows.to_dict("records")
        if row["conclusion"] != claim["says"]:
            yield f"“{claim['text']}” says {claim['says']}, its row {row['conclusion']}"


def _numbers(text: str) -> list[str]:
    return [one.replace(",", "") for one in NUMBER.findall(text)]


# Whose rows are counted in sentences, be it one.
COUNTED = ("flags", "metric_verdicts", "comparisons", "cohesion_vs_rating")


def _known(rows: pd.DataFrame, *, counted: bool) -> set[str]:
    """Each number of a row as sentences write it; of several rows what can be summed or counted in
    them, too."""
    found: set[str] = set()
    for column in rows:
        values = pd.to_numeric(rows[column], errors="coerce").dropna()
        for value in {*values, values.sum()}:
            found |= _written(float(value))
    if counted or len(rows) > 1:
        found |= {str(len(rows)), *(str(rows[column].nunique()) for column in rows)}
    if "verdict" in rows:
        found |= _of_verdicts(rows)
    if "conclusion" in rows and counted:
        ways = [Conclusion(one).way for one in rows["conclusion"] if one]
        found |= {str(sum(way != 0 for way in ways)), str(len(ways))}
        found.add(str(sum(one not in ("", Conclusion.NONE) for one in rows["conclusion"])))
    return found


def _of_verdicts(rows: pd.DataFrame) -> set[str]:
    """How many verdicts count, agree, differ and are undecided, and why others are not counted."""
    counting = rows[(rows["status"] == "ok") & (rows["not_counted"] == "")]
    undecided = counting["verdict"].str.contains("undecided")
    agree = counting["metric_says"].eq(counting["people_says"]) & ~undecided
    numbers = [len(counting), agree.sum(), undecided.sum(), (~agree & ~undecided).sum()]
    numbers.append(len(rows[["condition_a", "condition_b"]].drop_duplicates()))
    numbers += [*rows["not_counted"].str.partition(" ")[0].value_counts()]
    return {str(n) for n in numbers}


def _written(value: float) -> set[str]:
    """With 0 to 3 decimals, in per cent, as a p without its zero, and without its sign."""
    if not math.isfinite(value):
        return set()
    texts = {number(v, digits) for v in (value, 100 * value) for digits in range(4)}
    texts |= {f"{100 * value:.4g}", f"{value:.3f}".removeprefix("0")}
    texts |= {".001"} if 0 <= value < 0.001 else set()
    return texts | {text.removeprefix("−") for text in texts}


# in brief


def _brief(told: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """In brief, nothing is told that is not told below."""
    leads = " ".join(section["lead"] for section in told["sections"])
    for sentence in told["brief"]:
        if not sentence.startswith("The hypothesis: “") and sentence not in leads:
            yield f"in brief alone: “{sentence}”"


# no two that differ


def _contradictions(told: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    said: dict[tuple[str, ...], str] = {}
    for section in told["sections"]:
        for claim in section["claims"]:
            about = (claim["file"], *sorted(map(str, claim["where"].items())))
            if claim["says"] and said.setdefault(about, claim["says"]) != claim["says"]:
                yield f"{section['key']}: another conclusion on {about}"
            yield from _way(claim)
    yield from _people(tables)
    yield from _in_tables(told)


def _way(claim: Mapping[str, Any]) -> Iterator[str]:
    """The words of a claim go the way that it says."""
    way = Conclusion(claim["says"]).way if claim["says"] else 0
    for other, words in SHOWS.items():
        if other != way and claim["file"] == "comparisons" and words[0] in claim["text"]:
            yield f"“{claim['text']}” of {claim['says']}"


def _people(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Verdicts on metrics take people's side from the comparisons."""
    decided = tables["comparisons"].query("conclusion != ''")
    pair = ["outcome", "condition_a", "condition_b"]
    names = ["estimate", "p_holm", "conclusion"]
    # “after_exclusions”, where there are exclusions, else “all”.
    main = decided[decided["analysis_set"] == decided["analysis_set"].min()]
    merged = tables["metric_verdicts"].merge(main, on=pair, how="left")
    for row in merged.to_dict("records"):
        people = [row[f"people_{name}"] for name in ("difference", "p", "conclusion")]
        if people != [row[name] for name in names]:
            yield f"metric_verdicts of {[row[one] for one in pair]}: {people}"


def _in_tables(told: Mapping[str, Any]) -> Iterator[str]:
    """A comparison of one question and population has one conclusion in all tables of a page."""
    said: dict[tuple[str, str], str] = {}
    for section in told["sections"]:
        for table in section["tables"]:
            names = table["columns"]
            if table["file"] != "comparisons.csv" or not {"Comparison"} <= set(names):
                continue
            for cells in table["rows"]:
                row = dict(reversed([*zip(names, cells, strict=True)]))
                one = row.get("Conclusion", row.get("conclusion", "–"))
                about = (
                    row["Comparison"],
                    row.get("Question", table["caption"].partition(": ")[2]),
                )
                if one != "–" and about[1] and said.setdefault(about, one) != one:
                    yield f"{section['key']}: {about} is “{one}” and “{said[about]}”"


# intervals and decisions


def _intervals(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """The deciding interval leaves out 0 exactly where a difference is concluded."""
    for file in ("comparisons", "cohesion_vs_rating"):
        for row in (
            tables[file].query("decision_ci_low != '' and conclusion != ''").to_dict("records")
        ):
            outside = not float(row["decision_ci_low"]) <= 0 <= float(row["decision_ci_high"])
            if outside != bool(Conclusion(row["conclusion"]).way):
                yield f"{file}: {row['conclusion']} beside {row['decision_ci_low']} to …"
