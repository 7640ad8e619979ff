"""One trial: a genre, a query song, the wait, the ratings, the playlist's survey; then the end."""

import json
import random
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING, HttpResponseClientRedirect

from recommender.models import Playlist, Track, TrackQuerySet
from recommender.services import retry_playlist
from recommender.tasks import enqueue_playlist
from survey import services
from survey.forms import ItemsForm, ListeningReportForm
from survey.models import Instrument, Item, Participant, Trial, TrialTrack
from survey.steps import Step, where

from .access import participants_page, trial_page

SONGS_SHOWN = 12


@trial_page(Step.GENRE, Step.SONG)
def genre(request: HttpRequest, trial: Trial) -> HttpResponse:
    if request.method == "POST":
        try:
            services.choose_genre(trial, request.POST.get("genre", ""))
        except services.NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            return redirect("survey:song", trial.participant.study.slug, trial.number)
    return render(request, "survey/genre.html", _context(trial))


@trial_page(Step.SONG)
def song(request: HttpRequest, trial: Trial) -> HttpResponse:
    """Search and choose; what has been chosen is kept even while no playlist can be made."""
    if request.method == "POST":
        track = _chosen(trial, request.POST.get("track", ""))
        if track is not None:
            services.choose_query(trial, track)
            for playlist in services.unsent_playlists(trial.participant):
                enqueue_playlist(playlist)
            return redirect(where(trial.participant).url)
        messages.error(request, _("Please choose one of the songs shown."))
    words = request.GET.get("q", "")[:100]
    found = _offered(trial, words)
    context = {
        **_context(trial),
        "q": words,
        "songs": found[:SONGS_SHOWN],
        "more": len(found) > SONGS_SHOWN,
    }
    template = "survey/_songs.html" if request.htmx else "survey/song.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _songs(trial: Trial) -> TrackQuerySet:
    return services.songs_of(trial.participant.study).filter(genre__iexact=trial.genre)


def _offered(trial: Trial, words: str) -> list[Track]:
    """What the words find; without words, a sample of the genre that stays the same on a reload."""
    if words.strip():
        return list(_songs(trial).matching(words).order_by("title", "pk")[: SONGS_SHOWN + 1])
    ids = list(_songs(trial).values_list("pk", flat=True))
    chance = random.Random(f"{trial.participant.seed}-{trial.number}-{trial.genre}")
    shown = chance.sample(ids, min(SONGS_SHOWN + 1, len(ids)))
    return sorted(Track.objects.filter(pk__in=shown), key=lambda track: shown.index(track.pk))


def _chosen(trial: Trial, key: str) -> Track | None:
    try:
        return _songs(trial).filter(key=UUID(key)).first()
    except ValueError:
        return None


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
        url = where(trial.participant).url
        return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]
    state = f"{playlist.status}{'' if playlist.enqueued_at else ' unsent'}"
    context = {**_context(trial), "playlist": playlist, "state": state}
    context["another"] = services.may_choose_again(trial)
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
    tracks = _rating_forms(trial, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        for track, form in tracks:
            _keep_ratings(trial, track, form)
        try:
            services.finish_rating(trial)
            return _after_rating(trial)
        except services.NotAllowed:
            missing = {position for position, _item in services.unrated(trial)}
            messages.error(request, _("Some ratings are still missing; they are marked below."))
            context = {**_listen_context(trial, tracks), "missing": missing}
            return render(request, "survey/listen.html", context, status=422)
    return render(request, "survey/listen.html", _listen_context(trial, tracks))


def _rating_forms(trial: Trial, data: Any) -> list[tuple[TrialTrack, ItemsForm]]:
    items = list(Item.objects.placed(trial.participant.study, Instrument.Placement.TRACK))
    known = {(r.track_id, r.item_id): r.value for r in trial.ratings.all()}
    return [
        (
            track,
            ItemsForm(
                items,
                data,
                prefix=f"track-{track.position}",
                initial={i.key_in_form: str(known.get((track.pk, i.pk), "")) for i in items},
            ),
        )
        for track in services.present(trial)
    ]


def _listen_context(trial: Trial, tracks: list[tuple[TrialTrack, ItemsForm]]) -> dict[str, Any]:
    done = len(tracks) - len({position for position, _item in services.unrated(trial)})
    return {
        **_context(trial),
        "tracks": tracks,
        "done": done,
        "query": trial.playlist and trial.playlist.query_track,
    }


def _keep_ratings(trial: Trial, track: TrialTrack, form: ItemsForm) -> bool:
    """Keep every rating that is on its scale; True if there was one."""
    form.is_valid()
    values = {item: int(value) for item, value in form.answers().items()}
    services.rate(trial, track, values)
    return bool(values)


@trial_page(Step.LISTEN, Step.SURVEY)
@require_POST
def rate(request: HttpRequest, trial: Trial, position: int) -> HttpResponse:
    """One rating, saved the moment it is made."""
    tracks = _rating_forms(trial, request.POST)
    for track, form in tracks:
        if track.position == position and _keep_ratings(trial, track, form):
            return render(request, "survey/_saved.html", _listen_context(trial, tracks))
    return HttpResponse(
        _("This is not a point of the scale: please pick one of those shown."), status=422
    )


def _after_rating(trial: Trial) -> HttpResponse:
    if not Item.objects.placed(trial.participant.study, Instrument.Placement.PLAYLIST).exists():
        return _after_survey(trial, {})
    return redirect(where(trial.participant).url)


@trial_page(Step.SURVEY)
def survey(request: HttpRequest, trial: Trial) -> HttpResponse:
    items = Item.objects.placed(trial.participant.study, Instrument.Placement.PLAYLIST)
    form = ItemsForm(items, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _after_survey(trial, form.answers())
    return _questions(request, form, _context(trial))


def _after_survey(trial: Trial, answers: dict[Item, str]) -> HttpResponse:
    services.finish_trial(trial, answers)
    participant = trial.participant
    ended = where(participant).step == Step.END
    if ended and not Item.objects.placed(participant.study, Instrument.Placement.END).exists():
        services.complete(participant, {})
    return redirect(where(participant).url)


@participants_page
def end(request: HttpRequest, participant: Participant) -> HttpResponse:
    place = where(participant)
    if place.step != Step.END:
        return redirect(place.url)
    items = Item.objects.placed(participant.study, Instrument.Placement.END)
    form = ItemsForm(items, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.complete(participant, form.answers())
        return redirect(where(participant).url)
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
    return render(
        request, "survey/thanks.html", {"study": participant.study, "participant": participant}
    )


@participants_page
@require_POST
def heard(request: HttpRequest, participant: Participant, number: int) -> HttpResponse:
    """What the player reports, in small batches; the same report twice counts once."""
    trial = participant.trials.filter(number=number).select_related("playlist").first()
    if trial is None:
        raise Http404
    try:
        reports = [ListeningReportForm(dict(report)) for report in json.loads(request.body)]
    except (ValueError, TypeError):
        return JsonResponse({"error": "A list of reports was expected."}, status=400)
    valid = [form.cleaned_data for form in reports if form.is_valid()]
    kept = services.record_listening(trial, valid)
    return JsonResponse({"kept": kept}, status=200 if kept == len(reports) else 422)


def _context(trial: Trial) -> dict[str, Any]:
    study = trial.participant.study
    return {"study": study, "participant": trial.participant, "trial": trial, "of": study.n_trials}
