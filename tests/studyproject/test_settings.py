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
    "DATABASE_URL": "postgres://study:secret@localhost/study",
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


def test_a_secret_key_weak_in_another_way_fails_the_deployment_check(tmp_path: Path):
    environment = {**GOOD, "SECRET_KEY": "a" * 60, "DATA_DIR": str(tmp_path)}
    result = manage("check", "--deploy", "--fail-level", "WARNING", **environment)
    assert result.returncode != 0
    assert "SECRET_KEY" in result.stderr


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
