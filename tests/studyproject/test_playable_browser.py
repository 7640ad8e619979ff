"""What participants may be given as it is plays in Chromium from start to end, and so do copies."""

import functools
import http.server
import threading

import numpy as np
import pytest
import soundfile as sf

from recommender.engine.decode import PLAYABLE, open_stream
from recommender.engine.loudness import even_file
from tests.sounds import tune
from tests.studyproject.test_browser import CHROMIUM, browser  # noqa: F401  the fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

PLAYED = """source => new Promise(done => {
    const audio = new Audio(source);
    audio.muted = true;
    audio.playbackRate = 8;
    audio.onended = () => done([audio.duration, audio.currentTime, null]);
    audio.onerror = () => done([null, null, audio.error.code]);
    audio.play().catch(() => {});
})"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".mp3": "audio/mpeg", ".wav": "audio/wav", ".flac": "audio/flac"}

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def plays(browser, tmp_path):  # noqa: F811
    """How long a file of the folder plays, to its end."""
    handler = functools.partial(Quiet, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    page = browser.new_page()
    (tmp_path / "index.html").write_text("<title>A player</title>")
    page.goto(f"{address}/index.html")
    yield lambda path: page.evaluate(PLAYED, f"{address}/{path.name}")
    page.close()
    server.shutdown()


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_listed_codec_plays_to_its_end(plays, tmp_path, rate, channels):
    kinds = {
        ("mp3", "mp3"): "MPEG_LAYER_III", ("flac", "flac"): "PCM_16", ("wav", "pcm_u8"): "PCM_U8",
        ("wav", "pcm_s16le"): "PCM_16", ("wav", "pcm_s24le"): "PCM_24",
    }  # fmt: skip
    assert set(kinds) == PLAYABLE
    for (container, codec), subtype in kinds.items():
        path = tmp_path / f"{codec}.{container}"
        sf.write(path, tune(rate=rate, channels=channels), rate, subtype=subtype)
        with open_stream(path) as stream:
            assert stream.playable
        duration, at, error = plays(path)
        assert error is None, (container, codec)
        assert (duration, at) == (pytest.approx(6.0, abs=0.1), pytest.approx(duration, abs=0.1))


@pytest.mark.parametrize(
    ("name", "how"),
    [("a.aiff", {}), ("a.ogg", {}), ("a.wav", {"subtype": "MS_ADPCM"}), ("a.au", {}),
     ("a.wav", {"subtype": "DOUBLE"}), ("surround.wav", {"samples": np.repeat(tune(), 6, 1)}),
     ("high.flac", {"rate": 96_000}), ("low.mp3", {"rate": 8_000})],
    ids=str,
)  # fmt: skip
def test_copies_of_everything_else_play_to_their_end(plays, tmp_path, name, how):
    samples, rate = how.pop("samples", None), how.pop("rate", 22_050)
    path = tmp_path / name
    sf.write(path, tune(rate=rate) if samples is None else samples, rate, **how)
    copy = even_file(path, -23.0, tmp_path).copy
    duration, at, error = plays(copy)
    assert error is None
    assert (duration, at) == (pytest.approx(6.0, abs=0.1), pytest.approx(duration, abs=0.1))
