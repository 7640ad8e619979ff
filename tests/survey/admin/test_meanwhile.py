"""Two researchers at the page of one study."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from survey.models import Instrument, Study
from survey.services import current_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(study) -> Study:
    Study.objects.update(state="draft")
    current_version(study)
    return Study.objects.get()


@pytest.fixture
def bo(draft) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("bo"))
    return client


def opened(client: Client, row: Study | Instrument) -> tuple[str, dict]:
    """The page's address and what its form would send."""
    address = reverse(f"admin:survey_{row._meta.model_name}_change", args=[row.pk])
    page = BeautifulSoup(client.get(address).text, "html.parser")
    form = page.find("form", id=f"{row._meta.model_name}_form")
    sent: dict[str, list[str]] = {}
    for field in form.find_all(["input", "textarea", "select"]):
        chosen = [field]
        if field.name == "select":
            chosen = field.find_all("option", selected=True)
        elif field.get("type") in ("checkbox", "radio"):
            chosen = [field] if field.has_attr("checked") else []
        elif field.get("type") == "submit" or "__prefix__" in field.get("name", ""):
            chosen = []
        values = [one.get("value", one.get_text().removeprefix("\n")) for one in chosen]
        if values:
            sent.setdefault(field["name"], []).extend(values)
    return address, sent


@pytest.mark.parametrize("pick", [lambda s: s, lambda s: s.instruments.first()])
def test_the_second_to_save_is_told_and_overwrites_nothing(researcher, bo, draft, pick):
    row = pick(draft)
    address, ana = opened(researcher, row)
    _, bos = opened(bo, row)
    assert bo.post(address, {**bos, "title": "Bo's title"}).status_code == 302
    answer = researcher.post(address, {**ana, "title": "Ana's title"})
    assert (answer.status_code, "bo changed this study at" in answer.text) == (200, True)
    assert "Ana&#x27;s title" in answer.text
    row.refresh_from_db()
    assert row.title == "Bo's title"


def test_saved_once_more_it_is_on_purpose(researcher, bo, draft):
    address, ana = opened(researcher, draft)
    _, bos = opened(bo, draft)
    bo.post(address, {**bos, "title": "Bo's title"})
    told = researcher.post(address, {**ana, "title": "Ana's title"})
    seen = told.context["adminform"].form["seen"].value()
    assert (
        researcher.post(address, {**ana, "title": "Ana's title", "seen": seen}).status_code == 302
    )
    assert Study.objects.get().title == "Ana's title"


def test_a_question_changed_meanwhile_is_a_change_of_the_study(researcher, bo, draft):
    address, ana = opened(researcher, draft)
    instrument, bos = opened(bo, draft.instruments.first())
    bo.post(instrument, {**bos, "introduction": "New."})
    assert "bo changed this study" in researcher.post(address, ana).text


def test_a_study_opened_meanwhile_is_told_to_be_open(researcher, draft):
    address, ana = opened(researcher, draft)
    Study.objects.update(state="open")
    assert "it is now open" in researcher.post(address, {**ana, "title": "Late"}).text
    assert Study.objects.get().title != "Late"


def test_saving_twice_alone_says_nothing(researcher, draft):
    for title in ("One", "Two"):
        address, form = opened(researcher, draft)
        assert researcher.post(address, {**form, "title": title}).status_code == 302
    assert Study.objects.get().title == "Two"
