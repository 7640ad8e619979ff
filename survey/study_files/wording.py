"""What the JSON Schema says against a file, in plain words and at its place."""

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_datetime

from .problems import Problem
from .schema import own_fields, schema

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError as Misfit

KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "names and values",
    "null": "empty",
}


def _is_email(value: object) -> bool:
    try:
        if isinstance(value, str) and value:
            validate_email(value)
    except ValidationError:
        return False
    return True


def _is_time(value: object) -> bool:
    """With a date, a time, and how far it is from UTC: a study's hours are the same for all."""
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return not isinstance(value, str) or (found is not None and found.tzinfo is not None)


def misfits(data: dict[str, Any]) -> Iterator[Problem]:
    """Everything in the file that has not the shape of a study."""
    # Imported here: it takes a seventh of a second, and only who reads a study's file needs it.
    from jsonschema import Draft202012Validator, FormatChecker

    formats = FormatChecker(formats=())
    formats.checks("email")(_is_email)
    formats.checks("date-time")(_is_time)
    validator = Draft202012Validator(schema(), format_checker=formats)
    for error in validator.iter_errors(data):
        yield from _problems(error)


def _problems(error: "Misfit") -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        known = list(error.schema["properties"])
        for name in error.instance:
            if name not in known:
                yield Problem(_unknown(name, known, path), (*path, name), at_name=True)
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield Problem(_missing(name), path)
    else:
        yield Problem(_said(error), path)


def _unknown(name: str, known: list[str], path: tuple[str | int, ...]) -> str:
    if not path and name in own_fields():
        return f"“{name}” can't be set: a loaded study is a draft."
    return f"There is no “{name}” here{did_you_mean(name, known)}"


def did_you_mean(name: str, known: list[str]) -> str:
    """The end of a sentence: the nearest known name, or all of them if they are few."""
    if near := difflib.get_close_matches(name, known, n=1, cutoff=0.6):
        return f"; did you mean “{near[0]}”?"
    return f"; there are {', '.join(known)}." if 0 < len(known) <= 8 else "."


def _missing(name: str) -> str:
    if name == "options":
        return "“options” is missing. At least two labels are needed."
    if name == "rows":
        return "“rows” is missing: names with texts."
    return f"“{name}” is missing."


def _said(error: "Misfit") -> str:
    limit, value = error.validator_value, error.instance
    match error.validator:
        case "type":
            return _wrong_type(error)
        case "enum":
            known = [str(one) for one in limit]
            near = difflib.get_close_matches(str(value), known, n=1, cutoff=0.6)
            hint = f" Did you mean “{near[0]}”?" if near else ""
            return f"“{value}” is none of {', '.join(known)}.{hint}"
        case "minimum" | "maximum":
            return f"It must be {_range(error.schema, value)}, not {value}."
        case "pattern":
            return f"“{value}” {error.schema.get('patternErrorMessage', 'has not the right form')}."
        case "format" if limit == "email":
            return f"“{value}” is no e-mail address."
        case "format":
            return f"“{value}” is no time such as 2027-01-31T18:00:00+01:00, with its zone."
        case "maxLength":
            return f"It has {len(value)} characters; {limit} are allowed."
        case "minLength" | "minProperties":
            return "It must not be empty."
    return _of_a_list(error)


def _of_a_list(error: "Misfit") -> str:
    if error.validator == "uniqueItems":
        twice = next(one for one in error.instance if error.instance.count(one) > 1)
        return f"Two are the same: “{twice}”."
    if said := error.schema.get("errorMessage"):
        return str(said)
    if error.validator == "minItems":
        return "It must not be empty."
    if error.validator == "maxItems":
        return f"At most {error.validator_value} are allowed."
    return str(error.message)


def _range(shape: dict[str, Any], value: float) -> str:
    """The bounds that the value is outside of; one that only the database sets is no news."""
    low, high = shape.get("minimum"), shape.get("maximum")
    if low is not None and high is not None and high < 1e6:
        return f"from {low:g} to {high:g}"
    return f"at most {high}" if high is not None and value > high else f"at least {low}"


def _wrong_type(error: "Misfit") -> str:
    wanted = error.validator_value
    kinds = [KINDS[kind] for kind in ([wanted] if isinstance(wanted, str) else wanted)]
    found = error.instance
    message = f"It must be {' or '.join(kinds)}, not {_found(found)}."
    if "text" in kinds and isinstance(found, bool | int | float):
        message += " In YAML, quote “No” and “Yes”, and numbers that are texts."
    if wanted == "object" and error.absolute_path and error.absolute_path[0] == "instruments":
        message += " An instrument is such as “use: track-ratings”." * (
            len(error.absolute_path) == 2
        )
    return message


def _found(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case str():
            return f"“{value[:60]}”"
        case int() | float():
            return str(value)
    return "a list" if isinstance(value, list) else "names and values"
