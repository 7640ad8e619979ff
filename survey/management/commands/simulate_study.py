"""Send simulated participants through a study's real pages, and compare what was kept."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from recommender.management.data_command import DataCommand
from survey.bots import (
    DEFAULT_MIX,
    Bot,
    Diary,
    habits_of,
    personalities,
    read_mix,
    send,
    simulation,
)
from survey.bots.reconciliation import reconcile
from survey.designs.assignment import derive_seed
from survey.models import Study


class Command(DataCommand):
    help = (
        "Send simulated participants through a study's pages over HTTP, and compare what they sent "
        "with what was kept. Without --url it uses what is serving this data folder, or starts it "
        "for the time being."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--participants", type=int, default=10)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--parallel", type=int, default=2, help="how many at the same time")
        parser.add_argument(
            "--url", help="where the study is served, such as https://study.example"
        )
        parser.add_argument("--mix", default=DEFAULT_MIX, help="parts of each personality")
        parser.add_argument(
            "--effect",
            action="append",
            default=[],
            metavar="CONDITION=POINTS",
            help="how much better sceptics like a condition, such as random=-1",
        )
        parser.add_argument(
            "--gone-at-once",
            action="store_true",
            help="who leaves for good gives their place in the design back at once",
        )
        parser.add_argument("--report", action="store_true", help="print the comparison")

    def handle(
        self,
        *,
        slug: str,
        participants: int,
        seed: int,
        parallel: int,
        url: str | None,
        mix: str,
        effect: list[str],
        report: bool,
        gone_at_once: bool,
        **options: Any,
    ) -> None:
        if participants < 1 or parallel < 1:
            raise CommandError("At least one participant is needed, and at least one at a time.")
        try:
            people = personalities(read_mix(mix), participants, seed)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.gone_at_once = gone_at_once
        # Elsewhere than at --url, this database need not be the one behind the pages.
        here = url is None or report or bool(effect) or gone_at_once
        study = self.checked_study(slug) if here else None
        effects = self.checked_effects(study, effect) if study else {}
        with self.served(url) as address:
            self.simulate(
                study, f"{address.rstrip('/')}/s/{slug}/", people, seed, parallel, effects, report
            )

    def checked_study(self, slug: str) -> Study:
        study = Study.objects.filter(slug=slug).first()
        if study is None:
            known = ", ".join(Study.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no study “{slug}”. Studies here: {known}.")
        if not study.is_open:
            raise CommandError(f"“{study}” is not open: open it in the researcher's area first.")
        if not study.open_link or study.identity_parameter:
            raise CommandError(
                f"“{study}” takes people with a personal link or an identity alone, and simulated "
                "participants have neither: simulate in a copy with the open link."
            )
        return study

    def checked_effects(self, study: Study, effects: list[str]) -> dict[str, float]:
        known, found = set(study.conditions.values_list("name", flat=True)), {}
        for text in effects:
            name, _, points = text.partition("=")
            if name not in known:
                listed = ", ".join(sorted(known))
                raise CommandError(f"There is no condition “{name}”. Conditions: {listed}.")
            try:
                found[name] = float(points)
            except ValueError:
                raise CommandError(f"“{text}” needs points, such as {name}=-0.8.") from None
        return found

    def simulate(
        self,
        study: Study | None,
        start: str,
        people: list[str],
        seed: int,
        parallel: int,
        effects: Mapping[str, float],
        report: bool,
    ) -> None:
        from tqdm import tqdm

        liking = simulation.liking(study, effects) if study and effects else None
        before = list(study.participants.values_list("pk", flat=True)) if study else []

        def take_part(number: int) -> Diary:
            own, who = derive_seed(seed, number), people[number]
            doubts = liking if "sceptic" in who.split("+") else None
            bot = Bot(start, settings.BOT_USER_AGENT, own, habits_of(who, own), doubts)
            bot.diary.personality = who
            diary = bot.take_part()
            if study and self.gone_at_once and diary.left and diary.key:
                simulation.give_place_back(study, diary)
            return diary

        began = time.monotonic()
        sent = tqdm(
            send(len(people), take_part, parallel),
            total=len(people),
            unit="participant",
            file=self.stderr,
        )
        diaries = dict(sent)
        for line in simulation.summary(list(diaries.values()), time.monotonic() - began):
            self.stdout.write(line)
        agrees = study is None or self.compared(study, list(diaries.values()), before, report)
        self.say_who_got_stuck(diaries)
        if not agrees:
            raise CommandError("What was kept is not what was sent.")

    def compared(self, study: Study, diaries: list[Diary], before: list[int], report: bool) -> bool:
        lines = reconcile(study, diaries, before)
        agrees = all(line.agrees for line in lines)
        if report or not agrees:
            self.stdout.write(f"\n{simulation.comparison(lines)}")
        for line in simulation.disagreements(lines):
            self.stderr.write(self.style.ERROR(line))
        if report:
            mine = study.participants.filter(simulated=True).exclude(pk__in=before)
            people = list(mine.values_list("pk", flat=True))
            self.stdout.write(f"\n{simulation.who_came(diaries)}")
            self.stdout.write(f"\n{simulation.design(study, people)}")
            self.stdout.write(f"\n{simulation.ratings(study, people, diaries)}")
        return agrees

    def say_who_got_stuck(self, diaries: Mapping[int, Diary]) -> None:
        stuck = {number: diary.stuck for number, diary in diaries.items() if diary.stuck}
        for number, reason in sorted(stuck.items()):
            self.stderr.write(self.style.ERROR(f"Participant {number + 1} got stuck: {reason}"))
        if stuck:
            raise CommandError(f"{len(stuck)} of {len(diaries)} participants did not get through.")

    @contextmanager
    def served(self, url: str | None) -> Iterator[str]:
        if url:
            yield url
        elif address := self.running():
            yield address
        else:
            with self.started() as address:
                yield address

    def running(self) -> str | None:
        """Where this data folder is being served already."""
        if not settings.ADDRESS_FILE.exists():
            return None
        address = settings.ADDRESS_FILE.read_text().strip()
        return address if answers(address) else None

    @contextmanager
    def started(self) -> Iterator[str]:
        port = free_port()
        log = settings.DATA_DIR / "simulate.log"
        command = [
            sys.executable,
            str(settings.BASE_DIR / "manage.py"),
            "serve",
            "--port",
            str(port),
        ]
        with log.open("w") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603
        address = f"http://127.0.0.1:{port}"
        try:
            deadline = time.monotonic() + 60
            while not answers(address):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise CommandError(f"The server did not start:\n{log.read_text()[-2000:]}")
                time.sleep(0.2)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/health/", timeout=2).ok
    except requests.RequestException:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
