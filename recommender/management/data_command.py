"""Commands that need the database, and see to it that it is there."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from recommender.disk import lacks_room, try_writing


class DataCommand(BaseCommand):
    """A command that works on a new data folder at once."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            be_ready()
            return super().execute(*args, **options)
        except (OSError, DatabaseError) as error:
            if not lacks_room(error):
                raise
            raise CommandError(
                f"Nothing more can be written to {settings.DATA_DIR} "
                f"({getattr(error, 'strerror', None) or error}). Make room or let us write there, "
                "and start again: what was finished is kept."
            ) from error


def be_ready() -> None:
    """Room in the data folder, and a database that is up to date. Raises CommandError, or the error
    where there is no room."""
    try:
        make_room()
        prepare_database()
    except (OperationalError, OSError) as error:
        if lacks_room(error):
            raise
        raise CommandError(
            f"The data folder {settings.DATA_DIR} or its database can't be used: {error}."
        ) from None


def make_room() -> None:
    """A data folder that can be written to. Raises OSError."""
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    try_writing(settings.DATA_DIR)


def prepare_database() -> None:
    """Bring SQLite up to date; a database server is its operator's, who is told what to do.

    Raises CommandError.
    """
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not missing:
        return
    if connection.vendor != "sqlite":
        raise CommandError(f"The database lacks {len(missing)} migrations: run manage.py migrate.")
    call_command("migrate", verbosity=0, interactive=False)
