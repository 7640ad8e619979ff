import os
import signal
import socket
import stat

import psutil
import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError

from studyproject import stack
from studyproject.management.commands.demo import RESEARCHER
from studyproject.management.commands.demo import Command as Demo

PASSWORD_FILE = "researcher-password.txt"


# What stands in the way of a start


def test_a_port_that_is_taken_is_named_with_what_to_do(unused_port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", unused_port))
        other.listen()
        with pytest.raises(
            CommandError, match=f"Port {unused_port} can't .* PORT={unused_port + 1}"
        ):
            stack.refuse_taken_port("127.0.0.1", unused_port)


def test_a_free_port_is_fine_and_stays_free(unused_port):
    stack.refuse_taken_port("127.0.0.1", unused_port)
    stack.refuse_taken_port("127.0.0.1", unused_port)


def test_a_second_run_from_the_same_folder_is_refused_in_words(serving, unused_port):
    done = serving.manage("serve", "--port", unused_port)
    assert done.returncode == 1
    assert f"Something is running from {serving.path} already" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_run_on_the_same_port_is_refused_in_words(serving, folder):
    done = folder.manage("serve", "--port", serving.address.rpartition(":")[2])
    assert done.returncode == 1
    assert "can't be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_socket_that_a_dead_broker_left_is_no_second_run(settings, tmp_path):
    settings.BROKER_SOCKET = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(settings.BROKER_SOCKET))
    stack.refuse_second_run()


# Start and stop


@pytest.mark.parametrize(
    "how",
    [signal.SIGINT, signal.SIGTERM, signal.SIGHUP],
    ids=["Ctrl-C", "kill", "the terminal is closed"],
)
def test_everything_stops_together_and_nothing_is_left_behind(folder, how):
    runner = folder.serve().processes["serve"]
    started = psutil.Process(runner.pid).children(recursive=True)
    assert len(started) >= 5
    runner.send_signal(how) if how == signal.SIGTERM else os.killpg(runner.pid, how)
    assert runner.wait(30) == 0
    _gone, alive = psutil.wait_procs(started, timeout=10)
    assert alive == []
    assert not (folder.path / "address").exists()


def test_while_it_runs_its_address_can_be_looked_up(serving):
    assert (serving.path / "address").read_text().strip() == serving.address


def test_the_broker_listens_on_no_port(serving):
    runner = psutil.Process(serving.processes["serve"].pid)
    listening = {
        connection.laddr.port
        for process in [runner, *runner.children(recursive=True)]
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {int(serving.address.rpartition(":")[2])}


def test_the_key_that_signs_sessions_is_for_its_owners_eyes(serving):
    assert stat.S_IMODE((serving.path / "secret_key").stat().st_mode) == 0o600


# The first researcher


@pytest.fixture
def data(settings, tmp_path, db):
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_the_first_password_is_for_its_owners_eyes(data):
    Demo().researcher()
    assert stat.S_IMODE((data / PASSWORD_FILE).stat().st_mode) == 0o600


def test_the_first_password_works_and_is_shown(data):
    said = Demo().researcher()
    password = (data / PASSWORD_FILE).read_text().strip()
    assert said == f"password {password}"
    assert get_user_model().objects.get(username=RESEARCHER).check_password(password)


def test_the_first_password_is_never_a_known_one(data, tmp_path_factory, settings):
    passwords = set()
    for number in range(3):
        settings.DATA_DIR = tmp_path_factory.mktemp(f"data{number}")
        get_user_model().objects.all().delete()
        passwords.add(Demo().researcher())
    assert len(passwords) == 3
    assert min(map(len, passwords)) >= len("password ") + 16


def test_a_second_start_keeps_the_password(data):
    assert Demo().researcher() == Demo().researcher()


def test_a_password_that_was_changed_is_not_shown_and_the_old_one_forgotten(data):
    Demo().researcher()
    user = get_user_model().objects.get()
    user.set_password("my own long one")
    user.save()
    assert Demo().researcher() == "with the password that you set"
    assert not (data / PASSWORD_FILE).exists()
