"""What a report's page shows: sections of sentences, tables of text and figures, made elsewhere.

One template renders them, in the researcher's area and as one file that stands alone. Nothing here
computes, and nothing here is heavy: the web process may import it.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

# In a report's folder.
SECTIONS, FIGURES, ALONE = "sections.json", "figures", "report.html"
CSS = Path(__file__).parents[1] / "static" / "analysis" / "report.css"
# Numbers with what may stand beside them: signs, units, intervals, "< .001".
NUMERIC = re.compile(r"[<>≤≥−+-]?\s?[\d,]*\.?\d+( ?%)?( to [−-]?[\d.,]+( ?%)?)?( \(.*\))?")


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Text by row and column; the first column says what a row is about.

    `file` holds all the numbers; `planned` is for tables of results alone: None says nothing. What
    is `folded` is there for who opens it.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    file: str = ""
    planned: bool | None = None
    folded: bool = False

    @property
    def head(self) -> list[Cell]:
        return [Cell(name, self._numeric(at)) for at, name in enumerate(self.columns)]

    @property
    def body(self) -> list[list[Cell]]:
        numeric = [cell.numeric for cell in self.head]
        return [[Cell(*one) for one in zip(row, numeric, strict=True)] for row in self.rows]

    def _numeric(self, at: int) -> bool:
        """Whether a column holds numbers, and in most rows one."""
        given = [row[at] for row in self.rows if row[at]]
        fits = sum(bool(NUMERIC.fullmatch(text)) for text in given)
        return at > 0 and 2 * fits > len(given)


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as it stands in a page. `svg` is the file that `analysis.figures.save` wrote."""

    name: str
    title: str
    svg: SafeString
    alt: str
    caption: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A part of a sentence and the rows that it says: those of `file`.csv with these values in
    these columns. `says` is what is concluded in it, as in the row."""

    text: str
    file: str
    where: Mapping[str, str]
    says: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """`lead` is one sentence with its numbers and their uncertainty; `key` is its address. `claims`
    are the rows that it is made from, for whoever checks it."""

    key: str
    title: str
    lead: str
    planned: bool | None = None
    notes: Sequence[str] = ()
    claims: Sequence[Claim] = ()
    tables: Sequence[Table] = ()
    figures: Sequence[Picture] = ()


def saved(
    sections: Sequence[Section], *, brief: Sequence[str] = (), warnings: Sequence[str] = ()
) -> dict[str, Any]:
    """As data for a file beside the tables; drawings stay in theirs."""
    told = [asdict(section) for section in sections]
    return {"sections": told, "brief": list(brief), "warnings": list(warnings)}


def read(folder: Path) -> dict[str, Any]:
    """What `saved` kept in a report's folder, its sections with their drawings: what the templates
    expect. Raises OSError."""
    written = json.loads((folder / SECTIONS).read_text("utf-8"))
    return {**written, "sections": [_section(folder, each) for each in written["sections"]]}


def _section(folder: Path, about: dict[str, Any]) -> Section:
    tables = [Table(**table) for table in about["tables"]]
    figures = [_with_drawing(folder, figure) for figure in about["figures"]]
    claims = [Claim(**claim) for claim in about["claims"]]
    return Section(**{**about, "tables": tables, "figures": figures, "claims": claims})


def _with_drawing(folder: Path, about: dict[str, Any]) -> Picture:
    return Picture(**{**about, "svg": drawn(folder / FIGURES / f"{about['name']}.svg")})


def drawn(file: Path) -> SafeString:
    """A figure's SVG, to stand in a page. Only for files that `analysis.figures.save` wrote: their
    text is escaped there. Raises OSError."""
    return mark_safe(file.read_text("utf-8"))  # noqa: S308


def standalone(
    title: str,
    *,
    sections: Sequence[Section],
    subtitle: str = "",
    brief: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> str:
    """The report as one HTML file that loads nothing, from nowhere."""
    css = CSS.read_text("utf-8")
    context = {
        "title": title,
        "subtitle": subtitle,
        "brief": brief,
        "warnings": warnings,
        "sections": sections,
        "css": mark_safe(css),  # noqa: S308 - our own style sheet
        "css_hash": mark_safe(b64encode(sha256(css.encode()).digest()).decode()),  # noqa: S308
    }
    return render_to_string("analysis/report_file.html", context)
