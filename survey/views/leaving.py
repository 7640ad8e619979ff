"""Leaving: stopping or erasing everything, without asking anybody; and the receipt for it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from survey import services
from survey.models import Erasure, Participant
from survey.recruiting.completion import completion
from survey.steps import Step, where

from .access import participants_page, sign_out, visible_study

STOP, ERASE = "stop", "erase"

# What a participant would call the kinds of rows; the rest is bookkeeping.
KINDS = {
    "answers": _("Answers to questions"),
    "playlists": _("Playlists"),
    "track ratings": _("Ratings of songs"),
    "listening events": _("Listening reports"),
    "sound checks": _("Sound checks"),
}


@participants_page
def leave(request: HttpRequest, participant: Participant) -> HttpResponse:
    """First the choice, then a page to confirm it; only its form does anything."""
    ways = (STOP, ERASE) if participant.status == Participant.Status.ACTIVE else (ERASE,)
    how = (request.POST if request.method == "POST" else request.GET).get("how")
    if request.method == "POST" and how == ERASE:
        return _erase(request, participant)
    if request.method == "POST" and how == STOP:
        services.stop(participant)
        participant.refresh_from_db()
        return redirect(where(participant).url)
    context = {
        **{"study": participant.study, "participant": participant, "ways": ways},
        "how": how if how in ways else None,
        "back": where(participant).url,
        "holdings": services.holdings(participant),
    }
    return render(request, "survey/leave.html", context)


def _erase(request: HttpRequest, participant: Participant) -> HttpResponse:
    study = participant.study
    erasure = services.erase(participant)
    sign_out(request, study)
    request.session[f"receipt-{study.pk}"] = erasure.receipt
    return redirect("survey:erased", study.slug)


@participants_page
@require_safe
def left(request: HttpRequest, participant: Participant) -> HttpResponse:
    place = where(participant)
    if place.step != Step.LEFT:
        return redirect(place.url)
    context = {
        **{"study": participant.study, "participant": participant},
        "because": Participant.LeftBecause,
        "completion": completion(participant),
    }
    return render(request, "survey/left.html", context)


@never_cache
@require_safe
def erased(request: HttpRequest, slug: str) -> HttpResponse:
    """The receipt, for the browser in which everything was erased."""
    study, erasure = visible_study(request, slug), _erasure(request, slug)
    if erasure is None:
        return redirect("survey:study", slug)
    context = {"study": study, "erasure": erasure, "rows": _in_words(erasure)}
    return render(request, "survey/erased.html", context)


@never_cache
@require_safe
def receipt(request: HttpRequest, slug: str) -> HttpResponse:
    erasure = _erasure(request, slug)
    if erasure is None:
        return redirect("survey:study", slug)
    text = render_to_string("survey/receipt.txt", {"erasure": erasure, "rows": _in_words(erasure)})
    return HttpResponse(
        text,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="receipt.txt"'},
    )


def _in_words(erasure: Erasure) -> list[tuple[str | Promise, int]]:
    known = [(name, erasure.rows[kind]) for kind, name in KINDS.items() if kind in erasure.rows]
    others = sum(number for kind, number in erasure.rows.items() if kind not in KINDS)
    return [*known, (gettext("Other entries"), others)]


def _erasure(request: HttpRequest, slug: str) -> Erasure | None:
    study = visible_study(request, slug)
    return study.erasures.filter(receipt=request.session.get(f"receipt-{study.pk}", "")).first()
