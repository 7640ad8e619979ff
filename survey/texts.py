"""Texts in several languages. Pure: no Django.

A row keeps each text in the study's own language in its field, and the others in `translations`:
{"de": {"title": "…"}}.
"""

import re
from collections.abc import Iterable, Mapping
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


# Up to where texts write numbers in words, in the languages that pages are translated into.
NUMBERS = {
    "en": "one two three four five six seven eight nine ten eleven twelve",
    "de": "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "es": "una dos tres cuatro cinco seis siete ocho nueve diez once doce",
}
SONGS = (
    r"songs?|tracks?|tunes?|lied(?:ern?)?|titeln?|(?:musik)?stück(?:en?)?"
    r"|canciones|temas|pistas|piezas"
)


def telling(texts: Iterable[str], n: int) -> str:
    """The first words of the texts that say “n songs”; empty if none does."""
    words = [numbers.split()[n - 1] for numbers in NUMBERS.values() if n <= len(numbers.split())]
    number = "|".join([str(n), *words])
    phrase = re.compile(rf"\b(?:{number})\b(?:\s+\w+)?\s+(?:{SONGS})\b", re.IGNORECASE)
    return next((found[0] for text in texts if (found := phrase.search(text))), "")
