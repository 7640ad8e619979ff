"""Why a question, or the scoring of a questionnaire, can't be as it is: in a researcher's words."""

import re
from typing import TYPE_CHECKING, Any

from survey.questions import rules
from survey.questions.scoring import METHODS

if TYPE_CHECKING:
    from .questions import Instrument, Item

LABELLED = ("likert", "stars", "choice", "multiple", "ranking", "matrix")
WITHOUT_OPTIONS = ("yes_no", "text", "long_text", "information")
CHECKABLE = ("likert", "stars", "slider", "yes_no", "choice", "number", "text")
DECIDING = ("likert", "stars", "slider", "yes_no", "choice", "multiple", "number", "text")
# Earlier pages whose answers are known, and certain, when a question is about to be shown.
KNOWN_AT = {
    "registration": ("registration",),
    "track": ("registration", "track"),
    "playlist": ("registration", "playlist"),
    "end": ("registration", "end"),
}
MOST_POINTS, LARGEST = 11, 32_000
ROW_KEY = re.compile(r"[-\w]{1,50}", re.ASCII)


def problems_of(item: "Item") -> dict[str, str]:
    """What is wrong with a question, by field."""
    checks = {
        "kind": _problem_with_kind(item),
        "options": _problem_with_options(item),
        "bounds": _problem_with_bounds(item),
        "rows": _problem_with_rows(item),
        "dont_know": "" if not item.dont_know or item.is_scale else "Scales alone offer it.",
        "other": _problem_with_other(item),
        "reversed": "" if not item.reversed or item.is_scale else "Scales alone can be reversed.",
    }
    found = {field: problem for field, problem in checks.items() if problem}
    if not found:  # these two ask what can be answered
        found["right_answer"] = _problem_with_right_answer(item)
        found["shown_if"] = problem_with_condition(item)
    return {field: problem for field, problem in found.items() if problem}


def _problem_with_kind(item: "Item") -> str:
    if item.instrument.placement == "track" and item.kind not in item.RATED:
        return "For every track there can be scales, stars, sliders, and yes or no."
    return ""


def _problem_with_options(item: "Item") -> str:
    options = item.options
    if not isinstance(options, list):
        return 'Options are a list, such as ["No", "Yes"].'
    if item.kind in LABELLED:
        return _problem_with_labels(options, 2)
    match item.kind:
        case "slider" if options:
            too_many = "A slider has a label at each end and, if wanted, in the middle."
            return too_many if len(options) > 3 else _problem_with_labels(options, 2)
        case "differential" if options:
            right = len(options) == 1 and type(options[0]) is int and 3 <= options[0] <= MOST_POINTS
            return "" if right else f"It can hold the number of points, from 3 to {MOST_POINTS}."
        case "number" if options and not _are_bounds(options):
            return "A number's options are its lowest and highest value, such as [16, 110]."
        case kind if kind in WITHOUT_OPTIONS and options:
            return "A question of this kind has no options."
    return ""


def _problem_with_labels(options: list[Any], least: int) -> str:
    if len(options) < least or not all(isinstance(label, str) and label for label in options):
        return "At least two labels are needed, all of them text: in YAML, quote “No” and “Yes”."
    return "Two options are the same." if len(set(options)) < len(options) else ""


def _are_bounds(bounds: Any) -> bool:
    return (
        isinstance(bounds, list)
        and [type(bound) for bound in bounds] == [int, int]
        and bounds[0] < bounds[1]
    )


def _problem_with_bounds(item: "Item") -> str:
    if not item.bounds:
        return ""
    if item.kind != "slider":
        return "Only a slider has bounds; those of a number are its options."
    if not _are_bounds(item.bounds) or max(map(abs, item.bounds)) > LARGEST:
        return f"They are the lowest and highest value, such as [0, 100], {LARGEST:,} at most."
    return ""


def _problem_with_rows(item: "Item") -> str:
    pairs = item.kind == "differential"
    if not pairs and item.kind != "matrix":
        return "Only a matrix and a semantic differential have rows." if item.rows else ""
    example = '{"pace": ["slow", "fast"]}' if pairs else '{"energy": "It has energy."}'
    try:
        rows = item.labelled_rows
    except (TypeError, ValueError):
        return f"Rows are names with texts, such as {example}."
    texts = [text for labels in rows.values() for text in labels]
    if not rows or any(len(labels) != (2 if pairs else 1) for labels in rows.values()):
        return f"Rows are names with texts, such as {example}."
    if not all(isinstance(text, str) and text for text in texts):
        return "Every row needs its text: in YAML, quote “No” and “Yes”."
    if not all(isinstance(key, str) and ROW_KEY.fullmatch(key) for key in rows):
        return "The name of a row has letters, digits, “-” and “_” alone, 50 at most."
    return ""


def _problem_with_other(item: "Item") -> str:
    if not item.other:
        return ""
    if item.kind not in ("choice", "multiple"):
        return "Only choices offer it."
    return "“other” is an option already." if rules.OTHER in item.options else ""


def _problem_with_right_answer(item: "Item") -> str:
    if not item.right_answer:
        return ""
    if item.kind not in CHECKABLE:
        return "A question of this kind has no right answer that could be checked."
    return _problem_with_answer(item, item.right_answer)


def _problem_with_answer(item: "Item", value: str) -> str:
    """Why nobody can give this answer; free text and numbers are taken as they come."""
    possible = item.possible_answers
    if possible is None or value in possible:
        return ""
    shown = ", ".join(f"“{answer}”" for answer in possible[:12])
    return f"“{value}” is none of the answers to “{item.key_in_form}”: {shown}."


def problem_with_condition(item: "Item") -> str:
    """Why the question can't depend on the answer that its `shown_if` names."""
    if not item.shown_if:
        return ""
    if problem := rules.problem_with(item.shown_if):
        return problem
    name = item.shown_if["item"]
    asked = item.asked_before()
    if name not in asked:
        return f"No question “{name}” comes before this one: it has to be an earlier one."
    return _problem_with_reference(item, asked[name])


def _problem_with_reference(item: "Item", other: "Item") -> str:
    if other.kind not in DECIDING:
        return f"The answer to “{other.key_in_form}” can't decide: it is not a single one."
    if other.instrument.placement not in KNOWN_AT.get(item.instrument.placement, ()):
        return f"“{other.key_in_form}” is asked more than once before this one."
    for value in item.shown_if.get("is", []):
        if problem := _problem_with_answer(other, str(value)):
            return problem
    bounded = any(bound in item.shown_if for bound in rules.BOUNDS)
    if bounded and other.kind not in ("likert", "stars", "slider", "number"):
        return f"“{other.key_in_form}” is neither a scale nor a number: use “is”."
    return ""


def problem_with_scoring(instrument: "Instrument") -> str:
    """Why `scoring` has not the shape of a list of scores; empty if it has."""
    scoring = instrument.scoring
    if not isinstance(scoring, list) or not all(isinstance(one, dict) for one in scoring):
        return 'It is a list of scores, such as [{"scale": "trust", "method": "mean"}].'
    if scoring and instrument.placement == "track":
        return "Scores are made of answers; ratings of tracks have columns of their own."
    names = [one.get("scale") for one in scoring]
    if len(set(map(str, names))) < len(names):
        return "Two scores have the same name."
    return next((problem for one in scoring if (problem := _problem_with_score(one))), "")


def _problem_with_score(score: dict[str, Any]) -> str:
    name = score.get("scale")
    if not isinstance(name, str) or not ROW_KEY.fullmatch(name):
        return "Every score has a “scale”: its name, of letters, digits, “-” and “_”."
    if unknown := sorted(set(score) - {"scale", "items", "method", "min_answered"}):
        return f"The score “{name}” can't have “{unknown[0]}”."
    if score.get("method", "mean") not in METHODS:
        return f"The score “{name}” needs one of these methods: {', '.join(METHODS)}."
    items = score.get("items", [])
    if not isinstance(items, list) or not all(isinstance(key, str) for key in items):
        return f"The “items” of the score “{name}” are a list of the questions' keys."
    least = score.get("min_answered", 1)
    if type(least) is not int or least < 1:
        return f"“min_answered” of the score “{name}” is a number from 1 up."
    return ""


def problem_with_scores(instrument: "Instrument") -> str:
    """Why the scores can't be made of the questions that there are."""
    if problem := problem_with_scoring(instrument):
        return problem
    known = {question.key: question for question in instrument.scored_questions()}
    for score in instrument.scoring:
        name, wanted = score["scale"], instrument.keys_of(score)
        if missing := [key for key in wanted if key not in known]:
            return f"The score “{name}” is made of “{missing[0]}”, which is no scale here."
        if not wanted:
            return f"The score “{name}” has no scale to be made of."
        five = [key for key in wanted if (known[key].low, known[key].high) == (1, 5)]
        if score.get("method") == "sus" and not len(five) == len(wanted) == 10:
            return f"The score “{name}” needs ten questions of five points, in SUS's order."
    return ""
