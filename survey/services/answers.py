"""Keeping answers to questions."""

from collections.abc import Mapping

from django.utils import timezone

from survey.models import (
    Answer,
    Item,
    Participant,
    Trial,
)


def save_answers(
    participant: Participant, trial: Trial | None, answers: Mapping[Item, str]
) -> None:
    now = timezone.now()
    for item, value in answers.items():
        Answer.objects.update_or_create(
            participant=participant,
            trial=trial,
            item=item,
            defaults={"value": value, "answered_at": now},
        )
