"""Settings as an operator meets them: a process started with an environment."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = {
    "PRODUCTION": "1",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": "study.example.org",
    "DATABASE_URL": "postgres://study:h4sd9f8h@localhost/study",
    "REDIS_URL": "redis://localhost:6379/0",
    "NUM_PROXIES": "1",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def setting(name: str, **environment: str) -> str:
    """A setting's value in a process of its own."""
    code = f"from studyproject import settings; print(settings.{name})"
    result = manage("shell", "--no-imports", "--command", code, **environment)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_good_production_settings_pass_every_deployment_check(tmp_path: Path):
    result = manage("check", "--deploy", "--fail-level", "WARNING", **GOOD, DATA_DIR=str(tmp_path))
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
@pytest.mark.parametrize("empty", [False, True], ids=["missing", "empty"])
def test_production_refuses_to_start_without(name: str, empty: bool, tmp_path: Path):
    environment = {**GOOD, name: ""} if empty else {k: v for k, v in GOOD.items() if k != name}
    result = manage("check", **environment, DATA_DIR=str(tmp_path))
    assert result.returncode != 0
    last = result.stderr.strip().splitlines()[-1]
    assert "PRODUCTION=1 refuses to start" in last
    assert f"{name} is not set" in last


@pytest.mark.parametrize(
    ("name", "value"), [("SECRET_KEY", "short"), ("ALLOWED_HOSTS", "*"), ("DEBUG", "1")]
)
def test_production_refuses_an_unsafe(name: str, value: str, tmp_path: Path):
    result = manage("check", **{**GOOD, name: value}, DATA_DIR=str(tmp_path))
    assert result.returncode != 0
    assert f"{name} must" in result.stderr.strip().splitlines()[-1]


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path):
    last = manage("check", PRODUCTION="1", DATA_DIR=str(tmp_path)).stderr.splitlines()[-1]
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"):
        assert name in last


def test_a_key_that_was_typed_does_not_get_as_far_as_a_check(tmp_path: Path):
    environment = {**GOOD, "SECRET_KEY": "abcde" * 12, "DATA_DIR": str(tmp_path)}
    assert "SECRET_KEY must be random" in manage("check", **environment).stderr


def test_without_anything_set_it_runs_and_makes_a_private_key_once(tmp_path: Path):
    first = setting("SECRET_KEY", DATA_DIR=str(tmp_path))
    assert len(first) >= 50
    assert setting("SECRET_KEY", DATA_DIR=str(tmp_path)) == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_secret_can_come_from_a_file(tmp_path: Path):
    file = tmp_path / "key"
    file.write_text(GOOD["SECRET_KEY"])
    environment = {k: v for k, v in GOOD.items() if k != "SECRET_KEY"}
    environment |= {"SECRET_KEY_FILE": str(file), "DATA_DIR": str(tmp_path)}
    assert setting("SECRET_KEY", **environment) == GOOD["SECRET_KEY"]


@pytest.mark.parametrize(("proxies", "believed"), [("0", False), ("1", True)])
def test_forwarded_headers_are_believed_behind_a_proxy_only(
    proxies: str, believed: bool, tmp_path: Path
):
    environment = {**GOOD, "NUM_PROXIES": proxies, "DATA_DIR": str(tmp_path)}
    assert (setting("SECURE_PROXY_SSL_HEADER", **environment) != "None") is believed


def test_a_deep_data_folder_gets_a_broker_socket_that_is_short_enough(tmp_path: Path):
    deep = tmp_path / ("d" * 90)
    assert len(setting("BROKER_SOCKET", DATA_DIR=str(deep))) < 100


# What stands in a path or a password reaches where it is meant to

REACH = """
import subprocess, django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from studyproject.celery import app
from studyproject.stack import broker_command
call_command("migrate", verbosity=0)
broker = subprocess.Popen(broker_command())
try:
    with app.connection_for_write() as there:
        there.ensure_connection(max_retries=50, interval_start=0.2, interval_step=0)
        there.default_channel.client.set("reached", 1)
    print(settings.BROKER_SOCKET.is_socket(), connection.settings_dict["NAME"])
finally:
    broker.terminate()
    broker.wait()
"""


@pytest.mark.parametrize(
    "name",
    ["c#1", "is this it?", "100%20done%", "a b;c", 'it\'s "mine"', "ünï/cödé", "$HOME", "d" * 120],
)
def test_any_data_folder_is_reached(name: str, tmp_path: Path):
    folder = tmp_path / name
    kept = {k: os.environ[k] for k in ("PATH", "HOME", "LANG") if k in os.environ}
    environment = {
        **kept,
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "studyproject.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", REACH],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.strip() == f"True {folder / 'db.sqlite3'}", done.stderr
    assert (folder / "db.sqlite3").exists()


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_PASSWORD"])
def test_a_secret_is_taken_as_it_is_written(name: str, tmp_path: Path):
    secret = "$4#d/9?%20\\$x@: " + secrets.token_urlsafe(40)
    environment = {**GOOD, name: secret, "DATA_DIR": str(tmp_path)}
    assert setting(name, **environment) == secret


def test_the_databases_password_need_not_stand_in_its_url(tmp_path: Path):
    file = tmp_path / "password"
    file.write_text("p#s/w@rd\n")
    environment = {**GOOD, "DATABASE_URL": "postgres://study@localhost/study"}
    environment |= {"DATABASE_PASSWORD_FILE": str(file), "DATA_DIR": str(tmp_path)}
    assert setting("DATABASES['default']['PASSWORD']", **environment) == "p#s/w@rd"


def test_without_a_proxy_behind_tls_there_is_a_warning(tmp_path: Path):
    result = manage("check", **{**GOOD, "NUM_PROXIES": "0"}, DATA_DIR=str(tmp_path))
    assert result.returncode == 0
    assert "NUM_PROXIES is 0" in result.stderr
    assert "NUM_PROXIES=1" in result.stderr


def test_a_refusal_is_words_and_no_traceback(tmp_path: Path):
    result = manage(
        "check", **{**GOOD, "CSRF_TRUSTED_ORIGINS": "https://*"}, DATA_DIR=str(tmp_path)
    )
    assert result.returncode == 1
    assert result.stderr.startswith("PRODUCTION=1 refuses to start: CSRF_TRUSTED_ORIGINS")
