"""How often somebody may try a code or a password, or upload a song, counted in the database's
cache."""

import math

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from .models import Participant


class AttemptThrottle(SimpleRateThrottle):
    """REST framework's throttle, for plain Django views."""

    num_requests: int | None
    duration: int | None

    def get_cache_key(self, request: Request | HttpRequest, view: object) -> str:
        return self.cache_format % {
            "scope": self.scope,
            "ident": self.get_ident(request),  # type: ignore[arg-type]
        }

    def seconds_to_wait(self, request: HttpRequest) -> int:
        """0 if the attempt may go on (it counts), else how long to wait."""
        if self.allow_request(request, None):  # type: ignore[arg-type]
            return 0
        return max(1, math.ceil(self.wait() or 60))

    def seconds_left(self, request: HttpRequest) -> int:
        """How long to wait after too many attempts; asking does not count as one."""
        key, now = self.get_cache_key(request, None), self.timer()
        history = [t for t in self.cache.get(key, []) if t > now - (self.duration or 0)]
        if len(history) < (self.num_requests or 0):
            return 0
        return max(1, math.ceil(history[-1] + (self.duration or 0) - now))


class CodeThrottle(AttemptThrottle):
    scope = "code"


class LinkThrottle(AttemptThrottle):
    """Of wrong links alone: a whole class may come from one address at once."""

    scope = "link"


class SignInThrottle(AttemptThrottle):
    scope = "sign-in"


class UploadThrottle(AttemptThrottle):
    """By participant: a class that takes part together has one address."""

    scope = "upload"

    def __init__(self, participant: Participant) -> None:
        self.participant = participant
        super().__init__()

    def get_cache_key(self, request: Request | HttpRequest, view: object) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.participant.pk}


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    response = render(request, "survey/too_many.html", {"wait": wait}, status=429)
    response["Retry-After"] = str(wait)
    return response
