"""What surrounds the code agrees with it: image, compose file, example of an environment, CI.

Nothing here starts a container: it reads the files and asks the commands that they name.
"""

import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.urls import reverse

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
SETTINGS = (ROOT / "studyproject" / "settings.py").read_text("utf-8")
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
READ = set(re.findall(r"env\.\w+\(\s*\"(\w+)\"", SETTINGS))
# Read by compose itself, for the images that are not ours.
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "SITE_ADDRESS"}
# Read by libraries in our image.
LIBRARIES = {
    *("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "HOME", "MPLCONFIGDIR", "NUMBA_CACHE_DIR"),
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
}
OURS = sorted(name for name in SERVICES if SERVICES[name].get("image") == "playlist-study-app")


def words(service: str) -> list[str]:
    return shlex.split(SERVICES[service]["command"])


@cache
def help_of(*command: str) -> str:
    module = [sys.executable, "-m", command[0], *command[1:], "--help"]
    return subprocess.run(
        module, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_the_settings_were_found():
    assert {"SECRET_KEY", "DATABASE_URL", "PORT", "LOG_LEVEL"} <= READ


def test_services_are_those_of_the_design():
    assert set(SERVICES) == {
        *("web", "worker", "heavy", "beat", "migrate", "redis", "postgres", "proxy")
    }
    assert OURS == ["beat", "heavy", "migrate", "web", "worker"]


@pytest.mark.parametrize("service", OURS)
def test_every_command_exists_with_its_options(service: str):
    command = words(service)
    if command[:2] == ["python", "manage.py"]:
        assert command[2] in get_commands()
        return
    known = help_of("gunicorn")
    if command[0] == "celery":
        assert command[1:4] == ["-A", "studyproject", "--quiet"]
        known = help_of("celery", command[4])
        assert "--quiet" in help_of("celery")
    for option in (word.split("=")[0] for word in command[4:] if word.startswith("-")):
        # Celery reads its old options too, which its help does not list.
        assert re.search(rf"(?<![\w-]){option}(?![\w-])", known), option


def test_every_queue_has_a_worker(settings):
    listened = {words(s)[words(s).index("-Q") + 1] for s in OURS if "-Q" in words(s)}
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert listened == {settings.CELERY_TASK_DEFAULT_QUEUE, *routed}


@pytest.mark.parametrize("service", ["worker", "heavy"])
def test_workers_can_be_scaled_because_their_names_carry_the_host(service: str):
    node = words(service)[words(service).index("-n") + 1]
    assert node.endswith("@%h")
    assert f"{node.removesuffix('%h')}$$HOSTNAME" in SERVICES[service]["healthcheck"]["test"][1]


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_stands_in_the_way_of_scaling(service: str):
    assert not {"container_name", "hostname"} & set(SERVICES[service])
    assert service == "proxy" or "ports" not in SERVICES[service]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_hardened_and_restarts(service: str):
    config = SERVICES[service]
    assert config["read_only"] is True
    assert config["cap_drop"] == ["ALL"]
    assert config["security_opt"] == ["no-new-privileges:true"]
    assert config["restart"] == ("no" if service == "migrate" else "unless-stopped")
    # Images of our own name their user in the Dockerfile.
    assert "build" in config or config["user"] not in ("root", "0")


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"migrate"}))
def test_every_lasting_service_has_a_health_check(service: str):
    assert SERVICES[service]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_only_what_a_volume_holds_outlives_a_container():
    mounted = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])


@pytest.mark.parametrize("service", sorted(set(OURS) - {"migrate"}))
def test_everything_waits_for_the_migration(service: str):
    waits = SERVICES[service]["depends_on"]["migrate"]["condition"]
    assert waits == "service_completed_successfully"


@pytest.mark.parametrize("service", OURS)
def test_our_services_are_given_only_what_the_settings_read(service: str):
    assert set(SERVICES[service]["environment"]) <= READ


def test_compose_asks_for_nothing_that_the_example_does_not_explain():
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert set(re.findall(r"(?<!\$)\$\{(\w+)", text)) <= READ | COMPOSE_ONLY


def test_the_image_sets_only_known_variables():
    block = re.search(r"^ENV ((?:.*\\\n)*.*)", DOCKERFILE, re.MULTILINE)
    assert block
    assert set(re.findall(r"(\w+)=", block[1])) <= READ | LIBRARIES


def test_the_image_runs_as_nobody_special_and_installs_the_lock():
    stages = DOCKERFILE.split("\nFROM ")[1:]
    for stage in stages:
        assert re.search(r"^USER (?!root)\w+", stage, re.MULTILINE)
        assert "HEALTHCHECK" in stage
    assert "pip install --no-cache-dir --disable-pip-version-check -r requirements.txt" in stages[1]
    assert "requirements-dev" not in DOCKERFILE


@pytest.mark.parametrize(
    "path", [*re.findall(r"^COPY ([\w./]+) ", DOCKERFILE, re.MULTILINE), "docker/healthy.py"]
)
def test_what_the_image_copies_exists(path: str):
    assert (ROOT / path).exists()


def test_the_proxy_hands_on_to_where_the_pages_are_served():
    caddy = (ROOT / "docker" / "Caddyfile").read_text("utf-8")
    port = words("web")[words("web").index("--bind") + 1].partition(":")[2]
    assert f"reverse_proxy web:{port}" in caddy
    assert "{$SITE_ADDRESS}" in caddy
    assert SERVICES["web"]["environment"]["NUM_PROXIES"] == "${NUM_PROXIES:-1}"


def example() -> dict[str, tuple[str, str]]:
    """Name → (comment above, value), also of lines that only show a default."""
    found: dict[str, tuple[str, str]] = {}
    comment = ""
    for line in EXAMPLE.splitlines():
        if setting := re.fullmatch(r"(?:# )?([A-Z_]+)=(\S*)", line):
            found[setting[1]] = (comment, setting[2])
        else:
            comment = line.removeprefix("# ") if line.startswith("# ") else ""
    return found


def test_the_example_explains_every_variable_and_no_other():
    assert set(example()) == READ | COMPOSE_ONLY
    assert all(comment for comment, _ in example().values())


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "POSTGRES_PASSWORD", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"]
)
def test_the_example_holds_no_secret_and_no_address(name: str):
    assert example()[name][1] == ""


def test_defaults_in_the_example_are_those_of_the_settings():
    for name in ("TIME_ZONE", "LOG_LEVEL", "HOST", "PORT", "NUM_PROXIES", "OWN_SONG_MAX_MB"):
        shown = re.search(rf"env\.\w+\(\"{name}\", default=\"?([^\")]+)", SETTINGS)
        assert shown
        assert example()[name][1] == shown[1]


def test_the_integration_script_runs_the_two_commands():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    text = script.read_text("utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert text.index("\nmake test") < text.index("\nmake lint")
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_who_reads_or_writes_songs_has_the_volume_with_them():
    assert all("data:/data" in SERVICES[name]["volumes"] for name in ("web", "worker", "heavy"))


def test_the_proxy_lets_large_requests_through_to_the_page_for_own_songs_alone():
    caddy = (ROOT / "docker" / "Caddyfile").read_text("utf-8")
    (large,) = re.findall(r"@own_song path_regexp (\S+)", caddy)
    assert re.search(large, reverse("survey:own_song", args=["demo", 1]))
    for other in (reverse("survey:song", args=["demo", 1]), "/admin/", "/s/own-song/"):
        assert not re.search(large, other)
    assert f"@forms not path_regexp {large}" in caddy
    assert SERVICES["proxy"]["environment"]["OWN_SONG_MAX_MB"] == "${OWN_SONG_MAX_MB:-30}"


def test_the_proxy_writes_no_addresses_down():
    caddy = (ROOT / "docker" / "Caddyfile").read_text("utf-8")
    assert "exclude http.log.error" in caddy
    assert "output" not in caddy
    assert "--access-logfile" not in words("web")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_nothing_is_installed_but_the_very_files_that_were_resolved(name: str):
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
    assert len(entries) > 100
    assert [entry for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []


def test_the_lock_holds_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locks = (ROOT / "requirements.txt").read_text("utf-8").lower()
    asked = {re.match(r"[\w.-]+", one)[0].lower() for one in project["dependencies"]}
    assert {name for name in asked if f"\n{name}==" not in f"\n{locks}"} == set()


def test_the_version_is_said_once_and_everything_else_agrees():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert version == settings.SPECTACULAR_SETTINGS["VERSION"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["version"] == version
    assert re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)[0] == version
