"""What can be wrong with a study's file, and where."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

# So much of a text of the file shows which one is meant.
LONG_TEXT = re.compile(r"“([^”]{80})[^”]+”")
# More are not looked for: they come from few mistakes, or the file is no study at all.
MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column of the file, from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` leads to it from the top of the file; `at_name` if its name is meant, not its value.

    `part` is the path in plain words, such as “instrument “track” › item “liking” › options”.
    """

    message: str
    path: Path = ()
    at_name: bool = False
    place: Place | None = None
    part: str = ""

    def __str__(self) -> str:
        where = f"line {self.place.line}, column {self.place.column}" if self.place else ""
        said = ": ".join(text for text in (where, self.part, self.message) if text)
        return LONG_TEXT.sub(r"“\1…”", said)


class TooManyError(Exception):
    """There are more problems than anybody reads at once."""


@dataclass(slots=True)
class Problems:
    """All that was found so far, each once. Raises TooManyError after `MOST_PROBLEMS`."""

    _found: dict[Problem, None] = field(default_factory=dict)

    @property
    def found(self) -> list[Problem]:
        return list(self._found)

    def add(
        self, message: str, *path: str | int, at_name: bool = False, place: Place | None = None
    ) -> None:
        if len(self._found) >= MOST_PROBLEMS:
            raise TooManyError
        self._found.setdefault(Problem(message, path, at_name, place))


class StudyFileError(ValueError):
    """The file can't become a study; the message says everything that is wrong with it."""

    def __init__(self, problems: str | Iterable[Problem], name: str = "") -> None:
        listed = [Problem(problems)] if isinstance(problems, str) else list(problems)
        self.problems: Sequence[Problem] = sorted(
            listed, key=lambda problem: problem.place or Place(0, 0)
        )
        start = f"{name}, " if name else ""
        said = [f"{start}{problem}" for problem in self.problems]
        if len(said) >= MOST_PROBLEMS:
            said.append(f"{start}these are the first {MOST_PROBLEMS} mistakes; there may be more.")
        super().__init__("\n".join(said))
