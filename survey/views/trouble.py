"""What somebody sees when a request could not be taken: why, and what they sent, to send it again.

None of these pages needs the database, which may be what is away.
"""

import logging
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from survey import languages

log = logging.getLogger(__name__)

# A database that is locked, restarting or out of connections: all of it passes.
PASSING = (OperationalError, InterfaceError)
RETRY_AFTER_S = 5


class Patience:
    """A database that is busy or away is a page that says so, and not an error.

    What a researcher sends after having been signed out waits for signing in again. A form that the
    participants' page's script sent is told where to go, as a script can't see where it is led.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _was_signed_out(request, response) and sent(request):
            return _page(request, "signed_out.html", 403)
        if "X-Sent-By" in request.headers and 300 <= response.status_code < 400:
            _tell_where(response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return busy(request, error) if isinstance(error, PASSING) else None


def _was_signed_out(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a researcher sent a form after having been away for too long; a stranger has no
    session at all."""
    led = response.status_code == 302 and response["Location"].startswith(reverse("admin:login"))
    return led and request.method == "POST" and settings.SESSION_COOKIE_NAME in request.COOKIES


def _tell_where(response: HttpResponse) -> None:
    response["X-Lead-To"] = response["Location"]
    del response["Location"]
    response.status_code, response.content = 204, b""


def busy(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Nothing was done; the page's script, or whoever reads it, tries again."""
    log.warning("The database did not answer %s in time: %s", request.path, error)
    if _is_for_a_script(request):
        said = _("Not saved yet: please try again in a moment.")
        response: HttpResponse = JsonResponse({"error": said, "detail": said}, status=503)
    else:
        response = _page(request, "busy.html", 503)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def failed(request: HttpRequest) -> HttpResponse:
    """An error of ours, wherever it happened."""
    error = sys.exc_info()[1]
    return busy(request, error) if isinstance(error, PASSING) else _page(request, "500.html", 500)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent is damaged, or larger than anything that is typed."""
    return _page(request, "400.html", 400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open for too long; sent again, it has a token that holds."""
    return _page(request, "survey/expired.html", 403)


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    of_study = request.path.startswith("/s/")
    if of_study and languages.now() == languages.NOBODY:  # before the study's language was read
        languages.read_pages(languages.of_browser(request.headers.get("Accept-Language", "")))
    context = {"again": sent(request), "address": request.get_full_path()}
    return render(request, template, context, status=status)


def sent(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of the form that was sent from a page of ours, to be sent again; none of a form
    with a file or a password, or of one that can't be read."""
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        alone = not request.FILES
    except (SuspiciousOperation, OSError):
        return []
    typed = [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]
    secret = any("password" in name for name, _value in typed)
    return typed if alone and not secret and _comes_from_here(request) else []


def _comes_from_here(request: HttpRequest) -> bool:
    """A page of somebody else's must not get its form sent by a button of ours."""
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return not origin or urlsplit(origin).netloc == request.get_host()


def _is_for_a_script(request: HttpRequest) -> bool:
    of_page = "HX-Request" in request.headers or request.content_type == "application/json"
    return of_page or request.path.startswith("/api/") or request.path.endswith("/heard/")
