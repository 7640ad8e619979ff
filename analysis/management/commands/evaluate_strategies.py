"""Compare strategies without participants, over many query songs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from recommender.engine.params import COMMON, DISTINCT, DIVERSITY, LENGTH, MAX_PER_ARTIST
from recommender.management.data_command import DataCommand
from survey.models import Study

if TYPE_CHECKING:
    import pandas as pd

    from analysis.offline.design import Design


class Command(DataCommand):
    help = (
        "Makes playlists for many query songs by every strategy, or by a study's conditions, and "
        "writes how cohesive, diverse and near to the query song they are. Keeps none of them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="the folder, made if need be")
        parser.add_argument(
            "--study", default="", help="the last part of a study's address: its conditions"
        )
        many = parser.add_mutually_exclusive_group()
        many.add_argument("--queries", type=int, default=200, help="how many query songs (200)")
        many.add_argument("--all", action="store_true", help="every song is a query song")
        parser.add_argument("--seed", type=int, default=1, help="for every random choice (1)")
        parser.add_argument(
            "--reference", default="", help="the condition that others are compared with"
        )
        parser.add_argument("--length", type=int, help=f"{LENGTH.help} Default: {LENGTH.default}.")
        parser.add_argument("--max-per-artist", type=int, help=MAX_PER_ARTIST.help)
        parser.add_argument("--diversity", type=float, help=DIVERSITY.help)
        parser.add_argument(
            "--repeats", dest="distinct", action="store_false", default=None,
            help=f"Not: {DISTINCT.help}",
        )  # fmt: skip

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        # Not while the command line only lists the commands.
        from analysis.offline.design import NothingToEvaluate
        from analysis.offline.files import write
        from analysis.offline.tables import offline

        try:
            design = _design(options)
            out.mkdir(parents=True, exist_ok=True)  # before the work, not after it
            playlists = self.playlists(design)
            table = offline(design, playlists)
            written = write(design, playlists, table, out)
        except NothingToEvaluate as problem:
            raise CommandError(str(problem)) from None
        except OSError as problem:
            raise CommandError(f"The folder {out} can't be written: {problem}") from problem
        self.report(design, playlists, table)
        for file in written.files:
            self.stdout.write(str(file))
        self.stdout.write(f"data hash {written.data_hash}")

    def playlists(self, design: "Design") -> "pd.DataFrame":
        from tqdm import tqdm

        from analysis.offline.playlists import measured_playlists

        total = len(design.conditions) * len(design.queries)
        with tqdm(total=total, unit="playlist", file=self.stderr, disable=None) as bar:
            return measured_playlists(design, bar.update)

    def report(self, design: "Design", playlists: "pd.DataFrame", table: "pd.DataFrame") -> None:
        from analysis.offline.playlists import failures
        from analysis.offline.words import printed
        from recommender.learned import sentence

        genres = playlists.drop_duplicates("query")["query_genre"].fillna("no genre")
        counted = ", ".join(f"{genre} {n}" for genre, n in sorted(genres.value_counts().items()))
        self.stdout.write(
            f"{len(design.queries)} query songs ({counted}) of {len(design.library)} songs in the "
            f"library, as heard by {design.model}. Differences to {design.reference}."
        )
        if design.learned:
            self.stdout.write(sentence(design.learned))
        for line in printed(table):
            self.stdout.write(line)
        asked = len(design.queries)
        for row in failures(playlists).to_dict("records"):
            missing = f"{row['condition']}: no playlist for {row['n']} of {asked} query songs."
            self.stdout.write(self.style.WARNING(f"{missing} {row['reason']}"))


def _design(options: dict[str, Any]) -> "Design":
    """What the options ask for. Raises CommandError and NothingToEvaluate."""
    from analysis.offline.design import design, of_strategies, of_study
    from recommender.services import active_model
    from survey.services import model_of

    if not options["all"] and options["queries"] < 1:
        raise CommandError("--queries must be 1 or more.")
    if options["seed"] < 0:
        raise CommandError("--seed must be 0 or more.")
    common = {
        "n_queries": None if options["all"] else options["queries"],
        "reference": options["reference"],
        "seed": options["seed"],
    }
    params = {p.name: options[p.name] for p in COMMON if options[p.name] is not None}
    if not options["study"]:
        return design(active_model(), of_strategies(params), **common)
    if params:
        raise CommandError(
            "A study's conditions have their own parameters: leave out --study, or "
            "--length, --max-per-artist, --diversity and --repeats."
        )
    study = _study(options["study"])
    return design(model_of(study), of_study(study), genres=study.genres, **common)


def _study(slug: str) -> Study:
    study = Study.objects.filter(slug=slug).first()
    if study is None:
        known = ", ".join(Study.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no study “{slug}”. Studies here: {known}.")
    return study
