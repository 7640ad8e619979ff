"""What holds on every page of the researcher's area."""

from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from recommender.models import QuerySong
from recommender.services import request_playlist
from survey.models import Participant, Study

pytestmark = pytest.mark.django_db

MODELS = [model for model in admin.site._registry if model._meta.app_label != "auth"]
NAMES = [model._meta.label for model in MODELS]


@pytest.fixture
def used(visitor, study):
    """Somebody has taken part, somebody brought a song, and a report was asked for."""
    visitor.go_to("end")
    song = QuerySong.objects.create(model=study.model, genre="Rock", container="mp3")
    request_playlist(song, strategy="random", params={}, seed=1)
    study.reports.create()
    study.links.create(label="Ana")
    study.erasures.create()
    return visitor


@pytest.fixture
def staff(client):
    """Somebody who may sign in and nothing else."""
    user = get_user_model().objects.create_user("colleague", is_staff=True)
    client.force_login(user)
    return client


def listing(model, query: str = "") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + query


def page_of(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append(dict(attrs).get("href") or "")


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_every_list_has_its_rows(researcher, used, model):
    page = researcher.get(listing(model))
    assert page.status_code == 200
    assert page.context["cl"].result_count > 0


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_every_row_has_a_page(researcher, used, model):
    assert researcher.get(page_of(model.objects.first())).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_every_filter_and_order_works(researcher, used, model):
    links = Links(researcher.get(listing(model)).text).found
    queries = sorted({link for link in links if link.startswith("?") and link != "?"})
    failed = [
        query for query in queries if researcher.get(listing(model, query)).status_code != 200
    ]
    assert failed == []


@pytest.mark.parametrize(
    "model", [m for m in MODELS if admin.site._registry[m].search_fields], ids=lambda m: m.__name__
)
def test_every_search_works(researcher, used, model):
    for words in ("rock", "two words", "%'\"", "ü"):
        assert researcher.get(listing(model), {"q": words}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_every_link_of_a_list_and_a_row_leads_somewhere(researcher, used, model):
    text = researcher.get(listing(model)).text + researcher.get(page_of(model.objects.first())).text
    links = {link for link in Links(text).found if link.startswith("/admin/recommender/")}
    links |= {link for link in Links(text).found if link.startswith("/admin/survey/")}
    assert [link for link in sorted(links)[:25] if researcher.get(link).status_code != 200] == []


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_strangers_are_asked_to_sign_in(client, used, model):
    address = listing(model)
    assert client.get(address).url == f"/admin/login/?next={address}"


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_staff_without_the_permission_see_nothing(staff, used, model):
    assert staff.get(listing(model)).status_code == 403
    assert staff.get(page_of(model.objects.first())).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_staff_with_the_permission_to_view_see_the_pages(staff, used, model):
    codename = f"view_{model._meta.model_name}"
    get_user_model().objects.get(username="colleague").user_permissions.set(
        Permission.objects.filter(codename=codename)
    )
    assert staff.get(listing(model)).status_code == 200
    assert staff.get(page_of(model.objects.first())).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_no_page_shows_the_code_of_a_participant(researcher, used, model):
    person = used.participant
    for address in (listing(model), page_of(model.objects.first())):
        page = researcher.get(address).text
        assert person.code not in page
        assert person.spoken_code not in page


def test_nobody_finds_a_participant_by_code(researcher, used):
    found = researcher.get(listing(Participant), {"q": used.participant.code})
    assert found.context["cl"].result_count == 0


@pytest.mark.parametrize("page", ["/admin/", "/admin/login/", "/admin/survey/study/add/"])
def test_the_pages_keep_to_the_policy(researcher, page):
    answer = researcher.get(page)
    assert "default-src 'self';" in answer["Content-Security-Policy"] + ";"
    assert "<script>" not in answer.text
    assert 'style="' not in answer.text


@pytest.mark.parametrize("path", ["tracks", "playlists", "studies", "participants"])
def test_the_interface_for_programs_is_for_researchers(client, researcher, used, path):
    assert researcher.get(f"/api/{path}/").json()["count"] > 0
    client.logout()
    assert client.get(f"/api/{path}/").status_code in (401, 403)


@pytest.mark.parametrize("path", ["tracks", "playlists", "studies", "participants"])
def test_programs_need_the_same_permission_as_pages(staff, used, path):
    assert staff.get(f"/api/{path}/").status_code == 403


def test_programs_change_nothing(researcher, used):
    address = f"/api/studies/{Study.objects.get().pk}/"
    assert researcher.delete(address).status_code == 405
    assert researcher.post("/api/studies/", {}).status_code == 405


def test_programs_do_not_learn_the_code_of_a_participant(researcher, used):
    assert used.participant.code not in researcher.get("/api/participants/").text
