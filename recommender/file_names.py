"""Which file is meant by a name that somebody, or some system, wrote in its own way."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import unquote, urlsplit

Key = TypeVar("Key", bound=Hashable)
_ENDING = re.compile(r"\.[a-z0-9]{2,4}$")


@dataclass(slots=True)
class Matches(Generic[Key]):
    """by_file : what is about each file. loose : those of them whose file has another ending.
    unused : those that no file fits, or several. outside : those that name what is not inside the
    folder. claims : files that more than one is about, with all that are."""

    by_file: dict[Path, Key] = field(default_factory=dict)
    loose: dict[Key, Path] = field(default_factory=dict)
    unused: list[Key] = field(default_factory=list)
    outside: list[Key] = field(default_factory=list)
    claims: dict[Path, list[Key]] = field(default_factory=dict)


def match(names: Mapping[Key, str], folder: Path, files: Sequence[Path]) -> Matches[Key]:
    """Find the file, among a folder's, that each name means.

    Names are relative to the folder, or absolute inside it. A name that fits as it is comes first;
    then one that differs in the form of its letters (NFC, NFD), in slashes or %20; then in upper
    and lower case; then in its ending, where only one file and one name come into question.
    """
    inside = {key: _inside(name, folder) for key, name in names.items()}
    left = {key: name for key, name in inside.items() if name is not None}
    relative = {file: file.relative_to(folder).as_posix() for file in files}
    claims: dict[Path, list[Key]] = defaultdict(list)
    for form in (str, _spelling, _caseless):
        for key, file in _unambiguous(left, relative, form).items():
            claims[file].append(key)
            del left[key]
    free = {file: name for file, name in relative.items() if file not in claims}
    loose = _one_to_one(_unambiguous(left, free, _without_ending))
    by_file = {file: keys[0] for file, keys in claims.items()}
    return Matches(
        by_file=by_file | {file: key for key, file in loose.items()},
        loose=loose,
        unused=[key for key in left if key not in loose],
        outside=[key for key, name in inside.items() if name is None],
        claims={file: keys for file, keys in claims.items() if len(keys) > 1},
    )


def _inside(name: str, folder: Path) -> str | None:
    """The name relative to the folder; None for what is not inside it."""
    written = name.strip()
    if written.lower().startswith("file:"):
        written = unquote(urlsplit(written).path)
    parts: list[str] = []
    for part in (folder / written).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    path = Path(*parts)
    return path.relative_to(folder).as_posix() if written and folder in path.parents else None


def _unambiguous(
    names: Mapping[Key, str], files: Mapping[Path, str], form: Callable[[str], str]
) -> dict[Key, Path]:
    by_form = defaultdict(list)
    for file, name in files.items():
        by_form[form(name)].append(file)
    meant = {key: by_form.get(form(name), []) for key, name in names.items()}
    return {key: candidates[0] for key, candidates in meant.items() if len(candidates) == 1}


def _one_to_one(meant: Mapping[Key, Path]) -> dict[Key, Path]:
    count = Counter(meant.values())
    return {key: file for key, file in meant.items() if count[file] == 1}


def _spelling(name: str) -> str:
    parts = unquote(name).replace("\\", "/").split("/")
    return unicodedata.normalize("NFC", "/".join(part.strip() for part in parts if part != "."))


def _caseless(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _spelling(name)).casefold())


def _without_ending(name: str) -> str:
    return _ENDING.sub("", _caseless(name))


def likely(name: str, folder: Path, files: Sequence[Path]) -> list[str]:
    """The files that may be meant by a name that fits none, or several: at most three."""
    known = [file.relative_to(folder).as_posix() for file in files]
    for form in (_caseless, _without_ending, _base):
        if alike := [file for file in known if form(file) == form(name)]:
            return alike[:3]
    # Another number is another song, however alike the names are.
    numbered = [file for file in known if re.findall(r"\d+", file) == re.findall(r"\d+", name)]
    return get_close_matches(name, numbered, n=1, cutoff=0.75)


def _base(name: str) -> str:
    return _without_ending(name).rpartition("/")[2]
