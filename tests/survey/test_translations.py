"""The pages' own words: every one in every language, and the files in order; no tools needed."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation.template import templatize

from recommender.own_songs import GIVEN_UP
from survey.reasons import REASONS

ROOT = Path(__file__).parent.parent.parent
LOCALE = ROOT / "survey" / "locale"
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
CALLS = ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext")
STRING = r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
CALL = re.compile(rf"\b(\w+)\(\s*u?{STRING}(?:\s*,\s*u?{STRING})?")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?\w+>")

pytestmark = pytest.mark.parametrize("language", LANGUAGES)


class Untranslated(gettext.NullTranslations):
    """Says nothing in place of what is missing."""

    def gettext(self, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""

    def pgettext(self, context: str, message: str) -> str:
        return ""


def translations(language: str) -> gettext.GNUTranslations:
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        found = gettext.GNUTranslations(file)
    found.add_fallback(Untranslated())
    return found


def calls_in_code() -> Iterator[tuple[str, list[str]]]:
    for path in (ROOT / "survey").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS:
                texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
                if texts:
                    yield node.func.id, texts


def calls_in_templates() -> Iterator[tuple[str, list[str]]]:
    pages = (ROOT / "survey" / "templates" / "survey").rglob("*.*")
    for path in [*pages, *(ROOT / "studyproject" / "templates").glob("*.html")]:
        for name, *texts in CALL.findall(templatize(path.read_text())):
            if name in CALLS:
                yield name, [ast.literal_eval(text) for text in texts if text]


def entries(language: str) -> Iterator[dict[str, str]]:
    """What the .po file says, entry by entry."""
    text = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text()
    for block in text.split("\n\n")[1:]:
        found: dict[str, str] = {}
        for line in (line for line in block.splitlines() if not line.startswith("#")):
            name, _, value = ("", "", line) if line.startswith('"') else line.partition(" ")
            name = name or list(found)[-1]
            found[name] = found.get(name, "") + ast.literal_eval(value)
        yield found


def test_every_text_that_participants_read_is_translated(language):
    known = translations(language)
    for name, texts in [*calls_in_code(), *calls_in_templates()]:
        match name:
            case "ngettext":
                assert known.ngettext(texts[0], texts[1], 2), texts
            case "pgettext":
                assert known.pgettext(texts[0], texts[1]), texts
            case _:
                assert known.gettext(texts[0]), texts


def test_the_search_for_texts_finds_them(language):
    found = {texts[0] for _name, texts in [*calls_in_code(), *calls_in_templates()]}
    assert "Please answer this question." in found  # code
    assert "Agree and continue" in found  # a template
    assert "Skip to the content" in found  # the frame of every page
    assert len(found) == len([*entries(language)])


def test_what_is_compiled_is_what_was_written(language):
    known = translations(language)
    for entry in entries(language):
        if "msgid_plural" in entry:
            singular, plural = entry["msgid"], entry["msgid_plural"]
            assert known.ngettext(singular, plural, 1) == entry["msgstr[0]"]
            assert known.ngettext(singular, plural, 2) == entry["msgstr[1]"]
        elif "msgctxt" in entry:
            assert known.pgettext(entry["msgctxt"], entry["msgid"]) == entry["msgstr"]
        else:
            assert known.gettext(entry["msgid"]) == entry["msgstr"]


def test_what_is_filled_in_is_the_same_in_every_language(language):
    for entry in entries(language):
        said = entry.get("msgstr[1]") or entry["msgstr"]
        wanted = entry.get("msgid_plural") or entry["msgid"]
        assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(wanted)), wanted


def test_no_translation_is_a_guess_of_the_tools(language):
    text = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text()
    assert "fuzzy" not in text
    assert "#~" not in text


def test_the_reason_of_a_song_that_was_given_up_is_among_the_translated(language):
    assert GIVEN_UP in REASONS
