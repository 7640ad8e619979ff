"""Which methods pages answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

OF_PAGES = ("GET", "HEAD", "POST")


class PageMethods:
    """Pages are looked at and sent, nothing else; the API says for itself what it answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in OF_PAGES or request.path.startswith("/api/"):
            return self.get_response(request)
        return HttpResponseNotAllowed(OF_PAGES)
