"""Everything public is documented, and nothing in the repository names somebody's machine."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.core.management import BaseCommand, get_commands, load_command_class
from django.urls import URLPattern, URLResolver

from analysis.data.codebook import FILES
from recommender.engine.strategies import STRATEGIES
from studyproject.urls import api
from survey import urls as survey_urls
from survey.analysis_plan import KEYS, RULES
from survey.kinds import KINDS
from survey.models import Instrument, Item, Study
from survey.study_files import ready_made

ROOT = Path(__file__).parents[1]
APPS = {"studyproject", "recommender", "survey", "analysis"}
COMMANDS = sorted(name for name, app in get_commands().items() if app in APPS)
# Every Django command has these.
SHARED = set(BaseCommand().create_parser("", "")._option_string_actions)
SETTINGS = (ROOT / "studyproject" / "settings.py").read_text("utf-8")
VARIABLES = sorted(set(re.findall(r"env\.\w+\(\s*\"(\w+)\"", SETTINGS)))
TARGETS = re.findall(
    r"[\w-]+", re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)[1]
)
# Where packages come from is everybody's own configuration. Written apart, or this file would hold
# what it looks for.
FORBIDDEN = re.compile(
    "|".join(
        [
            r"(?<![\w.~])/" + r"(?:root|work|home/\w+|Users/\w+)/",
            r"files\." + r"pythonhosted\.org",
            r"pypi\." + r"org",
            r"--" + r"(?:extra-)?index-url",
            r"--" + r"find-links",
            r"artifact" + r"ory",
        ]
    ),
    re.IGNORECASE,
)


@cache
def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@cache
def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def row(name: str, start: str) -> str:
    """The one line of a page's table that begins with this cell."""
    (found,) = [line for line in page(name).splitlines() if line.startswith(start)]
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_with_its_options(command: str):
    (line,) = re.findall(rf"^\| `{command}\b.*$", page("docs/commands.md"), re.MULTILINE)
    app = get_commands()[command]
    parser = load_command_class(app, command).create_parser("manage.py", command)
    for option in set(parser._option_string_actions) - SHARED:
        assert f"`{option}`" in line


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_environment_variable_is_documented(variable: str):
    assert f"`{variable}`" in page("docs/operations.md")


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_is_documented(target: str):
    assert f"make {target}" in page("README.md")


@pytest.mark.parametrize("file", FILES)
def test_every_column_of_every_table_is_documented(file: str):
    line = row("docs/analysis.md", f"| `{file}` |")
    assert all(f"`{column.name}`" in line for column in FILES[file])


def names(patterns: list[URLPattern | URLResolver]) -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        inner = getattr(pattern, "url_patterns", None)
        found += names(inner) if inner is not None else [pattern.name]
    return found


@pytest.mark.parametrize("name", names(survey_urls.urlpatterns))
def test_every_page_of_participants_is_documented(name: str):
    assert f"`{name}`" in page("docs/studies.md")


@pytest.mark.parametrize(("prefix", "viewset"), [(p, v) for p, v, _ in api.registry])
def test_every_list_of_the_api_is_documented_with_its_fields(prefix: str, viewset: type):
    line = row("docs/api.md", f"| `/api/{prefix}/` |")
    for field in viewset.serializer_class.Meta.fields:
        assert f"`{field}`" in line


@pytest.mark.parametrize("model", [Study, Instrument, Item])
def test_every_key_of_a_study_file_is_documented(model: type):
    given_by_the_product = {"id", "study", "instrument", "position"}
    for field in model._meta.get_fields():
        if field.concrete and field.name not in given_by_the_product:
            assert f"`{field.name}`" in page("docs/studies.md")


@pytest.mark.parametrize("name", [*KEYS, *RULES])
def test_every_key_and_rule_of_an_analysis_plan_is_documented(name: str):
    assert f"| `{name}` |" in page("docs/studies.md")


@pytest.mark.parametrize("name", [*STRATEGIES, *KINDS, *Instrument.Placement, *ready_made()])
def test_every_choice_of_a_study_file_is_documented(name: str):
    assert f"`{name}`" in page("docs/studies.md")


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_param_of_a_strategy_is_documented(name: str):
    assert all(f"`{param.name}`" in page("docs/studies.md") for param in STRATEGIES[name].params)


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "docs").glob("*.md")))
def test_links_lead_somewhere(name: str):
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", page(f"docs/{name}")):
        assert (ROOT / "docs" / link).exists(), link


def test_links_of_the_readme_lead_somewhere():
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", page("README.md")):
        assert (ROOT / link).exists(), link


def test_pictures_are_small():
    assert all(path.stat().st_size <= 150_000 for path in (ROOT / "docs/images").iterdir())


def test_no_file_names_a_machine_or_where_packages_come_from():
    found = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in FORBIDDEN.finditer(text)]
    assert not found
