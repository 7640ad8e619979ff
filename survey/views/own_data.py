"""The page of one's own data, and the same as a file."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from survey.models import (
    Answer,
    ListeningEvent,
    Participant,
    Study,
    TrackRating,
    Trial,
    TrialTrack,
)
from survey.own_data import (
    FIELDS,
    answer_in_words,
    everything,
    explanations,
    own_data,
    question_in_words,
)

from .access import participants_page


@dataclass(frozen=True, slots=True)
class Heard:
    """One song of a playlist: what it is called here, what was said of it, how long it played."""

    track: TrialTrack
    masked: bool
    ratings: list[tuple[str, str]]
    seconds: int


@participants_page
@require_safe
def my_data(request: HttpRequest, participant: Participant) -> HttpResponse:
    told = everything(participant)
    values = own_data(participant)
    technical = [
        (name, values[name], why)
        for name, why in FIELDS[Participant].items()
        if name not in ("study", "consent_text", "code")
    ]
    context = {
        **{"study": told.study, "participant": told, "technical": technical},
        "answers": [_in_words(a) for a in told.answers.all() if not a.trial],
        "playlists": [(trial, *_playlist(told, trial)) for trial in told.trials.all()],
        "explanations": explanations(),
    }
    return render(request, "survey/my_data.html", context)


def _in_words(answer: Answer | TrackRating) -> tuple[str, str]:
    row = getattr(answer, "row", "")
    return question_in_words(answer.item, row), answer_in_words(answer.item, answer.value)


def _playlist(told: Participant, trial: Trial) -> tuple[list[Heard], list[tuple[str, str]]]:
    masked = told.status == Participant.Status.ACTIVE and told.study.titles != Study.Titles.SHOWN
    tracks = [
        Heard(
            track,
            masked,
            [_in_words(rating) for rating in track.ratings.all()],
            _seconds_heard(track),
        )
        for track in trial.tracks.all()
    ]
    about = [_in_words(a) for a in told.answers.all() if a.trial_id == trial.pk]
    return tracks, about


def _seconds_heard(track: TrialTrack) -> int:
    heard = [e for e in track.listening.all() if e.kind == ListeningEvent.Kind.HEARD]
    return round(sum((event.end_s or 0) - (event.start_s or 0) for event in heard))


@participants_page
@require_safe
def download(request: HttpRequest, participant: Participant) -> HttpResponse:
    return JsonResponse(
        own_data(participant),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )
