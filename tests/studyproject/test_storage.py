"""Static files as they are served in earnest: under hashed names, scripts importing one another."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command


@pytest.fixture
def collected(settings, tmp_path: Path) -> Path:
    backend = {"BACKEND": "studyproject.storage.StaticFiles"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("collectstatic", verbosity=0, interactive=False)
    return settings.STATIC_ROOT


def test_scripts_import_one_another_by_their_hashed_names(collected: Path):
    waiting, seen = [staticfiles_storage.url("survey/study.js").rpartition("/")[2]], set()
    while waiting:
        name = waiting.pop()
        seen.add(name.split(".")[0])
        assert re.fullmatch(r"\w+\.[0-9a-f]{12}\.js", name)
        text = (collected / "survey" / name).read_text()
        waiting += re.findall(r'from "\./(.+?)"', text)
    assert seen == {
        *("study", "player", "telemetry", "ratings", "keep", "upload"),
        *("copy", "drafts", "sending", "token", "waiting"),
    }
