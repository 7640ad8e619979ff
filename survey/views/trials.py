"""One trial: a genre, a query song, the wait, the ratings, the playlist's survey; then the end."""

import json
from itertools import product
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING

from recommender.models import Playlist
from recommender.services import retry_playlist
from recommender.tasks import enqueue_playlist
from survey import services
from survey.models import Instrument, Item, Participant, Trial, TrialTrack
from survey.questions.forms import ItemsForm
from survey.questions.rules import DONT_KNOW, Given
from survey.recruiting.completion import completion
from survey.steps import Step, where

from .access import lead, lead_on, participants_page, trial_page
from .songs import context_of

# Of the boxes that were ticked or not since the page came: the script says which.
BY_SCRIPT = "changed"


@trial_page(Step.GENRE, Step.SONG)
def genre(request: HttpRequest, trial: Trial) -> HttpResponse:
    if request.method == "POST":
        try:
            services.choose_genre(trial, request.POST.get("genre", ""))
        except services.NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            return redirect("survey:song", trial.participant.study.slug, trial.number)
    return render(request, "survey/genre.html", context_of(trial))


@trial_page(Step.WAIT, Step.LISTEN)
def wait(request: HttpRequest, trial: Trial) -> HttpResponse:
    """How far the playlist is; the page asks again by itself, with JavaScript or without."""
    playlist = trial.playlist
    assert playlist is not None  # noqa: S101  the step says so
    if "another" in request.POST:
        try:
            services.choose_again(trial)
        except services.NotAllowed as refusal:
            messages.error(request, str(refusal))
        return redirect(where(trial.participant).url)
    if request.method == "POST":
        retry_playlist(playlist.pk)
        enqueue_playlist(playlist.pk)
        return redirect(request.path)
    if playlist.is_ready:
        return lead(request, where(trial.participant).url)
    own, late = playlist.query_song.state if playlist.query_song else "", services.is_late(trial)
    state = f"{playlist.status} {own}{'' if playlist.enqueued_at else ' unsent'}{' late' * late}"
    context = {**context_of(trial), "playlist": playlist, "state": state}
    context |= {"another": services.may_choose_again(trial), "late": late}
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "survey/wait.html", context)
    if request.GET.get("seen") == state:
        return HttpResponse(status=204)  # nothing new: a screen reader need not say it again
    failed = playlist.status == Playlist.Status.FAILED
    status = HTMX_STOP_POLLING if failed else 200
    return render(request, "survey/_progress.html", context, status=status)


@trial_page(Step.LISTEN, Step.SURVEY)
def listen(request: HttpRequest, trial: Trial) -> HttpResponse:
    """The playlist with its ratings: sent one at a time, or all of them at once."""
    data = _with_what_is_kept(trial, request.POST) if request.method == "POST" else None
    tracks = _rating_forms(trial, services.present(trial), data)
    if request.method == "POST":
        try:
            too_early = _keep_all(request, trial, tracks)
        except services.NotAllowed:
            return redirect(where(trial.participant).url)  # another tab has finished it
        try:
            services.finish_rating(trial)
            return _after_rating(trial)
        except services.NotAllowed:
            missing = {position for position, _item in services.unrated(trial)}
            messages.error(request, _("Some ratings are still missing; they are marked below."))
            if too_early:
                messages.error(request, _("You need to listen to some songs for longer first."))
            context = {**_listen_context(trial, tracks), "missing": missing}
            return render(request, "survey/listen.html", context, status=422)
    return render(request, "survey/listen.html", _listen_context(trial, tracks))


def _with_what_is_kept(trial: Trial, data: QueryDict) -> QueryDict:
    """A page with a script sends only what it has not seen saved; the rest stands as it is kept."""
    if BY_SCRIPT not in data:
        return data
    whole, known = data.copy(), services.known_of_tracks(trial)
    items = Item.objects.placed(trial.participant.study, Instrument.Placement.TRACK)
    for track, item in product(services.present(trial), items):
        name = f"track-{track.position}-{item.key_in_form}"
        for value in known[track.pk].get(item.key_in_form, []):
            if not any(one in data for one in (name, f"{name}.{DONT_KNOW}")):
                whole.appendlist(item.question_kind.input_name(name, value), value)
    return whole


def _rating_forms(
    trial: Trial, tracks: list[TrialTrack], data: Any
) -> list[tuple[TrialTrack, ItemsForm]]:
    items = list(Item.objects.placed(trial.participant.study, Instrument.Placement.TRACK))
    known = services.known_of_tracks(trial)
    return [
        (
            track,
            ItemsForm(
                items,
                data,
                prefix=f"track-{track.position}",
                initial={key: values[0] for key, values in known[track.pk].items() if values},
                earlier=known[track.pk],
                seed=trial.participant.seed,
            ),
        )
        for track in tracks
    ]


def _listen_context(trial: Trial, tracks: list[tuple[TrialTrack, ItemsForm]]) -> dict[str, Any]:
    return {
        **context_of(trial),
        "tracks": tracks,
        "progress": services.progress(trial),
        "hearing": _hearing(trial),
        "unheard": services.unheard(trial),
        "query": trial.playlist and trial.playlist.query_track,
        "own": trial.playlist and trial.playlist.query_song,
    }


def _hearing(trial: Trial) -> str:
    """What the page's player goes on from, as JSON by position."""
    found = services.hearing(trial)
    return json.dumps(
        {
            position: {"length": h.length, "ranges": h.ranges, "needed": h.needed_s}
            for position, h in found.items()
        }
    )


def _keep_all(
    request: HttpRequest, trial: Trial, tracks: list[tuple[TrialTrack, ItemsForm]]
) -> bool:
    """Keep what the whole page says; True if there are ratings that came too early."""
    too_early, said = False, services.unheard(trial)
    for track, form in tracks:
        box = f"track-{track.position}-unheard"
        cannot = box in request.POST
        told = BY_SCRIPT not in request.POST or box in request.POST[BY_SCRIPT].split()
        if told and cannot != (track.position in said):
            services.cannot_hear(trial, track.position, cannot)
        try:
            if form.has_changed():
                _keep_ratings(request, trial, track, form)
        except services.TooEarly:
            too_early = True
    return too_early


def _keep_ratings(request: HttpRequest, trial: Trial, track: TrialTrack, form: ItemsForm) -> bool:
    """Keep every rating that is on its scale; True if there was one."""
    form.is_valid()
    values = form.ratings()
    if values:
        measured = "X-Measured" in request.headers or "measured" in request.POST
        services.refuse_too_early(trial, track, measured=measured)
        services.rate(trial, track, values)
    return bool(values)


@trial_page(Step.LISTEN, Step.SURVEY)
@require_POST
def rate(request: HttpRequest, trial: Trial, position: int) -> HttpResponse:
    """One rating, saved the moment it is made."""
    tracks = [track for track in services.present(trial) if track.position == position]
    try:
        for track, form in _rating_forms(trial, tracks, request.POST):
            if _keep_ratings(request, trial, track, form):
                return _saved(request, trial, track)
    except services.TooEarly as refusal:
        # The page keeps the rating and sends it again when more has been heard.
        return HttpResponse(str(refusal), status=422, headers={"X-Too-Early": "1"})
    except services.NotAllowed:
        return lead(request, where(trial.participant).url)  # another tab has finished it
    return HttpResponse(
        _("This is not a point of the scale: please pick one of those shown."), status=422
    )


@trial_page(Step.LISTEN, Step.SURVEY)
@require_POST
def unheard(request: HttpRequest, trial: Trial, position: int) -> HttpResponse:
    """A song that somebody can't hear, or can after all, noted the moment they say so."""
    try:
        services.cannot_hear(trial, position, f"track-{position}-unheard" in request.POST)
    except services.NotAllowed:
        return lead(request, where(trial.participant).url)  # another tab has finished it
    for track in services.present(trial):
        if track.position == position:
            return _saved(request, trial, track)
    raise Http404


def _saved(request: HttpRequest, trial: Trial, track: TrialTrack) -> HttpResponse:
    """What the page says once something about a track was kept."""
    context = {**context_of(trial), "progress": services.progress(trial), "shown": track}
    return render(request, "survey/_saved.html", context)


def _after_rating(trial: Trial) -> HttpResponse:
    if not Item.objects.placed(trial.participant.study, Instrument.Placement.PLAYLIST).exists():
        return _after_survey(trial, {})
    return redirect(where(trial.participant).url)


@trial_page(Step.SURVEY)
def survey(request: HttpRequest, trial: Trial) -> HttpResponse:
    participant = trial.participant
    items = Item.objects.placed(participant.study, Instrument.Placement.PLAYLIST)
    known = services.known_answers(participant, trial)
    form = ItemsForm(items, request.POST or None, earlier=known, seed=participant.seed)
    if request.method == "POST" and form.is_valid():
        return _after_survey(trial, form.answers())
    return _questions(request, form, context_of(trial))


def _after_survey(trial: Trial, answers: dict[Item, Given]) -> HttpResponse:
    services.finish_trial(trial, answers)
    participant = trial.participant
    ended = where(participant).step == Step.END
    if ended and not Item.objects.placed(participant.study, Instrument.Placement.END).exists():
        participant = services.complete(participant, {})
    return redirect(where(participant).url)


@participants_page
def end(request: HttpRequest, participant: Participant) -> HttpResponse:
    place = where(participant)
    if place.step != Step.END:
        return lead_on(request, place)
    items = Item.objects.placed(participant.study, Instrument.Placement.END)
    known = services.known_answers(participant)
    form = ItemsForm(items, request.POST or None, earlier=known, seed=participant.seed)
    if request.method == "POST" and form.is_valid():
        return redirect(where(services.complete(participant, form.answers())).url)
    return _questions(request, form, {"study": participant.study, "participant": participant})


def _questions(request: HttpRequest, form: ItemsForm, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "survey/questions.html", {**context, "form": form}, status=status)


@participants_page
@require_safe
def thanks(request: HttpRequest, participant: Participant) -> HttpResponse:
    place = where(participant)
    if place.step != Step.THANKS:
        return redirect(place.url)
    context = {
        "study": participant.study,
        "participant": participant,
        "completion": completion(participant),
    }
    return render(request, "survey/thanks.html", context)
