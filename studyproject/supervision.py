"""Keeping the parts of the product running: supervisor (supervisord.org) inside our own process.

It starts each part in a process group of its own and starts again what dies. Ours is what people
read on the console, when to give up, and that nothing is left behind.
"""

import ctypes
import io
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from supervisor import events
from supervisor.datatypes import InetStreamSocketConfig, RestartUnconditionally
from supervisor.medusa.asyncore_25 import ExitNow
from supervisor.options import (
    FastCGIGroupConfig,
    FastCGIProcessConfig,
    ProcessConfig,
    ProcessGroupConfig,
    ServerOptions,
    decode_wait_status,
)
from supervisor.process import FastCGISubprocess, Subprocess
from supervisor.states import SupervisorStates
from supervisor.supervisord import Supervisor

# Who lives shorter than this has died at once: each time in a row, the pause before the next start
# grows by a second.
AT_ONCE_S = 10
# So often may a part die at once in a row before everything stops: one that has run before, and one
# that never has, where something must be wrong with the settings.
MOST_DEATHS, MOST_FIRST_DEATHS = 8, 3
# A part that takes longer to stop is killed.
STOP_S = 5
LAST_WORDS = 2000  # bytes of what a part said, shown when it is given up
STOP_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG
LIBC = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Part:
    """A command to keep running. Those of a lower rank start earlier and stop later."""

    name: str
    command: list[str]
    label: str
    rank: int
    # Where its standard input is a socket that listens. It stays open while the part is started
    # again, so that whoever comes meanwhile waits and is not refused.
    listens: tuple[str, int] | None = None


def keep_running(
    parts: Iterable[Part],
    *,
    environment: Mapping[str, str],
    folder: str,
    pid_file: str,
    started: Callable[[], None],
    has_room: Callable[[], bool] = lambda: True,
) -> bool:
    """Run all parts until a signal stops us; False if one of them could not be kept running.

    ``started`` is called once, when each has been started. Nothing is given up while there is no
    room to write: whatever it is that dies may be fine once there is.
    """
    options = ServerOptions()
    options.configfile = io.StringIO("[supervisord]\n")
    words = "--nodaemon --silent --nocleanup --logfile_maxbytes=0 --minfds=256 --minprocs=1"
    options.realize([*words.split(), f"--logfile={os.devnull}"], doc="")
    options.first, options.test, options.pidfile = True, False, pid_file
    shared = {"environment": dict(environment), "directory": folder}
    options.process_group_configs = [
        _group(options, rank, list(same), shared)
        for rank, same in groupby(sorted(parts, key=attrgetter("rank")), attrgetter("rank"))
    ]
    for group in options.process_group_configs:
        for config in group.process_configs:
            config.has_room = has_room
    runner = _Runner(options, started)
    with suppress(ExitNow):
        runner.main()
    return not runner.gave_up


def _group(
    options: ServerOptions, rank: int, parts: list[Part], shared: dict[str, Any]
) -> ProcessGroupConfig:
    """Parts of one rank, which start and stop together."""
    found = [_config(options, part, shared) for part in parts]
    for part in parts:
        if part.listens:
            socket = InetStreamSocketConfig(*part.listens)
            return FastCGIGroupConfig(options, str(rank), rank, found, socket)
    return ProcessGroupConfig(options, str(rank), rank, found)


def _config(options: ServerOptions, part: Part, shared: dict[str, Any]) -> ProcessConfig:
    unset = dict.fromkeys(ProcessConfig.req_param_names)
    ours = {
        "name": part.name,
        "command": shlex.join(part.command),
        "priority": part.rank,
        "autostart": True,
        "autorestart": RestartUnconditionally,
        "startsecs": AT_ONCE_S,
        "startretries": MOST_FIRST_DEATHS - 1,
        "stopsignal": signal.SIGTERM,
        "stopwaitsecs": STOP_S,
        "killasgroup": True,
        "exitcodes": (),
        "redirect_stderr": True,
        "stdout_events_enabled": True,
    }
    kind = _ListeningConfig if part.listens else _PartConfig
    config = kind(options, **{**unset, **shared, **ours})
    config.label = part.label
    return config


class _Runner(Supervisor):  # type: ignore[misc]
    """Supervisor's loop, and what is said on the console."""

    def __init__(self, options: ServerOptions, started: Callable[[], None]) -> None:
        super().__init__(options)
        self.started: Callable[[], None] | None = started
        self.sockets: list[Any] = []
        self.gave_up = False
        self.survives_hangup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # nohup

    def runforever(self) -> None:
        if self.survives_hangup:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        events.subscribe(events.ProcessLogStdoutEvent, _pass_on)
        events.subscribe(events.ProcessStateStartingEvent, self._starting)
        events.subscribe(events.ProcessStateRunningEvent, _runs)
        events.subscribe(events.ProcessStateFatalEvent, self._give_up)
        try:
            super().runforever()
        finally:
            for group in self.process_groups.values():
                for process in group.processes.values():
                    _end_group(process.pid)
            self.sockets.clear()

    def handle_signal(self) -> None:
        super().handle_signal()
        if self.options.mood == SupervisorStates.RESTARTING:
            # A closed terminal: supervisor would start all parts again.
            self.options.mood = SupervisorStates.SHUTDOWN

    def _starting(self, event: events.ProcessStateEvent) -> None:
        group = event.process.group
        if hasattr(group, "socket_manager") and not self.sockets:
            self.sockets.append(group.socket_manager.get_socket())  # kept open between two starts
        groups = self.process_groups.values()
        if self.started and all(p.laststart for g in groups for p in g.processes.values()):
            self.started()
            self.started = None

    def _give_up(self, event: events.ProcessStateEvent) -> None:
        if self.stopping:
            return  # it was about to be started again when all were stopped
        part = event.process
        if part.ending:
            why = f"{part.ending} as soon as it was started, again and again"
        else:
            why = f"can't be started: {part.spawnerr}"
        say(
            f"{_begin(part.label)} {why}. Everything stops now. "
            f"The last that it said:\n{part.last_words()}"
        )
        self.gave_up = True
        self.options.mood = SupervisorStates.SHUTDOWN


class _Restarted:
    """What is ours of a process that is kept running."""

    pid: int
    config: Any
    killing: bool
    backoff: int
    delay: float

    ending = ""
    said = b""

    @property
    def label(self) -> str:
        return self.config.label

    def _prepare_child_fds(self) -> None:
        """In the new process: a runner that is killed without a word takes its parts with it."""
        super()._prepare_child_fds()  # type: ignore[misc]
        if sys.platform == "linux":
            LIBC.prctl(STOP_WITH_PARENT, signal.SIGTERM)

    def finish(self, pid: int, status: int) -> None:
        asked_to_stop = self.killing
        self.ending = _in_words(status)
        super().finish(pid, status)  # type: ignore[misc]
        _end_group(pid)  # its own processes would go on without it, and keep what it had in use
        if not asked_to_stop and self.backoff <= self.config.startretries:
            pause = f" in {self.backoff} s" if self.backoff else ""
            say(f"{_begin(self.label)} {self.ending}. It is started again{pause}.")

    def give_up(self) -> None:
        if self.config.has_room():
            return super().give_up()  # type: ignore[misc]
        self.backoff = self.config.startretries
        self.delay = time.time() + self.backoff
        return say(f"The disk is full: {self.label} is tried again every {self.backoff} s.")

    def last_words(self) -> str:
        lines = self.said.decode(errors="replace").strip().splitlines()
        return "\n".join(f"    {line}" for line in lines) or "    (nothing)"


class _Part(_Restarted, Subprocess):  # type: ignore[misc]
    pass


class _Listening(_Restarted, FastCGISubprocess):  # type: ignore[misc]
    pass


class _PartConfig(ProcessConfig):  # type: ignore[misc]
    def make_process(self, group: Any = None) -> _Part:
        process = _Part(self)
        process.group = group
        return process


class _ListeningConfig(FastCGIProcessConfig):  # type: ignore[misc]
    def make_process(self, group: Any = None) -> _Listening:
        process = _Listening(self)
        process.group = group
        return process


def _begin(label: str) -> str:
    return label[0].upper() + label[1:]


def say(words: str) -> None:
    """On the console, if there still is one: a closed terminal must not end what stops the rest."""
    with suppress(OSError, ValueError):
        print(words, flush=True)


def _pass_on(event: events.ProcessLogEvent) -> None:
    part = event.process
    part.said = (part.said + event.data)[-LAST_WORDS:]
    with suppress(OSError, ValueError):
        sys.stdout.buffer.write(event.data)
        sys.stdout.buffer.flush()


def _runs(event: events.ProcessStateEvent) -> None:
    event.process.config.startretries = MOST_DEATHS - 1


def _end_group(pid: int) -> None:
    if pid:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _in_words(status: int) -> str:
    code, _message = decode_wait_status(status)
    if code >= 0:
        return f"ended (exit status {code})"
    name = signal.Signals(os.WTERMSIG(status)).name
    if name == "SIGKILL":
        return "was killed (SIGKILL; the system does so when memory runs out)"
    return f"was ended by a signal ({name})"
