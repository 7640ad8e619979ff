"""In which language a participant reads: their own choice, else their browser's, else the study's.

The study's texts and the pages' own words are two things: a study may be in a language that the
pages are not translated into. The pages then speak English, and each text says what it is in.
"""

from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from . import texts
from .models import Study

# Written from right to left; by the language's first part.
RIGHT_TO_LEFT = ("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")


@dataclass(frozen=True, slots=True)
class Reading:
    """language : of the study's texts. own : of those that are not translated. page : of the
    pages' own words."""

    language: str
    own: str
    page: str


NOBODY = Reading("", "", settings.LANGUAGE_CODE)
_now: ContextVar[Reading] = ContextVar("reading", default=NOBODY)


def now() -> Reading:
    return _now.get()


def read(study: Study, language: str) -> None:
    """From here on, study and pages are in this language, as far as they are there in it."""
    page = page_language(language)
    _now.set(Reading(language, study.language, page))
    translation.activate(page)


def read_pages(language: str) -> None:
    """A page of no study, which may name several."""
    _now.set(Reading(language, "", language))
    translation.activate(language)


def nobody_reads() -> None:
    """Researchers' pages are in English, and say a study's texts in its own language."""
    _now.set(NOBODY)
    translation.activate(NOBODY.page)


def page_language(language: str) -> str:
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return settings.LANGUAGE_CODE


def preferred(accepted: str, offered: Collection[str]) -> str | None:
    """The first language of an Accept-Language header that is offered, in any of its variants."""
    for wanted, _quality in parse_accept_lang_header(accepted.lower()):
        for code in offered:
            if code.lower() == wanted:
                return code
        for code in offered:
            if _first_part(code) == _first_part(wanted):
                return code
    return None


def of_browser(accepted: str) -> str:
    """The language of a page of no study."""
    known = [code for code, _name in settings.LANGUAGES]
    return preferred(accepted, known) or settings.LANGUAGE_CODE


def said(row: Any, field: str) -> Any:
    """What a study, an instrument or a question says, in the language that is read."""
    return texts.in_language(row, field, now().language)


def language_of(row: Any, field: str) -> str:
    """The language that `said` says it in; empty where nobody reads."""
    there = texts.translation(row.translations, now().language).get(field)
    return now().language if there else getattr(row, "language", now().own)


def direction(language: str) -> str:
    return "rtl" if _first_part(language) in RIGHT_TO_LEFT else "ltr"


def name_of(language: str) -> str:
    """What its speakers call it, such as Deutsch."""
    try:
        name: str = translation.get_language_info(language)["name_local"]
    except KeyError:
        return language
    return name[:1].upper() + name[1:]


def _first_part(code: str) -> str:
    return code.lower().replace("_", "-").split("-")[0]
