"""How often somebody may be wrong about a code, a link or a password, or upload a song.

Right codes and links are never counted and always let in: a class takes part from one address, and
59 random bits are not guessed. Wrong ones are slowed down. Counted in the database's cache.
"""

import math

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from rest_framework.throttling import SimpleRateThrottle

from survey.models import Participant, Study


class Attempts(SimpleRateThrottle):
    """REST framework's throttle for plain Django views: attempts of one kind by the same `whose`,
    of which nothing but a keyed hash is kept."""

    num_requests: int
    duration: int

    def __init__(self, scope: str, *whose: object) -> None:
        self.scope = scope
        super().__init__()
        digest = salted_hmac("attempts", "\n".join(map(str, whose)), algorithm="sha256").hexdigest()
        self.key = self.cache_format % {"scope": scope, "ident": digest}

    def seconds_left(self) -> int:
        """How long to wait after too many attempts; 0 if another one is free."""
        recent = self._recent()
        if len(recent) < self.num_requests:
            return 0
        return max(1, math.ceil(recent[self.num_requests - 1] + self.duration - self.timer()))

    def count(self) -> int:
        """Note an attempt, and say how long to wait: 0 if it was free."""
        if wait := self.seconds_left():
            return wait
        self.cache.set(self.key, [self.timer(), *self._recent()], self.duration)
        return 0

    def _recent(self) -> list[float]:
        """When the attempts were that still count, the latest first."""
        since = self.timer() - self.duration
        return [at for at in self.cache.get(self.key, []) if at > since]


def wrong_attempt(request: HttpRequest, scope: str, study: Study) -> int:
    """Note a wrong code or link, by address and by study; how long to wait, 0 if it was free."""
    by_address = Attempts(scope, Attempts(scope).get_ident(request), study.pk)  # type: ignore[arg-type]
    return max(by_address.count(), Attempts(f"{scope}-study", study.pk).count())


class SignInAttempts:
    """Wrong passwords, by address and by account: guessing from many addresses is slowed, too."""

    def __init__(self, request: HttpRequest) -> None:
        address = Attempts("sign-in").get_ident(request)  # type: ignore[arg-type]
        account = request.POST.get("username", "").strip().casefold()
        self.counts = [Attempts("sign-in", address), Attempts("account", account)]

    def seconds_left(self) -> int:
        return max(attempts.seconds_left() for attempts in self.counts)

    def count(self) -> None:
        for attempts in self.counts:
            attempts.count()


def upload_attempt(participant: Participant) -> int:
    """Note an upload, whatever comes of it; how long to wait, 0 if it was free."""
    return Attempts("upload", participant.pk).count()


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    response = render(request, "survey/too_many.html", {"wait": wait}, status=429)
    response["Retry-After"] = str(wait)
    return response
