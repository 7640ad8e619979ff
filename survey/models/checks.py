"""Why a question, or the scoring of a questionnaire, can't be as it is: in a researcher's words."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from survey.kinds.kind import LARGEST, ROW_KEY, are_bounds
from survey.questions import rules
from survey.questions.scoring import METHODS

if TYPE_CHECKING:
    from .questions import Instrument, Item


def problems_of(item: "Item", asked: Mapping[str, "Item"]) -> dict[str, str]:
    """What is wrong with a question, by field; `asked` are those that come earlier."""
    checks = {
        "kind": _problem_with_kind(item),
        **problems_with_answers(item),
        "dont_know": "" if not item.dont_know or item.is_scale else "Scales alone offer it.",
        "other": _problem_with_other(item),
        "reversed": "" if not item.reversed or item.is_scale else "Scales alone can be reversed.",
    }
    found = {field: problem for field, problem in checks.items() if problem}
    if not found:  # these two ask what can be answered
        found["right_answer"] = _problem_with_right_answer(item)
        found["shown_if"] = problem_with_condition(item, asked)
    return {field: problem for field, problem in found.items() if problem}


def problems_with_answers(item: "Item") -> dict[str, str]:
    """What is wrong with what can be answered, by field: without it nothing else can be asked."""
    return {
        "options": _problem_with_options(item),
        "bounds": _problem_with_bounds(item),
        "rows": item.question_kind.problem_with_rows(item),
    }


def _problem_with_kind(item: "Item") -> str:
    if item.instrument.placement == "track" and not item.question_kind.is_rating:
        return "For every track there can be scales, stars, sliders, and yes or no."
    return ""


def _problem_with_options(item: "Item") -> str:
    if not isinstance(item.options, list):
        return 'Options are a list, such as ["No", "Yes"].'
    return item.question_kind.problem_with_options(item.options)


def _problem_with_bounds(item: "Item") -> str:
    if not item.bounds:
        return ""
    if not item.question_kind.has_bounds:
        return "Only a slider has bounds; those of a number are its options."
    if not are_bounds(item.bounds) or max(map(abs, item.bounds)) > LARGEST:
        return f"They are the lowest and highest value, such as [0, 100], {LARGEST:,} at most."
    return ""


def _problem_with_other(item: "Item") -> str:
    if not item.other:
        return ""
    if not item.question_kind.offers_other:
        return "Only choices offer it."
    return "“other” is an option already." if rules.OTHER in item.options else ""


def _problem_with_right_answer(item: "Item") -> str:
    if not item.right_answer:
        return ""
    if not item.question_kind.can_be_checked:
        return "A question of this kind has no right answer that could be checked."
    return item.question_kind.problem_with_answer(item, item.right_answer)


def problem_with_condition(item: "Item", asked: Mapping[str, "Item"]) -> str:
    """Why the question can't depend on the answer that its `shown_if` names."""
    if not item.shown_if:
        return ""
    if problem := rules.problem_with(item.shown_if):
        return problem
    name = item.shown_if["item"]
    if name not in asked:
        return f"No question “{name}” comes before this one: it has to be an earlier one."
    return _problem_with_reference(item, asked[name])


def _problem_with_reference(item: "Item", other: "Item") -> str:
    if not other.question_kind.can_decide:
        return f"The answer to “{other.key_in_form}” can't decide: it is not a single one."
    if other.instrument.placement not in rules.KNOWN_AT.get(item.instrument.placement, ()):
        return f"“{other.key_in_form}” is asked more than once before this one."
    for value in item.shown_if.get("is", []):
        if problem := other.question_kind.problem_with_answer(other, str(value)):
            return problem
    bounded = any(bound in item.shown_if for bound in rules.BOUNDS)
    if bounded and not other.question_kind.is_ordered:
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
