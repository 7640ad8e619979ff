"""A disk that is full, for real: a small one in memory, which only root can mount."""

import shutil
import subprocess
from contextlib import suppress

import pytest
import requests


@pytest.fixture
def small(new_folder, tmp_path):
    """A data folder on a disk of its own, with little room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a small disk can't be mounted here: {done.stderr.strip()}")
    folder = new_folder()
    path = disk / "data"
    shutil.copytree(folder.path, path)
    folder.path, folder.env["DATA_DIR"] = path, str(path)
    yield folder
    folder.stop_all()
    folder.processes.clear()
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(folder) -> None:
    with suppress(OSError), (folder.path.parent / "rest").open("ab", buffering=0) as rest:
        while True:
            rest.write(bytes(4096))


def free(folder) -> None:
    (folder.path.parent / "rest").unlink()


def health(folder) -> dict[str, str]:
    return requests.get(f"{folder.address}/health/", timeout=60).json()


@pytest.mark.parametrize("command", ["serve", "demo", "import_tracks"])
def test_a_command_on_a_full_disk_says_so_in_one_sentence(small, command):
    fill(small)
    done = small.manage(command, *([small.path / "media"] if command == "import_tracks" else []))
    assert done.returncode == 1
    (said,) = done.stderr.strip().splitlines()
    assert f"Nothing more can be written to {small.path} (No space left on device)." in said
    assert "Make room" in said


def test_a_first_start_on_a_full_disk_says_so_in_one_sentence(small):
    shutil.rmtree(small.path)
    fill(small)
    done = small.manage("serve")
    assert done.returncode == 1
    (said,) = done.stderr.strip().splitlines()
    assert f"Nothing can be written to {small.path} (No space left on device)." in said
    free(small)
    assert small.manage("load_study", "--help").returncode == 0


def test_everything_waits_while_a_disk_is_full_and_comes_back_by_itself(small):
    log = small.serve().path / "serve.log"
    small.until(lambda: health(small)["status"] == "ok", "all is well")
    fill(small)
    words = "not well: its disk is full, or can't be written to"
    said = small.until(
        lambda: found if (found := health(small))["broker"] == words else None, "all parts tell"
    )
    assert said["status"] == "answers can't be kept"
    assert said["database"] == said["data"] == words
    free(small)
    small.until(lambda: health(small)["status"] == "ok", "all is well again")
    assert requests.get(f"{small.address}/s/demo/", timeout=60).status_code == 200
    assert small.processes["serve"].poll() is None
    assert "is started again" not in log.read_text()
