"""Which comparison a study is about."""

import pytest

from analysis.data.primary import Primary, primary, table
from analysis.data.source import source
from survey.models import Study

pytestmark = pytest.mark.django_db


def of(study: Study, **changes: object) -> Primary | None:
    Study.objects.filter(pk=study.pk).update(**changes)
    study.refresh_from_db()
    return primary(source(study))


def test_without_a_plan_it_is_liking_and_every_pair(study: Study):
    study.conditions.create(name="third", strategy="mfcc")
    found = of(study)
    assert (found.file, found.column, found.alpha) == ("ratings", "liking", 0.05)
    assert found.pairs == (("system", "chance"), ("system", "third"), ("chance", "third"))
    assert not found.planned


def test_liking_of_playlists_comes_before_that_of_tracks(study: Study):
    more = study.instruments.create(key="more", placement="playlist", position=9)
    more.items.create(key="liking", text="Liked?", options=["no", "yes"])
    assert (of(study).file, of(study).column) == ("playlist_ratings", "liking")


def test_without_liking_it_is_the_first_scale_of_playlists(study: Study):
    study.instruments.get(key="track").items.filter(key="liking").update(key="mood")
    assert (of(study).file, of(study).column) == ("playlist_ratings", "satisfaction")


def test_within_subjects_conditions_are_paired(study: Study):
    assert not of(study).paired
    assert of(study, design="within").paired


def test_with_a_plan_it_is_what_the_plan_says(study: Study):
    plan = {"outcome": "after.boring", "contrasts": [["chance", "system"]], "alpha": 0.01}
    found = of(study, analysis_plan=plan)
    assert found == Primary(
        "playlist_ratings", "boring", test="welch_t", paired=False, pairs=(("chance", "system"),),
        metrics=(), alpha=0.01, planned=True,
    )  # fmt: skip


def test_one_condition_is_set_against_metrics(study: Study):
    study.participants.get(pseudonym="Pb").trials.all().delete()
    study.conditions.get(name="chance").delete()
    plan = {"outcome": "after.boring", "metrics": ["diversity"]}
    found = table(of(study, analysis_plan=plan))
    assert found[["test", "metric", "planned"]].to_numpy().tolist() == [
        ["spearman_clustered", "diversity", True]
    ]
    assert not table(of(study, analysis_plan={}))["planned"].any()


def test_a_study_without_a_scale_has_nothing_to_compare(db: None):
    assert of(Study.objects.create(slug="bare", title="Bare")) is None
    assert table(None).empty
