"""How somebody came: by a personal link, or with a recruiting service's parameters.

It is kept in the session until registration, and only what the study is set up to keep.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from survey import services
from survey.models import CODE_ALPHABET, PersonalLink, Study, new_code
from survey.recruiting.placeholders import is_placeholder
from survey.recruiting.throttles import too_many, wrong_attempt

from .access import may_see_drafts, sign_out, signed_in, visible_study

LONGEST_IDENTITY = 100
LONGEST_PARAMETER = 200


@never_cache
@require_safe
def join(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Keep the link for registration: opening it, as mail scanners do, uses up nothing."""
    study = visible_study(request, slug)
    link = study.links.filter(token="".join(c for c in token if c in CODE_ALPHABET)).first()
    participant = signed_in(request, study)
    if link and participant and participant.link_id == link.pk:
        return _to_study(request, study)
    if link is None or link.is_used_up:
        # One answer for links used up, mistyped, and of other studies.
        if wait := wrong_attempt(request, "link", study):
            return too_many(request, wait)
        return render(request, "survey/link.html", {"study": study}, status=404)
    _keep(request, study, link)
    return _to_study(request, study)


def _keep(request: HttpRequest, study: Study, link: PersonalLink) -> None:
    """Another link than that of who is signed in here is another person's."""
    if signed_in(request, study):
        sign_out(request, study)
    _update(request, study, link=link.pk)


def _to_study(request: HttpRequest, study: Study) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{study.get_absolute_url()}{'?' if query else ''}{query}")


def note_arrival(request: HttpRequest, study: Study) -> None:
    """Keep what the address says of who came, as far as the study asks for it."""
    _note_unfilled(request, study)
    identity = _identity(study, request.GET.get(study.identity_parameter or "", ""))
    if identity:
        participant = signed_in(request, study)
        if participant and participant.identity != identity:
            sign_out(request, study)  # another person, at the same computer
        _update(request, study, identity=identity)
    kept = {
        name: _clean(request.GET[name])[:LONGEST_PARAMETER]
        for name in study.kept_parameters
        if name in request.GET
    }
    if kept:
        _update(request, study, parameters=kept)


def _identity(study: Study, value: str) -> str:
    """The number that tells people apart; none where the service did not fill it in."""
    value = _clean(value)
    real = 0 < len(value) <= LONGEST_IDENTITY and not is_placeholder(value, _asked_for(study))
    return value if real else ""


def _asked_for(study: Study) -> list[str]:
    return [name for name in (study.identity_parameter, *study.kept_parameters) if name]


def _note_unfilled(request: HttpRequest, study: Study) -> None:
    """For the researcher, once a browser; who looks at their own study is not counted."""
    asked_for = _asked_for(study)
    given = {
        _clean(request.GET[name])[:LONGEST_IDENTITY] for name in asked_for if name in request.GET
    }
    unfilled = {value for value in given if is_placeholder(value, asked_for)}
    noted = set(request.session.get(f"arrival-{study.pk}", {}).get("unfilled", ()))
    if unfilled <= noted or may_see_drafts(request.user):
        return
    for value in unfilled - noted:
        services.note_unfilled(study, value)
    _update(request, study, unfilled=sorted(unfilled | noted))


def note_bar(request: HttpRequest, study: Study, bar: services.Bar | None) -> None:
    """For the researcher: the number of who has begun already came in another browser."""
    if bar == services.Bar.TOOK_PART:
        device = request.session.setdefault("device", new_code())
        services.note_another_device(study, arrival(request, study).identity, device)


def _clean(value: str) -> str:
    """Without characters that no service sends and no database takes."""
    return "".join(c for c in value if c.isprintable()).strip()


def _update(request: HttpRequest, study: Study, **changes: Any) -> None:
    key = f"arrival-{study.pk}"
    request.session[key] = {**request.session.get(key, {}), **changes}


def arrival(request: HttpRequest, study: Study) -> services.Arrival:
    kept = request.session.get(f"arrival-{study.pk}", {})
    return services.Arrival(
        link=kept.get("link"),
        identity=_identity(study, kept.get("identity", "")) if study.identity_parameter else "",
        parameters=kept.get("parameters", {}),
        preview=may_see_drafts(request.user),
    )


def bar_to(request: HttpRequest, study: Study) -> services.Bar | None:
    return services.bar_to(study, arrival(request, study))
