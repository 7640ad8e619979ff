"""The studies in docs/studies/ load as they are."""

from pathlib import Path

import pytest
import yaml

from survey.services.plans import hints_of_hidden_tracks
from survey.study_files import document_of, load_study, schema

FILES = sorted((Path(__file__).parents[3] / "docs" / "studies").glob("*.yaml"))


def uses_only_known_names(file: Path) -> bool:
    """A file may be ahead of the product: its names come with a part that is not there yet."""
    return set(yaml.safe_load(file.read_text("utf-8"))) <= set(schema()["properties"])


LOADED = [file for file in FILES if uses_only_known_names(file)]


@pytest.mark.django_db
@pytest.mark.parametrize("file", LOADED, ids=lambda file: file.stem)
def test_a_study_of_the_gallery_can_be_loaded(file):
    assert document_of(load_study(file))["slug"] == file.stem


@pytest.mark.django_db
@pytest.mark.parametrize("file", LOADED, ids=lambda file: file.stem)
def test_no_study_of_the_gallery_gives_its_hidden_tracks_away(file):
    assert hints_of_hidden_tracks(load_study(file)) == []


@pytest.mark.django_db
def test_one_study_of_the_gallery_is_in_three_languages():
    study = load_study(next(file for file in FILES if file.stem == "single-system"))
    assert study.languages == ["en", "de", "es"]


def test_the_gallery_is_whole_and_listed():
    listed = (FILES[0].parent / "README.md").read_text("utf-8")
    assert len(FILES) == 4
    assert len(LOADED) >= 3
    assert all(f"({file.name})" in listed for file in FILES)
    assert all(file.read_text("utf-8").startswith("# yaml-language-server:") for file in FILES)
