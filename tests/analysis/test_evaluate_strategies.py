import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from matplotlib.figure import Figure

from recommender.models import GenreModel, Playlist, Track
from survey.models import Study

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figure and the intervals have tests of their own."""
    monkeypatch.setattr("analysis.stats.bootstrap.RESAMPLES", 199)
    monkeypatch.setattr("analysis.offline.figure.forest", lambda table: Figure())


def evaluate(out: Path, *options: str) -> str:
    said = StringIO()
    call_command("evaluate_strategies", "--out", str(out), *options, stdout=said, stderr=StringIO())
    return said.getvalue()


def test_it_writes_its_files_and_keeps_no_playlist(library: list[Track], tmp_path: Path, read):
    said = evaluate(tmp_path, "--all", "--length", "2")
    assert {path.name for path in tmp_path.iterdir()} == {
        *("offline.csv", "offline_playlists.csv", "codebook.csv", "manifest.json"),
        *("offline.svg", "offline.png", "offline.txt"),
    }
    assert len(read(tmp_path / "offline_playlists.csv")) == 5 * 6 * 2
    assert "6 query songs (classical 2, no genre 1, rock 3) of 6 songs" in said
    assert not Playlist.objects.exists()


def test_what_fails_is_counted_and_said(library: list[Track], tmp_path: Path, read):
    said = evaluate(tmp_path, "--all", "--length", "2")
    assert "mfcc: no playlist for 6 of 6 query songs. The query song's MFCCs are not" in said
    rows = read(tmp_path / "offline.csv")
    assert {row["n_failed"] for row in rows if row["condition"] == "mfcc"} >= {"6"}


def test_a_study_brings_its_conditions_and_genres(study: Study, tmp_path: Path, read):
    study.conditions.update(params={"length": 2})
    study.genres = ["Classical"]
    study.save()
    said = evaluate(tmp_path, "--study", study.slug)
    assert "2 query songs (classical 2) of 6 songs" in said
    assert "Differences to chance." in said
    assert {row["condition"] for row in read(tmp_path / "offline.csv")} == {"system", "chance"}


def test_the_manifest_says_what_the_tables_were_made_from(library: list[Track], tmp_path: Path):
    evaluate(tmp_path, "--queries", "3", "--length", "2", "--seed", "7", "--repeats")
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert manifest["model"]["version"] == "v1"
    assert manifest["seed"] == 7
    assert len(manifest["query_songs"]) == 3
    assert manifest["conditions"][0]["params"]["distinct"] is False


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--study", "pilto"], "no study “pilto”. Studies here: pilot"),
        (["--study", "pilot", "--length", "2"], "have their own parameters"),
        (["--length", "0"], "a whole number from 1 to 50"),
        (["--reference", "best"], "no condition “best”; there are: genre_space"),
        (["--queries", "0"], "1 or more"),
        (["--seed", "-1"], "0 or more"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    study: Study, tmp_path: Path, options: list[str], why: str
):
    with pytest.raises(CommandError, match=why):
        evaluate(tmp_path, *options)


def test_a_model_that_has_heard_nothing_is_said(library: list[Track], tmp_path: Path):
    GenreModel.objects.update(active=False)
    GenreModel.objects.create(name="deaf", version="v2", genres=["a", "b"], active=True)
    with pytest.raises(CommandError, match="has heard no song yet"):
        evaluate(tmp_path)


def test_a_study_whose_genres_nobody_plays_is_said(study: Study, tmp_path: Path):
    study.genres = ["Polka"]
    study.save()
    with pytest.raises(CommandError, match="No song is labelled Polka"):
        evaluate(tmp_path, "--study", study.slug)


def test_a_folder_that_cannot_be_made_is_named(library: list[Track], tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="can't be written"):
        evaluate(tmp_path / "file" / "below")
