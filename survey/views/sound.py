"""The sound check before the first playlist: its page, its sounds, and where it may end."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from survey import services
from survey.listening import tones as sounds
from survey.models import Participant, Study
from survey.questions.forms import SoundCheckForm, SoundGoForm
from survey.steps import SOUND_CHECK_GOES, Step, sound_seed, where

from .access import participants_page, signed_in, visible_study

RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")
A_YEAR_S = 60 * 60 * 24 * 365


@participants_page
def check(request: HttpRequest, participant: Participant) -> HttpResponse:
    """Setting the volume and, if the study wants it, the headphone test: one form, one go."""
    place = where(participant)
    if place.step != Step.SOUND:
        return redirect(place.url)
    attempt = participant.sound_checks.count() + 1
    tested = participant.study.sound_check == Study.SoundCheck.HEADPHONES
    form = SoundCheckForm(sounds.N_TRIPLETS if tested else 0, request.POST or None)
    go = SoundGoForm(request.POST or None, initial={"attempt": attempt})
    if go.is_valid() and go.cleaned_data["attempt"] != attempt:
        return redirect(request.path)  # sent from an old page: that go has been kept
    if go.is_valid() and (given := _given(request, go, form)):
        return redirect(where(services.record_sound_check(participant, given)).url)
    context = {
        **{"study": participant.study, "participant": participant, "form": form, "go": go},
        "attempt": attempt,
        **{"noise_s": sounds.NOISE_S, "triplet_s": sounds.TRIPLET_S},
        "ends": participant.study.sound_check_failed == Study.SoundCheckFailed.SCREEN_OUT,
    }
    wrong = form.is_bound and not form.is_valid()
    return render(request, "survey/sound.html", context, status=422 if wrong else 200)


def _given(
    request: HttpRequest, go: SoundGoForm, form: SoundCheckForm
) -> services.SoundAnswers | None:
    """What was answered; None while a question is still open."""
    attempt, volume = go.cleaned_data["attempt"], go.cleaned_data["volume"]
    if "unheard" in request.POST:
        return services.SoundAnswers(attempt, volume, could_not_hear=True)
    if "skip" in request.POST:
        return services.SoundAnswers(attempt)
    return services.SoundAnswers(attempt, volume, form.answers()) if form.is_valid() else None


@require_safe
def noise(request: HttpRequest, slug: str) -> HttpResponse:
    _whose(request, slug)
    return _wav(request, sounds.noise_wav())


@require_safe
def tones(request: HttpRequest, slug: str, key: str, attempt: int, number: int) -> HttpResponse:
    """One triplet; the address is each participant's own, so that a browser may keep it."""
    participant = _whose(request, slug)
    known = attempt <= SOUND_CHECK_GOES and 1 <= number <= sounds.N_TRIPLETS
    if key != participant.browser_key or not known:
        raise Http404
    order = sounds.orders(sound_seed(participant, attempt))[number - 1]
    return _wav(request, sounds.triplet_wav(order))


def _whose(request: HttpRequest, slug: str) -> Participant:
    participant = signed_in(request, visible_study(request, slug))
    if participant is None:
        raise Http404
    return participant


def _wav(request: HttpRequest, sound: bytes) -> HttpResponse:
    """The sound, or the range of it that was asked for: Safari plays nothing without ranges."""
    size = len(sound)
    headers = {"Accept-Ranges": "bytes", "Cache-Control": f"private, max-age={A_YEAR_S}, immutable"}
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or asked[0] == "bytes=-":
        return HttpResponse(sound, content_type="audio/wav", headers=headers)
    first, last = asked[1], asked[2]
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    part = sound[start : end + 1]
    return HttpResponse(part, status=206, content_type="audio/wav", headers=headers)
