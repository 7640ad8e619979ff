"""Every address, as every kind of visitor: a new one fails until somebody has said who may come."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import URLPattern, get_resolver

from recommender.models import QuerySong
from recommender.services import request_playlist
from survey.models import Study

pytestmark = pytest.mark.django_db

# For everybody, and what each leads to or shows is no secret.
OPEN = {"home", "study-schema", "study", "consent", "register", "resume", "language", "join"}
OPEN |= {"health", "favicon", "erased", "receipt", "login", "logout"}
# For the participant whose session it is; no address says who that is.
OWN = {"code", "continue", "sound", "noise", "tones", "genre", "song", "own_song", "own_audio"}
OWN |= {"wait", "listen", "rate", "unheard", "heard", "survey", "end", "thanks"}
OWN |= {"leave", "left", "my-data", "my-data-download", "audio"}
# For all who may sign in to the researcher's area: they hold nobody's data.
STAFF = {"index", "password_change", "password_change_done", "jsi18n", "schema"}
STAFF |= {"api-root", "app_list", "catch-all"}
# For those with these rights alone, by method.
SEE, CHANGE, ADD = "survey.view_study", "survey.change_study", "survey.add_study"
RIGHTS = {
    **dict.fromkeys(["report", "alone", "download", "study_qr", "study_export"], ("GET", {SEE})),
    **dict.fromkeys(["study_version", "study_difference"], ("GET", {SEE})),
    "request": ("POST", {SEE}),
    "track_audio": ("GET", {"recommender.view_track"}),
    "track_spectrogram": ("GET", {"recommender.view_track"}),
    "model_index": ("POST", {"recommender.change_genremodel"}),
    "model_activate": ("POST", {"recommender.change_genremodel"}),
    "survey_instrument_preview": ("GET", {"survey.view_instrument"}),
    **{
        f"study_{name}": ("POST", {CHANGE})
        for name in (
            "pilot",
            "open",
            "open_uneven",
            "pause",
            "close",
            "archive",
            "draft",
            "instrument",
        )
    },
    "study_try": ("POST", {SEE, CHANGE}),
    "study_copy": ("POST", {SEE, ADD}),
    "study_from_file": ("GET", {ADD}),
    **{
        f"{name}-{page}": ("GET", {f"{app}.view_{name}"})
        for app, name in (
            ("recommender", "track"),
            ("recommender", "playlist"),
            ("survey", "study"),
            ("survey", "participant"),
        )
        for page in ("list", "detail")
    },
    **dict.fromkeys(["report-list", "report-detail", "report-download"], ("GET", {SEE})),
    # Whoever may see the row; the sample is a participant's personal link.
    "view_on_site": ("GET", {"survey.view_personallink"}),
    "autocomplete": ("GET", {"survey.view_study"}),
}
# Django's own pages of each kind of row.
OF_ROWS = {
    "changelist": "view",
    "add": "add",
    "history": "view",
    "delete": "delete",
    "change": "view",
    "password_change": "change",
}


def walk(patterns: list, before: str = "") -> Iterator[tuple[str, str]]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route, name_of(one, route)
        else:
            yield from walk(one.url_patterns, route)


def name_of(pattern: URLPattern, route: str) -> str:
    unnamed = {"favicon.ico": "favicon", "admin/(?P<url>.*)$": "catch-all"}
    return pattern.name or unnamed.get(route, "old address")


ROUTES = dict(walk(get_resolver().url_patterns))


def needed(name: str) -> tuple[str, set[str]] | None:
    """The method and the rights for an address of researchers; None where everybody may."""
    if name in RIGHTS:
        return RIGHTS[name]
    for model in admin.site._registry:
        app, row = model._meta.app_label, model._meta.model_name
        for page, right in OF_ROWS.items():
            if name == f"{app}_{row}_{page}":
                return "GET", {f"{app}.{right}_{row}"}
    return None


RESEARCHERS = {route: name for route, name in ROUTES.items() if needed(name)}


@pytest.fixture
def used(visitor, study, tmp_path):
    """A row of every kind, so that a refusal is one and not just nothing found."""
    visitor.go_to("end")
    song = QuerySong.objects.create(model=study.model, genre="Rock", container="mp3")
    request_playlist(song, strategy="random", params={}, seed=1)
    report = study.reports.create(status="ready")
    report.archive.parent.mkdir(parents=True)
    report.archive.write_bytes(b"PK")
    study.links.create(label="Ana")
    study.erasures.create()
    Group.objects.create(name="group")
    return visitor


def address(route: str, name: str) -> str:
    """The route filled in with rows that are there."""
    model = next(
        (m for m in admin.site._registry if f"{m._meta.app_label}/{m._meta.model_name}/" in route),
        None,
    )
    rows = {"tracks": "track", "playlists": "playlist", "participants": "participant"}
    rows |= {"studies": "study", "reports": "report"}
    named = re.search(r"(?:api/\^|analysis/)(\w+)", route)
    if model is None and named:
        model = next(m for m in admin.site._registry if m._meta.model_name == rows[named[1]])
    pk = model._default_manager.order_by("pk").values_list("pk", flat=True).first() if model else 1
    filled = {
        **{
            "pk": pk,
            "object_id": pk,
            "id": pk,
            "slug": Study.objects.earliest("pk").slug,
            "number": 1,
        },
        **{"position": 1, "attempt": 1, "key": uuid.uuid4(), "token": "WRNG", "format": "json"},
        **{"app_label": "survey", "url": "nothing"},
    }
    if name == "view_on_site":
        from django.contrib.contenttypes.models import ContentType

        from survey.models import PersonalLink

        link = PersonalLink.objects.get()
        filled |= {"content_type_id": ContentType.objects.get_for_model(link).pk}
        filled |= {"object_id": link.pk}
    route = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*?\)", lambda m: str(filled[m[1]]), route)
    route = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(filled[m[1]]), route)
    route = (
        route.replace("/json", "/.json")
        .replace("\\.", ".")
        .replace("^", "")
        .replace("$", "")
        .replace("/?", "/")
    )
    query = "?app_label=survey&model_name=participant&field_name=study" * (name == "autocomplete")
    return f"/{route}{query}"


def staff(*rights: str) -> Client:
    user = get_user_model().objects.create_user(f"colleague {uuid.uuid4()}", is_staff=True)
    wanted = [right.split(".") for right in rights]
    for app, codename in wanted:
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    client = Client()
    client.force_login(user)
    return client


def every_right_but(missing: set[str]) -> list[str]:
    found = Permission.objects.select_related("content_type")
    named = {f"{one.content_type.app_label}.{one.codename}" for one in found}
    # Who may change a row may see it, too.
    implied = {one.replace(".view_", ".change_") for one in missing if ".view_" in one}
    return sorted(named - missing - implied)


def test_of_every_address_somebody_has_said_who_may_come():
    said = {"old address", *OPEN, *OWN, *STAFF}
    assert [route for route, name in ROUTES.items() if not (name in said or needed(name))] == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_and_participants_come_to_no_page_of_researchers(used, method):
    ways = {**RESEARCHERS, **{route: name for route, name in ROUTES.items() if name in STAFF}}
    for client in (Client(), used.client):
        for route, name in ways.items():
            answer = getattr(client, method)(address(route, name))
            led_away = answer.status_code == 302 and "/admin/login/" in answer.url
            assert led_away or answer.status_code in (401, 403, 404, 405), route


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_rights_come_to_no_page_that_needs_one(used, method):
    client = staff()
    for route, name in RESEARCHERS.items():
        answer = getattr(client, method)(address(route, name))
        assert answer.status_code in (403, 405), (route, answer.status_code)


def test_one_right_missing_is_enough_to_be_refused(used):
    for route, name in RESEARCHERS.items():
        method, rights = needed(name)
        for right in rights:
            client = staff(*every_right_but({right}))
            answer = getattr(client, method.lower())(address(route, name))
            assert answer.status_code == 403, (route, right, answer.status_code)


def test_the_right_that_a_page_needs_is_enough(used):
    made_by_the_product = {"add", "delete", "change"}  # some rows are nobody's to add or delete
    for route, name in RESEARCHERS.items():
        method, rights = needed(name)
        answer = getattr(staff(*rights), method.lower())(address(route, name))
        page = name.rpartition("_")[2]
        assert answer.status_code != 403 or page in made_by_the_product, route


@pytest.mark.parametrize("method", ["get", "post"])
def test_pages_of_participants_are_nobody_elses(used, method):
    for route, name in ROUTES.items():
        if name in OWN:
            answer = getattr(Client(), method)(address(route, name))
            led = answer.status_code == 302 and "/resume/" in answer.url
            assert led or answer.status_code in (401, 403, 404, 405), (route, answer.status_code)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_no_address_answers_a_method_that_it_does_not_know(used, method):
    for route, name in ROUTES.items():
        answer = getattr(Client(), method)(address(route, name))
        assert answer.status_code in (403, 405), (route, answer.status_code)
