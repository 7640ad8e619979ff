"""Whose page is this? Every participant's page goes through here."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from survey import languages, services
from survey.models import Participant, Study, Trial
from survey.questions.forms import CodeForm
from survey.services import note_seen
from survey.steps import Place, where

from .trouble import sent

Page = Callable[..., HttpResponse]

# Pages that somebody may want to see at once after typing the code.
WANTED = ("leave", "my-data")
# Pages of which nothing is to be lost with the session; who was erased is not lost.
TYPED_INTO = ("listen", "survey", "end", "sound")
RIGHTS = (*WANTED, "my-data-download", "left")


def visible_study(request: HttpRequest, slug: str) -> Study:
    """The study; a draft exists for its researchers, and for those who took part in its pilot."""
    study = get_object_or_404(Study, slug=slug)
    languages.read(study, language_for(request, study))
    if study.is_draft and not (may_see_drafts(request.user) or signed_in(request, study)):
        raise Http404
    return study


def may_see_drafts(user: AbstractBaseUser | AnonymousUser) -> bool:
    return bool(getattr(user, "is_staff", False) and user.has_perm("survey.view_study"))  # type: ignore[union-attr]


def sign_in(request: HttpRequest, participant: Participant) -> None:
    request.session.cycle_key()
    for key in ("arrival", "consent"):
        request.session.pop(f"{key}-{participant.study_id}", None)
    request.session[f"participant-{participant.study_id}"] = participant.pk
    if participant.language:  # also once they have left, or erased everything
        request.session[f"language-{participant.study_id}"] = participant.language


def sign_out(request: HttpRequest, study: Study) -> None:
    """The browser knows nothing of them any more but the language that it reads in."""
    for key in ("arrival", "consent", "participant", "registration"):
        request.session.pop(f"{key}-{study.pk}", None)
    request.session.cycle_key()


def signed_in(request: HttpRequest, study: Study) -> Participant | None:
    found = study.participants.filter(pk=request.session.get(f"participant-{study.pk}") or 0)
    participant = found.select_related("study", "version").first()
    if participant:
        languages.read(services.as_begun(participant), language_for(request, study, participant))
    return participant


def language_for(request: HttpRequest, study: Study, participant: Participant | None = None) -> str:
    """What they chose, else the first that their browser asks for, of those that the study has."""
    kept = participant.language if participant else request.session.get(f"language-{study.pk}")
    if kept in study.languages:
        return kept
    accepted = request.headers.get("Accept-Language", "")
    return languages.preferred(accepted, study.languages) or study.language


def participants_page(
    view: Callable[Concatenate[HttpRequest, Participant, ...], HttpResponse],
) -> Page:
    """A page of the participant whose session this is; anybody else is asked for the code."""

    @never_cache
    @wraps(view)
    def page(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        participant = signed_in(request, visible_study(request, slug))
        if participant is None:
            return _ask_who(request, slug)
        if stopped := _stopped(request, participant):
            return stopped
        note_seen(participant)
        try:
            return view(request, participant, *args, **kwargs)
        except (IntegrityError, ObjectDoesNotExist):
            # Erased meanwhile, in another tab: there is nothing left to save to.
            if Participant.objects.filter(pk=participant.pk).exists():
                raise
            return _ask_who(request, slug)

    return page


def _ask_who(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to the receipt of who had everything erased here, and anybody else to typing a code."""
    study = visible_study(request, slug)
    wanted = request.resolver_match.url_name if request.resolver_match else ""
    if f"receipt-{study.pk}" in request.session:
        return lead(request, reverse("survey:erased", args=[slug]))
    query = f"?next={wanted}" if wanted in WANTED else ""
    lost = wanted in TYPED_INTO and f"participant-{study.pk}" not in request.session
    if carried := sent(request) if lost and not request.htmx else []:  # type: ignore[attr-defined]
        context = {"study": study, "form": CodeForm(), "carried": carried, "to": request.path}
        return render(request, "survey/resume.html", context, status=403)
    if not query:
        messages.info(request, _("Please type your code to continue where you were."))
    return lead(request, reverse("survey:resume", args=[slug]) + query)


def lead(request: HttpRequest, url: str) -> HttpResponse:
    """To another page, as a whole also where a part of this one was asked for."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]


def lead_on(request: HttpRequest, place: Place) -> HttpResponse:
    """To the page whose turn it is; what was sent too late is not dropped without a word."""
    if request.method == "POST" and not request.htmx:  # type: ignore[attr-defined]
        messages.info(request, _("This step was already done: what was sent first counts."))
    return lead(request, place.url)


def _stopped(request: HttpRequest, participant: Participant) -> HttpResponse | None:
    """A page that says so, where the study lets nobody go on; what has been done stays to see,
    and participants' rights are theirs whatever the study's state."""
    study = participant.study
    if request.resolver_match and request.resolver_match.url_name in RIGHTS:
        return None
    being_changed = study.is_draft and not may_see_drafts(request.user)
    archived = study.state == Study.State.ARCHIVED
    if archived and participant.completed_at and request.method in ("GET", "HEAD"):
        return None
    if not (being_changed or archived):
        return None
    context = {"study": study, "archived": archived, "participant": participant}
    context |= {"again": sent(request), "address": request.path}
    return render(request, "survey/stopped.html", context, status=409)


def trial_page(*steps: str) -> Callable[[Callable[..., HttpResponse]], Page]:
    """A page of one of the participant's trials, shown only while it is its turn.

    Coming too early or too late leads to the page whose turn it is, so old links,
    the back button and a second tab are harmless.
    """

    def decorate(view: Callable[Concatenate[HttpRequest, Trial, ...], HttpResponse]) -> Page:
        @participants_page
        @wraps(view)
        def page(
            request: HttpRequest, participant: Participant, number: int, **kwargs: Any
        ) -> HttpResponse:
            place = where(participant)
            if place.trial is None or place.trial.number != number or place.step not in steps:
                return lead_on(request, place)
            place.trial.participant = participant  # whose study says what it said to them
            return view(request, place.trial, **kwargs)

        return page

    return decorate
