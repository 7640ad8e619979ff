from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import OperationalError, connection, connections, transaction

from analysis.data import frames
from analysis.data.snapshot import snapshot
from survey.models import Study


def in_another_process(act) -> None:
    """In another thread, as another process does it: with a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(run).result()


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


# Another process


class Meddled:
    """Somebody tries to register whenever the other process is asked for something."""

    def __init__(self, other: Executor, register: Callable[[], object]) -> None:
        self.other, self.register = other, register

    def submit(self, *asked) -> Future:
        in_another_process(self.meddle)
        return self.other.submit(*asked)

    def meddle(self) -> None:
        if connection.vendor == "sqlite":
            connection.cursor().execute("PRAGMA busy_timeout = 0")
        with suppress(OperationalError):
            self.register()


def test_another_process_sees_the_same_moment(other: Executor, study: Study, make):
    seen = study.participants.count()
    with snapshot(other):
        in_another_process(lambda: make.participant(study, "Pnew"))
        assert study.participants.count() == seen
        assert len(other.submit(frames.people, study).result()) == seen


def test_who_writes_between_the_two_beginnings_is_seen_by_both_or_by_neither(other, study, make):
    with snapshot(Meddled(other, lambda: make.participant(study, "Pnew"))):
        here = study.participants.count()
        assert len(other.submit(frames.people, study).result()) == here


def test_writing_goes_on_once_both_have_begun(other: Executor):
    with snapshot(other):
        in_another_process(lambda: Study.objects.create(slug="new", title="New"))
    assert Study.objects.exists()
