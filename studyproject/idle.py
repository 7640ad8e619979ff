"""Researchers who have gone away are signed out; participants never are, whatever they do."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest, HttpResponse

SEEN = "researcher-seen"
# How exactly it is known when somebody was here last: less often, less is written.
EXACT_S = 60


class ResearchersIdle:
    """Forget who is signed in after `RESEARCHER_IDLE_MINUTES` without a request.

    Before the authentication's middleware. What a browser holds of a participation stays: somebody
    who tries a study goes on in it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            self._look(request)
        return self.get_response(request)

    def _look(self, request: HttpRequest) -> None:
        session, now = request.session, time.time()
        seen = session.get(SEEN)
        if seen is not None and now - seen > 60 * settings.RESEARCHER_IDLE_MINUTES:
            for key in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY, SEEN):
                session.pop(key, None)
            session.cycle_key()
        elif seen is None or now - seen > EXACT_S:
            session[SEEN] = now
