import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import pytest
import soundfile as sf

from recommender.engine import decode
from recommender.engine.audio import AudioError, read_recording
from recommender.engine.mel import log_mel
from recommender.engine.picture import spectrogram_png

from .conftest import encode, tune


def refused(path):
    with pytest.raises(AudioError) as caught:
        read_recording(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "container", "options"),
    [
        ("a.wav", "wav", {}),
        ("a.flac", "flac", {}),
        ("a.mp3", "mp3", {}),
        ("a.ogg", "ogg", {}),
        ("a.aiff", "aiff", {}),
        ("a.opus", "opus", {"format": "OGG", "subtype": "OPUS", "rate": 48_000}),
    ],
)
def test_reads_the_usual_formats(write, name, container, options):
    recording = read_recording(write(name, **options))
    assert recording.container == container
    assert recording.duration_s == pytest.approx(8.0, abs=0.06)
    assert recording.samples.dtype == np.float32
    assert np.abs(recording.samples).max() == pytest.approx(0.3, abs=0.08)


def test_reads_m4a(tmp_path):
    recording = read_recording(encode(tmp_path / "a.m4a", tune(), "aac"))
    assert (recording.container, recording.codec) == ("m4a", "aac")
    assert recording.duration_s == pytest.approx(8.0, abs=0.06)


def test_damaged_m4a_is_refused(tmp_path):
    path = encode(tmp_path / "a.m4a", tune(), "aac")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "damaged or incomplete" in refused(path)


def test_cut_off_m4a_with_its_index_first_is_refused(tmp_path):
    path = encode(tmp_path / "a.m4a", tune(20), "aac", options={"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "s of 20.0 s can be decoded" in refused(path)


def test_variable_bit_rate_without_a_header_is_read_whole(tmp_path):
    calm = np.concatenate([1e-3 * tune(1), tune(12)])
    path = encode(tmp_path / "a.mp3", calm, "libmp3lame", options={"write_xing": "0"})
    assert read_recording(path).duration_s == pytest.approx(13.0, abs=0.1)


def test_keeps_thirty_seconds_of_a_longer_file(write):
    recording = read_recording(write("long.wav", tune(41, rate=8000), rate=8000))
    assert recording.duration_s == 41.0
    assert recording.samples.shape == (30 * 8000,)


def test_channels_are_averaged(write):
    left, right = tune(seed=1), tune(seed=2)
    recording = read_recording(write("s.wav", np.stack([left, right], 1), subtype="FLOAT"))
    assert recording.channels == 2
    np.testing.assert_allclose(recording.samples, (left + right) / 2, atol=1e-7)


def test_hash_is_of_the_sound_not_of_the_file(write):
    pcm = np.rint(tune() * 32767).astype(np.int16)
    one = read_recording(write("one.wav", pcm)).sha256
    assert read_recording(write("other.flac", pcm)).sha256 == one
    assert read_recording(write("louder.wav", pcm * 2)).sha256 != one
    assert read_recording(write("faster.wav", pcm, rate=48_000)).sha256 != one


def test_hash_ignores_tags(write):
    import mutagen.flac

    path = write("a.flac")
    before = read_recording(path).sha256
    tags = mutagen.flac.FLAC(path)
    tags["title"] = "Another title"
    tags.save()
    assert read_recording(path).sha256 == before


def test_content_counts_not_the_name(write, tmp_path):
    path = write("a.flac").rename(tmp_path / "a.mp3")
    assert read_recording(path).container == "flac"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"Dear diary, no music today.\n" * 50, "text"),
        ("Unicode \u266b".encode("utf-16") * 50, "not an audio file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "picture"),
        (b"%PDF-1.7" + bytes(500), "PDF"),
        (bytes(5000), "not an audio file"),
    ],
)
def test_what_is_no_audio_is_refused_in_plain_words(tmp_path, content, words):
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    assert words in refused(path)


def test_zip_named_mp3_is_refused(tmp_path):
    path = tmp_path / "song.mp3"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("song.txt", "la la la")
    assert "ZIP" in refused(path)


def test_tar_named_mp3_is_no_text(tmp_path):
    path = tmp_path / "song.mp3"
    (tmp_path / "a.txt").write_text("la")
    with tarfile.open(path, "w") as archive:
        archive.add(tmp_path / "a.txt", "a.txt")
    assert "an archive" in refused(path)


def test_silence_that_unpacks_to_hours_is_refused_after_what_is_heard(write, monkeypatch):
    path = write("bomb.flac", np.zeros(1800 * 8000, np.int16), rate=8000)
    blocks, read = [], sf.SoundFile.read
    monkeypatch.setattr(sf.SoundFile, "read", lambda *a, **k: blocks.append(1) or read(*a, **k))
    assert "silent" in refused(path)
    assert len(blocks) <= 30 * 8000 // decode.BLOCK_FRAMES + 1


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (48_000, 6), (192_000, 2)])
def test_surround_and_extreme_rates_are_taken(write, rate, channels):
    samples = np.repeat(tune(6, rate=rate)[:, None], channels, axis=1)
    recording = read_recording(write("a.flac", samples, rate=rate))
    assert (recording.sample_rate, recording.channels) == (rate, channels)
    assert log_mel(recording.samples, rate).shape == (128, 6 * 44_100 // 512 + 1)


def test_clipped_music_is_taken(write):
    recording = read_recording(write("a.wav", np.clip(20 * tune(), -1, 1)))
    assert np.isfinite(log_mel(recording.samples, recording.sample_rate)).all()


@pytest.mark.parametrize("name", ["a.flac", "a.mp3"])
def test_noise_in_the_middle_of_a_file_is_refused(write, name):
    path = write(name, tune(20))
    content = bytearray(path.read_bytes())
    third = len(content) // 3
    content[third : 2 * third] = np.random.default_rng(0).bytes(third)
    path.write_bytes(content)
    assert "damaged" in refused(path)


def test_random_bytes_after_an_mp3_header_are_refused(tmp_path):
    path = tmp_path / "song.mp3"
    noise = np.random.default_rng(0).bytes(100_000)
    path.write_bytes(b"\xff\xfb\x90\x44" + noise)
    refused(path)


def test_missing_file_and_folder_are_refused(tmp_path):
    assert "no file" in refused(tmp_path / "missing.wav")
    assert "no file" in refused(tmp_path)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.ogg", "a.aiff", "a.au"])
def test_cut_off_file_is_refused(write, name):
    path = write(name, tune(20))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    assert "cut off" in refused(path)


def test_wav_that_was_written_to_a_pipe_is_read(write):
    path = write("a.wav")
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    assert read_recording(path).duration_s == pytest.approx(8.0)


@pytest.mark.parametrize("level", [0.0, 5e-4])
def test_silence_is_refused(write, level):
    assert "silent" in refused(write("a.wav", tune(level=level), subtype="FLOAT"))


def test_one_click_in_silence_is_silent(write):
    samples = np.zeros(44_100 * 30, np.float32)
    samples[1000] = 0.05
    assert "silent" in refused(write("a.wav", samples, subtype="FLOAT"))


def hz(pitch, seconds=8.0, rate=44_100):
    return np.sin(2 * np.pi * pitch * np.arange(int(seconds * rate)) / rate).astype(np.float32)


NOISE = np.random.default_rng(0).standard_normal(44_100 * 8).astype(np.float32)
CLICK = np.eye(1, 44_100 * 8, 1000, dtype=np.float32)[0]


@pytest.mark.parametrize(
    "samples",
    [
        np.full(44_100 * 8, 0.5, np.float32),
        0.5 + 1e-5 * NOISE,
        np.linspace(-0.9, 0.9, 44_100 * 8, dtype=np.float32),
        CLICK,
        CLICK + np.roll(CLICK, 30_000),
        hz(5.0),
        hz(0.3) + 0.1,
    ],
    ids=["constant", "constant and faint noise", "ramp", "click", "clicks", "5 Hz", "0.3 Hz"],
)
def test_what_nobody_hears_is_silent(write, samples):
    assert "silent" in refused(write("a.wav", samples, subtype="FLOAT"))


@pytest.mark.parametrize("pitch", [30.0, 55.0, 440.0, 15_000.0])
@pytest.mark.parametrize("offset", [0.0, 0.4])
def test_what_can_be_heard_is_taken_whatever_its_offset(write, pitch, offset):
    read_recording(write("a.wav", 0.5 * hz(pitch) + offset, subtype="FLOAT"))


def test_a_second_of_sound_in_silence_is_taken(write):
    samples = np.concatenate([np.zeros(44_100 * 20), tune(2.0)])
    read_recording(write("a.wav", samples))


def test_opposite_channels_are_refused_as_such(write):
    both = np.stack([tune(), -tune()], 1)
    assert "channels cancel each other out" in refused(write("a.wav", both))
    almost = both + 1e-3 * NOISE[:, None]
    assert "channels cancel each other out" in refused(write("b.flac", almost))


def test_one_silent_channel_does_not_hide_the_other(write):
    assert read_recording(write("a.wav", np.stack([tune(), 0 * tune()], 1))).channels == 2


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_numbers_are_refused(write, bad):
    samples = tune()
    samples[100_000] = bad
    assert "not numbers" in refused(write("a.wav", samples, subtype="FLOAT"))


@pytest.mark.parametrize("loudest", [32_768.0, 1e19, -1e30])
def test_samples_far_beyond_full_scale_are_refused(write, loudest):
    samples = tune()
    samples[100_000] = loudest
    assert "times as loud as full scale" in refused(write("a.wav", samples, subtype="FLOAT"))


def test_samples_somewhat_beyond_full_scale_are_taken(write):
    read_recording(write("a.wav", 20 * tune(), subtype="FLOAT"))


def test_too_short_and_just_long_enough(write):
    assert "4.9 s" in refused(write("short.wav", tune(4.9)))
    assert read_recording(write("enough.wav", tune(5.0))).duration_s == 5.0


@pytest.mark.parametrize(
    ("seconds", "said"), [(4.99, "4.99 s"), (4.9999, "4.99 s"), (3.2, "3.2 s")]
)
def test_no_length_is_rounded_to_the_one_that_is_needed(write, seconds, said):
    assert f"lasts {said}; at least 5 s" in refused(write("short.wav", tune(seconds)))


def test_too_long_is_refused_by_the_header_before_decoding(write, monkeypatch):
    path = write("long.flac", np.zeros(3601 * 8000, np.int16), rate=8000)
    monkeypatch.setattr(sf.SoundFile, "read", lambda *a, **k: pytest.fail("decoded"))
    assert "60 minutes" in refused(path)


def test_too_long_is_refused_while_decoding(write, monkeypatch):
    monkeypatch.setattr("recommender.engine.audio.MAX_SECONDS", 6.0)
    monkeypatch.setattr("recommender.engine.audio._check_header", lambda stream: None)
    assert "longer than" in refused(write("a.wav", tune(10)))


def test_unusual_sample_rates_and_channels_are_refused(write):
    assert "sample rate" in refused(write("low.wav", tune(rate=4000), rate=4000))
    assert "channels" in refused(write("many.wav", np.repeat(tune()[:, None], 9, 1)))


def test_messages_hold_no_jargon(write, tmp_path):
    path = write("a.flac")
    path.write_bytes(path.read_bytes()[:60])
    message = refused(path)
    assert not {"Error", "Traceback", "libsndfile", str(tmp_path)} & set(message.split())


def test_spectrogram_equals_librosa_at_44100_hz():
    librosa = pytest.importorskip("librosa")
    samples = tune(5)
    power = librosa.feature.melspectrogram(
        y=samples, sr=44_100, n_fft=2048, hop_length=512, n_mels=128
    )
    expected = librosa.power_to_db(power, ref=np.max, top_db=80)
    np.testing.assert_allclose(log_mel(samples, 44_100), expected, atol=1e-3)


def loud_then_80_db_below():
    noise = np.random.default_rng(0).uniform(-1, 1, 44_100 * 2)
    return noise * np.where(np.arange(len(noise)) < 44_100, 1.0, 1e-4)


def pure_tone(hz, level=1.0):
    return level * np.sin(2 * np.pi * hz * np.arange(44_100 * 2) / 44_100)


@pytest.mark.parametrize(
    "hard",
    [
        pure_tone(50),
        pure_tone(440),
        pure_tone(21_000),
        pure_tone(440, 2e-3),
        loud_then_80_db_below(),
    ],
    ids=["low", "middle", "high", "quiet", "steep"],
)
def test_spectrogram_equals_librosa_where_rounding_shows_most(hard):
    librosa = pytest.importorskip("librosa")
    samples = hard.astype(np.float32)
    power = librosa.feature.melspectrogram(y=samples, sr=44_100)
    expected = librosa.power_to_db(power, ref=np.max)
    np.testing.assert_allclose(log_mel(samples, 44_100), expected, atol=1e-3)


def test_spectrogram_at_22050_hz_uses_the_lower_half_of_the_same_bands():
    librosa = pytest.importorskip("librosa")
    samples = tune(5, rate=22_050)
    bands = librosa.filters.mel(sr=44_100, n_fft=2048, n_mels=128)[:, :513]
    power = bands @ np.abs(librosa.stft(samples, n_fft=1024, hop_length=256)) ** 2
    expected = librosa.power_to_db(power, ref=np.max)
    np.testing.assert_allclose(log_mel(samples, 22_050), expected, atol=1e-3)


def test_both_rates_give_nearly_the_same_picture_of_one_sound():
    t = np.arange(44_100 * 5) / 44_100
    sound = sum(np.sin(2 * np.pi * f * t) for f in (300.0, 1200.0, 5000.0)).astype(np.float32)
    full, half = log_mel(sound, 44_100), log_mel(sound[::2], 22_050)
    assert full.shape == half.shape
    loud = full > -40
    assert np.abs(full - half)[loud].max() < 1.0


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros((2, 9)), np.array([0.0, np.nan])])
def test_spectrogram_refuses_what_is_no_signal(samples):
    with pytest.raises(ValueError, match="finite"):
        log_mel(samples, 44_100)


def test_picture_is_a_small_png_with_low_notes_below():
    from io import BytesIO

    from PIL import Image

    t = np.arange(44_100 * 30) / 44_100
    png = spectrogram_png(log_mel(np.sin(2 * np.pi * 100 * t), 44_100))
    image = np.asarray(Image.open(BytesIO(png)).convert("L")).astype(int)
    assert image.shape == (128, 600)
    assert image[-20:].mean() > image[:20].mean() + 20
    assert len(png) < 60_000


def test_colours_stay_near_matplotlibs_magma():
    matplotlib = pytest.importorskip("matplotlib")
    from recommender.engine.picture import colours

    expected = matplotlib.colormaps["magma"](np.arange(256))[:, :3] * 255
    assert np.abs(colours() - expected).max() < 5


def test_importing_the_engine_is_light():
    code = (
        "import sys, recommender.engine.audio, recommender.engine.cnn, recommender.engine.training,"
        "recommender.engine.strategies, recommender.engine.datasets\n"
        "heavy = {'numba', 'librosa', 'tensorflow', 'keras', 'matplotlib', 'django', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
