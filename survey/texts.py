"""Texts in several languages. Pure: no Django.

A row keeps each text in the study's own language in its field, and the others in `translations`:
{"de": {"title": "…"}}.
"""

from collections.abc import Mapping
from typing import Any, Protocol

OF_STUDY = ("title", "summary", "information", "consent", "debriefing")
OF_INSTRUMENT = ("title", "introduction")
OF_ITEM = ("text", "help", "options", "rows")


class Translated(Protocol):
    translations: Any


def in_language(row: Translated, field: str, language: str) -> Any:
    """What the field says in this language; in the study's own where there is no translation."""
    return translation(row.translations, language).get(field) or getattr(row, field)


def translation(translations: Any, language: str) -> Mapping[str, Any]:
    """The texts in this language; none where what is kept is no translation at all."""
    texts = translations.get(language) if isinstance(translations, Mapping) else None
    return texts if isinstance(texts, Mapping) else {}
