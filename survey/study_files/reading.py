"""YAML as data, with the line and column of everything in it. Pure: no Django."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import yaml

from .problems import Path, Place, Problem, Problems, StudyFileError, TooManyError

# A study with long texts in ten languages has a tenth of it.
MOST_BYTES = 1_000_000
# Aliases count each time that they are used: ten lines of them can stand for billions of values.
MOST_VALUES = 20_000
MOST_CHARACTERS = 2 * MOST_BYTES
DEEPEST = 20
LONGEST_NUMBER = 100
LONGEST_NAME = 60  # of which more is not shown
# What a database keeps, and what JSON keeps exactly is less still.
MOST = 2**63 - 1

TAG = "tag:yaml.org,2002:"
NUMBERS = {f"{TAG}int", f"{TAG}float"}
PLAIN = {*NUMBERS, *(f"{TAG}{name}" for name in ("str", "bool", "null"))}


# The parser in C, where it was built, is ten times as fast.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Dates and times stay as they are written: those of a study need more than YAML's own rules,
    by which 12:30 is the number 750."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{TAG}timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says, and where. `places` are those of values, `names` those of their names."""

    name: str
    data: dict[str, Any]
    places: dict[Path, Place] = field(default_factory=dict)
    names: dict[Path, Place] = field(default_factory=dict)

    def located(self, problem: Problem) -> Problem:
        """The problem with its place: its own, or that of the nearest thing around it."""
        place = problem.place or self._place_of(problem)
        return replace(problem, place=place, part=self.in_words(problem.path))

    def _place_of(self, problem: Problem) -> Place | None:
        if problem.at_name and problem.path in self.names:
            return self.names[problem.path]
        around = (problem.path[:end] for end in range(len(problem.path), -1, -1))
        return next((self.places[path] for path in around if path in self.places), None)

    def in_words(self, path: Path) -> str:
        """The path as a reader would say it: instrument “track” › item “liking” › options."""
        words: list[str] = []
        here: Any = self.data
        for step in path:
            here = _inside(here, step)
            if isinstance(step, str):
                words.append(step if len(step) <= LONGEST_NAME else f"{step[:LONGEST_NAME]}…")
            else:
                one = words.pop().removesuffix("s") if words else "part"
                words.append(f"{one} {_name_of(here) or step + 1}")
        return " › ".join(words)


def _inside(here: Any, step: str | int) -> Any:
    if isinstance(here, dict):
        return here.get(step)
    inside = isinstance(here, list) and isinstance(step, int) and step < len(here)
    return here[step] if inside else None


def _name_of(part: Any) -> str:
    names = [part.get(key) for key in ("key", "name", "use")] if isinstance(part, dict) else []
    return next((f"“{name}”" for name in names if name and isinstance(name, str)), "")


def read(content: bytes, name: str) -> Source:
    """The file's names and values. Raises StudyFileError for what is no YAML, and says where."""
    if len(content) > MOST_BYTES:
        raise StudyFileError("The file is larger than 1 MB, which no study needs.", name)
    text = _decoded(content, name)
    loader = _Loader("")
    data = None
    try:
        _weigh(text)
        loader = _Loader(text)
        root = loader.get_single_node()
        reader = _Reader(loader)
        with suppress(TooManyError):
            data = reader.value(root, ()) if root is not None else None
    except StudyFileError as error:
        raise StudyFileError(error.problems, name) from error
    except yaml.YAMLError as error:
        raise StudyFileError([_not_yaml(error, text)], name) from error
    finally:
        loader.dispose()
    source = Source(name, data if isinstance(data, dict) else {}, reader.places, reader.names)
    if not isinstance(data, dict) and not reader.problems.found:
        reader.problems.add("The file must hold names and values, such as “slug: my-study”.")
    if reader.problems.found:
        raise StudyFileError(map(source.located, reader.problems.found), name)
    return source


def _weigh(text: str) -> None:
    """Raises StudyFileError for more than is worth reading, before anything is made of it."""
    depth, left = 0, 2 * MOST_VALUES  # names count, too
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.NodeEvent):
            depth += isinstance(event, yaml.CollectionStartEvent)
            left -= 1
        if depth > DEEPEST:
            raise StudyFileError([Problem("This is nested too deeply.", place=_place(event))])
        if not left:
            _refuse_size(event, f"{MOST_VALUES:,} values")


def _refuse_size(node: yaml.Node | yaml.Event, limit: str) -> NoReturn:
    said = (
        f"The file stands for more than {limit}, which no study needs; each use of an alias "
        "(*) counts."
    )
    raise StudyFileError([Problem(said, place=_place(node))])


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        said = "Not valid YAML: the file is not in UTF-8. Save it again with that encoding."
        raise StudyFileError([Problem(said, place=Place(line, column))], name) from error


def _not_yaml(error: yaml.YAMLError, text: str) -> Problem:
    """What the parser says, at the place that it means."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        return Problem("Not valid YAML: a character here is not allowed in a text.", place=place)
    said = getattr(error, "problem", None) or "it can't be read"
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if "'\\t'" in said or "found a tab" in said:
        said = "there is a tab. Indent with spaces"
    elif "expected ',' or" in said:
        said += ". Between brackets, quote texts that hold “?”, “:”, “,” or “#”"
    elif "Unicode character escape" in said:
        said = "a character of this text can't be kept"
    elif "but found another document" in said:
        said = "a second document begins. A file holds one study"
    at = Place(mark.line + 1, mark.column + 1) if mark else None
    return Problem(f"Not valid YAML: {said}.", place=at)


class _Reader:
    """Makes data of YAML's nodes and keeps where everything stands."""

    def __init__(self, loader: _Loader) -> None:
        self.loader = loader
        self.problems = Problems()
        self.places: dict[Path, Place] = {}
        self.names: dict[Path, Place] = {}
        self.n_values = self.n_characters = 0
        self.around: list[yaml.Node] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.places[path] = _place(node)
        self.n_values += 1
        if self.n_values > MOST_VALUES:
            _refuse_size(node, f"{MOST_VALUES:,} values")
        if node in self.around:
            return self.refuse("This repeats itself without end: its alias (*) is inside it.", path)
        if len(path) > DEEPEST:
            return self.refuse("This is nested too deeply.", path)
        self.around.append(node)
        try:
            return self.inside(node, path)
        finally:
            self.around.pop()

    def spend(self, node: yaml.Node, characters: int) -> None:
        self.n_characters += characters
        if self.n_characters > MOST_CHARACTERS:
            _refuse_size(node, f"{MOST_CHARACTERS:,} characters of text")

    def inside(self, node: yaml.Node, path: Path) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, (*path, index)) for index, one in enumerate(node.value)]
        return self.scalar(node, path) if isinstance(node, yaml.ScalarNode) else None

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in self.pairs(node):
            name = self.scalar(key, path) if isinstance(key, yaml.ScalarNode) else None
            if not isinstance(name, str):
                self.refuse_at(key, f"A name must be text: quote “{_shown(key)}”.", path)
                continue
            if name in found:
                first = self.names[(*path, name)].line
                self.refuse_at(key, f"“{name}” is there twice, first on line {first}.", path)
                continue
            self.names[(*path, name)] = _place(key)
            found[name] = self.value(value, (*path, name))
        return found

    def pairs(self, node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        """Its names and values, after those that it takes over with `<<` and does not replace."""
        own = {str(key.value) for key, _value in node.value}
        for key, value in node.value:
            if key.tag != f"{TAG}merge":
                yield key, value
            elif isinstance(value, yaml.MappingNode) and value not in self.around:
                yield from ((k, v) for k, v in value.value if str(k.value) not in own)
            else:
                self.refuse_at(key, "“<<” takes over the names of one alias (*).", ())

    def scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        if node.tag not in PLAIN:
            return self.refuse_at(node, f"Tags such as “{node.tag[:60]}” are not used here.", path)
        number = node.tag in NUMBERS
        if number and ":" in node.value:
            return str(node.value)
        if number and len(node.value) > LONGEST_NUMBER:
            return self.refuse_at(node, f"“{_shown(node)}” is no number that can be used.", path)
        self.spend(node, len(node.value))
        try:
            value = self.loader.construct_object(node)
        except ValueError:
            return self.refuse_at(node, f"“{_shown(node)}” is no number: quote it.", path)
        if isinstance(value, float) and not -1e300 < value < 1e300:
            return self.refuse_at(node, f"“{_shown(node)}” is no number that can be used.", path)
        if isinstance(value, int) and abs(value) > MOST:
            return self.refuse_at(node, f"“{_shown(node)}” is larger than can be kept.", path)
        if isinstance(value, str) and not _can_be_kept(value):
            return self.refuse_at(node, "A character of this text can't be kept.", path)
        return value

    def refuse(self, message: str, path: Path) -> None:
        self.problems.add(message, *path, place=self.places[path])

    def refuse_at(self, node: yaml.Node, message: str, path: Path) -> None:
        self.problems.add(message, *path, place=_place(node))


def _place(node: yaml.Node | yaml.Event) -> Place:
    mark: Any = node.start_mark
    return Place(mark.line + 1, mark.column + 1)


def _shown(node: yaml.Node) -> str:
    """What is there, cut to what fits a sentence."""
    said = str(node.value) if isinstance(node, yaml.ScalarNode) else "[…]"
    return said if len(said) <= 60 else f"{said[:60]}…"


def _can_be_kept(text: str) -> bool:
    """Databases keep no NUL, and halves of characters are no text."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
