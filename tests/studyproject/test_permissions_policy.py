import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/", "/admin/login/", "/api/studies/", "/no/such/page/"])
def test_every_answer_says_what_pages_may_ask_a_browser_for(client, page):
    policy = client.get(page)["Permissions-Policy"].split(", ")
    assert {"camera=()", "microphone=()", "geolocation=()", "payment=()"} <= set(policy)


def test_the_player_may_play_and_a_code_be_copied(client):
    policy = client.get("/favicon.ico")["Permissions-Policy"].split(", ")
    assert {"autoplay=(self)", "clipboard-write=(self)"} <= set(policy)
