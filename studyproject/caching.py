"""What browsers, and proxies on the way, may keep of an answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PrivateAnswers:
    """Nothing is kept of an answer that does not say otherwise: any may be about a person.

    Static files never come here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response
