"""A song's sound, for people who take part."""

from django.http import HttpRequest, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recommender.media import serve_audio
from recommender.models import Track

from .access import signed_in, visible_study


@require_safe
def audio(request: HttpRequest, slug: str, key: str) -> HttpResponseBase:
    """Only participants of the study hear its songs; the address tells nothing about the song."""
    participant = signed_in(request, visible_study(request, slug))
    track = get_object_or_404(Track, key=key) if participant else None
    if track is None:
        return HttpResponseForbidden(_("Please open the study and type your code first."))
    return serve_audio(request, track)
