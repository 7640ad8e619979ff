import pytest
from django.core.cache import cache
from django.test import RequestFactory

from survey.throttles import CodeThrottle, SignInThrottle

pytestmark = pytest.mark.django_db


def attempt(throttle=CodeThrottle, **environment: str) -> int:
    return throttle().seconds_to_wait(RequestFactory().post("/", **environment))


def test_ten_attempts_a_minute_are_free():
    assert [attempt() for _ in range(10)] == [0] * 10


def test_the_eleventh_is_told_how_long_to_wait():
    waits = [attempt() for _ in range(11)]
    assert 1 <= waits[-1] <= 60


def test_after_the_minute_attempts_are_free_again(monkeypatch):
    for _ in range(11):
        attempt()
    monkeypatch.setattr(CodeThrottle, "timer", lambda self: 2_000_000_000.0)
    assert attempt() == 0


def test_one_address_does_not_use_up_the_attempts_of_another():
    for _ in range(11):
        attempt(REMOTE_ADDR="192.0.2.1")
    assert attempt(REMOTE_ADDR="192.0.2.2") == 0


def test_attempts_to_sign_in_are_counted_apart_from_codes():
    for _ in range(11):
        attempt()
    assert attempt(SignInThrottle) == 0


def test_nobody_gets_more_attempts_by_claiming_another_address():
    waits = [attempt(HTTP_X_FORWARDED_FOR=f"192.0.2.{number}") for number in range(11)]
    assert waits[-1] > 0


def test_the_count_is_kept_where_every_process_sees_it(settings):
    attempt()
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
    assert cache.get("throttle_code_127.0.0.1")
