"""What `simulate_study` prints, and what it looks up in the database for the bots."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from django.db import connection

from survey.bots import Diary
from survey.bots.reconciliation import Line
from survey.designs.balance import mean_ratings, shares
from survey.models import Participant, Study, Trial

FEW = 3


def liking(study: Study, effects: Mapping[str, float]) -> Callable[[str, int], float]:
    """How much better a sceptic likes a playlist: its condition, which no page tells, decides.

    It stands for what a listener would hear. By the registration's key and the playlist's number.
    """

    @cache
    def shift(key: str, number: int) -> float:
        try:
            trials = Trial.objects.filter(participant__registration_key=key, number=number)
            name = trials.values_list("condition__name", flat=True).get()
        finally:
            connection.close()  # of this bot's thread
        return effects.get(name or "", 0.0)

    return shift


def give_place_back(study: Study, diary: Diary) -> None:
    """Who has left for good was last seen so long ago that their place in the design is free."""
    try:
        gone = Participant.objects.filter(registration_key=diary.key)
        gone.update(last_seen_at=study.abandoned_before())
    finally:
        connection.close()  # of this bot's thread


def summary(diaries: Sequence[Diary], seconds: float) -> Iterable[str]:
    rated = [place for diary in diaries for place in diary.ratings]
    tracks = sum(len({place[:2] for place in diary.ratings}) for diary in diaries)
    yield (
        f"{sum(d.completed for d in diaries)} participants completed: "
        f"{sum(d.playlists for d in diaries)} playlists, "
        f"{tracks} tracks rated with {len(rated)} "
        f"ratings, {sum(d.answers for d in diaries)} answers to other questions."
    )
    left, ended = sum(d.left for d in diaries), sum(d.ended for d in diaries)
    if left or ended:
        yield f"{left} left before the end, {ended} were screened out."
    yield f"{60 * len(diaries) / seconds:.1f} participants a minute."
    waits = sorted(wait for diary in diaries for wait in diary.waits_s)
    if waits:
        within = waits[min(len(waits) - 1, int(0.95 * len(waits)))]
        yield (
            f"From choosing a song to the playlist: median {statistics.median(waits):.2f} s, "
            f"95 % within {within:.2f} s, longest {waits[-1]:.2f} s (n = {len(waits)})."
        )


def who_came(diaries: Sequence[Diary]) -> str:
    rows = []
    for name in sorted({diary.personality for diary in diaries}):
        mine = [diary for diary in diaries if diary.personality == name]
        ways = [[d.completed for d in mine], [d.left for d in mine], [d.ended for d in mine]]
        rows.append([name, len(mine), *map(sum, ways), sum(bool(d.stuck) for d in mine)])
    return as_table(["Personality", "came", "completed", "left", "screened out", "stuck"], rows)


def comparison(lines: Sequence[Line]) -> str:
    head = ["What was", "sent", "kept", "lost", "changed", "doubled"]
    counted = [[w.what, w.sent, w.kept, len(w.lost), len(w.changed), len(w.doubled)] for w in lines]
    return as_table(head, counted)


def disagreements(lines: Sequence[Line]) -> Iterable[str]:
    """The first few of each kind, by registration key, playlist, and so on."""
    for line in lines:
        for how in ("lost", "changed", "doubled"):
            for one in getattr(line, how)[:FEW]:
                yield f"{line.what} {how}: {one}"


def design(study: Study, people: Sequence[int]) -> str:
    groups = shares(study, people)
    done = [group.completed for group in groups]
    within = study.design == Study.Design.WITHIN
    table = as_table(
        ["Order of conditions" if within else "Condition", "began", "completed"],
        [[group.name, group.began, group.completed] for group in groups],
    )
    gap = max(done) - min(done)
    return f"{table}\nAmong those who completed, they differ by {gap} at most."


def ratings(study: Study, people: Sequence[int], diaries: Iterable[Diary]) -> str:
    """Mean ratings by condition, of sceptics and of all others."""
    keys = [d.key for d in diaries if "sceptic" in d.personality.split("+") and d.key]
    sceptics = Participant.objects.filter(pk__in=people, registration_key__in=keys)
    some = set(sceptics.values_list("pk", flat=True))
    theirs = mean_ratings(study, some)
    others = mean_ratings(study, set(people) - some)
    rows = [[name, f"{theirs[name]:.2f}", f"{others[name]:.2f}"] for name in theirs]
    return as_table(["Mean rating of tracks", "sceptics", "others"], rows)


def as_table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """Columns of text: the first one to the left, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in cells
    )
