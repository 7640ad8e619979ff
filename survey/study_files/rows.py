"""From what a file says to rows in the database, and everything that stands against that."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.dateparse import parse_datetime

from survey import texts
from survey.models import Condition, Instrument, Item, Study

from .expanding import Data, instruments_of, language_of, ready_made_instrument, row_of
from .problems import Path, Problem, StudyFileError
from .schema import ready_made

Row = TypeVar("Row", Study, Condition, Instrument, Item)
TIMES = ("opens_at", "closes_at")


class _Saver:
    """Saves rows as far as they are in order, and notes what stands against the others."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.problems: list[Problem] = []

    def study(self, data: Data) -> Study | None:
        parts = ("conditions", "instruments")
        row = row_of(data, texts.OF_STUDY, self.language)
        fields = {name: value for name, value in row.items() if name not in parts}
        for name in TIMES:
            fields[name] = parse_datetime(fields[name]) if fields.get(name) else None
        study = self.checked(Study(**fields), ())
        if study is None:
            return None
        for index, condition in enumerate(data.get("conditions", [])):
            self.checked(Condition(study=study, **condition), ("conditions", index))
        for index, instrument in enumerate(instruments_of(data)):
            self.instrument(study, index, instrument, ("instruments", index))
        return study

    def instrument(self, study: Study, position: int, data: Data, path: Path) -> None:
        row = row_of(data, texts.OF_INSTRUMENT, self.language)
        items = row.pop("items", [])
        instrument = self.checked(Instrument(study=study, position=position, **row), path)
        if instrument is None:
            return
        made: list[Item] = []
        for place, item in enumerate(items):
            fields = row_of(item, texts.OF_ITEM, self.language)
            one = Item(instrument=instrument, position=place, **fields)
            if one.shown_if and made:  # it may depend on one of those
                Item.objects.bulk_create(made)
                made = []
            # That no two have one key has been seen; the database would not keep them either.
            if self.noting(partial(_clean_alone, one), (*path, "items", place)):
                made.append(one)
        Item.objects.bulk_create(made)
        self.noting(instrument.clean_scores, path)

    def checked(self, row: Row, path: Path) -> Row | None:
        if not self.noting(row.full_clean, path):
            return None
        row.save()
        return row

    def noting(self, check: Callable[[], None], path: Path) -> bool:
        """Whether a check found nothing; what it found is noted, with its place."""
        try:
            check()
        except ValidationError as error:
            self.problems += _problems(error, path)
            return False
        return True


def _clean_alone(item: Item) -> None:
    """Without asking the database about each of a thousand questions."""
    item.clean_fields(exclude=("instrument",))
    item.clean()


def _problems(error: ValidationError, path: Path) -> Iterator[Problem]:
    for field, reasons in error.message_dict.items():
        for said in reasons:
            yield Problem(said, path if field == NON_FIELD_ERRORS else (*path, field))


def trimmed(value: Any) -> Any:
    """Texts without the spaces and line breaks around them, as forms keep them."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [trimmed(one) for one in value]
    if isinstance(value, dict):
        return {name: trimmed(one) for name, one in value.items()}
    return value


def save(data: Data) -> Study:
    """A new draft with all that the file says. Raises StudyFileError, and then keeps nothing."""
    saver = _Saver(language_of(data))
    with transaction.atomic():
        study = saver.study(trimmed(data))
        if saver.problems or study is None:
            raise StudyFileError(saver.problems)
    return study


def add_ready_made(study: Study, name: str, placement: str) -> None:
    """Add a ready-made instrument to a draft. Raises StudyFileError if it does not fit."""
    if name not in ready_made():
        known = ", ".join(ready_made())
        raise StudyFileError(f"There is no ready-made instrument “{name}”; there are {known}.")
    saver = _Saver(study.language)
    data = ready_made_instrument(name, study.language, study.languages)
    with transaction.atomic():
        position = study.instruments.count()
        saver.instrument(study, position, {**data, "placement": placement}, ())
        if saver.problems:
            raise StudyFileError(saver.problems)
