"""Studies and instruments as readable YAML files."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction

from .models import Condition, Instrument, Item, Study

Row = TypeVar("Row", Study, Condition, Instrument, Item)

# What happens to a study, not what it is.
OWN = {"id", "pk", "state", "model", "created_at", "updated_at"}

INSTRUMENTS = Path(__file__).parent / "instruments"


class StudyFileError(ValueError):
    """The file can't become a study; the message says what is wrong with it."""


def read_yaml(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StudyFileError(f"{path} can't be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StudyFileError(f"{path} is not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise StudyFileError(f"{path} must hold names and values, such as “slug: my-study”.")
    return data


def load_study(path: Path) -> Study:
    """Make a draft of the study in the file; nothing is kept if anything in it is wrong."""
    data = read_yaml(path)
    if own := sorted(OWN & set(data)):
        raise StudyFileError(f"{path}: {', '.join(own)} can't be set: a loaded study is a draft.")
    conditions, instruments = data.pop("conditions", []), data.pop("instruments", [])
    if Study.objects.filter(slug=data.get("slug", "")).exists():
        raise StudyFileError(
            f"There is a study “{data['slug']}” already; give this one another slug."
        )
    try:
        with transaction.atomic():
            study = _checked(Study(**data))
            for condition in conditions:
                _checked(Condition(study=study, **condition))
            for position, instrument in enumerate(instruments):
                _load_instrument(study, position, instrument)
    except (TypeError, ValidationError) as error:
        raise StudyFileError(f"{path}: {'; '.join(_reasons(error))}") from error
    return study


def ready_made() -> list[str]:
    """The names of the instruments that come with the product."""
    return sorted(path.stem for path in INSTRUMENTS.glob("*.yaml"))


def add_ready_made(study: Study, name: str, placement: str) -> None:
    """Add a ready-made instrument to a draft. Raises StudyFileError if it does not fit."""
    try:
        with transaction.atomic():
            data = {"use": name, "placement": placement}
            _load_instrument(study, study.instruments.count(), data)
    except ValidationError as error:
        raise StudyFileError("; ".join(_reasons(error))) from error


def _load_instrument(study: Study, position: int, data: Any) -> None:
    if not isinstance(data, dict):
        raise StudyFileError(
            f"An instrument has names and values, such as “use: track-ratings”; “{data}” has not."
        )
    named = data.pop("use", None)
    if named is not None and named not in ready_made():
        raise StudyFileError(
            f"There is no ready-made instrument “{named}”; there are {', '.join(ready_made())}."
        )
    data = {**(read_yaml(INSTRUMENTS / f"{named}.yaml") if named else {}), **data}
    items = data.pop("items", [])
    instrument = _checked(Instrument(study=study, position=position, **data))
    for place, item in enumerate(items):
        _checked(Item(instrument=instrument, position=place, **item))
    instrument.clean_scores()


def _checked(row: Row) -> Row:
    row.full_clean()
    row.save()
    return row


def _reasons(error: TypeError | ValidationError) -> list[str]:
    if isinstance(error, TypeError):
        return [str(error)]
    if hasattr(error, "error_dict"):
        return [f"{field}: {' '.join(reasons)}" for field, reasons in error.message_dict.items()]
    return error.messages
