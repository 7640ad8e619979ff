import csv
import io

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from survey.admin.links import links_of
from survey.models import PersonalLink

pytestmark = pytest.mark.django_db

ADD, LIST = (reverse(f"admin:survey_personallink_{name}") for name in ("add", "changelist"))


def make(researcher, study, **fields):
    return researcher.post(ADD, {"study": study.pk, "uses": 1, **fields})


def act(client, action):
    chosen = list(PersonalLink.objects.values_list("pk", flat=True))
    return client.post(LIST, {"action": action, "_selected_action": chosen})


def test_links_are_made_many_at_once(researcher, study):
    assert make(researcher, study, how_many=12, label="7b").url == links_of(study)
    labels = list(study.links.values_list("label", flat=True))
    assert (len(labels), labels[0], labels[11]) == (12, "7b 1", "7b 12")
    assert len(set(study.links.values_list("token", flat=True))) == 12


def test_a_pasted_list_gives_a_link_each_line(researcher, study):
    make(researcher, study, how_many=10, labels="Ana\r\n\r\n  Ben \n", uses=3)
    assert list(study.links.values_list("label", "uses")) == [("Ana", 3), ("Ben", 3)]


def test_a_label_that_is_too_long_is_refused_and_not_cut(researcher, study):
    page = make(researcher, study, labels="Ana\n" + "x" * 101)
    assert "100 characters at most" in page.text
    assert not study.links.exists()


@pytest.mark.parametrize(
    "fields", [{}, {"how_many": 0}, {"how_many": 1001}, {"labels": "x\n" * 1001}]
)
def test_what_can_not_be_made_is_said_beside_the_field(researcher, study, fields):
    page = make(researcher, study, **fields)
    assert page.status_code == 200
    assert "errorlist" in page.text
    assert not PersonalLink.objects.exists()


def test_the_list_says_how_often_each_was_used(researcher, visitor, study):
    visitor.client.get(study.links.create(label="Ana").get_absolute_url())
    visitor.register()
    page = researcher.get(links_of(study)).text
    assert "Ana" in page
    assert "1 of 1" in page


def test_the_table_of_links_opens_in_a_spreadsheet_without_running_anything(researcher, study):
    study.links.create(label="7b;\ufeff=1+1")
    answer = act(researcher, "as_csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["label"] == "'7b;'\ufeff=1+1"
    assert row["link"] == f"http://testserver{PersonalLink.objects.get().get_absolute_url()}"


def test_each_link_has_a_card_with_its_qr_code(researcher, study):
    for label in ("Ana", "<b>"):
        study.links.create(label=label)
    page = act(researcher, "as_cards").text
    assert page.count("<svg") == page.count('class="card"') == 2
    assert "&lt;b&gt;" in page
    assert "<style" not in page
    assert "style=" not in page


def test_the_open_link_has_a_card_too(researcher, study):
    page = researcher.get(reverse("admin:study_qr", args=[study.pk])).text
    assert f"http://testserver{study.get_absolute_url()}<" in page
    assert page.count("<svg") == 1


@pytest.mark.parametrize("permissions", [[], ["view_study"], ["view_personallink"]])
def test_links_are_made_by_those_who_may_alone(client, study, permissions):
    user = get_user_model().objects.create_user("colleague", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    assert make(client, study, how_many=3).status_code == 403
    allowed = 200 if "view_study" in permissions else 403
    assert client.get(reverse("admin:study_qr", args=[study.pk])).status_code == allowed
    assert not PersonalLink.objects.exists()
