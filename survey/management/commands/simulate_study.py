"""Send simulated participants through a study's real pages."""

import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from recommender.management.data_command import DataCommand
from survey.assignment import derive_seed
from survey.bots import Bot, Diary, Stuck, send
from survey.models import Study


class Command(DataCommand):
    help = (
        "Send simulated participants through a study's pages over HTTP. Without --url it uses what "
        "is serving this data folder, or starts it for the time being."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--participants", type=int, default=10)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--parallel", type=int, default=2, help="how many at the same time")
        parser.add_argument(
            "--url", help="where the study is served, such as https://study.example"
        )

    def handle(
        self,
        *,
        slug: str,
        participants: int,
        seed: int,
        parallel: int,
        url: str | None,
        **options: Any,
    ) -> None:
        if participants < 1 or parallel < 1:
            raise CommandError("At least one participant is needed, and at least one at a time.")
        if url is None:
            self.check_study(slug)
        with self.served(url) as address:
            self.simulate(address, slug, participants, seed, parallel)

    def check_study(self, slug: str) -> None:
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

    def simulate(
        self, address: str, slug: str, participants: int, seed: int, parallel: int
    ) -> None:
        from tqdm import tqdm

        def make(number: int) -> Bot:
            return Bot(address, slug, settings.BOT_USER_AGENT, derive_seed(seed, number))

        sent = send(participants, make, parallel)
        outcomes = list(tqdm(sent, total=participants, unit="participant", file=self.stderr))
        diaries = [outcome for _number, outcome in outcomes if isinstance(outcome, Diary)]
        stuck = [(number, outcome) for number, outcome in outcomes if isinstance(outcome, Stuck)]
        self.report(diaries)
        for number, reason in sorted(stuck, key=lambda pair: pair[0]):
            self.stderr.write(self.style.ERROR(f"Participant {number + 1} got stuck: {reason}"))
        if stuck:
            raise CommandError(f"{len(stuck)} of {participants} participants did not get through.")

    def report(self, diaries: list[Diary]) -> None:
        waits = sorted(wait for diary in diaries for wait in diary.waits_s)
        self.stdout.write(
            f"{len(diaries)} participants completed: "
            f"{sum(d.playlists for d in diaries)} playlists, "
            f"{sum(d.tracks for d in diaries)} tracks rated with {sum(d.ratings for d in diaries)} "
            f"ratings, {sum(d.answers for d in diaries)} answers to other questions."
        )
        if waits:
            within = waits[min(len(waits) - 1, int(0.95 * len(waits)))]
            self.stdout.write(
                f"From choosing a song to the playlist: median {statistics.median(waits):.2f} s, "
                f"95 % within {within:.2f} s, longest {waits[-1]:.2f} s (n = {len(waits)})."
            )

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
