"""What players report, in small batches; the pages' own scripts alone come here."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from survey import services
from survey.questions.forms import ListeningReportForm

from .access import signed_in, visible_study

# A page sends a hundred reports at a time, which is about 15 kB.
LARGEST_BATCH = 256 * 1024


@csrf_exempt  # until the size is known: the check reads the whole body
@never_cache
@require_POST
def heard(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Reports of one trial, as JSON; from a page that is being closed as a field of a form.

    A browser can't send a header from a page that it is closing (`sendBeacon`), but it can send
    the token as the form field that every other form has, so the usual check holds here too.
    """
    if int(request.headers.get("Content-Length") or 0) > LARGEST_BATCH:
        return _no(413, _("This is more than we accept at once."))
    return _take(request, slug, number)


@csrf_protect
def _take(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    participant = signed_in(request, visible_study(request, slug))
    if participant is None:
        return _no(403, _("Please type your code to continue where you were."))
    trial = participant.trials.filter(number=number).first()
    if trial is None:
        return _no(404, _("There is no such playlist."))
    try:
        reports = [ListeningReportForm(dict(report)) for report in _reports(request)]
    except (ValueError, TypeError, RecursionError):
        return _no(400, _("A list of reports was expected."))
    valid = [form.cleaned_data for form in reports if form.is_valid()]
    kept = services.record_listening(trial, valid)
    return JsonResponse({"kept": kept}, status=200 if kept == len(reports) else 422)


def _reports(request: HttpRequest) -> Any:
    as_json = request.content_type == "application/json"
    return json.loads(request.body if as_json else request.POST.get("reports", ""))


def _no(status: int, why: str) -> JsonResponse:
    return JsonResponse({"error": why, "kept": 0}, status=status)
