"""The JSON Schema of study files, for editors."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from survey.study_files.schema import STORED


def _tag(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(STORED.read_bytes()).hexdigest()[:16]}"'


@require_safe
@cache_control(public=True, max_age=3600)
@condition(etag_func=_tag)
def study_schema(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(STORED.read_bytes(), content_type="application/schema+json")
    answer["Access-Control-Allow-Origin"] = "*"  # editors in a browser read it too
    return answer
