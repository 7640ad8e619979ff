"""What the parts of a study's file that are lists and names with values look like: JSON Schema.

Everything else in the schema comes from the models and the strategies; see schema.py.
`errorMessage` says in plain words what a reader is told when that part does not fit.
"""

from typing import Any

from recommender.engine.params import Param
from recommender.engine.strategies import STRATEGIES
from survey.analysis_plan import ALPHA, METRICS, PAIR, RULES
from survey.kinds import DEFAULT, KINDS, Kind
from survey.kinds.kind import LABEL, LABELS, Shape
from survey.questions.scoring import METHODS

LANGUAGE = {
    "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
    "patternErrorMessage": "is no code of a language, such as en or pt-BR",
}
NAME = {
    "type": "string",
    "pattern": "^[-a-zA-Z0-9_]{1,50}$",
    "patternErrorMessage": "must be letters, digits, “-” and “_” alone, 50 at most",
}
ANSWERS: Shape = {
    "type": "array",
    "minItems": 1,
    "items": {"type": ["string", "integer"]},
    "description": "The answers that count: labels, points of a scale, or yes and no in quotes.",
}
ITEM_NAME: Shape = {
    "type": "string",
    "pattern": "^[-a-zA-Z0-9_]+\\.[-a-zA-Z0-9_]+$",
    "patternErrorMessage": "must be KEY.KEY, of an instrument and one of its items, "
    "such as background.device",
    "description": "KEY.KEY of an instrument and one of its items, such as background.device.",
}


def names(properties: Shape, required: tuple[str, ...] = (), **more: Any) -> Shape:
    """Names and values, and no other names."""
    needed = {"required": list(required)} if required else {}
    return {
        "type": "object",
        "properties": properties,
        **needed,
        "additionalProperties": False,
        **more,
    }


def listed(items: Shape, **more: Any) -> Shape:
    return {"type": "array", "items": items, **more}


def by_language(shape: Shape) -> Shape:
    """Such a text or list, or one for each language."""
    kind = shape["type"]
    return {**shape, "type": [kind, "object"], **languages(shape)}


def languages(shape: Shape) -> Shape:
    return {"propertyNames": LANGUAGE, "minProperties": 1, "additionalProperties": shape}


RULE = {"item": ITEM_NAME, "is": ANSWERS}
BOUNDED = {"at_least": {"type": "number"}, "at_most": {"type": "number"}}

OUTCOME: Shape = {
    "type": "string",
    "pattern": "^[-a-zA-Z0-9_]+(\\.[-a-zA-Z0-9_]+){1,2}$",
    "patternErrorMessage": "must be KEY.KEY, of an instrument and one of its scales, such as "
    "track.liking; a row of several follows after another dot",
    "description": "The scale on tracks or playlists that is analysed: KEY.KEY, or KEY.KEY.ROW.",
}


def _between(low: float, high: float, about: str, **more: Any) -> Shape:
    """A number above one and below the other."""
    said = f"It must be a number above {low:g}" + (f" and below {high:g}." if high else ".")
    bounds = {"exclusiveMinimum": low, **({"exclusiveMaximum": high} if high else {})}
    return {"type": "number", **bounds, "errorMessage": said, "description": about, **more}


PLAN = names(
    {
        "hypothesis": {"type": "string", "description": "What is expected, in words."},
        "outcome": OUTCOME,
        "contrasts": listed(
            listed(NAME, minItems=2, maxItems=2, errorMessage=PAIR),
            description="Pairs of conditions; left out: every pair.",
        ),
        "metrics": listed(
            {"enum": list(METRICS)},
            uniqueItems=True,
            description="Of playlists, that the outcome is set against.",
        ),
        "equivalence_bound": _between(
            0, 0, "The smallest difference of interest, in points of the scale."
        ),
        "correlation_bound": _between(0, 1, "The smallest correlation of interest."),
        "alpha": _between(0, 0.5, "The level of every test.", default=ALPHA),
        "exclusions": listed(
            {"enum": list(RULES)},
            uniqueItems=True,
            description=" ".join(f"{rule.name}: {rule.label}." for rule in RULES.values()),
        ),
        "participants": {
            "type": "integer",
            "minimum": 1,
            "maximum": 999_999,
            "description": "How many are planned.",
        },
    },
    (),
    **{"if": {"minProperties": 1}, "then": {"required": ["outcome"]}},
)

JSON_FIELDS: dict[str, Shape] = {
    "analysis_plan": PLAN,
    "genres": listed(LABEL, uniqueItems=True),
    "kept_parameters": listed(LABEL, uniqueItems=True),
    "screen_out": listed(names(RULE, ("item", "is"))),
    "quotas": listed(
        names({**RULE, "most": {"type": "integer", "minimum": 1}}, ("item", "is", "most"))
    ),
    "shown_if": names({**RULE, **BOUNDED}, ("item",)),
    "scoring": listed(
        names(
            {
                "scale": NAME,
                "items": listed({"type": "string"}),
                "method": {"enum": list(METHODS)},
                "min_answered": {"type": "integer", "minimum": 1},
            },
            ("scale",),
        )
    ),
    "options": {"type": ["array", "object"]},
    "bounds": listed({"type": "integer"}, maxItems=2),
    "rows": {"type": ["object", "array"]},
}


def _of_kind(kind: Kind) -> Shape:
    fields: Shape = {"options": _options(kind)}
    needed = ["options"] if kind.options is LABELS else []
    if kind.rows:
        fields["rows"] = {"type": ["object", "array"], "minProperties": 1, **kind.rows}
        needed.append("rows")
    given = {"properties": fields} | ({"required": needed} if needed else {})
    condition: Shape = {"properties": {"kind": {"const": kind.name}}}
    if kind.name != DEFAULT:  # which it is when nothing is said
        condition["required"] = ["kind"]
    return {"if": condition, "then": given}


def _options(kind: Kind) -> Shape:
    shape = {name: value for name, value in kind.options.items() if name != "byLanguage"}
    return by_language(shape) if kind.options.get("byLanguage") else shape


def kinds() -> list[Shape]:
    """What each kind of question needs."""
    return [_of_kind(kind) for kind in KINDS.values()]


def strategies() -> list[Shape]:
    """What each strategy can be set to."""
    return [
        {
            "if": {"properties": {"strategy": {"const": name}}}
            | ({} if name == "genre_space" else {"required": ["strategy"]}),
            "then": {"properties": {"params": names({p.name: _param(p) for p in one.params})}},
        }
        for name, one in STRATEGIES.items()
    ]


def _param(param: Param) -> Shape:
    about = {"title": param.label, "description": param.help, "default": param.default}
    if param.type is bool:
        return {"type": "boolean", **about}
    low, high = param.type(param.low), param.type(param.high)
    return {
        "type": "integer" if param.type is int else "number",
        "minimum": low,
        "maximum": high,
        **about,
    }
