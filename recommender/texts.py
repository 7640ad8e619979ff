"""Texts from outside, such as tags, tables and file names: what of them may be kept and printed."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

# Letters and marks by their class, but nothing to be seen.
_INVISIBLE_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# They turn the text around them, also of what follows in a table or on a page; or say nothing here.
_DROPPED = frozenset(
    "\u00ad\u200b\u2060\ufeff\u2028\u2029"
    + "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x2070), *range(0xFFF9, 0xFFFC))))
)
_SPACES = {"Zs", "Zl", "Zp", "Cc"}


def cleaned(text: str) -> str:
    """The text in composed form (NFC), with a single space for spaces and control characters.

    What letters need stays: the joiners U+200C and U+200D of Persian, Indic scripts and emoji, and
    the marks U+200E, U+200F of text that runs both ways. Empty if nothing of it can be seen.
    """
    spaced = "".join(_kept(c) for c in unicodedata.normalize("NFC", text))
    return " ".join(spaced.split()) if any(_seen(c) for c in spaced) else ""


def _kept(character: str) -> str:
    kind = unicodedata.category(character)
    if character in _DROPPED and kind not in ("Zl", "Zp"):
        return ""
    if kind == "Cs":
        return "\ufffd"
    return " " if kind in _SPACES else character


def _seen(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind not in (*_SPACES, "Cf", "Mn") and character not in _INVISIBLE_LETTERS


def joined(values: Iterable[str]) -> str:
    """Several values of one field as one text, each once and in order: “Ana; Bea”."""
    return "; ".join(dict.fromkeys(filter(None, map(cleaned, values))))


def shortened(text: str, most: int) -> str:
    """The text, ending in “…” where it would be longer than that many characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def readable(path: Path | str) -> str:
    """The path as text, also where the bytes of a name are none, and without the control characters
    that would write elsewhere in a terminal or a table."""
    text = str(path).encode(errors="backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
