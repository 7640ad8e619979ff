"""What simulated participants sent against what was kept: nothing lost, changed or doubled.

It reads the diaries by what questions are, not by the forms that took the answers, so that a
mistake in a form does not hide itself.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from survey.models import (
    Answer,
    Instrument,
    Item,
    ListeningEvent,
    Participant,
    SoundCheck,
    Study,
    TrackRating,
    Trial,
)

from . import Diary

Rows = Mapping[Hashable, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of data: how much was sent and kept, and what does not agree."""

    what: str
    sent: int
    kept: int
    lost: tuple[Hashable, ...]
    changed: tuple[Hashable, ...]
    doubled: tuple[Hashable, ...]  # kept twice, or never sent

    @property
    def agrees(self) -> bool:
        return not (self.lost or self.changed or self.doubled)


def compare(what: str, sent: Rows, kept: Iterable[tuple[Hashable, str]]) -> Line:
    """Compare what was sent, by a key that is there once, with the rows that were kept."""
    kept = list(kept)
    times = Counter(key for key, _value in kept)
    values = dict(kept)
    return Line(
        what,
        len(sent),
        len(kept),
        lost=tuple(key for key in sent if key not in values),
        changed=tuple(key for key in sent if key in values and values[key] != sent[key]),
        doubled=tuple(key for key in times if times[key] > 1 or key not in sent),
    )


def reconcile(study: Study, diaries: Iterable[Diary], before: Iterable[int]) -> list[Line]:
    """Compare with all simulated participants of the study but those of before, by their ids."""
    written = {diary.key: diary for diary in diaries if diary.key}
    people = study.participants.filter(simulated=True).exclude(pk__in=before)
    keys = {person.pk: str(person.registration_key) for person in people}
    items = list(Item.objects.filter(instrument__study=study).select_related("instrument"))
    return [
        compare("participants", dict.fromkeys(written, ""), [(key, "") for key in keys.values()]),
        compare("completions", _completions(written), _kept_completions(study, keys)),
        compare("playlists", _trials(study, written), _kept_trials(keys)),
        compare("playlists finished", _finished(study, written), _kept_trials(keys, finished=True)),
        compare("ratings", _ratings(written), _kept_ratings(keys)),
        compare("answers", _answers(written, items), _kept_answers(keys)),
        compare("listening reports", _heard(written), _kept_heard(keys)),
        compare("sound checks", _sound(written), _kept_sound(keys)),
    ]


def _completions(written: Mapping[str, Diary]) -> Rows:
    return {key: d.completion_code for key, d in written.items() if d.completed}


def _kept_completions(study: Study, keys: Mapping[int, str]) -> Iterable[tuple[str, str]]:
    for person in Participant.objects.completed().filter(pk__in=keys):
        yield keys[person.pk], study.completion_code or person.completion_code


def _trials(study: Study, written: Mapping[str, Diary]) -> Rows:
    """Everybody has all of them from the start, but those who were screened out at registration."""
    planned = range(1, study.n_trials + 1)
    let_in = [key for key, diary in written.items() if diary.code]
    return {(key, number): "" for key in let_in for number in planned}


def _finished(study: Study, written: Mapping[str, Diary]) -> Rows:
    asked = Item.objects.placed(study, Instrument.Placement.PLAYLIST).exists()
    last = "survey" if asked else "listen"
    return {
        (key, trial): ""
        for key, diary in written.items()
        for trial, page in diary.pages
        if page == last and (asked or diary.completed)
    }


def _kept_trials(
    keys: Mapping[int, str], *, finished: bool = False
) -> Iterable[tuple[Hashable, str]]:
    for trial in Trial.objects.filter(participant__in=keys):
        if trial.finished_at or not finished:
            yield (keys[trial.participant_id], trial.number), ""


def _ratings(written: Mapping[str, Diary]) -> Rows:
    return {
        (key, *of): value for key, diary in written.items() for of, value in diary.ratings.items()
    }


def _kept_ratings(keys: Mapping[int, str]) -> Iterable[tuple[Hashable, str]]:
    kept = TrackRating.objects.filter(trial__participant__in=keys)
    for rating in kept.select_related("trial", "track", "item__instrument"):
        person, trial = keys[rating.trial.participant_id], rating.trial.number
        value = rating.item.value_of(rating.value)
        yield (person, trial, rating.track.position, rating.item.key_in_form), value


def _answers(written: Mapping[str, Diary], items: Iterable[Item]) -> Rows:
    rows: dict[Hashable, str] = {}
    for key, diary in written.items():
        for (trial, page), fields in diary.pages.items():
            for item in items if page != "listen" else ():
                for row, value in _rows_of(item, fields).items():
                    rows[key, trial, item.key_in_form, row] = value
    return rows


def _rows_of(item: Item, fields: Mapping[str, list[str]]) -> dict[str, str]:
    """The rows that a question's fields stand for."""
    name = item.key_in_form
    parts = {
        field.removeprefix(f"{name}."): values[-1]
        for field, values in fields.items()
        if field.startswith(f"{name}.") and values[-1]
    }
    picked = [value for value in fields.get(name, ()) if value]
    return item.question_kind.answers_sent(item, picked, parts)


def _kept_answers(keys: Mapping[int, str]) -> Iterable[tuple[Hashable, str]]:
    kept = Answer.objects.filter(participant__in=keys)
    for answer in kept.select_related("trial", "item__instrument"):
        trial = answer.trial.number if answer.trial else 0
        person = keys[answer.participant_id]
        yield (person, trial, answer.item.key_in_form, answer.row), answer.value


def _heard(written: Mapping[str, Diary]) -> Rows:
    return {
        uuid: f"{key} {place}"
        for key, diary in written.items()
        for uuid, place in diary.heard.items()
    }


def _kept_heard(keys: Mapping[int, str]) -> Iterable[tuple[Hashable, str]]:
    kept = ListeningEvent.objects.filter(track__trial__participant__in=keys)
    for event in kept.exclude(kind=ListeningEvent.Kind.UNHEARD).select_related("track__trial"):
        trial = event.track.trial
        place = (trial.number, event.track.position, event.kind)
        yield str(event.key), f"{keys[trial.participant_id]} {place}"


def _sound(written: Mapping[str, Diary]) -> Rows:
    return {
        (key, go): "" for key, diary in written.items() for go in range(1, diary.sound_goes + 1)
    }


def _kept_sound(keys: Mapping[int, str]) -> Iterable[tuple[Hashable, str]]:
    goes: Counter[int] = Counter()
    for person in SoundCheck.objects.filter(participant__in=keys).values_list(
        "participant_id", flat=True
    ):
        goes[person] += 1
        yield (keys[person], goes[person]), ""
