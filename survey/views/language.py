"""The language that a participant reads in: kept in the session, and with them once registered."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from survey import languages, services

from .access import signed_in, visible_study


class PagesLanguage:
    """Every request begins in English; a study's pages find out theirs (`access.visible_study`).

    Django's own middleware would translate the researcher's area by half.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        languages.nobody_reads()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", languages.now().page)
        languages.nobody_reads()
        return response


@never_cache
@require_POST
def language(request: HttpRequest, slug: str) -> HttpResponse:
    """Change it, at any time, and go back to the page where that was done."""
    study = visible_study(request, slug)
    participant = signed_in(request, study)
    study = participant.study if participant else study
    wanted = request.POST.get("language")
    if wanted in study.languages:
        request.session[f"language-{study.pk}"] = wanted
        if participant:
            services.read_in(participant, wanted)
    back = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if here else study.get_absolute_url())
