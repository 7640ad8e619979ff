import numpy as np
import pytest

from recommender.engine.fingerprint import similarity, unit_vectors
from recommender.engine.provenance import (
    FILE,
    TRAINING,
    VALIDATION,
    Recording,
    load,
    mark,
    recognised,
    save,
)


def print_of(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 256, 512).astype(np.uint8)


HASHES = ["aa" * 32, "bb" * 32, "cc" * 32]
RECORDINGS = [
    Recording("rock/one", TRAINING, mark(HASHES[0], print_of(0))),
    Recording("rock/two", VALIDATION, mark(HASHES[1], print_of(1))),
    Recording("fma_rock/108969", TRAINING),
    Recording("emotify_rock/18_1", VALIDATION),
]


def used(digest: str = HASHES[2], heard: np.ndarray | None = None, name: str = "song") -> str:
    sound = (print_of(9) if heard is None else heard).tobytes()
    (part,) = recognised(RECORDINGS, [digest], [sound], [name])
    return part


def test_a_song_is_known_by_the_hash_of_its_sound():
    assert used(HASHES[0]) == TRAINING
    assert used(HASHES[1]) == VALIDATION


def test_the_same_recording_at_another_bit_rate_is_known_by_its_fingerprint():
    noisy = np.clip(
        print_of(1).astype(int) + np.random.default_rng(0).integers(-9, 10, 512), 1, 255
    )
    assert used(heard=noisy.astype(np.uint8)) == VALIDATION


@pytest.mark.parametrize(
    ("name", "part"),
    [("108969", "training (by its name alone)"), ("18_1", ""), ("108970", ""), ("one", "")],
)
def test_a_recording_without_sound_is_known_by_a_name_that_says_something(name, part):
    assert used(name=name) == part


@pytest.mark.parametrize("sound", [b"", bytes(512), bytes([128]) * 512])
def test_a_song_without_a_fingerprint_is_none_of_them(sound):
    assert recognised(RECORDINGS, [HASHES[2]], [sound], ["song"]) == [""]


def test_many_songs_are_known_in_their_order():
    prints = [print_of(seed).tobytes() for seed in range(100, 2_600)]
    prints[2_001] = print_of(0).tobytes()
    found = recognised(RECORDINGS, [HASHES[2]] * 2_500, prints, ["song"] * 2_500)
    assert [at for at, part in enumerate(found) if part] == [2_001]


def test_products_of_unit_vectors_are_similarities():
    prints = np.stack([print_of(seed) for seed in range(3)])
    vectors = unit_vectors(prints)
    assert vectors[0] @ vectors[1] == pytest.approx(similarity(prints[0], prints[1]), abs=1e-5)


def test_what_was_written_is_read_and_the_same_gives_the_same_bytes(tmp_path):
    save(RECORDINGS, tmp_path)
    first = (tmp_path / FILE).read_bytes()
    save(reversed(RECORDINGS), tmp_path)
    assert (tmp_path / FILE).read_bytes() == first
    found = {(one.name, one.part, one.mark is None) for one in load(tmp_path) or []}
    assert found == {(one.name, one.part, one.mark is None) for one in RECORDINGS}


@pytest.mark.parametrize("content", [None, b"", b"PK no archive"])
def test_a_folder_that_does_not_say_is_told_apart_from_one_that_names_none(tmp_path, content):
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    assert load(tmp_path) is None
    save([], tmp_path)
    assert load(tmp_path) == []
