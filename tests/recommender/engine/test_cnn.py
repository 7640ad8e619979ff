"""The shipped model, on the light runtime and in Keras, and the commands."""

import csv
import io
import json
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from recommender.engine.cnn import SHIPPED, GenreClassifier, ModelError, read_card
from recommender.engine.light import LIGHT_FILE
from recommender.engine.mel import log_mel
from recommender.engine.provenance import FILE, TRAINING, VALIDATION, load

from .conftest import tune
from .reference import REFERENCE, signals


@pytest.fixture(scope="module")
def shipped():
    return GenreClassifier.load()


@pytest.fixture(scope="module")
def exact():
    return GenreClassifier.load(keras=True)


def test_card_is_read_without_keras():
    code = (
        "import sys; from recommender.engine.cnn import read_card; print(read_card()['genres']);"
        "print({'keras', 'tensorflow', 'soxr', 'PIL'} & set(sys.modules) or 'light')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['Hip-Hop', 'Classical', 'Rock']", "light"]


def test_shipped_model_is_small_and_documented():
    files = {path.name: path.stat().st_size for path in SHIPPED.iterdir()}
    assert set(files) == {"model.weights.h5", LIGHT_FILE, "model.json", "MODEL_CARD.md", FILE}
    assert sum(files.values()) < 5_000_000
    assert read_card()["version"] in (SHIPPED / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_the_shipped_model_names_all_that_it_learned_from():
    recordings = load(SHIPPED)
    clips = read_card()["clips"]
    parts = Counter(one.part for one in recordings)
    assert parts[VALIDATION] == sum(clips["validation"].values())
    assert parts[TRAINING] == sum((*clips["training"].values(), *clips["background"].values()))
    assert sum(one.mark is not None for one in recordings) == 159


def test_prediction_is_a_distribution_with_an_embedding(shipped):
    heard = shipped.predict(tune(8), 44_100)
    assert heard.probabilities.shape == (3,)
    assert heard.probabilities.dtype == heard.embedding.dtype == np.float32
    assert heard.probabilities.sum() == pytest.approx(1.0, abs=1e-6)
    assert heard.embedding.shape == (64,)


@pytest.mark.parametrize("name", [name for name, _, _ in signals()])
def test_shipped_model_gives_its_reference_vectors(shipped, name):
    expected = json.loads(REFERENCE.read_text(encoding="utf-8"))
    assert expected["version"] == shipped.version, "the model changed: run reference.py"
    samples, rate = next((s, r) for n, s, r in signals() if n == name)
    heard = shipped.predict(samples, rate)
    np.testing.assert_allclose(heard.probabilities, expected["vectors"][name], atol=1e-4)
    np.testing.assert_allclose(heard.embedding[:8], expected["embeddings"][name], atol=1e-3)


@pytest.mark.parametrize("name", [name for name, _, _ in signals()])
def test_light_runtime_agrees_with_keras(shipped, exact, name):
    samples, rate = next((s, r) for n, s, r in signals() if n == name)
    light, keras = (classifier.predict(samples, rate) for classifier in (shipped, exact))
    np.testing.assert_allclose(light.probabilities, keras.probabilities, atol=1e-4)
    np.testing.assert_allclose(light.embedding, keras.embedding, atol=1e-3)


def test_light_runtime_agrees_with_keras_on_real_tracks(shipped, exact, shared):
    from recommender.engine.audio import read_recording

    for path in sorted((shared / "library").glob("*.mp3"))[::16]:
        recording = read_recording(path)
        levels = log_mel(recording.samples, recording.sample_rate)
        light, keras = (c.predict_levels(levels).probabilities for c in (shipped, exact))
        np.testing.assert_allclose(light, keras, atol=1e-4)


def test_prediction_of_a_file_needs_no_tensorflow_and_no_scipy(write):
    code = (
        "import sys, pathlib; from recommender.engine.audio import read_recording;"
        "from recommender.engine.cnn import GenreClassifier;"
        "from recommender.engine.hearing import hear;"
        "hear(read_recording(pathlib.Path(sys.argv[1])), GenreClassifier.load());"
        "heavy = {'tensorflow', 'keras', 'librosa', 'numba', 'scipy', 'mutagen', 'django'};"
        "print(heavy & set(sys.modules) or 'light')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, write("a.mp3")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "light\n"
    assert done.stderr == ""


def test_light_network_on_several_threads_gives_what_it_gives_on_one(shipped):
    crops = np.random.default_rng(0).random((8, 64, 64, 2)).astype(np.float32)
    network = shipped.network()
    expected = network(crops)[0]
    with ThreadPoolExecutor(4) as pool:
        for logits, _ in pool.map(network, [crops] * 8):
            np.testing.assert_array_equal(logits, expected)


def test_export_of_other_weights_is_passed_over(tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(SHIPPED, copy)
    assert GenreClassifier.load(copy).runs_light
    card = json.loads((copy / "model.json").read_text(encoding="utf-8"))
    (copy / "model.json").write_text(json.dumps(card | {"temperature": 2.0}), encoding="utf-8")
    assert not GenreClassifier.load(copy).runs_light


def test_without_a_light_runtime_keras_does_it(monkeypatch):
    monkeypatch.setattr("recommender.engine.light.available", lambda: False)
    assert not GenreClassifier.load().runs_light


def test_damaged_export_is_refused(tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(SHIPPED, copy)
    (copy / LIGHT_FILE).write_bytes((copy / LIGHT_FILE).read_bytes()[:1000])
    with pytest.raises(ModelError, match="missing or damaged"):
        GenreClassifier.load(copy).predict(tune(5), 44_100)


def test_exporting_again_keeps_the_version(tmp_path, shipped):
    copy = tmp_path / "model"
    shutil.copytree(SHIPPED, copy)
    (copy / LIGHT_FILE).unlink()
    call_command("export_cnn", model=copy, stdout=io.StringIO())
    again = GenreClassifier.load(copy)
    assert (again.version, again.runs_light) == (shipped.version, True)
    heard, expected = (c.predict(tune(5), 44_100).probabilities for c in (again, shipped))
    np.testing.assert_allclose(heard, expected, atol=1e-5)


def test_same_audio_gives_the_same_vector_in_another_process(shipped, write):
    path = write("a.wav", tune(12))
    code = (
        "import sys, pathlib; from recommender.engine.audio import read_recording as r;"
        "from recommender.engine.cnn import GenreClassifier as G;"
        "x = r(pathlib.Path(sys.argv[1]));"
        "print(*G.load().predict(x.samples, x.sample_rate).probabilities.tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    from recommender.engine.audio import read_recording

    recording = read_recording(path)
    here = shipped.predict(recording.samples, recording.sample_rate).probabilities
    np.testing.assert_allclose([float(x) for x in done.stdout.split()], here, atol=1e-5)


def test_only_the_first_thirty_seconds_are_heard(shipped):
    long = tune(40)
    one = shipped.predict(long, 44_100).probabilities
    np.testing.assert_array_equal(shipped.predict(long[: 30 * 44_100], 44_100).probabilities, one)


def test_level_does_not_matter(shipped):
    quiet, loud = (shipped.predict(tune(8, level=x), 44_100).probabilities for x in (0.01, 0.5))
    np.testing.assert_allclose(quiet, loud, atol=1e-3)


def test_sample_rate_matters_little(shipped):
    import soxr

    sound = tune(30)
    half = soxr.resample(sound, 44_100, 22_050)
    full = shipped.predict(sound, 44_100).probabilities
    np.testing.assert_allclose(shipped.predict(half, 22_050).probabilities, full, atol=0.05)


def test_version_follows_what_decides_outputs(tmp_path, shipped):
    copy = tmp_path / "model"
    shutil.copytree(SHIPPED, copy)
    card = json.loads((copy / "model.json").read_text(encoding="utf-8"))
    (copy / "model.json").write_text(json.dumps(card | {"name": "renamed"}), encoding="utf-8")
    assert read_card(copy)["version"] == shipped.version
    (copy / "model.json").write_text(json.dumps(card | {"temperature": 9.0}), encoding="utf-8")
    assert read_card(copy)["version"] != shipped.version


def test_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="There is no model"):
        GenreClassifier.load(tmp_path)


def test_weights_that_do_not_fit_are_refused(tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(SHIPPED, copy)
    (copy / "model.weights.h5").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="do not fit"):
        GenreClassifier.load(copy).predict(tune(5), 44_100)


def test_real_tracks_are_told_apart(shipped, shared):
    """A floor, not the result: the model card has the figures."""
    from recommender.engine.audio import read_recording

    right = 0
    for genre in shipped.genres:
        name = genre.lower().replace("-", "")
        for path in sorted((shared / "library").glob(f"*-{name}-*1.mp3"))[:5]:
            recording = read_recording(path)
            heard = shipped.predict(recording.samples, recording.sample_rate).probabilities
            right += shipped.genres[int(heard.argmax())] == genre
    assert right >= 12


def classify(*arguments):
    out, err = io.StringIO(), io.StringIO()
    call_command("classify", *map(str, arguments), stdout=out, stderr=err)
    return list(csv.DictReader(io.StringIO(out.getvalue()))), err.getvalue()


def test_classify_goes_on_after_a_bad_file(write, tmp_path):
    write("music/a.wav")
    write("music/deep/b.flac")
    (tmp_path / "music" / "c.mp3").write_text("no sound")
    rows, complaints = classify(tmp_path / "music")
    assert [row["path"].rpartition("/")[2] for row in rows] == ["a.wav", "b.flac"]
    assert list(rows[0]) == ["path", "genre", "Hip-Hop", "Classical", "Rock"]
    assert sum(float(rows[0][g]) for g in ("Hip-Hop", "Classical", "Rock")) == pytest.approx(1)
    assert "c.mp3: This is not an audio file" in complaints


def test_classify_writes_no_control_characters_of_names(write, tmp_path):
    write("music/new\nline.wav")
    (tmp_path / "music" / "red\x1b[31m.mp3").touch()
    rows, complaints = classify(tmp_path / "music")
    assert rows[0]["path"].endswith(r"new\nline.wav")
    assert r"red\x1b[31m.mp3: The file is empty" in complaints


def test_classify_writes_no_name_that_a_spreadsheet_runs(write, tmp_path, monkeypatch):
    write("=1+1;=2.wav")
    monkeypatch.chdir(tmp_path)
    rows, _ = classify("=1+1;=2.wav")
    assert rows[0]["path"] == "'=1+1;'=2.wav"


def test_classify_of_nothing_fails(tmp_path):
    with pytest.raises(SystemExit) as stop:
        classify(tmp_path / "missing.wav")
    assert stop.value.code == 1


def test_evaluate_writes_all_figures(write, tmp_path):
    write("clips/rock.00000.wav")
    write("clips/classical.00001.wav", tune(seed=3))
    write("clips/jazz.00002.wav")
    (tmp_path / "clips" / "hiphop.00003.wav").write_bytes(b"")
    out, report = io.StringIO(), tmp_path / "out.json"
    pictures = tmp_path / "pictures"
    call_command(
        "evaluate_cnn", data=tmp_path / "clips", json=report, pictures=pictures, stdout=out
    )
    assert "a perfectly calibrated model would show" in out.getvalue()
    drawn = {path.name: path.read_bytes()[:4] for path in pictures.iterdir()}
    assert drawn == {"confusion.png": b"\x89PNG", "reliability.png": b"\x89PNG"}
    figures = json.loads(report.read_text(encoding="utf-8"))
    assert figures["n"] == 2
    assert {
        "accuracy", "accuracy_ci", "recall", "precision", "confusion", "ece", "ece_bins",
        "genres", "misclassified", "skipped", "model", "sources", "recall_ci", "precision_ci",
        "clips", "answers", "ece_if_calibrated", "reliability", "remarks",
    } <= set(figures)  # fmt: skip
    assert sorted(entry["name"] for entry in figures["skipped"]) == ["Jazz", "hiphop.00003"]
    assert figures["model"]["version"] == read_card()["version"]


def test_evaluate_says_which_clips_were_trained_on(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (2, 128, 128)).astype(np.uint8)
    for name in ("fma_rock", "gtzan_rock"):
        np.savez(tmp_path / f"{name}.npz", X=images, ids=np.array(["1", "2"]))
    out, err = io.StringIO(), io.StringIO()
    call_command("evaluate_cnn", data=tmp_path, stdout=out, stderr=err)
    assert "fma_rock: 2 clips" in out.getvalue()
    assert "trained on" in out.getvalue()
    assert "Training clips are included" in err.getvalue()


@pytest.mark.parametrize("command", ["evaluate_cnn", "train_cnn"])
def test_commands_name_a_missing_path(command, tmp_path):
    with pytest.raises(CommandError, match="no file or folder"):
        call_command(command, data=tmp_path / "missing")


def test_train_writes_a_whole_run(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (6, 128, 128)).astype(np.uint8)
    ids = np.array([f"{i}_0" for i in range(6)])
    for name in ("some_polka", "some_tango", "some_noise"):
        np.savez(tmp_path / f"{name}.npz", X=images, ids=ids)
    out = tmp_path / "run"
    call_command(
        "train_cnn", data=tmp_path, out=out, steps=2, members=1, background="noise",
        stdout=io.StringIO(),
    )  # fmt: skip
    assert {path.name for path in out.iterdir()} == {
        "MODEL_CARD.md", "config.json", "confusion.png", "curves.png", "metrics.json",
        "model.json", "model.tflite.xz", "model.weights.h5", "reliability.png", FILE,
    }  # fmt: skip
    config = json.loads((out / "config.json").read_text("utf-8"))
    assert (config["background"], config["steps"]) == (["Noise"], 2)
    metrics = json.loads((out / "metrics.json").read_text("utf-8"))
    assert len(metrics["curves"]) == 2
    assert GenreClassifier.load(out).genres == ("Polka", "Tango")
    learner = tmp_path / "learner"
    call_command(
        "train_cnn", data=tmp_path, out=learner, steps=1, members=1, background="noise",
        genres="Tango, Polka", teacher=out, stdout=io.StringIO(),
    )  # fmt: skip
    assert read_card(learner)["training"]["teacher"] == read_card(out)["version"]
    assert GenreClassifier.load(learner).genres == ("Tango", "Polka")


def test_train_names_a_teacher_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="There is no model in"):
        call_command("train_cnn", data=tmp_path, out=tmp_path, teacher=tmp_path / "nobody")
