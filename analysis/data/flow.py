"""From visit to analysis: how many people came how far, as the numbers of a CONSORT chart.

After Schulz, Altman & Moher (2010), CONSORT 2010, BMJ 340:c332. Everybody is counted once in each
of these, in all and in each condition (within subjects, people are in each of theirs):

- consented = erased + registered
- registered = screened_out + not_assigned + assigned
- assigned = began + did_not_begin
- assigned = completed + withdrew + screened_out_later + abandoned + still_taking_part
- assigned = excluded + without_ratings + analysed
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from .exclusions import COMPLETED, Marks, left_out

FLOW = ["stage", "condition", "n", "reason"]
Row = tuple[str, str | None, int | None, str | None]

NOT_RECORDED = "not recorded: visits to the study's page are not counted"
ERASED = "they had everything erased, of the pilot too; how far they came is not known"
# How people are who have been given a condition, and the stage that this is.
STATUSES = {
    COMPLETED: "completed",
    "withdrawn": "withdrew",
    "screened_out": "screened_out_later",
    "abandoned": "abandoned",
    "active": "still_taking_part",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of how far people came.

    `people`: a row a participant (participant_id, status, left_because in words, or missing);
    `assigned`: a row a participant and condition; `shown`: a row a playlist that was ready for
    somebody (participant_id, condition, playlist_id, period); `analysed`: a row a value analysed
    (participant_id, condition). `erased` people have left nothing but that they were there.
    """

    people: pd.DataFrame
    assigned: pd.DataFrame
    shown: pd.DataFrame
    analysed: pd.DataFrame
    erased: int = 0


def flow(
    of: Progress, marks: Marks, *, rules: Sequence[str], conditions: Sequence[str]
) -> pd.DataFrame:
    """One row of FLOW a stage, condition and reason; rows of everybody have no condition.

    `n` is missing where it is not recorded. Where a stage has reasons (screened_out, withdrew,
    excluded, …), each participant is in the row of one of them, several rules being joined by
    semicolons, and a stage without anybody has one row with 0.
    """
    rows = [*_enrolment(of)]
    for condition in (None, *conditions):
        rows += _allocated(of, marks, rules, condition)
    return pd.DataFrame(rows, columns=FLOW).astype({"n": "Int64"})


def departures(of: Progress) -> pd.DataFrame:
    """One row for each playlist that somebody came to: participant_id, condition, period, left.

    Who left did so at the last playlist that was ready for them, or while waiting for their first.
    Left have those who withdrew or abandoned the study; who was screened out was sent away.
    """
    waited = of.assigned[~of.assigned["participant_id"].isin(of.shown["participant_id"])]
    first = waited.drop_duplicates("participant_id").assign(period=1)
    came = pd.concat([of.shown, first])[["participant_id", "condition", "period"]]
    came = came.sort_values(["participant_id", "period"], ignore_index=True)
    gone = of.people.loc[of.people["status"].isin(["withdrawn", "abandoned"]), "participant_id"]
    last = ~came["participant_id"].duplicated(keep="last")
    return came.assign(left=last & came["participant_id"].isin(gone))


def _enrolment(of: Progress) -> Iterator[Row]:
    yield "visited", None, None, NOT_RECORDED
    yield "consented", None, len(of.people) + of.erased, None
    yield "erased", None, of.erased, ERASED if of.erased else None
    yield "registered", None, len(of.people), None
    given = of.people["participant_id"].isin(of.assigned["participant_id"])
    out = of.people["status"] == "screened_out"
    yield from _counted("screened_out", None, of.people[~given & out]["left_because"])
    yield from _counted("not_assigned", None, of.people[~given & ~out]["status"])


def _allocated(
    of: Progress, marks: Marks, rules: Sequence[str], condition: str | None
) -> Iterator[Row]:
    """What became of those with this condition, or with any."""

    def here(table: pd.DataFrame) -> pd.DataFrame:
        return table if condition is None else table[table["condition"] == condition]

    assigned, shown = here(of.assigned), here(of.shown)
    people = of.people[of.people["participant_id"].isin(assigned["participant_id"])]
    yield "assigned", condition, len(people), None
    began = int(people["participant_id"].isin(shown["participant_id"]).sum())
    yield "began", condition, began, None
    yield "did_not_begin", condition, len(people) - began, None
    for status, stage in STATUSES.items():
        of_status = people[people["status"] == status]
        yield from _counted(stage, condition, of_status["left_because"])
    why = left_out(shown, assigned, marks, rules)
    yield from _counted("excluded", condition, [";".join(one) for one in why.values()])
    rest = people[~people["participant_id"].isin(list(why))]
    analysed = int(rest["participant_id"].isin(here(of.analysed)["participant_id"]).sum())
    yield "without_ratings", condition, len(rest) - analysed, None
    yield "analysed", condition, analysed, None


def _counted(stage: str, condition: str | None, reasons: Iterable[object]) -> Iterator[Row]:
    """A row for each reason, the most frequent first; one with 0 for nobody."""
    counts = Counter(None if pd.isna(reason) else str(reason) for reason in reasons)
    if not counts:
        yield stage, condition, 0, None
    for reason, n in sorted(counts.items(), key=lambda one: (-one[1], one[0] or "")):
        yield stage, condition, n, reason
