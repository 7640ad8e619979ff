"""From the study's first page to the participant's code, and back in with it."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from survey import languages, services
from survey.models import Instrument, Item, Participant, Study
from survey.questions.forms import CodeForm, ConsentForm, ItemsForm, RegistrationKeyForm
from survey.recruiting.throttles import too_many, wrong_attempt
from survey.steps import Step, where
from survey.texts import in_language
from survey.trying import trying_out

from .access import (
    WANTED,
    participants_page,
    sign_in,
    signed_in,
    visible_study,
)
from .arriving import arrival, bar_to, note_arrival, note_bar

CARRIED = "again."
SENT_AGAIN_WITHIN = timedelta(minutes=10)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    languages.read_pages(languages.of_browser(request.headers.get("Accept-Language", "")))
    listed = Study.objects.for_everybody().prefetch_related("conditions")
    studies = [study for study in listed if services.why_not(study) is None]
    response = render(request, "survey/home.html", {"studies": studies})
    patch_vary_headers(response, ["Accept-Language"])
    return response


@never_cache
@require_safe
def study(request: HttpRequest, slug: str) -> HttpResponse:
    study = visible_study(request, slug)
    note_arrival(request, study)
    participant = signed_in(request, study)
    study = participant.study if participant else study
    bar = None if participant else bar_to(request, study)
    note_bar(request, study, bar)
    context = {
        "study": study,
        "participant": participant,
        "trying": trying_out(request, study),
        "reason": None if participant else _why_not(request, study),
        "bar": bar,
    }
    return render(request, "survey/study.html", context)


def _why_not(request: HttpRequest, study: Study) -> services.Reason | None:
    """Why whoever looks can't begin now; a researcher who tries the study out always can."""
    return None if trying_out(request, study) else services.why_not(study)


@never_cache
def consent(request: HttpRequest, slug: str) -> HttpResponse:
    study = visible_study(request, slug)
    if signed_in(request, study) or _why_not(request, study) or bar_to(request, study):
        return redirect("survey:study", slug)
    form = ConsentForm(request.POST or None)
    if form.is_valid():
        request.session[f"consent-{study.pk}"] = [
            languages.said(study, "consent"),
            timezone.now().isoformat(),
        ]
        # One browser is one person: its forms in two tabs have the same key.
        request.session.setdefault(f"registration-{study.pk}", str(uuid.uuid4()))
        return redirect("survey:register", slug)
    return render(
        request, "survey/consent.html", {"study": study, "form": form}, status=_status(form)
    )


@never_cache
def register(request: HttpRequest, slug: str) -> HttpResponse:
    study = visible_study(request, slug)
    if signed_in(request, study):
        return redirect("survey:code", slug)
    own = request.session.get(f"registration-{study.pk}")
    key = RegistrationKeyForm(request.POST or None, initial={"registration_key": own})
    known = _known(study, key)
    if known:
        sign_in(request, known)
        return redirect("survey:code", slug)
    if reason := _why_not(request, study):
        return _too_late(request, study, reason)
    agreed = _agreed(request, study)
    if agreed is None:
        response = redirect("survey:consent", slug)
        response["X-Not-Taken"] = "1"  # the page's script keeps what was typed
        return response
    items = Item.objects.placed(study, Instrument.Placement.REGISTRATION)
    # Nobody has a seed yet; the form's key is kept, too, and stays when the form is shown again.
    drawn = str(key["registration_key"].value())
    form = ItemsForm(items, request.POST or None, earlier={}, seed=drawn)
    if request.method == "POST" and form.is_valid() and key.is_valid():
        simulated = request.headers.get("User-Agent", "").startswith(settings.BOT_USER_AGENT)
        try:
            participant = services.enrol(
                study,
                key.cleaned_data["registration_key"],
                agreed,
                form.answers(),
                arrival=arrival(request, study),
                language=languages.now().language,
                simulated=simulated,
                trying=trying_out(request, study),
            )
        except services.NotAdmitted as refusal:
            return _too_late(request, study, refusal.reason)
        except services.Barred:
            return redirect("survey:study", slug)
        sign_in(request, participant)
        return redirect("survey:code", slug)
    damaged = key.is_bound and not key.is_valid()
    if damaged:
        # What was answered stays, with the right key.
        key = RegistrationKeyForm(initial={"registration_key": own})
        messages.error(request, _("This form got damaged on the way. Please send it again."))
    context = {"study": study, "form": form, "key": key}
    status = 422 if damaged else _status(form)
    return render(request, "survey/register.html", context, status=status)


def _too_late(request: HttpRequest, study: Study, reason: services.Reason) -> HttpResponse:
    """The page that says why; a form that was sent can be sent again from it, as it was."""
    if request.method != "POST" or not reason.may_pass:
        return redirect("survey:study", study.slug)
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    again = [(name, value) for name, value in sent if name != "csrfmiddlewaretoken"]
    context = {"study": study, "reason": reason, "again": again}
    return render(request, "survey/late.html", context, status=409)


def _known(study: Study, key: RegistrationKeyForm) -> Participant | None:
    """Who sent this very form a moment ago, if the answer to it got lost on the way.

    Signing in gave that browser a new session, so the old one no longer knows of the consent.
    """
    if not key.is_valid():
        return None
    since = timezone.now() - SENT_AGAIN_WITHIN
    found = study.participants.filter(created_at__gte=since)
    return found.filter(registration_key=key.cleaned_data["registration_key"]).first()


def _agreed(request: HttpRequest, study: Study) -> services.Consent | None:
    """What this browser agreed to, if it is what the study still asks for, in any language."""
    text, given_at = request.session.get(f"consent-{study.pk}", ("", ""))
    when = parse_datetime(given_at)
    asked = [in_language(study, "consent", code) for code in study.languages]
    return services.Consent(text, when) if when and text in asked else None


def _status(form: "ItemsForm | ConsentForm | CodeForm") -> int:
    return 422 if form.is_bound and not form.is_valid() else 200


@participants_page
def code(request: HttpRequest, participant: Participant) -> HttpResponse:
    place = where(participant)
    if place.step in (Step.LEFT, Step.THANKS):
        return redirect(place.url)  # to come back with, when there is nothing to come back to
    context = {"study": participant.study, "participant": participant, "next": place.url}
    return render(request, "survey/code.html", context)


@participants_page
def go_on(request: HttpRequest, participant: Participant) -> HttpResponse:
    return redirect(where(participant).url)


def _carried(request: HttpRequest, study: Study) -> tuple[list[tuple[str, str]], str]:
    """What was sent to which of the study's pages, when nobody knew any more whose it was."""
    to = request.POST.get("again-to", "")
    if not to.startswith(study.get_absolute_url()):
        return [], ""
    fields = [(name, values) for name, values in request.POST.lists() if name.startswith(CARRIED)]
    return [(name.removeprefix(CARRIED), v) for name, values in fields for v in values], to


@never_cache
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    study = visible_study(request, slug)
    wanted = request.GET.get("next") if request.GET.get("next") in WANTED else None
    carried, to = _carried(request, study)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        participant = study.participants.filter(code=form.cleaned_data["code"]).first()
        if participant:
            sign_in(request, participant)
            if carried:
                context = {"study": study, "again": carried, "address": to}
                return render(request, "survey/carried.html", context)
            if wanted:
                return redirect(f"survey:{wanted}", slug)
            return redirect(where(participant).url)
        if wait := wrong_attempt(request, "code", study):
            return too_many(request, wait)
        # One answer for unknown codes and for codes of other studies.
        form.add_error(
            "code", _("This study does not know that code. Please check each character.")
        )
    context = {"study": study, "form": form, "wanted": wanted, "carried": carried, "to": to}
    return render(request, "survey/resume.html", context, status=_status(form))
