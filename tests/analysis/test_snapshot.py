import threading

import pytest
from django.db import connection, connections, transaction

from analysis.snapshot import snapshot
from survey.models import Study


def in_another_process(act) -> None:
    """In another thread, as another process does it: with a connection of its own."""

    def run() -> None:
        act()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_what_others_write_meanwhile_is_not_seen_and_nobody_waits():
    with snapshot():
        in_another_process(lambda: Study.objects.create(slug="new", title="New"))
        assert not Study.objects.exists()
    assert Study.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_its_moment_is_that_of_its_beginning():
    with snapshot():
        pass
    Study.objects.create(slug="old", title="Old")
    with snapshot():
        in_another_process(Study.objects.all().delete)
        assert Study.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_after_a_failure_the_connection_works_as_before():
    with pytest.raises(ZeroDivisionError), snapshot():
        _ = 1 / 0
    with transaction.atomic():
        Study.objects.create(slug="new", title="New")
    assert connection.get_autocommit()


@pytest.mark.django_db
def test_inside_a_transaction_it_is_the_transaction():
    with snapshot():
        Study.objects.create(slug="new", title="New")
        assert Study.objects.exists()
