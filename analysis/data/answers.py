"""What was answered, and the scores made of it, as DataFrames: beside frames, the only place where
the database becomes DataFrames.

An answer is scored once however often it was given: a study has few questions and few different
answers to most of them, and an instance of a model for each answer takes longer than all the rest.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd
from django.db.models import F

from survey.models import Answer, Instrument, Item, Study
from survey.questions.rules import OTHER
from survey.questions.scoring import Question, score

from .codebook import FILES
from .frames import People, frame, of_study, only_condition

ADDRESSES = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "[e-mail address removed]"),
    (re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b"), "[IP address removed]"),
    (re.compile(r"\b([0-9a-fA-F]{1,4}:){3,7}:?[0-9a-fA-F]{1,4}\b"), "[IP address removed]"),
)
BY_SHEET = ("participant__pseudonym", F("trial__number").asc(nulls_first=True))


# answers


def answers(study: Study, *, pilot: bool = False, people: People = None) -> pd.DataFrame:
    """One row for each answer to a question, as given and as scored: the file `answers`."""
    order = ("instrument__position", "instrument__key", "position", "key")
    given = Answer.objects.filter(of_study(study, "participant", pilot, people))
    table = frame(
        given.order_by(*BY_SHEET, *(f"item__{name}" for name in order), "pk"),
        participant="participant_id",
        participant_id="participant__pseudonym",
        condition="trial__condition__name",
        playlist_id="trial__playlist_id",
        item="item_id",
        row="row",
        value="value",
    )
    only = table["participant"].map(only_condition(study, people))
    table["condition"] = table["condition"].fillna(only)
    read = _reading(study)
    rows = [read(*one) for one in zip(table["item"], table["row"], table["value"], strict=True)]
    table["row"] = table["row"].mask(table["row"] == "")
    return pd.concat([table, pd.DataFrame(rows, columns=list(READ), index=table.index)], axis=1)


READ = ("instrument", "item_id", "raw", "scored", "reversed", "passed")
Read = tuple[str, str, str, int | None, bool, bool | None]


def _reading(study: Study) -> Callable[[int, str, str], Read]:
    """What an answer says, as a row of `READ`; the same answer is read once."""
    asked = Item.objects.filter(instrument__study=study).select_related("instrument").in_bulk()

    @cache
    def read(pk: int, row: str, value: str) -> Read:
        item = asked[pk]
        typed = item.question_kind.is_free_text or row == OTHER
        return (
            item.instrument.key,
            item.key,
            without_addresses(value) if typed else value,
            scored(item, value),
            item.reversed,
            value == item.right_answer if item.right_answer else None,
        )

    return read


def scored(item: Item, value: str) -> int | None:
    """The point of the scale, counted from the other end when reversed; None for no point."""
    point = item.number_of(value)
    low, high = item.ends
    return low + high - point if item.reversed and point is not None else point


def without_addresses(text: str) -> str:
    """Free text without the e-mail and IP addresses that people write into it."""
    for pattern, said in ADDRESSES:
        text = pattern.sub(said, text)
    return text


# scores


def scored_instruments(study: Study) -> list[Instrument]:
    """The questionnaires that scores are made of, in the order of the file `scores`."""
    return list(study.instruments.exclude(scoring=[]).order_by("position", "pk"))


def scores(study: Study, *, pilot: bool = False) -> pd.DataFrame:
    """One row for each score of each questionnaire that somebody answered: the file `scores`."""
    parts = [scores_of(one, pilot=pilot) for one in scored_instruments(study)]
    empty = pd.DataFrame(columns=[column.name for column in FILES["scores"]])
    return pd.concat(parts, ignore_index=True) if parts else empty


def scores_of(
    instrument: Instrument, *, pilot: bool = False, people: People = None
) -> pd.DataFrame:
    """The rows of the file `scores` that one questionnaire makes."""
    study, questions = instrument.study, instrument.scored_questions()
    only, known = only_condition(study, people), {question.key: question for question in questions}
    made = [([known[key] for key in instrument.keys_of(one)], one) for one in instrument.scoring]
    rows = [
        (pseudonym, condition or only.get(participant), playlist, instrument.key, *result)
        for (participant, pseudonym, _, condition, playlist), points in _sheets(
            instrument, pilot, people
        )
        for result in _results(made, points)
    ]
    return pd.DataFrame(rows, columns=[column.name for column in FILES["scores"]])


def _results(
    made: list[tuple[list[Question], dict[str, Any]]], points: dict[str, float]
) -> Iterator[tuple[str, float | None, int, int]]:
    for questions, one in made:
        found = score(questions, points, one.get("method", "mean"), one.get("min_answered"))
        yield one["scale"], found.value, found.n_items, found.n_answered


Sheet = tuple[int, str, int | None, str | None, int | None]


def _sheets(
    instrument: Instrument, pilot: bool, people: People
) -> Iterator[tuple[Sheet, dict[str, float]]]:
    """Whose questionnaire came back, about which playlist, and its points as answered."""
    asked = instrument.items.in_bulk()
    whose = of_study(instrument.study, "participant", pilot, people)
    given = Answer.objects.filter(whose, item__instrument=instrument).order_by(*BY_SHEET, "pk")
    sheet = ("participant_id", "participant__pseudonym", "trial_id", "trial__condition__name")
    rows = given.values_list(*sheet, "trial__playlist_id", "item_id", "row", "value")
    number = cache(lambda item, value: asked[item].number_of(value))
    for who, answered in groupby(rows, itemgetter(slice(0, 5))):
        points: dict[str, float] = {}
        for *_, item, row, value in answered:
            point = number(item, value)
            if point is not None:
                points[f"{asked[item].key}.{row}" if row else asked[item].key] = point
        yield who, points
