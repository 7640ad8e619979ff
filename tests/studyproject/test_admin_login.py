import pytest
from django.contrib.auth import get_user_model

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"


@pytest.fixture
def sign_in(client):
    get_user_model().objects.create_superuser("ana", password="a-long-password")

    def sign_in(password: str, **headers: str):
        return client.post(LOGIN, {"username": "ana", "password": password}, **headers)

    return sign_in


def test_the_right_password_leads_in(sign_in, client):
    assert sign_in("a-long-password").status_code == 302
    assert client.get("/admin/").status_code == 200


def test_a_wrong_password_does_not(sign_in, client):
    assert sign_in("guess").status_code == 200
    assert client.get("/admin/").url.startswith(LOGIN)


def test_guessing_passwords_is_slowed_down_and_says_how_long(sign_in):
    answers = [sign_in(f"guess {number}") for number in range(11)]
    assert answers[9].status_code == 200
    assert answers[10].status_code == 429
    assert 1 <= int(answers[10]["Retry-After"]) <= 60


def test_even_the_right_password_has_to_wait_then(sign_in, client):
    for number in range(10):
        sign_in(f"guess {number}")
    assert sign_in("a-long-password").status_code == 429
    assert client.get("/admin/").url.startswith(LOGIN)


def test_a_group_that_shares_an_address_signs_in_as_often_as_it_likes(sign_in):
    assert {sign_in("a-long-password").status_code for _ in range(15)} == {302}


def test_an_account_is_not_guessed_from_many_addresses(sign_in):
    for number in range(30):
        sign_in(f"guess {number}", REMOTE_ADDR=f"192.0.2.{number}")
    assert sign_in("a-long-password", REMOTE_ADDR="192.0.2.99").status_code == 429


def test_looking_at_the_page_costs_no_attempt(sign_in, client):
    assert {client.get(LOGIN).status_code for _ in range(15)} == {200}


def test_somebody_who_is_no_researcher_does_not_get_in(client, db):
    get_user_model().objects.create_user("bo", password="a-long-password")
    client.post(LOGIN, {"username": "bo", "password": "a-long-password"})
    assert client.get("/admin/").url.startswith(LOGIN)
