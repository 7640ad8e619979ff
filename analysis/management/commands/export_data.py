"""Write all of a study's data into a ZIP, here and now, in bounded memory."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from analysis.management.studies import study_named
from recommender.engine.processes import cores
from recommender.management.data_command import DataCommand

if TYPE_CHECKING:
    from analysis.progress import Tell


class Command(DataCommand):
    help = "Writes what a study's participants did, row by row, into a ZIP with its codebook."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the last part of the study's address")
        parser.add_argument("--out", type=Path, required=True, help="the ZIP to write")
        parser.add_argument(
            "--pilot", action="store_true", help="with those who took part in the pilot"
        )
        parser.add_argument(
            "--processes", type=int, choices=(1, 2), default=min(cores(), 2),
            help="two make the rows of a large study in half the time (default: %(default)s)",
        )  # fmt: skip

    def handle(
        self,
        *args: Any,
        slug: str,
        out: Path,
        pilot: bool = False,
        processes: int = 1,
        **options: Any,
    ) -> None:
        # Not while the command line only lists the commands.
        from analysis.export.packing import export_data

        study = study_named(slug)
        erased = study.erasures.count()
        try:
            with bars(quiet=options["verbosity"] == 0) as tell:
                written = export_data(study, out, pilot=pilot, tell=tell, processes=processes)
        except OSError as problem:
            raise CommandError(f"{out} can't be written: {problem}") from problem
        for name, rows in written.rows.items():
            self.stdout.write(f"{name}.csv: {rows} {'row' if rows == 1 else 'rows'}")
        self.stdout.write(f"{out}: data hash {written.data_hash}")
        if study.erasures.count() > erased:
            self.stderr.write(
                "Somebody had everything erased meanwhile, and may be in this file: delete it and "
                "export again."
            )


@contextmanager
def bars(*, quiet: bool) -> Iterator["Tell"]:
    """On a terminal, a bar for each thing that is done, one after the other."""
    from tqdm import tqdm

    shown: dict[str, tqdm[Any]] = {}

    def tell(what: str, done: int, of: int) -> None:
        if what not in shown:
            for earlier in shown.values():
                earlier.close()
            shown[what] = tqdm(total=of, desc=what, disable=quiet or None, dynamic_ncols=True)
        shown[what].update(done - shown[what].n)

    try:
        yield tell
    finally:
        for bar in shown.values():
            bar.close()
