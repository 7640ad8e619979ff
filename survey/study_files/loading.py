"""A study's file, checked and made into a draft."""

from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from survey.models import Study

from .checking import contradictions
from .documents import Document, document_of
from .problems import Problems, StudyFileError, TooManyError
from .reading import Source, read
from .rows import save
from .wording import misfits


def content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StudyFileError(f"{path} can't be read: {error.strerror}.") from error


def checked(content: bytes, name: str) -> Source:
    """The file's data, in order as far as can be seen without a database.

    Raises StudyFileError with everything that is wrong, and where.
    """
    source = read(content, name)
    problems = Problems()
    with suppress(TooManyError):
        for problem in chain(misfits(source.data), contradictions(source.data)):
            problems.add(problem.message, *problem.path, at_name=problem.at_name)
    if problems.found:
        raise StudyFileError(map(source.located, problems.found), name)
    return source


def add_study(source: Source, **instead: Any) -> Study:
    """A draft made of checked data; nothing is kept if anything is wrong."""
    data = {**source.data, **instead}
    slug = data["slug"]
    if Study.objects.filter(slug=slug).exists():
        raise StudyFileError(
            f"There is a study “{slug}” already; give this one another slug, or replace it.",
            source.name,
        )
    try:
        return save(data)
    except StudyFileError as error:
        raise StudyFileError(map(source.located, error.problems), source.name) from error


def load_study(path: Path) -> Study:
    """Make a draft of the study in the file; nothing is kept if anything in it is wrong."""
    return add_study(checked(content_of(path), path.name))


def document_in(source: Source, study: Study) -> Document:
    """The document of a study that was made of the file under another slug."""
    return {**document_of(study), "slug": source.data["slug"]}
