import pytest

from studyproject.urls import api

pytestmark = pytest.mark.django_db
OF_RESEARCHERS = ["/admin/", "/admin/survey/participant/", "/api/", "/api/schema/", "/api/nothing/"]


@pytest.mark.parametrize("at", [*OF_RESEARCHERS, *(f"/api/{name}/" for name, _, _ in api.registry)])
def test_nothing_that_researchers_see_is_kept(researcher, at: str):
    kept = researcher.get(at)["Cache-Control"]
    assert {"no-store", "private"} <= set(kept.split(", "))


@pytest.mark.parametrize("at", ["/", "/admin/login/", "/nothing/", "/s/nothing/"])
def test_nothing_that_strangers_see_is_kept(client, at: str):
    assert "no-store" in client.get(at)["Cache-Control"]


def test_nothing_that_a_participant_sees_is_kept(visitor):
    visitor.go_to("end")
    for at in ("", "end/", "my-data/", "my-data/download/", "leave/", "thanks/"):
        answer = visitor.client.get(f"/s/{visitor.study.slug}/{at}")
        assert "no-store" in answer["Cache-Control"], at


def test_what_says_how_long_it_may_be_kept_is_kept(client):
    assert client.get("/study.schema.json")["Cache-Control"] == "public, max-age=3600"
