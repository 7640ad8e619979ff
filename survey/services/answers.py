"""Keeping answers to questions, and what is known from earlier ones."""

from collections.abc import Mapping

from django.db.models import Q
from django.utils import timezone

from survey.models import (
    Answer,
    Item,
    Participant,
    Trial,
)
from survey.questions.rules import Given, values_of


def save_answers(
    participant: Participant, trial: Trial | None, answers: Mapping[Item, Given]
) -> None:
    """Keep each answer, one row or several; rows of it from before that are gone are dropped."""
    now = timezone.now()
    for item, given in answers.items():
        rows = {"": given} if isinstance(given, str) else given
        before = Answer.objects.filter(participant=participant, trial=trial, item=item)
        before.exclude(row__in=list(rows)).delete()
        for row, value in rows.items():
            Answer.objects.update_or_create(
                participant=participant,
                trial=trial,
                item=item,
                row=row,
                defaults={"value": value, "answered_at": now},
            )


def known_answers(participant: Participant, trial: Trial | None = None) -> dict[str, list[str]]:
    """What was answered apart from playlists and about this one, by `instrument.key`."""
    given = participant.answers.filter(Q(trial=None) | Q(trial=trial))
    known: dict[str, list[str]] = {}
    for answer in given.select_related("item__instrument").order_by("pk"):
        values = values_of({answer.row: answer.value})
        known.setdefault(answer.item.key_in_form, []).extend(values)
    return known
