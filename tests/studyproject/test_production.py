"""What PRODUCTION=1 refuses, and that it says what to do."""

import secrets
from dataclasses import replace

import pytest

from studyproject.production import Environment, guessable, problems

GOOD = Environment(
    secret_key=secrets.token_urlsafe(64),
    allowed_hosts=["study.example.org", ".example.org", "10.0.0.1", "[::1]", "localhost"],
    trusted_origins=["https://study.example.org", "https://*.example.org", "https://a.b:8443"],
    database_url="postgres://study:h4sd9f8h@localhost/study",
    database_password="",
    redis_url="redis://localhost:6379/0",
    debug=False,
    proxies=1,
)


def test_good_settings_are_taken():
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    "make", [secrets.token_urlsafe, secrets.token_hex, lambda n: secrets.token_urlsafe(n)[:50]]
)
def test_random_keys_are_taken(make):
    assert not any(guessable(make(64)) for _ in range(200))


@pytest.mark.parametrize(
    "key",
    [
        "abcde" * 12,
        "a" * 60,
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "0123456789" * 6,
        "qwertyuiopasdfghjklzxcvbnm" * 2,
        "qwertyuiopasdfghjklzxcvbnmQWERTYUIOPASDFGHJKLZXCVBNM",
        "acegikmoqsuwybdfhjlnprtvxzACEGIKMOQSUWYBDFHJLNPRTVXZ",
        "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0u1v2w3x4y5z6",
        "aabbccddeeffgghhiijjkkllmmnnooppqqrrssttuuvvwwxxyyzz",
        "change-me-change-me-now-please-and-do-it-well-4d9f8h2",
        "django-insecure-4k5#j2h3k4j5h6g7f8d9s0a1q2w3e4r5t6y7u8",
        "short",
    ],
)
def test_a_key_that_was_typed_is_refused_with_a_way_to_make_one(key):
    (said,) = problems(replace(GOOD, secret_key=key))
    assert said.startswith("SECRET_KEY must be random and at least 50 characters long")
    assert "secrets.token_urlsafe(64)" in said
    assert key not in said


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        ("https://*", "sites of your own"),
        ("https://*.org", "sites of your own"),
        ("https://*.*", "sites of your own"),
        ("https://", "sites of your own"),
        ("https://study.example.org/page", "sites of your own"),
        ("https://study.example.org/", "sites of your own"),
        ("https://study.example.org?x", "sites of your own"),
        ("https://study.example.org:port", "sites of your own"),
        ("https://user:word@study.example.org", "sites of your own"),
        ("https://.example.org", "sites of your own"),
        ("https://[", "sites of your own"),
        ("http://study.example.org", "must begin with https://"),
        ("study.example.org", "must begin with https://"),
        ("*", "must begin with https://"),
    ],
)
def test_an_origin_that_lets_anybody_in_is_refused(origin, said):
    (problem,) = problems(replace(GOOD, trusted_origins=["https://good.example.org", origin]))
    assert "CSRF_TRUSTED_ORIGINS" in problem
    assert said in problem
    assert problem.endswith(f"not {origin}")


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("*", "must name the hosts, not *"),
        ("*.example.org", "write .example.org"),
        ("https://study.example.org", "without https:// or a port"),
        ("study.example.org:8000", "without https:// or a port"),
        ("study example", "without https:// or a port"),
        (".org", "a domain of your own"),
    ],
)
def test_hosts_that_are_none_are_refused(host, said):
    (problem,) = problems(replace(GOOD, allowed_hosts=[host]))
    assert problem.startswith("ALLOWED_HOSTS must")
    assert said in problem


@pytest.mark.parametrize(
    "url", ["sqlite:////data/db.sqlite3", "sqlite://:memory:", "mysql://a@b/c", "/data/db"]
)
def test_a_database_for_one_machine_is_refused(url):
    (problem,) = problems(replace(GOOD, database_url=url))
    assert problem.startswith("DATABASE_URL must name a PostgreSQL server")


@pytest.mark.parametrize(
    "given",
    [
        {"database_url": "postgres://user:password@host:5432/name"},
        {"database_url": "postgres://study:study@host:5432/name"},
        {"database_url": "postgres://study@host/name", "database_password": "changeme"},
    ],
)
def test_a_password_that_everybody_knows_is_refused(given):
    (problem,) = problems(replace(GOOD, **given))
    assert problem.startswith("The database's password must be one of your own")


@pytest.mark.parametrize("url", ["memory://", "redis+socket", "http://host:6379"])
def test_a_broker_that_is_none_is_refused(url):
    (problem,) = problems(replace(GOOD, redis_url=url))
    assert problem.startswith("REDIS_URL must name a Redis or Valkey server")


@pytest.mark.parametrize("password", ["a#b", "a/b", "[a", "a?b]", "a:b/c"])
def test_a_password_that_ends_a_url_is_told_with_how_to_write_it(password):
    ends = {"database_url": f"postgres://study:{password}@host:5432/name"}
    ends |= {"redis_url": f"redis://:{password}@host:6379/0"}
    for problem, name in zip(problems(replace(GOOD, **ends)), ends, strict=True):
        assert problem.startswith(f"{name.upper()} can't be read: in a password, # is written %23")
        assert password not in problem


def test_a_database_without_a_name_is_refused():
    (problem,) = problems(replace(GOOD, database_url="postgres://study:h4sd9f8h@host:5432"))
    assert problem.startswith("DATABASE_URL must end with the database's name")


def test_a_negative_number_of_proxies_is_refused():
    assert problems(replace(GOOD, proxies=-1)) == ["NUM_PROXIES must be 0 or more"]


def test_everything_is_named_at_once():
    bad = replace(GOOD, secret_key="x", allowed_hosts=["*"], database_url="sqlite://a", debug=True)
    assert len(problems(bad)) == 4
