"""Commands that need the database, and see to it that it is there."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor


class DataCommand(BaseCommand):
    """A command that works on a new data folder at once."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            prepare_database()
        except (OperationalError, OSError) as error:
            raise CommandError(
                f"The data folder {settings.DATA_DIR} or its database can't be used: {error}."
            ) from None
        return super().execute(*args, **options)


def prepare_database() -> None:
    """Bring SQLite up to date; a database server is its operator's, who is told what to do.

    Raises CommandError.
    """
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not missing:
        return
    if connection.vendor != "sqlite":
        raise CommandError(f"The database lacks {len(missing)} migrations: run manage.py migrate.")
    call_command("migrate", verbosity=0, interactive=False)
