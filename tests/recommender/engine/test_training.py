"""What can be said of training without training: splits, batches, calibration. One short fit."""

from dataclasses import replace

import numpy as np
import pytest

from recommender.engine import augment
from recommender.engine.batches import Batches
from recommender.engine.datasets import Clip
from recommender.engine.distillation import find_teacher
from recommender.engine.provenance import load
from recommender.engine.splits import split as split_by
from recommender.engine.training import Config, fit_temperature, train

GENRES = ("Hip-Hop", "Classical", "Rock")


BACKGROUND = ("Instrumental",)
PLAIN = Config(background=BACKGROUND)


def split(clips):
    return split_by(clips, seed=0, share=0.2, background=BACKGROUND)


def clip(genre, number, source=None, group=None):
    """Louder bands lie elsewhere in each genre, so that a network has something to learn."""
    rng = np.random.default_rng([number, len(genre)])
    grid = rng.uniform(0.2, 0.4, (1, 64, 128))
    start = 20 * GENRES.index(genre) if genre in GENRES else 10
    grid[:, start : start + 20] += 0.5
    source = source or f"fma_{genre.lower()}"
    return Clip(f"{source}/{number}", genre, group or f"{source}/{number // 3}", source, grid)


def data(n=30):
    genres = (*GENRES, "Instrumental")
    return [clip(genre, i) for genre in genres for i in range(n)]


def test_no_group_is_on_both_sides():
    parts = split(data())
    assert not {c.group for c in parts.training} & {c.group for c in parts.validation}
    assert len(parts.validation) == 3 * 6


def test_a_group_across_sources_stays_together():
    clips = [clip("Rock", i, f"source_{i % 2}", group="the band") for i in range(10)] + data()
    parts = split(clips)
    held = [c for c in parts.validation if c.group == "the band"]
    assert len(held) in (0, 10)


def test_gtzan_gets_into_no_part():
    by_source = [clip("Rock", i, "gtzan_rock") for i in range(30)]
    by_name = [replace(c, name=f"rock.000{i:02}", source="genres") for i, c in enumerate(by_source)]
    parts = split([*by_source, *by_name, *data()])
    sources = {c.source for c in parts.training + parts.validation + parts.background}
    assert not sources & {"gtzan_rock", "genres"}


def test_background_is_neither_trained_as_a_genre_nor_validated():
    parts = split(data())
    assert {c.genre for c in parts.background} == {"Instrumental"}
    assert "Instrumental" not in {c.genre for c in parts.training + parts.validation}


def test_batches_are_balanced_with_uniform_labels_for_the_background():
    plain = augment.Augmentation(mixup=0.0, smoothing=0.0)
    parts = split(data(60) + [clip("Rock", i) for i in range(100, 400)])
    config = Config(batch=40, background_share=0.1, augmentation=plain)
    draw = Batches(parts.training, parts.background, GENRES, config)
    inputs, targets = draw(np.random.default_rng(0))
    assert inputs.shape == (40, 64, 64, 2)
    np.testing.assert_allclose(targets.sum(axis=0), 12 + 4 / 3, rtol=1e-6)
    assert (np.isclose(targets, 1 / 3).all(axis=1)).sum() == 4


def test_batches_are_the_same_for_the_same_seed():
    parts = split(data())
    draw = Batches(parts.training, parts.background, GENRES, PLAIN)
    one, two = draw(np.random.default_rng(4)), draw(np.random.default_rng(4))
    np.testing.assert_array_equal(one[0], two[0])
    np.testing.assert_array_equal(one[1], two[1])


def test_equaliser_keeps_the_range_and_the_loudest_cell():
    grids = np.random.default_rng(0).random((50, 64, 64)).astype(np.float32)
    changed = augment.equalise(grids, np.random.default_rng(1), augment.Augmentation())
    np.testing.assert_allclose(changed.max(axis=(1, 2)), 1.0, atol=1e-6)
    assert changed.min() >= 0


def test_movement_channel_does_not_see_an_equaliser():
    from recommender.engine.features import channels

    cut = np.random.default_rng(0).uniform(0.3, 0.7, (2, 64, 64)).astype(np.float32)
    tilt = np.linspace(-0.2, 0.2, 64, dtype=np.float32)[None, :, None]
    plain, tilted = channels(cut), channels(cut + tilt)
    np.testing.assert_allclose(plain[..., 1], tilted[..., 1], atol=1e-4)
    assert np.abs(plain[..., 0] - tilted[..., 0]).max() > 0.1


def test_mixup_mixes_labels_like_sounds():
    inputs = np.arange(3, dtype=np.float32)[:, None, None, None] * np.ones((1, 2, 2, 2), np.float32)
    mixed, labels = augment.mix(inputs, np.eye(3, dtype=np.float32), np.random.default_rng(0), 0.5)
    np.testing.assert_allclose(mixed[:, 0, 0, 0], labels @ np.arange(3), rtol=1e-5)


def test_temperature_of_logits_that_are_twice_too_sure_is_two():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1.5, (20_000, 3))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    true = (rng.random((len(shares), 1)) > shares.cumsum(axis=1)).sum(axis=1).clip(0, 2)
    assert fit_temperature(2 * logits, true.tolist()) == pytest.approx(2.0, abs=0.1)


def test_one_genre_is_not_enough():
    with pytest.raises(ValueError, match="two genres"):
        train([clip("Rock", i) for i in range(9)], Config())


def test_a_genre_with_too_few_groups_to_split_is_named():
    clips = [c for c in data() if c.genre != "Rock"]
    one_band = [clip("Rock", i, group="one band") for i in range(9)]
    with pytest.raises(ValueError, match=r"no clips of Rock to validate with: .* 1 group"):
        train([*clips, *one_band], PLAIN)


def test_every_genre_of_one_source_is_held_out():
    clips = [clip(genre, i, "folder", f"{genre}/{i}") for genre in GENRES for i in range(5)]
    held = [c.genre for c in split(clips).validation]
    assert sorted(held) == sorted(GENRES)


@pytest.mark.parametrize("genres", [("Polka", "Tango"), ("Fado", "Polka", "Samba", "Tango")])
def test_genres_and_their_number_come_from_the_data(genres, tmp_path):
    from recommender.engine import saving
    from recommender.engine.cnn import GenreClassifier
    from recommender.engine.network import Shape

    clips = [clip(genre, i) for genre in genres for i in range(6)]
    shape = Shape(filters=(4, 4, 4, 4, 4), embedding=4)
    trained = train(clips, Config(steps=2, batch=8, checks=2, shape=shape))
    assert [(p.member, p.step) for p in trained.curves] == [(0, 1), (0, 2)]
    card = saving.save(trained, tmp_path, "any")
    assert tuple(card["genres"]) == genres
    heard = GenreClassifier.load(tmp_path).predict_features(clips[0].grids)
    assert heard.probabilities.shape == (len(genres),)
    assert " / ".join(genres) in (tmp_path / "MODEL_CARD.md").read_text("utf-8")


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    """A model of two networks, trained for two steps."""
    from recommender.engine import saving
    from recommender.engine.cnn import GenreClassifier

    folder = tmp_path_factory.mktemp("teacher")
    saving.save(train(data(6), tiny(members=2), teacher=None), folder, "teacher")
    return GenreClassifier.load(folder, keras=True)


def tiny(members=1, **changes):
    from recommender.engine.network import Shape

    shape = Shape(filters=(4, 4, 4, 4, 4), embedding=4, members=members)
    return replace(PLAIN, steps=2, batch=8, checks=0, shape=shape, **changes)


def test_a_learner_is_given_its_teachers_answers_to_the_same_crops(teacher):
    parts, genres = split(data(6)), ("Rock", "Hip-Hop", "Classical")
    draw = Batches(parts.training, parts.background, genres, PLAIN)
    found = find_teacher(teacher, genres, parts, seed=0)
    inputs, targets = found.lessons(draw, 0.75)(np.random.default_rng(3))
    same, labels = draw(np.random.default_rng(3))
    said = teacher.calibrated(np.asarray(teacher.network()(same)[0]))
    columns = [teacher.genres.index(genre) for genre in genres]
    np.testing.assert_array_equal(inputs, same)
    np.testing.assert_allclose(targets, 0.75 * said[:, columns] + 0.25 * labels, atol=1e-6)


def test_a_learner_starts_as_its_teacher_with_genres_in_its_own_order(teacher):
    from recommender.engine.network import build_member

    genres = ("Rock", "Hip-Hop", "Classical")
    learner = build_member(3, tiny().shape)
    find_teacher(teacher, genres, split(data(6)), seed=0).start(learner, 1)
    inputs = _inputs(clip("Rock", 1))
    said = np.asarray(teacher.keras_network().get_layer("member_1")(inputs)[0])
    columns = [teacher.genres.index(genre) for genre in genres]
    np.testing.assert_allclose(np.asarray(learner(inputs)[0]), said[:, columns], atol=1e-5)


def test_a_distilled_model_names_its_teacher_and_keeps_the_asked_order(teacher, tmp_path):
    from recommender.engine import saving

    order = ("Rock", "Classical", "Hip-Hop")
    card = saving.save(train(data(6), tiny(genres=order), teacher=teacher), tmp_path, "learner")
    assert tuple(card["genres"]) == order
    assert teacher.version in (tmp_path / "MODEL_CARD.md").read_text("utf-8")


def test_a_teacher_that_heard_other_clips_is_refused(teacher):
    with pytest.raises(ValueError, match="trained on other clips"):
        train(data(9), tiny(), teacher=teacher)
    with pytest.raises(ValueError, match=r"same data, .* seed"):
        train(data(6), tiny(seed=1), teacher=teacher)
    with pytest.raises(ValueError, match="The teacher knows"):
        train([c for c in data(6) if c.genre != "Rock"], tiny(), teacher=teacher)


def test_looking_at_the_curve_changes_nothing():
    from recommender.engine.network import Shape

    clips = [clip(genre, i) for genre in GENRES for i in range(6)]
    small = Config(steps=4, batch=8, shape=Shape(filters=(4, 4, 4, 4, 4), embedding=4))
    runs = [train(clips, replace(small, checks=n)) for n in (0, 2)]
    one, two = (run.network.get_weights() for run in runs)
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_a_short_training_learns_saves_and_loads(tmp_path):
    from recommender.engine import saving
    from recommender.engine.cnn import GenreClassifier
    from recommender.engine.network import Shape

    shape = Shape(filters=(4, 4, 8, 8, 8), dropout=0.0, members=2, embedding=8)
    mild = augment.Augmentation(2.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0)
    config = replace(
        PLAIN, checks=2, steps=40, batch=24, average=0.0, shape=shape, augmentation=mild,
        learning_rate=1e-2,
    )  # fmt: skip
    seen = []
    trained = train(data(), config, lambda step, loss: seen.append(step))
    assert seen == list(range(1, 81))
    assert trained.validation.accuracy > 0.6
    card = saving.save(trained, tmp_path, "small", ["A note."])
    named = load(tmp_path)
    assert {one.name for one in named} == {one.name for one in data()}
    assert {one.part for one in named} == {"training", "validation"}
    loaded = GenreClassifier.load(tmp_path, keras=True)
    assert loaded.version == card["version"]
    one = clip("Rock", 999)
    direct = np.asarray(trained.network(_inputs(one))[1]).mean(axis=0)
    np.testing.assert_allclose(loaded.predict_features(one.grids).embedding, direct, atol=1e-5)
    light = GenreClassifier.load(tmp_path)
    assert light.runs_light
    np.testing.assert_allclose(light.predict_features(one.grids).embedding, direct, atol=1e-3)
    figures = saving.record(tmp_path, "GTZAN audio", trained.summary()["validation"])
    assert figures["version"] == card["version"]
    assert "scored on GTZAN 1 time" in (tmp_path / "MODEL_CARD.md").read_text(encoding="utf-8")


def _inputs(one):
    from recommender.engine.features import channels, crops

    return channels(crops(one.grids))
