import pytest
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory

from survey.recruiting.throttles import Attempts, SignInAttempts, wrong_attempt

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(study):
    def attempt(scope: str = "code", **environment: str) -> int:
        return wrong_attempt(RequestFactory().post("/", **environment), scope, study)

    return attempt


def test_ten_wrong_attempts_a_minute_are_free(attempt):
    assert [attempt() for _ in range(10)] == [0] * 10


def test_the_eleventh_is_told_how_long_to_wait(attempt):
    waits = [attempt() for _ in range(11)]
    assert 1 <= waits[-1] <= 60


def test_after_the_minute_attempts_are_free_again(attempt, monkeypatch):
    for _ in range(11):
        attempt()
    monkeypatch.setattr(Attempts, "timer", lambda self: 2_000_000_000.0)
    assert attempt() == 0


def test_one_address_does_not_use_up_the_attempts_of_another(attempt):
    for _ in range(11):
        attempt(REMOTE_ADDR="192.0.2.1")
    assert attempt(REMOTE_ADDR="192.0.2.2") == 0


def test_links_are_counted_apart_from_codes(attempt):
    for _ in range(11):
        attempt()
    assert attempt("link") == 0


def test_nobody_gets_more_attempts_by_claiming_another_address(attempt):
    waits = [attempt(HTTP_X_FORWARDED_FOR=f"192.0.2.{number}") for number in range(11)]
    assert waits[-1] > 0


def test_the_count_is_kept_where_every_process_sees_it(attempt, study, settings):
    attempt()
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
    assert len(cache.get(Attempts("code", "127.0.0.1", study.pk).key)) == 1


def test_no_address_is_kept(attempt, study):
    attempt(REMOTE_ADDR="192.0.2.77")
    assert len(cache.get(Attempts("code", "192.0.2.77", study.pk).key)) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM studyproject_cache")
        assert "192.0.2.77" not in str(cursor.fetchall())


def test_an_account_is_counted_whatever_the_address_and_the_case():
    def wrong(n: int, name: str) -> SignInAttempts:
        request = RequestFactory().post("/", {"username": name}, REMOTE_ADDR=f"192.0.2.{n}")
        return SignInAttempts(request)

    for n in range(30):
        wrong(n, "ana").count()
    assert wrong(99, " Ana ").seconds_left() > 0
    assert wrong(99, "bo").seconds_left() == 0
