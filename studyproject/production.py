"""What a public server must not be started with: each problem in words, with what to do.

It reads nothing itself: the settings hand over what the environment says.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import SplitResult, unquote, urlsplit

KEY_LENGTH, KEY_CHARACTERS = 50, 8
# Of random hexadecimal digits, 5 % are as far from the one before as that from its own; of those in
# order, nearly all.
IN_ORDER = 0.5
REPEATED = 8
MAKE_A_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
WORDS = re.compile(r"insecure|secret|change.?me|example|password|placeholder", re.IGNORECASE)
# A host, or all hosts below a domain (".example.org"); an IPv6 address stands in brackets.
HOST = re.compile(r"\.?[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)
PORT = re.compile(r":[0-9]{1,5}$")
KNOWN_PASSWORDS = {"password", "passwort", "changeme", "change-me", "postgres", "admin", "123456"}
KNOWN_PASSWORDS |= {"password1", "12345678", "secret", "study", "root", "qwerty", "test", "example"}
POSTGRESQL = tuple(f"{name}://" for name in ("postgres", "postgresql", "psql", "pgsql"))
REDIS = tuple(f"{name}://" for name in ("redis", "rediss", "redis+socket", "sentinel"))
UNREADABLE = (
    "can't be read: in a password, # is written %23, / %2F, ? %3F, [ %5B, ] %5D, @ %40, % %25"
)


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
    if len({key.casefold()[start : start + REPEATED] for start in starts}) < len(starts):
        return True
    # Every other character, too: `a1b2c3`.
    return any(_in_order(part) for part in (key, key[::2], key[1::2]))


def _in_order(text: str) -> bool:
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    same = sum(step == before for before, step in pairwise(steps))
    return same > IN_ORDER * len(steps)


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
        if not origin.startswith("https://"):
            yield (
                "CSRF_TRUSTED_ORIGINS must begin with https://, such as "
                f"https://study.example.org, not {origin}"
            )
        elif not _is_a_site(origin.removeprefix("https://")):
            yield (
                "CSRF_TRUSTED_ORIGINS must name sites of your own, such as "
                f"https://study.example.org, not {origin}"
            )


def _is_a_site(site: str) -> bool:
    """A name, or `*.` before a domain with at least two parts; with a port or without, and nothing
    else, as a browser names it."""
    host = PORT.sub("", site)
    below = host.removeprefix("*.")
    named = HOST.fullmatch(below) and not below.startswith(".")
    return bool(named) and (below == host or "." in below.strip("."))


def _database(given: Environment) -> Iterator[str]:
    url = given.database_url
    if not url:
        return
    if not url.startswith(POSTGRESQL):
        yield (
            "DATABASE_URL must name a PostgreSQL server, such as postgres://user@host:5432/name; "
            "SQLite is for one's own machine"
        )
        return
    if (parts := _read(url)) is None:
        yield f"DATABASE_URL {UNREADABLE}; or the password stands alone in DATABASE_PASSWORD"
        return
    if not parts.path.strip("/"):
        yield "DATABASE_URL must end with the database's name: postgres://user@host:5432/name"
    password = unquote(parts.password or "") or given.database_password
    if password.casefold() in KNOWN_PASSWORDS or (password and password == parts.username):
        yield "The database's password must be one of your own (openssl rand -hex 24)"


def _broker(url: str) -> Iterator[str]:
    if url and not url.startswith(REDIS):
        yield "REDIS_URL must name a Redis or Valkey server, such as redis://host:6379/0"
    elif url and _read(url) is None:
        yield f"REDIS_URL {UNREADABLE}"


def _read(url: str) -> SplitResult | None:
    """Its parts; none where a password's characters end them too early."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return None
    return None if "#" in url else parts
