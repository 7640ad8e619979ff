"""Studies that are under way survive an upgrade."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)


def leaves(app: str | None = None):
    return MigrationExecutor(connection).loader.graph.leaf_nodes(app)


def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


@pytest.fixture
def before():
    yield migrate([("survey", "0002_cache_table"), *leaves("recommender")])
    migrate(leaves())


@pytest.mark.parametrize(("active", "found"), [(True, ("open", "m")), (False, ("draft", None))])
def test_an_open_study_keeps_the_model_that_was_active(before, active, found):
    before.get_model("survey", "Study").objects.create(slug="s", title="S", state="open")
    model = before.get_model("recommender", "GenreModel")
    model.objects.create(name="m", version="1", genres=[], active=active)
    after = migrate(leaves())
    study = after.get_model("survey", "Study").objects.get()
    assert (study.state, study.model and study.model.name) == found
