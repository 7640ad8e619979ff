"""A study's analysis plan in its report: the marked rows, the counts, and the manifest."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.data.codebook import Type, columns
from analysis.report.assembly import write_tables
from recommender.models import Track
from survey.analysis_plan import METRICS, RULES, Plan
from survey.models import Flag, Participant, Study
from survey.services import current_version

Read = Callable[[Path], list[dict[str, str]]]
pytestmark = pytest.mark.django_db
PLAN = {"outcome": "track.liking", "exclusions": ["incomplete", "too_fast"]}


def test_what_a_plan_can_be_about_is_what_playlists_are_measured_by():
    numbers = [c.name for c in columns("playlist_metrics") if c.type == Type.NUMBER]
    assert list(METRICS) == numbers


def test_rules_are_named_as_the_marks_in_the_tables():
    (flag,) = [column for column in columns("flags") if column.name == "flag"]
    assert set(flag.range.split(", ")) == set(RULES) - {"incomplete"}


@pytest.fixture
def planned(study: Study) -> Study:
    """Pa has completed and rated too fast; Pb has not completed."""
    study.analysis_plan = Plan.of(PLAN).document
    study.save()
    one = Participant.objects.get(pseudonym="Pa")
    Flag.objects.create(participant=one, trial=one.trials.get(), kind=Flag.Kind.TOO_FAST)
    return study


@pytest.fixture
def report(planned: Study, tmp_path: Path) -> Path:
    write_tables(planned, tmp_path)
    return tmp_path


def manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text("utf-8"))


def test_ratings_say_what_is_left_out_and_why(report: Path, read: Read):
    rows = read(report / "ratings.csv")
    assert [(row["participant_id"], row["exclusion_reason"]) for row in rows[2:4]] == [
        ("Pa", "too_fast"),
        ("Pb", "incomplete"),
    ]
    assert {row["excluded"] for row in rows} == {"True"}


def test_playlist_ratings_say_so_too(report: Path, read: Read):
    (row,) = read(report / "playlist_ratings.csv")
    assert (row["excluded"], row["exclusion_reason"]) == ("True", "too_fast")


def test_nothing_is_deleted_or_described_otherwise(study: Study, planned: Study, tmp_path: Path):
    write_tables(planned, tmp_path / "planned")
    Study.objects.update(analysis_plan={})
    write_tables(Study.objects.get(), tmp_path / "without")
    for name in ("descriptives", "likert_distribution", "answers", "flags", "playlist_metrics"):
        one, other = (tmp_path / folder / f"{name}.csv" for folder in ("planned", "without"))
        assert one.read_bytes() == other.read_bytes(), name


def test_exclusions_are_counted_by_rule_and_condition(report: Path, read: Read):
    rows = {(r["rule"], r["condition"]): r for r in read(report / "exclusions.csv")}
    fast = rows["too_fast", "system"]
    assert (fast["n_playlists"], fast["n_ratings"], fast["share"]) == ("1", "3", "1.0")
    assert (fast["applied"], rows["little_heard", ""]["applied"]) == ("True", "False")
    assert rows["any", ""]["n_ratings"] == "5"
    assert rows["sound_check", ""]["status"] == "not_estimable: the study has no sound check"


def test_the_flow_goes_from_registration_to_analysis(report: Path, read: Read):
    rows = {(r["stage"], r["condition"], r["reason"]): r["n"] for r in read(report / "flow.csv")}
    assert rows["registered", "", ""] == "2"
    assert rows["excluded", "system", "too_fast"] == rows["excluded", "chance", "incomplete"] == "1"
    assert rows["analysed", "", ""] == "0"


def test_only_values_of_the_planned_outcome_are_analysed(
    planned: Study, tmp_path: Path, read: Read
):
    def analysed(outcome: str) -> str:
        Study.objects.update(analysis_plan=Plan.of({"outcome": outcome}).document)
        write_tables(Study.objects.get(), tmp_path)
        rows = {(r["stage"], r["condition"]): r["n"] for r in read(tmp_path / "flow.csv")}
        return rows["analysed", ""] + rows["without_ratings", ""]

    assert (analysed("track.liking"), analysed("after.satisfaction")) == ("20", "11")


def test_who_did_nothing_for_long_has_abandoned_by_the_datas_own_clock(
    study: Study, make: SimpleNamespace, library: list[Track], tmp_path: Path, read: Read
):
    seen = Participant.objects.get(pseudonym="Pa").created_at
    for name, minutes in (("Pc", 121), ("Pd", 5), ("Pe", 0)):
        person = make.participant(
            study, name, last_seen_at=seen + timedelta(days=9, minutes=-minutes)
        )
        make.trial(person, "system", make.playlist(library[0], library[1:2]))
    write_tables(study, tmp_path)
    rows = {(r["stage"], r["condition"]): r["n"] for r in read(tmp_path / "flow.csv")}
    # Pb, of the small study, was there nine days before.
    assert (rows["abandoned", ""], rows["still_taking_part", ""]) == ("2", "2")
    Study.objects.update(state="archived", model=library[0].features.get().model)
    write_tables(Study.objects.get(), tmp_path)
    assert "still_taking_part,,0," in (tmp_path / "flow.csv").read_text("utf-8")


def test_the_erased_are_counted_and_nothing_else_is_known(study: Study, tmp_path: Path, read: Read):
    study.erasures.create()
    write_tables(study, tmp_path)
    rows = {r["stage"]: r for r in read(tmp_path / "flow.csv")}
    assert rows["consented"]["n"] == "3"
    assert rows["erased"]["reason"].startswith("they had everything erased")


# The manifest


def test_the_manifest_holds_the_plan_with_its_hash(planned: Study, tmp_path: Path):
    version = current_version(planned)
    planned.participants.update(version=version)
    write_tables(planned, tmp_path)
    said = manifest(tmp_path)["analysis_plan"]
    assert said["plan"] == Plan.of(PLAN).document
    assert said["sha256"] == Plan.of(PLAN).sha256
    assert (said["outcome_in"], said["fixed_in_version"]) == ("ratings.liking", 1)
    assert said["versions"] == [1]
    assert said["first_participant_at"] == "2026-01-02T03:04:05.000+00:00"


def test_the_manifest_names_the_rules_with_what_they_go_by(report: Path):
    incomplete, fast = manifest(report)["exclusion_rules"]
    assert (incomplete["rule"], incomplete["setting"]) == ("incomplete", None)
    assert (fast["setting"], fast["value"]) == ("flag_seconds_a_track", 5.0)


def test_the_manifest_says_in_words_what_is_left_out(report: Path):
    assert manifest(report)["exclusions"].endswith(
        "What the analysis plan leaves out (incomplete, too_fast) is marked as excluded, and "
        "counted in exclusions.csv. Nothing is deleted."
    )


def test_without_a_plan_the_manifest_says_that_there_is_none(study: Study, tmp_path: Path):
    write_tables(study, tmp_path)
    said = manifest(tmp_path)
    assert (said["analysis_plan"]["plan"], said["analysis_plan"]["sha256"]) == (None, None)
    assert "No rule is planned" in said["exclusions"]


def test_a_report_with_a_plan_comes_out_the_same_again(planned: Study, tmp_path: Path):
    for name in ("a", "b"):
        write_tables(planned, tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
