"""What is killed comes back, and what can't be kept running says why."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import requests

from studyproject import supervision

ROOT = Path(__file__).parents[2]
# By what is written on its command line.
PARTS = {
    "The broker": "valkey-server",
    "The worker for playlists": "playlists@",
    "The worker for reports": "heavy@",
    "The scheduler": "beat",
    "A web server": "gunicorn",
}


@pytest.fixture(scope="module")
def running(new_folder):
    """A run whose parts are killed one after the other."""
    return new_folder().serve()


def parts_of(folder, words: str) -> list[psutil.Process]:
    runner = psutil.Process(folder.processes["serve"].pid)
    return [p for p in runner.children() if p.is_running() and words in command_of(p)]


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""  # gone meanwhile


def log_of(folder) -> str:
    return (folder.path / "serve.log").read_text()


def test_where_one_web_server_dies_another_answers(running):
    assert len(parts_of(running, PARTS["A web server"])) == 2


@pytest.mark.parametrize("label", PARTS)
def test_a_part_that_is_killed_is_started_again_while_pages_answer(running, label):
    there = running.until(lambda: parts_of(running, PARTS[label]), f"{label} runs")
    killed, many = there[0], len(there)
    its_own = killed.children(recursive=True)
    killed.kill()
    assert requests.get(f"{running.address}/s/demo/", timeout=60).status_code == 200
    words = f"{label} was killed (SIGKILL; the system does so when memory runs out). It is started"
    running.until(lambda: words in log_of(running), words)
    running.until(lambda: len(parts_of(running, PARTS[label])) == many, f"{label} runs again")
    _gone, alive = psutil.wait_procs(its_own, timeout=10)
    assert alive == []


def test_nothing_is_left_behind_when_the_runner_itself_is_killed(folder):
    runner = folder.serve().processes.pop("serve")
    started = psutil.Process(runner.pid).children(recursive=True)
    runner.kill()
    runner.wait()
    _gone, alive = psutil.wait_procs(started, timeout=30)
    assert alive == []


# A runner of two small parts

RUN = """
import sys
from studyproject.supervision import Part, keep_running
parts = [
    Part("good", [sys.executable, "-c", "import time; time.sleep(600)"], "the good part", 1),
    Part("bad", [sys.executable, "-c", sys.argv[1]], "the bad part", 2),
]
fine = keep_running(
    parts, environment={}, folder=".", pid_file=sys.argv[2], started=lambda: print("started")
)
sys.exit(0 if fine else 1)
"""


def run(code: str, folder: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", RUN, code, str(folder / "pid")]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_a_part_that_dies_at_once_each_time_ends_the_run_with_its_last_words(tmp_path):
    done = run("import sys; print('no such key: COLOUR'); sys.exit(3)", tmp_path)
    assert done.returncode == 1
    said = done.stdout
    assert said.index("It is started again in 1 s.") < said.index("It is started again in 2 s.")
    reason, _, last = said.partition("again and again. Everything stops now.")
    assert reason.endswith("The bad part ended (exit status 3) as soon as it was started, ")
    assert "    no such key: COLOUR" in last
    assert "Traceback" not in said + done.stderr


def test_a_part_that_has_run_before_is_given_more_chances():
    assert supervision.MOST_DEATHS > supervision.MOST_FIRST_DEATHS


def test_nothing_is_given_up_while_the_disk_is_full(tmp_path):
    (tmp_path / "full").touch()
    room = "has_room=lambda: not __import__('os').path.exists(sys.argv[3])"
    command = [
        sys.executable,
        "-u",
        "-c",
        RUN.replace("environment={}", f"environment={{}}, {room}"),
    ]
    command += ["import sys; sys.exit(3)", str(tmp_path / "pid"), str(tmp_path / "full")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as runner:
        said = iter(runner.stdout.readline, "")
        assert any("The disk is full: the bad part is tried again" in line for line in said)
        (tmp_path / "full").unlink()
        assert any("again and again. Everything stops now." in line for line in said)
        assert runner.wait(30) == 1


def test_a_program_that_is_not_there_ends_the_run_in_words(tmp_path):
    code = RUN.replace('[sys.executable, "-c", sys.argv[1]]', '["/no/such/program"]')
    done = subprocess.run(
        [sys.executable, "-c", code, "", str(tmp_path / "pid")],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "The bad part can't be started: can't find command '/no/such/program'" in done.stdout


def test_whatever_stands_in_a_path_reaches_the_command(tmp_path):
    odd = tmp_path / "a b;c #d %e 'f\" ü"
    code = f"from pathlib import Path; import sys; Path({str(odd)!r}).touch(); sys.exit(1)"
    run(code, tmp_path)
    assert odd.exists()


def test_a_terminal_that_is_gone_does_not_keep_anything_from_stopping(tmp_path):
    """Its parts stop although nothing that is said can be written any more."""
    command = [sys.executable, "-u", "-c", RUN, "print('!'); import time; time.sleep(600)"]
    with subprocess.Popen(
        [*command, str(tmp_path / "pid")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as runner:
        assert runner.stdout.readline() == "started\n"
        parts = psutil.Process(runner.pid).children()
        runner.stdout.close()
        parts[-1].kill()
        os.kill(runner.pid, signal.SIGHUP)
        assert runner.wait(30) == 0
        _gone, alive = psutil.wait_procs(parts, timeout=10)
    assert alive == []
