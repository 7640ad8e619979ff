"""Write a study's tables into a folder, here and now."""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from analysis.management.studies import study_named
from recommender.management.data_command import DataCommand


class Command(DataCommand):
    help = "Writes a study's report into a folder: to read, with every table and figure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the last part of the study's address")
        parser.add_argument("--out", type=Path, required=True, help="the folder, made if need be")
        parser.add_argument(
            "--pilot", action="store_true", help="with those who took part in the pilot"
        )

    def handle(self, *args: Any, slug: str, out: Path, pilot: bool = False, **options: Any) -> None:
        # Not while the command line only lists the commands.
        from tqdm import tqdm

        from analysis.report.publishing import STEPS, write_report

        study = study_named(slug)
        try:
            with tqdm(total=STEPS, disable=options["verbosity"] == 0, file=self.stderr) as bar:
                written = write_report(study, out, pilot=pilot, tell=partial(_show, bar)).written
        except OSError as problem:
            raise CommandError(f"The folder {out} can't be written: {problem}") from problem
        for name, rows in written.rows.items():
            self.stdout.write(f"{out / name}.csv: {rows} {'row' if rows == 1 else 'rows'}")
        self.stdout.write(f"{out / 'manifest.json'}: data hash {written.data_hash}")
        self.stdout.write(f"{out / 'report.html'}: the report to read")


def _show(bar: Any, what: str, done: int, of: int) -> None:
    """A step begins: those before it are done."""
    bar.set_description(what)
    bar.update(done - 1 - bar.n)
