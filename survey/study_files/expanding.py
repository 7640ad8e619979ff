"""From what a file says to what rows keep: ready-made instruments filled in, languages apart.

A file that is not in order comes through as far as it can: what is wrong with it is said elsewhere.
"""

from collections.abc import Collection, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, TypeGuard

from survey import texts

from .reading import read
from .schema import INSTRUMENTS, ready_made

Data = dict[str, Any]


def instruments_of(data: Mapping[str, Any]) -> list[Data]:
    """The file's instruments with those that are ready-made written out."""
    listed = data.get("instruments")
    language = language_of(data)
    among = offered(data)
    given = listed if isinstance(listed, list) else []
    return [_filled_in(one, language, among) if isinstance(one, dict) else {} for one in given]


def _filled_in(instrument: Data, language: str, among: Collection[str]) -> Data:
    name = instrument.get("use")
    if not isinstance(name, str) or name not in ready_made():
        return instrument
    own = {key: value for key, value in instrument.items() if key != "use"}
    return {**ready_made_instrument(name, language, among), **own}


def ready_made_instrument(name: str, language: str, among: Collection[str]) -> Data:
    """A ready-made instrument in these languages; in its own where `language` is not there."""
    data = deepcopy(_file(name))
    own = data.pop("language", "en")
    data = _spoken(data, texts.OF_INSTRUMENT, own, language, among)
    items = [_spoken(item, texts.OF_ITEM, own, language, among) for item in data.get("items", [])]
    return {**data, "items": items}


@cache
def _file(name: str) -> Data:
    """Read once: they come with the program, and a study names several of them."""
    path = INSTRUMENTS / f"{name}.yaml"
    return read(path.read_bytes(), path.name).data


def _spoken(
    data: Data, names: Collection[str], own: str, language: str, among: Collection[str]
) -> Data:
    """The texts in `language`, its first, and the others among these."""
    row = row_of(data, names, own)
    translations = row.pop("translations", {})
    for name in names:
        spoken = {own: row.get(name), **{c: t[name] for c, t in translations.items() if name in t}}
        kept = {language: spoken.get(language) or spoken[own]}
        kept |= {c: text for c, text in spoken.items() if c in among and c != language and text}
        if kept[language]:
            row[name] = kept if len(kept) > 1 else kept[language]
    return row


def language_of(data: Mapping[str, Any]) -> str:
    language = data.get("language", "en")
    return language if isinstance(language, str) else "en"


def offered(data: Mapping[str, Any]) -> list[str]:
    """The languages that the study's own texts are in, its default first."""
    row = row_of(data, texts.OF_STUDY, language_of(data))
    return [language_of(data), *row.get("translations", {})]


def row_of(data: Mapping[str, Any], names: Collection[str], language: str) -> Data:
    """What a row keeps: the default language in its fields, the others as translations."""
    row = {key: value for key, value in data.items() if key != "translations"}
    given = data.get("translations")
    translations: dict[str, Data] = {
        code: dict(said)
        for code, said in (given.items() if isinstance(given, dict) else ())
        if isinstance(said, dict)
    }
    for name in names:
        value = data.get(name)
        if by_language(value, name):
            row[name] = value.get(language, [] if name in ("options", "rows") else "")
            for code, said in value.items():
                if code != language:
                    translations.setdefault(code, {})[name] = said
    for said in (row, *translations.values()):
        if isinstance(said.get("rows"), dict):
            said["rows"] = in_order(said["rows"])
    filled = {code: said for code, said in translations.items() if said}
    return {**row, "translations": filled} if filled else row


def by_language(value: Any, name: str) -> TypeGuard[dict[str, Any]]:
    """Whether there is one for each language; rows are names with values themselves."""
    if not isinstance(value, dict):
        return False
    return name != "rows" or all(
        isinstance(said, dict) or (said and isinstance(said, list) and isinstance(said[0], list))
        for said in value.values()
    )


def in_order(rows: Mapping[str, Any]) -> list[list[Any]]:
    """Rows as a list, which every database keeps in order."""
    return [[key, *(said if isinstance(said, list) else [said])] for key, said in rows.items()]
