"""Say how many participants a study needs, and whether its tests can be relied on."""

import re
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from recommender.engine.processes import cores
from recommender.management.data_command import DataCommand
from survey.analysis_plan import ALPHA
from survey.models import Study

if TYPE_CHECKING:
    from analysis.inference import Design
    from analysis.planning.files import Asked
    from analysis.planning.scenarios import Scenario
    from analysis.planning.tables import Done
    from analysis.stats.listeners import Listeners

SIZES = [20, 40, 60]
NAME = re.compile(r"[-\w]+", re.ASCII)
SPREADS = ("participant", "by_condition", "playlist", "track", "residual")
TESTS = ("comparisons", "models", "correlations")
# What a study says by itself.
OF_STUDY = ("conditions", "within", "playlists", "tracks", "points", "bound", "alpha")


def whole_numbers(text: str) -> list[int]:
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        found = [0]
    if min(found) < 1:
        raise ArgumentTypeError(f"“{text}” is not a list of whole numbers from 1 up, as 20,40,60.")
    return sorted(set(found))


def from_one(text: str) -> int:
    return whole_numbers(text)[0]


def named_number(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        return name, float(number)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not NAME=NUMBER, as cnn=0.3.") from None


def share(text: str) -> float:
    """Of people, less than all of them."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1:
        raise ArgumentTypeError(f"“{text}” is not a share from 0 up and below 1, as 0.2.")
    return found


@contextmanager
def progress(total: int, out: Any) -> Iterator[Callable[[int], object]]:
    """A bar on a terminal; elsewhere, as in a log, a line at each tenth."""
    from tqdm import tqdm

    if out.isatty():
        with tqdm(total=total, unit="study", file=out) as bar:
            yield bar.update
        return
    began, done = time.monotonic(), 0

    def tell(studies: int) -> None:
        nonlocal done
        before, done = done, done + studies
        if 10 * before // total < 10 * done // total:
            left = (time.monotonic() - began) * (total - done) / done / 60
            out.write(f"{done:,} of {total:,} studies simulated, about {left:.0f} min left")

    yield tell


def conditions(text: str) -> list[str]:
    """Their names, or how many: then a, b, c, …"""
    if text.isdecimal():
        return [chr(ord("a") + number) for number in range(min(int(text), 26))]
    names = [name.strip() for name in text.split(",")]
    if not all(NAME.fullmatch(name) for name in names):
        raise ArgumentTypeError(f"“{text}” is neither a number nor names, such as cnn,random.")
    return names


def tests(text: str) -> list[str]:
    asked = [name.strip() for name in text.split(",")]
    if not set(asked) <= set(TESTS):
        raise ArgumentTypeError(f"“{text}” is not some of {', '.join(TESTS)}.")
    return [name for name in TESTS if name in asked]


class Command(DataCommand):
    help = (
        "Simulates a study many times and analyses it as its report will: how often it finds an "
        "effect that is assumed (power), and how often what is not there (false positives)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", nargs="?", default="", help="the last part of its address")
        parser.add_argument("--out", type=Path, required=True, help="the folder, made if need be")
        parser.add_argument("--participants", type=whole_numbers, help="how many, such as 20,40,60")
        parser.add_argument(
            "--effect", action="append", default=[], type=named_number, metavar="CONDITION=POINTS",
            help="how much higher a condition is rated; can be given several times",
        )  # fmt: skip
        parser.add_argument("--correlation", type=float, default=0.0, help="of metric and rating")
        parser.add_argument("--null", action="store_true", help="count false positives, too")
        parser.add_argument(
            "--attrition", type=share, metavar="SHARE",
            help="of those recruited who will not be analysed; says how many to recruit",
        )  # fmt: skip
        parser.add_argument("--runs", type=from_one, default=500, help="simulated studies (500)")
        parser.add_argument("--tests", type=tests, default=list(TESTS), help=", ".join(TESTS))
        parser.add_argument("--seed", type=int, default=1, help="for every random choice (1)")
        parser.add_argument("--processes", type=from_one, default=cores(), help="at once")
        _about_design(parser.add_argument_group("the design, where no study is named"))
        _about_listeners(parser.add_argument_group("what is assumed of listeners"))

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        # Not while the command line only lists the commands.
        from analysis.planning.files import tables, write

        try:
            asked, to_do = _asked(options)
            out.mkdir(parents=True, exist_ok=True)  # before the work, not after it
            found = tables(asked, self.simulated(to_do, options))
            written = write(asked, found, out)
        except OSError as problem:
            raise CommandError(f"The folder {out} can't be written: {problem}") from problem
        except BrokenProcessPool:
            raise CommandError(
                "A process was killed, perhaps for want of memory: try --processes 1."
            ) from None
        self.report(asked, found)
        for file in written:
            self.stdout.write(str(file))

    def simulated(self, to_do: "Sequence[Scenario]", options: dict[str, Any]) -> "list[Done]":
        from analysis.planning.runs import run_all
        from analysis.planning.tables import Done

        runs = options["runs"]
        with progress(len(to_do) * runs, self.stderr) as tell:
            verdicts = run_all(
                to_do, runs, seed=options["seed"], processes=options["processes"], tell=tell
            )
        return [Done(one, found, runs) for one, found in zip(to_do, verdicts, strict=True)]

    def report(self, asked: "Asked", found: dict[str, Any]) -> None:
        from analysis.planning import words

        for line in words.assumed(asked):
            self.stdout.write(line)
        if "power" in found:
            for line in words.power_printed(found["power"], asked.one):
                self.stdout.write(line)
        if "false_positives" in found:
            wrong, alpha = found["false_positives"], asked.one.design.alpha
            for line in words.wrong_printed(wrong, alpha):
                self.stdout.write(line)
            self.stdout.write(f"\n{words.wrong_said(wrong, alpha)}")
        if "power" in found:
            for line in words.power_said(found["power"], asked.one):
                self.stdout.write(f"\n{line}")


def _about_design(group: Any) -> None:
    group.add_argument("--conditions", type=conditions, help="how many (3), or their names")
    group.add_argument("--within", action="store_true", default=None, help="everybody has all")
    group.add_argument("--playlists", type=from_one, help="a participant (one a condition, or 1)")
    group.add_argument("--tracks", type=from_one, help="a playlist (10)")
    group.add_argument("--points", type=from_one, help="of the scale (5)")
    group.add_argument("--bound", type=float, help="of equivalence, in points")
    group.add_argument("--alpha", type=float, help=f"({ALPHA})")


def _about_listeners(group: Any) -> None:
    group.add_argument(
        "--sd", action="append", default=[], type=named_number, metavar="NAME=POINTS",
        help=f"standard deviation: {', '.join(SPREADS)}; can be given several times",
    )  # fmt: skip
    group.add_argument("--library", type=from_one, help="tracks to draw from (the study's, or 500)")
    group.add_argument("--level", type=float, help="mean rating without an effect (the middle)")
    group.add_argument("--stopping", type=float, default=0.0, help="share that stops on the way")
    group.add_argument("--straight", type=float, default=0.0, help="share that rates all alike")
    group.add_argument("--careless", type=float, default=0.0, help="share that rates by chance")
    group.add_argument(
        "--own-tracks", type=float, nargs="?", const=1.0, default=0.0, metavar="SHARE",
        help="of a condition's tracks, those that no other has (all, where no share is given)",
    )  # fmt: skip


def _asked(options: dict[str, Any]) -> "tuple[Asked, list[Scenario]]":
    """What the options ask for, and the scenarios to simulate. Raises CommandError."""
    from analysis.planning.files import Asked
    from analysis.planning.scenarios import EFFECT, Scenario, scenarios

    if options["seed"] < 0:
        raise CommandError("--seed must be 0 or more.")
    try:
        listeners, design = _planned(options)
        sizes = options["participants"] or [design.plan.participants or 0]
        sizes = sizes if sizes[0] else SIZES
        to_do = scenarios(listeners, design, sizes, null=options["null"], parts=options["tests"])
    except ValueError as problem:
        raise CommandError(str(problem)) from None
    if not to_do:
        raise CommandError(
            "Say what to look for: --effect CONDITION=POINTS, --correlation R or --null."
        )
    about = [
        Scenario(EFFECT, replace(listeners, participants=size), design, options["tests"])
        for size in sizes
    ]
    return (
        Asked(about, options["runs"], options["seed"], options["slug"], options["attrition"]),
        to_do,
    )


def _planned(options: dict[str, Any]) -> "tuple[Listeners, Design]":
    from analysis.planning.studies import of_study

    if unknown := [name for name, _ in options["sd"] if name not in SPREADS]:
        raise CommandError(f"There is no SD “{unknown[0]}”; there are: {', '.join(SPREADS)}.")
    shares = ("correlation", "stopping", "straight", "careless", "own_tracks")
    assumptions = {
        "participants": 1,
        "effects": dict(options["effect"]),
        "level": options["level"],
        **{name: options[name] for name in shares},
        **dict(options["sd"]),
        **({"library": options["library"]} if options["library"] else {}),
    }
    if not options["slug"]:
        return _without_study(options, assumptions)
    if given := [name for name in OF_STUDY if options[name] is not None]:
        raise CommandError(f"The study says --{given[0]} itself: leave it out, or name no study.")
    return of_study(_study(options["slug"]), **assumptions)


def _without_study(
    options: dict[str, Any], assumptions: dict[str, Any]
) -> "tuple[Listeners, Design]":
    from analysis.inference import Outcome
    from analysis.planning.studies import tried_by
    from analysis.stats.listeners import Listeners
    from analysis.stats.points import Scale
    from survey.analysis_plan import Plan

    names, paired = options["conditions"] or conditions("3"), bool(options["within"])
    points = options["points"] or 5
    people = Listeners(
        conditions=names,
        paired=paired,
        playlists=options["playlists"] or (len(names) if paired else 1),
        tracks=options["tracks"] or 10,
        scale=Scale(1, points),
        **assumptions,
    )
    numbers = {"equivalence_bound": options["bound"], "alpha": options["alpha"] or ALPHA}
    plan = Plan.of({"outcome": "track.liking"} | {n: v for n, v in numbers.items() if v})
    outcomes = [
        Outcome("ratings", people.track_scale, points),
        Outcome("playlist_ratings", people.playlist_scale, points),
    ]
    return people, tried_by(people, outcomes, plan)


def _study(slug: str) -> Study:
    study = Study.objects.filter(slug=slug).first()
    if study is None:
        known = ", ".join(Study.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no study “{slug}”. Studies here: {known}.")
    return study
