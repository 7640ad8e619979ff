"""Who can take part, as a study's settings say it: whether these make sense, and in plain words.

A rule is {"item": "background.device", "is": ["Loudspeakers"]}; a quota has "most" too. Nothing
here reads or writes answers: `survey.services.recruiting` does.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from survey.models import Item, Study

PARAMETER = re.compile(r"[A-Za-z0-9_.-]{1,50}")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
ADDRESS = (
    "An address begins with https:// (or http://), such as https://panel.example/done?c={code}."
)
SCREEN_OUT = 'It is a list, such as [{"item": "background.device", "is": ["Loudspeakers"]}].'
QUOTAS = 'It is a list, such as [{"item": "background.gender", "is": ["Woman"], "most": 20}].'


def recruitment_problems(study: "Study") -> dict[str, str]:
    """What is wrong with a study's settings for recruitment, by field."""
    given = [*_listed(study.kept_parameters), "identity"]
    found = {
        "identity_parameter": _problem_with_parameters([study.identity_parameter or "x"]),
        "kept_parameters": _problem_with_parameters(study.kept_parameters),
        "screen_out": _problem_with_shape(study.screen_out, SCREEN_OUT, {"item", "is"}),
        "quotas": _problem_with_shape(study.quotas, QUOTAS, {"item", "is", "most"}),
        "completion_url": problem_with_address(study.completion_url, given),
        "screen_out_url": problem_with_address(study.screen_out_url, given),
        "full_url": problem_with_address(study.full_url, given),
    }
    if study.pk and not study.is_draft:  # a draft's questions may come later: opening it asks
        for field in ("screen_out", "quotas"):
            found[field] = found[field] or " ".join(problems_with_questions(study, field))
    return {field: problem for field, problem in found.items() if problem}


def problems_with_questions(study: "Study", field: str) -> list[str]:
    """Rules that ask for a question or an answer that the study's registration does not have."""
    rules = getattr(study, field)
    asked = _asked_at_registration(study) if rules else {}
    return [problem for rule in rules for problem in _problems_with_rule(rule, asked)]


def _asked_at_registration(study: "Study") -> dict[str, "Item"]:
    placed = study.instruments.filter(placement="registration").prefetch_related("items")
    return {f"{one.key}.{item.key}": item for one in placed for item in one.items.all()}


def _problems_with_rule(rule: Mapping[str, Any], asked: Mapping[str, "Item"]) -> Iterator[str]:
    name = rule["item"]
    if name not in asked:
        known = ", ".join(asked) or "none"
        yield f"There is no question “{name}” at registration; there are: {known}."
        return
    item = asked[name]
    kind = item.question_kind
    if not kind.can_screen:
        yield f"The answers to “{name}” can't be listed: take a choice, a scale or a number."
        return
    yield from filter(None, (kind.problem_with_answer(item, one) for one in sorted(said(rule))))


def said(rule: Mapping[str, Any]) -> set[str]:
    """A rule's answers as texts: YAML makes truth values of yes and no, and numbers of digits."""
    words = {True: "yes", False: "no"}
    return {words[a] if isinstance(a, bool) else str(a) for a in rule["is"]}


def as_stored(rule: Mapping[str, Any], item: "Item") -> set[str]:
    """A rule's answers as answers are kept: a point of a scale by its number."""
    return {item.question_kind.stored(item, answer) or answer for answer in said(rule)}


def _problem_with_shape(rules: Any, example: str, keys: set[str]) -> str:
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        return example
    for rule in rules:
        if set(rule) != keys:
            return f"Each has {' and '.join(sorted(keys))}, and nothing else. {example}"
        if not isinstance(rule["item"], str) or "." not in rule["item"]:
            return "A question is named by its instrument's key, a dot and its own key. " + example
        if not _listed(rule["is"]) or not all(isinstance(a, str | int) for a in rule["is"]):
            return f"What “{rule['item']}” is has to be a list of answers. {example}"
        if type(rule.get("most", 1)) is not int or rule.get("most", 1) < 1:
            return f"How many there are at most is a whole number from 1 up. {example}"
    return ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _problem_with_parameters(names: Any) -> str:
    fine = isinstance(names, list) and all(
        isinstance(name, str) and PARAMETER.fullmatch(name) for name in names
    )
    return "" if fine else "A parameter's name has letters, digits, dots, dashes and underscores."


# addresses


def problem_with_address(address: str, given: Sequence[str] = ()) -> str:
    """Why the last page can't lead there; empty if it can, or if there is no address."""
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ADDRESS
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s{}]", parts.netloc):
        return ADDRESS
    if re.search(r"\s", address):
        return "An address has no spaces."
    unknown = set(PLACEHOLDER.findall(address)) - {"code", *given}
    if given and unknown:
        return f"Nothing is filled in for {{{unknown.pop()}}}. {ADDRESS}"
    return ""


def filled_in(address: str, values: Mapping[str, str]) -> str:
    """The address with {code} and the like filled in; empty where it is none to be led to."""
    if problem_with_address(address):
        return ""
    for name, value in values.items():
        address = address.replace(f"{{{name}}}", quote(value, safe=""))
    return address
