"""A participant's own song: taking the file, and playing it back to them alone."""

from functools import wraps
from typing import Any

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
    UnreadablePostError,
)
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe

from recommender.media import serve_audio
from recommender.own_songs import container_of
from recommender.tasks import enqueue_playlist
from survey import services
from survey.models import Trial
from survey.own_songs import choose_own_song
from survey.recruiting.throttles import too_many, upload_attempt
from survey.steps import Step, where
from survey.uploads import OneSong, UploadedSong, says_too_large

from .access import Page, signed_in, trial_page, visible_study
from .songs import song_page, too_large


def uploading(view: Page) -> Page:
    """Check whose form it is after the limits are set, or the body would be read before."""

    @csrf_exempt
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        handler = OneSong(request)
        request.upload_handlers = [handler]
        try:
            return view(request, *args, **kwargs)
        finally:
            handler.close()

    return page


@uploading
@trial_page(Step.SONG)
def own_song(request: HttpRequest, trial: Trial) -> HttpResponse:
    """Take the song, unless it can't be one; nothing of a refused file stays."""
    if request.method != "POST":
        return redirect(where(trial.participant).url)
    if says_too_large(request):
        return _refused(request, trial, too_large(), 413)
    if wait := upload_attempt(trial.participant):
        return too_many(request, wait)
    return _take(request, trial)


@csrf_protect
def _take(request: HttpRequest, trial: Trial) -> HttpResponse:
    from recommender.engine.containers import AudioError

    handler = request.upload_handlers[0]
    try:
        song = request.FILES.get("song")
    except UnreadablePostError:
        return _refused(request, trial, _("The connection was lost while it was uploaded."), 400)
    if isinstance(handler, OneSong) and handler.too_large:
        return _refused(request, trial, too_large(), 413)
    if isinstance(handler, OneSong) and handler.several:
        return _refused(request, trial, _("Please choose a single file; several arrived."))
    if not isinstance(song, UploadedSong):
        return _refused(request, trial, _("Please choose an audio file first."))
    try:
        playlist = choose_own_song(trial, song, container_of(song.path))
    except (AudioError, services.NotAllowed) as refusal:
        return _refused(request, trial, str(refusal))
    enqueue_playlist(playlist.pk)
    return redirect(where(trial.participant).url)


def _refused(request: HttpRequest, trial: Trial, reason: str, status: int = 422) -> HttpResponse:
    return render(request, "survey/song.html", song_page(trial, "", reason), status=status)


@require_safe
def own_audio(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """A participant hears their own song while its file exists; nobody else's has an address."""
    participant = signed_in(request, visible_study(request, slug))
    if participant is None:
        return HttpResponseForbidden(_("Please open the study and type your code first."))
    trials = participant.trials.select_related("playlist__query_song")
    trial = trials.filter(number=number, playlist__query_song__isnull=False).first()
    song = trial.playlist.query_song if trial and trial.playlist else None
    if song is None or not song.file:
        raise Http404(_("This song's file is no longer here."))
    return serve_audio(request, song)
