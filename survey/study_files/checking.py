"""What a schema can't say of a study's file: names twice, references, missing translations."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from survey import analysis_plan, texts
from survey.kinds import KINDS
from survey.models import Item, Study
from survey.models.checks import problems_with_answers
from survey.questions import rules

from .expanding import Data, by_language, instruments_of, language_of, offered, row_of
from .problems import Path, Problem, Problems, TooManyError
from .wording import did_you_mean

# No study needs as many; more would take longer than a page may.
MOST_QUESTIONS = 1000
MOST_OF = {"conditions": 200, "instruments": 200, "languages": 50}

OF_AN_ANSWER = (
    *("key", "kind", "options", "bounds", "rows", "right_answer", "reversed"),
    *("dont_know", "other"),
)


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    instrument: str
    item: Mapping[str, Any]
    placement: str
    language: str
    order: tuple[int, int, int]
    path: Path

    @property
    def row(self) -> Item | None:
        """As a row of the database, not saved; None where what is wrong is said elsewhere."""
        row = row_of(self.item, texts.OF_ITEM, self.language)
        item = Item(**{name: row[name] for name in OF_AN_ANSWER if name in row})
        known = isinstance(item.kind, str) and item.kind in KINDS
        return item if known and not any(problems_with_answers(item).values()) else None


def contradictions(data: Mapping[str, Any]) -> list[Problem]:
    """Everything in the file that does not agree with something else in it."""
    problems = Problems()
    counts = {name: len(_dicts(data.get(name))) for name in ("conditions", "instruments")}
    for name, found in {**counts, "languages": len(offered(data))}.items():
        if found > (most := MOST_OF[name]):
            said = f"A study has {most} {name} at most; this one has {found:,}."
            problems.add(said, *([name] if name in data else []))
    if problems.found:
        return problems.found
    instruments = instruments_of(data)
    asked = list(_questions(instruments, language_of(data)))
    questions = {question.name: question for question in asked}
    if len(asked) > MOST_QUESTIONS:
        said = f"A study asks {MOST_QUESTIONS:,} questions at most; this one has {len(asked):,}."
        return [Problem(said, ("instruments",))]
    with suppress(TooManyError):
        _names_twice(data, instruments, problems)
        _references(data, questions, problems)
        _plan(data, asked, problems)
        _scores(instruments, problems)
        _languages(data, instruments, problems)
    return problems.found


def _dicts(listed: Any) -> list[Data]:
    """The parts of a list that have names and values; others leave their place empty."""
    return [one if isinstance(one, dict) else {} for one in listed] if _is_list(listed) else []


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _names_twice(data: Mapping[str, Any], instruments: list[Data], problems: Problems) -> None:
    _twice(_dicts(data.get("conditions")), "name", ("conditions",), problems)
    _twice(instruments, "key", ("instruments",), problems)
    for index, instrument in enumerate(instruments):
        path = ("instruments", index)
        _twice(_dicts(instrument.get("items")), "key", (*path, "items"), problems)
        _twice(_dicts(instrument.get("scoring")), "scale", (*path, "scoring"), problems)


def _twice(rows: list[Data], key: str, path: Path, problems: Problems) -> None:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        name = _text(row.get(key))
        if name and name in seen:
            problems.add(f"There is a “{name}” already; names differ.", *path, index, key)
        seen.add(name)


def _questions(instruments: list[Data], language: str) -> Iterator[Question]:
    """Every item with its place in a study: by placement, then as in the file."""
    placements = list(rules.KNOWN_AT)
    for i, instrument in enumerate(instruments):
        placement = _text(instrument.get("placement"))
        if placement not in rules.KNOWN_AT:
            continue
        for j, item in enumerate(_dicts(instrument.get("items"))):
            name = f"{instrument.get('key')}.{item.get('key')}"
            order = (placements.index(placement), i, j)
            path = ("instruments", i, "items", j)
            key = str(instrument.get("key"))
            yield Question(name, key, item, placement, language, order, path)


def _references(
    data: Mapping[str, Any], questions: dict[str, Question], problems: Problems
) -> None:
    for name in ("screen_out", "quotas"):
        for index, limit in enumerate(_dicts(data.get(name))):
            asked = _referred(limit, questions, (name, index), problems)
            if asked and asked.placement != "registration":
                said = f"“{asked.name}” is asked too late: it must be asked at registration."
                problems.add(said, name, index, "item")
    for question in questions.values():
        rule: Any = question.item.get("shown_if")
        path = (*question.path, "shown_if")
        if isinstance(rule, dict) and (earlier := _referred(rule, questions, path, problems)):
            _is_earlier(question, earlier, path, problems)


def _referred(
    rule: Data, questions: dict[str, Question], path: Path, problems: Problems
) -> Question | None:
    """The question that a rule is about, if there is one that can be answered so."""
    name = _text(rule.get("item"))
    if not name:
        return None
    if name not in questions:
        near = did_you_mean(name, list(questions))
        problems.add(f"There is no question “{name}”{near}", *path, "item")
        return None
    item, wanted = questions[name].row, rule.get("is")
    for index, value in enumerate(wanted if item and isinstance(wanted, list) else ()):
        if item and item.question_kind.stored(item, str(value)) is None:
            known = did_you_mean(str(value), item.question_kind.names_of_answers(item))
            said = f"“{value}” is none of the answers to “{name}”{known}"
            problems.add(said, *path, "is", index)
    return questions[name]


def _is_earlier(question: Question, asked: Question, path: Path, problems: Problems) -> None:
    if asked.order >= question.order:
        said = f"“{asked.name}” comes later: it must be asked before this question."
        problems.add(said, *path, "item")
    elif asked.placement not in rules.KNOWN_AT[question.placement]:
        said = f"“{asked.name}” is asked more than once before this question."
        problems.add(said, *path, "item")


def _plan(data: Mapping[str, Any], asked: list[Question], problems: Problems) -> None:
    conditions = [_text(condition.get("name")) for condition in _dicts(data.get("conditions"))]
    usual = Study()
    settings = {n: data.get(n, getattr(usual, n)) for n in analysis_plan.SETTINGS}
    known = analysis_plan.Known(
        scales={name: ends for question in asked for name, ends in _ends(question)},
        conditions=conditions,
        unmarked=[name for name, value in settings.items() if not value],
    )
    found = analysis_plan.contradictions(data.get("analysis_plan"), known)
    for path, said in found:
        problems.add(said, "analysis_plan", *path)


def _ends(question: Question) -> Iterator[tuple[str, tuple[float, float]]]:
    """The scales that it is, if tracks or playlists are rated on it, with both their ends."""
    if question.placement not in ("track", "playlist"):
        return
    item = question.row
    for scale in item.scored_questions() if item else ():
        yield f"{question.instrument}.{scale.key}", (scale.low, scale.high)


def _scores(instruments: list[Data], problems: Problems) -> None:
    """Each is made of items of its own instrument, or of rows of one: KEY.ROW."""
    for i, instrument in enumerate(instruments):
        known = [_text(item.get("key")) for item in _dicts(instrument.get("items"))]
        for j, score in enumerate(_dicts(instrument.get("scoring"))):
            items = score.get("items")
            for k, name in enumerate(items if isinstance(items, list) else ()):
                if isinstance(name, str) and name.split(".")[0] not in known:
                    said = f"There is no “{name}” in this instrument{did_you_mean(name, known)}"
                    problems.add(said, "instruments", i, "scoring", j, "items", k)


def _languages(data: Mapping[str, Any], instruments: list[Data], problems: Problems) -> None:
    wanted = offered(data)
    _translated(data, texts.OF_STUDY, wanted, (), problems)
    for i, instrument in enumerate(instruments):
        path: Path = ("instruments", i)
        given = _dicts(data.get("instruments"))[i]
        own = {**instrument, "items": []} if "use" in given and "items" not in given else instrument
        _translated(own, texts.OF_INSTRUMENT, wanted, path, problems)
        for j, item in enumerate(_dicts(own.get("items"))):
            _translated(item, texts.OF_ITEM, wanted, (*path, "items", j), problems)
        if own is not instrument:
            _ready_made_translated(instrument, _text(given["use"]), wanted, path, problems)


def _ready_made_translated(
    instrument: Data, name: str, wanted: list[str], path: Path, problems: Problems
) -> None:
    """One word for all of its questions: they are not in this file."""
    missing = Problems()
    for item in _dicts(instrument.get("items")):
        _translated(item, texts.OF_ITEM, wanted, (), missing)
    if missing.found:
        said = f"The ready-made “{name}” is not there in all of {', '.join(wanted)}: write it out."
        problems.add(said, *path, "use")


def _translated(
    data: Mapping[str, Any],
    names: Collection[str],
    wanted: list[str],
    path: Path,
    problems: Problems,
) -> None:
    """Every text in every language that the study's own texts are in, and in no other."""
    given = data.get("translations")
    others = given if isinstance(given, dict) else {}
    row = row_of(data, names, wanted[0])
    for name in names:
        found = {wanted[0]: row.get(name)} | {
            code: texts_in.get(name) for code, texts_in in row.get("translations", {}).items()
        }
        value = data.get(name)
        for code in value if by_language(value, name) else ():
            if isinstance(others.get(code), dict) and name in others[code]:
                said = f"“{name}” is there twice in {code}."
                problems.add(said, *path, "translations", code, name)
        there = [code for code, text in found.items() if text]
        if there and not _needs_no_words(row, name):
            _compare(name, there, wanted, (*path, name), problems)


def _needs_no_words(row: Mapping[str, Any], name: str) -> bool:
    """Options that are numbers are the same in all languages."""
    value = row.get(name)
    return isinstance(value, list) and all(isinstance(one, int) for one in value)


def _compare(
    name: str, there: list[str], wanted: list[str], path: Path, problems: Problems
) -> None:
    if missing := [code for code in wanted if code not in there]:
        said = f"“{name}” is missing in {', '.join(missing)}; it is there in {', '.join(there)}."
        problems.add(said, *path)
    if extra := [code for code in there if code not in wanted]:
        said = (
            f"“{name}” is there in {', '.join(extra)}, but the study's own texts are not: "
            "give its title, summary, information and consent in every language."
        )
        problems.add(said, *path)
