"""The JSON Schema of a study's file, made of the models, the strategies and shapes.py.

It is kept in survey/schema/study.schema.json, from where it is served, checked and read by editors;
`manage.py study_schema` writes it anew.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations

from recommender.engine.strategies import STRATEGIES
from survey import texts
from survey.kinds.kind import Shape
from survey.models import Condition, Instrument, Item, Study
from survey.models.setting import settings_of

from .shapes import (
    JSON_FIELDS,
    LANGUAGE,
    by_language,
    kinds,
    languages,
    listed,
    names,
    strategies,
)

STORED = Path(__file__).parents[1] / "schema" / "study.schema.json"
INSTRUMENTS = Path(__file__).parents[1] / "instruments"

# What follows from where a row stands in the file.
PLACED = ("id", "study", "instrument", "position")
TEXTS: dict[type[models.Model], tuple[str, ...]] = {
    Study: texts.OF_STUDY,
    Instrument: texts.OF_INSTRUMENT,
    Item: texts.OF_ITEM,
    Condition: (),
}
TYPES: list[tuple[type[models.Field], str]] = [
    (models.BooleanField, "boolean"),
    (models.IntegerField, "integer"),
    (models.FloatField, "number"),
]


def ready_made() -> list[str]:
    """The names of the instruments that come with the product."""
    return sorted(path.stem for path in INSTRUMENTS.glob("*.yaml"))


@cache
def schema() -> Shape:
    """As it is stored. Built by `built`, which a test compares with it."""
    found: Shape = json.loads(STORED.read_text("utf-8"))
    return found


def built() -> Shape:
    item = names(properties(Item), needed(Item), allOf=kinds())
    strategy = {
        "enum": list(STRATEGIES),
        "default": "genre_space",
        "description": _choices((name, one.help) for name, one in STRATEGIES.items()),
    }
    params = {"type": "object", "description": "What the strategy is set to."}
    condition = names(
        {**properties(Condition), "strategy": strategy, "params": params},
        needed(Condition),
        allOf=strategies(),
    )
    study = names(
        {
            **properties(Study),
            "conditions": listed(condition, description="What is compared."),
            "instruments": listed(_instrument(item), description="Questionnaires, in order."),
        },
        needed(Study),
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A study of playlists",
        "description": "The file of a study, for manage.py load_study and “Add from a file”.",
        **study,
    }


def written() -> str:
    return json.dumps(built(), indent=2, ensure_ascii=False) + "\n"


def _instrument(item: Shape) -> Shape:
    use = {
        "enum": ready_made(),
        "description": "Takes a ready-made instrument; names beside it replace its own.",
    }
    fields = {**properties(Instrument), "use": use, "items": listed(item)}
    needs_a_key = {
        "if": {"not": {"required": ["use"]}},
        "then": {"required": ["key"]},
    }
    return names(fields, ("placement",), allOf=[needs_a_key])


def fields_of(model: type[models.Model]) -> list[models.Field]:
    """Those that a file has a name for: the settings, or all of a question."""
    fields, settings = model._meta.concrete_fields, settings_of(model)
    return [f for f in fields if (f.name in settings if settings else f.name not in PLACED)]


def own_fields() -> set[str]:
    """What happens to a study, not what it is: a file has no name for it."""
    return {field.name for field in Study._meta.concrete_fields} - settings_of(Study).keys()


def needed(model: type[models.Model]) -> tuple[str, ...]:
    """Fields that can't be left out: those that may not be empty and are so by default."""
    empty: tuple[object, ...] = ("", None, [], {})
    return tuple(f.name for f in fields_of(model) if not f.blank and f.get_default() in empty)


def properties(model: type[models.Model]) -> Shape:
    found = {field.name: _shape(model, field) for field in fields_of(model)}
    if "language" in found:
        found["language"] |= LANGUAGE
    if "translations" in found:
        given = {name: _plain(found[name]) for name in TEXTS[model]}
        found["translations"] = {"type": "object", **languages(names(given)), "minProperties": 0}
    for name in TEXTS[model]:
        found[name] = by_language(found[name]) if found[name]["type"] == "string" else found[name]
    return found


def _plain(shape: Shape) -> Shape:
    return {key: value for key, value in shape.items() if key not in ("description", "default")}


def _shape(model: type[models.Model], field: models.Field) -> Shape:
    shape = _values(field)
    if field.null:
        shape["type"] = [shape["type"], "null"]
    if field.name in needed(model):
        shape |= {"minItems": 1} if shape.get("type") == "array" else {"minLength": 1}
    about = str(field.help_text)
    if field.choices:
        about = f"{about} {_choices(field.flatchoices)}".strip()
    if about:
        shape["description"] = about
    if field.name not in needed(model):
        shape["default"] = field.get_default()
    return shape


def _values(field: models.Field) -> Shape:
    if isinstance(field, models.JSONField):
        return dict(JSON_FIELDS.get(field.name, {"type": ["object", "array"]}))
    if field.choices:
        return {"type": "string", "enum": [str(value) for value, _label in field.flatchoices]}
    if isinstance(field, models.DateTimeField):
        return {"type": "string", "format": "date-time"}
    kind = next((name for base, name in TYPES if isinstance(field, base)), "string")
    if kind == "string":
        return _text(field)
    return {"type": kind, **_bounds(field)}


def _text(field: models.Field) -> Shape:
    shape: Shape = {"type": "string"}
    if field.max_length and not isinstance(field, models.SlugField):
        shape["maxLength"] = field.max_length
    if isinstance(field, models.EmailField):
        shape["format"] = "email"
    if isinstance(field, models.SlugField):
        shape["pattern"] = f"^[-a-zA-Z0-9_]{{1,{field.max_length}}}$"
        shape["patternErrorMessage"] = (
            f"must be letters, digits, “-” and “_” alone, {field.max_length} at most"
        )
    return shape


def _bounds(field: models.Field) -> Shape:
    """Of its validators, and of what every database keeps."""
    kept = BaseDatabaseOperations.integer_field_ranges.get(field.get_internal_type())
    limits = [validator for validator in field.validators if hasattr(validator, "limit_value")]
    low = [v.limit_value for v in limits if isinstance(v, MinValueValidator)]
    high = [v.limit_value for v in limits if isinstance(v, MaxValueValidator)]
    if kept:
        low, high = [*low, kept[0]], [*high, kept[1]]
    bounds: dict[str, Any] = {"minimum": low, "maximum": high}
    best = {"minimum": max, "maximum": min}
    return {name: best[name](values) for name, values in bounds.items() if values}


def _choices(choices: Any) -> str:
    return " ".join(f"{value}: {str(label).removesuffix('.')}." for value, label in choices)
