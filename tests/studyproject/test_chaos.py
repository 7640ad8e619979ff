"""Every part is killed while simulated participants take part: a short run of the long trial."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "recommender" / "demo" / "library"


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    songs = tmp_path_factory.mktemp("songs")
    for genre in ("hiphop", "classical", "rock"):
        for file in sorted(LIBRARY.glob(f"{genre}-*.mp3"))[:4]:
            shutil.copy(file, songs)
    words = ("--minutes", "0.3", "--every", "3", "--parallel", "3", "--away", "600")
    command = [sys.executable, "benchmarks/chaos.py", "--songs", str(songs), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=550)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def test_nothing_acknowledged_is_lost_changed_or_doubled(said):
    assert "lost 0, changed 0, doubled 0." in said
    assert int(re.search(r"Acknowledged: (\d+) ratings and answers", said)[1]) > 0


def test_every_playlist_is_ready_or_failed_in_words(said):
    assert re.search(
        r"Playlists: [1-9]\d* ready, \d+ failed in words \(0 without\), 0 unfinish", said
    )


def test_parts_were_killed_and_nobody_got_stuck(said):
    assert int(re.search(r"^all +(\d+)", said, re.MULTILINE)[1]) >= 3
    assert " 0 stuck;" in said
