"""What can be wrong with a study's file, and where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Path = tuple[str | int, ...]


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
        return ": ".join(text for text in (where, self.part, self.message) if text)


@dataclass(slots=True)
class Problems:
    """All that was found so far, each once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, message: str, *path: str | int, at_name: bool = False) -> None:
        problem = Problem(message, path, at_name)
        if problem not in self.found:
            self.found.append(problem)


class StudyFileError(ValueError):
    """The file can't become a study; the message says everything that is wrong with it."""

    def __init__(self, problems: str | Iterable[Problem], name: str = "") -> None:
        listed = [Problem(problems)] if isinstance(problems, str) else list(problems)
        self.problems: Sequence[Problem] = sorted(
            listed, key=lambda problem: problem.place or Place(0, 0)
        )
        start = f"{name}, " if name else ""
        super().__init__("\n".join(f"{start}{problem}" for problem in self.problems))
