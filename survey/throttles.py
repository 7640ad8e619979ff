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


class CodeThrottle(AttemptThrottle):
    scope = "code"


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
