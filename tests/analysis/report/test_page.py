"""The report's page as one file: everything in it, nothing loaded, nobody's text taken for HTML."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from django.utils.safestring import mark_safe

from analysis.report.page import CSS, Picture, Section, Table, standalone

EVIL = '<script>alert("x")</script>'
SVG = mark_safe('<svg xmlns="http://www.w3.org/2000/svg" role="img"><title>t</title></svg>')


class Elements(HTMLParser):
    """Every element with its attributes, and the text of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def sections(text: str = "liking") -> list[Section]:
    table = Table(
        f"Means of {text}",
        ["Outcome", "Condition", "Mean", "p", "Status"],
        [[text, "system", "−0.42", "< .001", "ok"], [text, "chance", "", "", f"not: {text}"]],
        "descriptives.csv",
        planned=True,
    )
    figure = Picture("likert-liking", text, SVG, f"Alt of {text}", f"How {text} was made")
    return [
        Section("flow", "Flow", f"45 people rated {text}.", None, [text]),
        Section("comparisons", text, text, True, tables=[table], figures=[figure]),
        Section("more", "More", text, False, tables=[table]),
    ]


def page(text: str = "liking") -> Elements:
    about = {"subtitle": text, "brief": [text], "warnings": [text]}
    return Elements(standalone(f"Report on {text}", sections=sections(text), **about))


@pytest.fixture(scope="module")
def report() -> Elements:
    return page()


def test_the_contents_lead_to_every_section(report):
    linked = [attributes["href"] for attributes in report.of("a")]
    assert linked == ["#flow", "#comparisons", "#more"]
    assert {"flow", "comparisons", "more"} <= {one.get("id") for one in report.of("section")}


def test_ids_are_there_once(report):
    ids = [attributes["id"] for _tag, attributes in report.found if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_what_labels_something_exists(report):
    ids = {attributes.get("id") for _tag, attributes in report.found}
    labels = {attributes.get("aria-labelledby") for _tag, attributes in report.found} - {None}
    assert labels <= ids


def test_nobodys_text_becomes_html():
    found = page(EVIL)
    assert not found.of("script")
    assert found.text.count(EVIL) > 10


def test_the_file_loads_nothing_and_runs_nothing(report):
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in report.found}
    for _tag, attributes in report.found:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        assert "src" not in attributes
        assert not re.match("(https?:)?//", attributes.get("href") or "")


def test_its_policy_allows_its_own_style_sheet_alone(report):
    css = b64encode(sha256(CSS.read_bytes()).digest()).decode()
    (policy,) = (meta for meta in report.of("meta") if meta.get("http-equiv"))
    assert policy["content"] == f"default-src 'none'; style-src 'sha256-{css}'"


def test_the_style_sheet_needs_no_other_file():
    css = CSS.read_text("utf-8")
    assert "url(" not in css
    assert "@import" not in css
    assert "<" not in css


def test_planned_and_exploratory_are_told_apart_in_words(report):
    assert report.text.count("planned before the data") == 3
    assert report.text.count("exploratory") == 1


def test_a_table_scrolls_within_itself_and_can_be_reached_by_keyboard(report):
    scrolling = [one for one in report.of("div") if one.get("class") == "scroll"]
    assert all(one["tabindex"] == "0" and one["aria-labelledby"] for one in scrolling)
    assert len(scrolling) == len(report.of("table")) == 2


def test_a_folded_table_is_there_to_open_under_its_caption():
    table = Table("More", ["a", "n"], [["x", "1"]], folded=True)
    found = Elements(standalone("t", sections=[Section("key", "Key", "Lead", tables=[table])]))
    assert [one.get("class") for one in found.of("details")] == ["table"]
    assert [one.get("id") for one in found.of("summary")] == ["key-table-1"]


def test_a_row_begins_with_what_it_is_about(report):
    scopes = [one.get("scope") for one in report.of("th")]
    assert scopes == (["col"] * 5 + ["row"] * 2) * 2


def test_columns_of_numbers_are_known_by_their_cells():
    table = sections()[1].tables[0]
    assert [cell.numeric for cell in table.head] == [False, False, True, True, False]


@pytest.mark.parametrize(
    "text", ["12", "1,167", "−0.42", "< .001", "8 %", "0.27 to 0.57", "3.70 (3.54 to 3.85)", "≥ 5"]
)
def test_numbers_with_what_stands_beside_them_are_numbers(text):
    assert Table("", ["", "n"], [["a", text]]).head[1].numeric


@pytest.mark.parametrize("text", ["ok", "not_estimable: one participant", "welch_t", "3 genres"])
def test_words_are_no_numbers(text):
    assert not Table("", ["", "n"], [["a", text]]).head[1].numeric


def test_a_figure_has_its_title_its_caption_and_its_words(report):
    assert {"Alt of liking", "liking"} <= set(re.split(r"[\n.]|In words", report.text))
    assert "How liking was made" in report.text
    assert len(report.of("svg")) == 1


def test_the_same_report_gives_the_same_page():
    assert standalone("Report", sections=sections()) == standalone("Report", sections=sections())
