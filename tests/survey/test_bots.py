"""Who comes is decided by the mix and the seed alone; bots hear tones as people do."""

import random
from collections import Counter

import pytest

from survey.bots import DEFAULT_MIX, Diary, habits_of, personalities, read_mix
from survey.bots.sounds import softest
from survey.listening.tones import orders, right_answers, triplet_wav


def test_a_mix_comes_as_whole_people():
    mix = read_mix("steady=35,dropout=15,returner=10,sceptic=40")
    wanted = {"steady": 70, "dropout": 30, "returner": 20, "sceptic": 80}
    assert Counter(personalities(mix, 200, seed=1)) == wanted


def test_everybody_of_a_small_mix_gets_somebody():
    assert len(personalities(read_mix("steady=6,dropout=1"), 5, seed=1)) == 5


def test_the_order_of_people_is_the_seeds():
    mix = read_mix(DEFAULT_MIX)
    assert personalities(mix, 30, seed=4) == personalities(mix, 30, seed=4)
    assert personalities(mix, 30, seed=4) != personalities(mix, 30, seed=5)


def test_personalities_can_be_joined():
    kinds = [type(habit).__name__ for habit in habits_of("returner+double_clicker", seed=1)]
    assert kinds == ["Returning", "DoubleClicking"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grumpy=1", "There is no personality “grumpy”"),
        ("steady=many", "needs a number, such as steady=2"),
        ("steady=0", "one of them is above it"),
        ("steady=-1,dropout=2", "numbers from 0"),
        ("steady=nan", "numbers from 0"),
    ],
)
def test_a_wrong_mix_is_refused_in_words(text, said):
    with pytest.raises(ValueError, match=said):
        read_mix(text)


def test_with_headphones_a_bot_hears_the_softest_tone_and_from_loudspeakers_another():
    sounds = [triplet_wav(order) for order in orders("somebody")]
    right = right_answers("somebody")
    assert [softest(sound, headphones=True) for sound in sounds] == right
    assert not any(
        softest(sound, headphones=False) == answer
        for sound, answer in zip(sounds, right, strict=True)
    )


def test_a_straight_liner_gives_the_same_point_always():
    (habit,) = habits_of("straight_liner", seed=random.Random(1).getrandbits(31))
    assert len({habit.point(list("12345")) for _ in range(20)}) == 1


def test_of_a_rating_the_last_value_counts_and_dont_know_is_one():
    diary, page = Diary(), "http://x/s/a/playlist/2/listen/"
    diary.note(page, [("track-1-t.liking", "3"), ("track-1-t.s", "")])
    diary.note(page, [("track-1-t.s.dont_know", "on")], whole=False)
    diary.note(page, [("track-1-t.liking", "4")], whole=False)
    assert diary.ratings == {(2, 1, "t.liking"): "4", (2, 1, "t.s"): "dont_know"}
