"""A study's file and its versions in the researcher's area."""

import pytest
import yaml
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from survey.models import Study
from survey.services import current_version
from survey.study_files import MOST_BYTES
from tests.conftest import DEMO_STUDY

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/survey/study/from-file/"


def send(client, content: bytes, **more: str):
    return client.post(ADDRESS, {"file": SimpleUploadedFile("f.yaml", content), **more})


def test_a_study_is_added_from_a_file(researcher):
    assert send(researcher, DEMO_STUDY.read_bytes()).status_code == 302
    study = Study.objects.get()
    assert (study.is_draft, study.versions.get().saved_by.username) == (True, "researcher")


def test_every_mistake_of_the_file_is_on_the_page_with_its_line(researcher):
    demo = DEMO_STUDY.read_bytes()
    line = demo[: demo.index(b"seed: 1")].count(b"\n") + 1
    answer = send(researcher, demo.replace(b"seed: 1", b"sed: 1\nmin: 3"))
    assert answer.status_code == 422
    assert f"line {line}, column 1: sed: There is no “sed” here" in answer.text
    assert f"line {line + 1}, column 1" in answer.text
    assert not Study.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a: [", b"x" * (MOST_BYTES + 1)])
def test_what_is_no_study_is_refused_in_words(researcher, content):
    assert send(researcher, content).status_code == 422
    assert researcher.post(ADDRESS).status_code == 422


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 5_000_000])
def test_a_file_that_is_too_large_is_told_so(researcher, size):
    answer = send(researcher, b"x" * size)
    assert answer.status_code == 422
    assert "The file is larger than 1 MB, which no study needs." in answer.text
    assert "This field is required" not in answer.text


def test_parts_that_the_form_does_not_know_are_refused_in_words(researcher):
    other = {"other": SimpleUploadedFile("f.yaml", b"a: 1")}
    assert "This field is required" in researcher.post(ADDRESS, other).text
    several = {"file": [SimpleUploadedFile("f.yaml", b"a: 1"), SimpleUploadedFile("g", b"b: 1")]}
    answer = researcher.post(ADDRESS, several)
    assert (answer.status_code, "Choose one file: several arrived." in answer.text) == (422, True)


def test_a_study_of_the_address_is_replaced_when_wanted(researcher, study):
    new = DEMO_STUDY.read_bytes().replace(b"What makes a good playlist?", b"Another title")
    assert "There is a study “demo” already" in send(researcher, new).text
    assert send(researcher, new, replace="on").status_code == 302
    assert Study.objects.get().title == "Another title"


def test_a_change_that_would_break_data_is_refused_on_the_page(researcher, study, visitor):
    visitor.register()
    new = DEMO_STUDY.read_bytes().replace(b"seed: 1", b"seed: 2")
    assert "seed can&#x27;t be changed: 1 participant" in send(researcher, new, replace="on").text


def test_the_downloaded_file_is_the_study(researcher, study):
    answer = researcher.get(reverse("admin:study_export", args=[study.pk]))
    assert answer.text.startswith("# yaml-language-server: $schema=http://testserver/study.schema")
    assert 'filename="demo.yaml"' in answer["Content-Disposition"]
    Study.objects.all().delete()
    assert send(researcher, answer.content).status_code == 302


def test_versions_are_listed_with_who_began_with_them(researcher, study, visitor):
    visitor.register()
    page = researcher.get(reverse("admin:survey_study_change", args=[study.pk]))
    assert [version.begun for version in page.context["versions"]] == [1]
    file = researcher.get(reverse("admin:study_version", args=[study.pk, 1]))
    assert yaml.safe_load(file.text)["slug"] == "demo"


def test_what_changed_between_two_versions_is_shown(researcher, study):
    current_version(study)
    Study.objects.update(title="Another title")
    current_version(study)
    address = reverse("admin:study_difference", args=[study.pk])
    text = researcher.get(address, {"from": 1, "to": 2}).text
    assert "-  en: What makes a good playlist?" in text
    assert "+  en: Another title" in text
    assert researcher.get(address, {"from": "x", "to": 9}).status_code == 200


def test_saving_a_page_without_a_change_is_no_version(researcher, study):
    current_version(study)
    address = reverse("admin:survey_study_change", args=[study.pk])
    form = researcher.get(address).context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    data = {name: value for name, value in data.items() if value is not False}
    for prefix in ("conditions", "instruments"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    assert researcher.post(address, data).status_code == 302
    assert study.versions.count() == 1
    assert researcher.post(address, {**data, "title": "New"}).status_code == 302
    assert study.versions.count() == 2


@pytest.mark.parametrize("name", ["export", "difference"])
def test_staff_without_the_permission_get_no_file(client, study, name):
    client.force_login(get_user_model().objects.create_user("colleague", is_staff=True))
    assert client.get(reverse(f"admin:study_{name}", args=[study.pk])).status_code == 403
    assert client.get(ADDRESS).status_code == 403


def test_who_may_only_add_replaces_nothing(client, study):
    user = get_user_model().objects.create_user("colleague", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_study", "view_study"]))
    client.force_login(user)
    answer = send(client, DEMO_STUDY.read_bytes(), replace="on")
    assert "You may look at this study, but not change it." in answer.text
