"""Keeping marks of careless answers, each once; nothing is deleted by them."""

from collections import defaultdict

from survey import quality
from survey.listening.ranges import heard_seconds
from survey.models import (
    Answer,
    Flag,
    ListeningEvent,
    Participant,
    SoundCheck,
    TrackRating,
    Trial,
)


def flag_trial(trial: Trial) -> None:
    """Mark a finished trial by the study's rules; again is harmless."""
    study = trial.participant.study
    found: dict[str, str] = {}
    if study.flag_straight_lining and quality.straight_lined(_ratings(trial)):
        found[Flag.Kind.STRAIGHT_LINING] = ""
    seconds = _seconds_a_track(trial)
    if study.flag_seconds_a_track and seconds is not None and seconds < study.flag_seconds_a_track:
        found[Flag.Kind.TOO_FAST] = f"{seconds:.1f} s a track"
    share = _heard_share(trial)
    if study.flag_heard_share and share is not None and share < study.flag_heard_share:
        found[Flag.Kind.LITTLE_HEARD] = f"{share:.0%} heard"
    _keep(trial.participant, trial, found)
    flag_answers(trial.participant, trial)


def flag_answers(participant: Participant, trial: Trial | None = None) -> None:
    """Mark attention checks that were failed, about a trial or apart from any."""
    if not participant.study.flag_failed_checks:
        return
    asked = Answer.objects.filter(participant=participant, trial=trial)
    checks = {
        answer.item.key_in_form: (answer.value, answer.item.right_answer)
        for answer in asked.exclude(item__right_answer="").select_related("item__instrument")
    }
    failed = quality.failed_checks(checks)
    _keep(participant, trial, {Flag.Kind.FAILED_CHECK: ", ".join(failed)} if failed else {})


def flag_sound_check(participant: Participant, check: SoundCheck) -> None:
    """Mark somebody who failed the sound check, or could not hear it."""
    if participant.study.flag_failed_checks:
        right = f"{check.n_right} right" if check.n_right is not None else "could not hear it"
        _keep(participant, None, {Flag.Kind.SOUND_CHECK: right})


def _keep(participant: Participant, trial: Trial | None, found: dict[str, str]) -> None:
    for kind, detail in found.items():
        Flag.objects.get_or_create(
            participant=participant, trial=trial, kind=kind, defaults={"detail": detail[:300]}
        )


def _ratings(trial: Trial) -> dict[str, list[int | None]]:
    """By scale, apart from familiarity: that a list holds only new songs is no carelessness."""
    ratings: dict[str, list[int | None]] = defaultdict(list)
    given = TrackRating.objects.filter(trial=trial).select_related("item__instrument")
    for rating in given.order_by("track__position"):
        if rating.item.key != "familiarity":
            ratings[rating.item.key_in_form].append(rating.value)
    return ratings


def _seconds_a_track(trial: Trial) -> float | None:
    ready = trial.playlist and trial.playlist.finished_at
    if not ready or not trial.rated_at:
        return None
    took = (trial.rated_at - ready).total_seconds()
    if trial.participant.simulated:
        # They wait for nothing, or each would take as long as a person: what they say to have
        # heard is the time that they would have taken, so that rules can be tried.
        took += sum(heard_seconds(ranges, length) for ranges, length in _heard(trial))
    return quality.seconds_a_track(took, trial.tracks.count())


def _heard_share(trial: Trial) -> float | None:
    """None where no player reported anything: without JavaScript, nothing is known."""
    heard = _heard(trial)
    if not any(ranges for ranges, _length in heard):
        return None
    seconds = [heard_seconds(*one) for one in heard]
    return quality.mean_heard_share(seconds, [length for _ranges, length in heard])


def _heard(trial: Trial) -> list[tuple[list[tuple[float, float]], float]]:
    """The ranges heard of each track, and its length."""
    events = ListeningEvent.objects.filter(track__trial=trial, kind=ListeningEvent.Kind.HEARD)
    ranges: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for track, start, end in events.values_list("track_id", "start_s", "end_s"):
        ranges[track].append((start or 0.0, end or 0.0))
    tracks = trial.tracks.values_list("pk", "track__duration_s")
    return [(ranges.get(pk, []), length) for pk, length in tracks]
