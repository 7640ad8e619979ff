"""Whose page is this? Every participant's page goes through here."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from survey.models import Participant, Study, Trial
from survey.services import note_seen
from survey.steps import where

Page = Callable[..., HttpResponse]


def visible_study(request: HttpRequest, slug: str) -> Study:
    """The study; a draft exists for its researchers, and for those who took part in its pilot."""
    study = get_object_or_404(Study, slug=slug)
    if study.is_draft and not (may_see_drafts(request.user) or signed_in(request, study)):
        raise Http404
    return study


def may_see_drafts(user: AbstractBaseUser | AnonymousUser) -> bool:
    return bool(getattr(user, "is_staff", False) and user.has_perm("survey.view_study"))  # type: ignore[union-attr]


def sign_in(request: HttpRequest, participant: Participant) -> None:
    request.session.cycle_key()
    request.session[f"participant-{participant.study_id}"] = participant.pk


def signed_in(request: HttpRequest, study: Study) -> Participant | None:
    found = study.participants.filter(pk=request.session.get(f"participant-{study.pk}") or 0)
    return found.select_related("study").first()


def participants_page(
    view: Callable[Concatenate[HttpRequest, Participant, ...], HttpResponse],
) -> Page:
    """A page of the participant whose session this is; anybody else is asked for the code."""

    @never_cache
    @wraps(view)
    def page(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        participant = signed_in(request, visible_study(request, slug))
        if participant is None:
            messages.info(request, _("Please type your code to go on where you were."))
            return redirect("survey:resume", slug)
        if stopped := _stopped(request, participant):
            return stopped
        note_seen(participant)
        return view(request, participant, *args, **kwargs)

    return page


def _stopped(request: HttpRequest, participant: Participant) -> HttpResponse | None:
    """A page that says so, where the study lets nobody go on; what has been done stays to see."""
    study = participant.study
    being_changed = study.is_draft and not may_see_drafts(request.user)
    archived = study.state == Study.State.ARCHIVED
    if archived and participant.completed_at and request.method in ("GET", "HEAD"):
        return None
    if not (being_changed or archived):
        return None
    context = {"study": study, "archived": archived, "participant": participant}
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
                return redirect(place.url)
            return view(request, place.trial, **kwargs)

        return page

    return decorate
