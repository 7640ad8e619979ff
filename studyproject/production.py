"""What a public server must not be started with: each problem in words, with what to do.

It reads nothing itself: the settings hand over what the environment says.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote, urlsplit

KEY_LENGTH, KEY_CHARACTERS = 50, 8
# Of random hexadecimal digits, about 19 % follow on one another; of those in order, nearly all.
IN_A_ROW = 0.5
REPEATED = 8
MAKE_A_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
WORDS = re.compile(r"insecure|secret|change.?me|example|password|placeholder", re.IGNORECASE)
# A host, or all hosts below a domain (".example.org"); an IPv6 address stands in brackets.
HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)
KNOWN_PASSWORDS = {"password", "passwort", "changeme", "change-me", "postgres", "admin", "123456"}


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables that decide who gets in, as they were given."""

    secret_key: str
    allowed_hosts: Sequence[str]
    trusted_origins: Sequence[str]
    database_url: str
    database_password: str
    redis_url: str
    debug: bool
    proxies: int


def problems(given: Environment) -> list[str]:
    """Everything that is wrong, each in a sentence without its full stop."""
    return [
        *_missing(given),
        *_key(given.secret_key),
        *_hosts(given.allowed_hosts),
        *_origins(given.trusted_origins),
        *_database(given),
        *_broker(given.redis_url),
        *(["DEBUG must be off: it shows the code's insides to everybody"] if given.debug else []),
        *(["NUM_PROXIES must be 0 or more"] if given.proxies < 0 else []),
    ]


def _missing(given: Environment) -> Iterator[str]:
    needed = {
        "SECRET_KEY": given.secret_key,
        "ALLOWED_HOSTS": given.allowed_hosts,
        "DATABASE_URL": given.database_url,
        "REDIS_URL": given.redis_url,
    }
    yield from (f"{name} is not set" for name, value in needed.items() if not value)


def _key(key: str) -> Iterator[str]:
    if key and (len(key) < KEY_LENGTH or guessable(key)):
        yield (
            f"SECRET_KEY must be random and at least {KEY_LENGTH} characters long (make one with "
            f"{MAKE_A_KEY})"
        )


def guessable(key: str) -> bool:
    """Whether it looks like something that was typed: few characters, repeated, in order, words."""
    if len(set(key)) < KEY_CHARACTERS or WORDS.search(key):
        return True
    starts = range(len(key) - REPEATED + 1)
    if len({key[start : start + REPEATED] for start in starts}) < len(starts):
        return True
    steps = [abs(ord(after) - ord(before)) for before, after in pairwise(key)]
    return sum(step <= 1 for step in steps) > IN_A_ROW * len(steps)


def _hosts(hosts: Sequence[str]) -> Iterator[str]:
    for host in hosts:
        if host == "*":
            yield "ALLOWED_HOSTS must name the hosts, not *"
        elif "*" in host:
            yield f"ALLOWED_HOSTS must name hosts: for all below a domain write {host.lstrip('*')}"
        elif not HOST.fullmatch(host):
            yield f"ALLOWED_HOSTS must be host names alone, without https:// or a port, not {host}"
        elif host.startswith(".") and "." not in host.strip("."):
            yield f"ALLOWED_HOSTS must name a domain of your own, not everything below {host}"


def _origins(origins: Sequence[str]) -> Iterator[str]:
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme != "https":
            yield (
                "CSRF_TRUSTED_ORIGINS must begin with https://, such as "
                f"https://study.example.org, not {origin}"
            )
        elif not _names_a_site(parts.hostname or "") or parts.path.strip("/"):
            yield (
                "CSRF_TRUSTED_ORIGINS must name sites of your own, such as "
                f"https://study.example.org, not {origin}"
            )


def _names_a_site(host: str) -> bool:
    """A name, or `*.` before a domain with at least two parts."""
    below = host.removeprefix("*.")
    return bool(HOST.fullmatch(below)) and (below == host or "." in below.strip("."))


def _database(given: Environment) -> Iterator[str]:
    if not given.database_url:
        return
    parts = urlsplit(given.database_url)
    if parts.scheme not in ("postgres", "postgresql", "psql", "pgsql"):
        yield (
            "DATABASE_URL must name a PostgreSQL server, such as postgres://user@host:5432/name; "
            "SQLite is for one's own machine"
        )
    password = unquote(parts.password or "") or given.database_password
    if password.casefold() in KNOWN_PASSWORDS or (password and password == parts.username):
        yield "The database's password must be one of your own (openssl rand -hex 24)"


def _broker(url: str) -> Iterator[str]:
    if url and urlsplit(url).scheme not in ("redis", "rediss", "redis+socket", "sentinel"):
        yield "REDIS_URL must name a Redis or Valkey server, such as redis://host:6379/0"
