from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.assignment import assign, derive_seed

conditions = st.lists(st.integers(1, 10**6), min_size=1, max_size=6, unique=True)
seeds = st.integers(0, 2**31 - 1)


@given(conditions, st.integers(0, 60), seeds)
def test_group_sizes_differ_by_at_most_one_whenever_the_study_stops(ids, people, seed):
    used = Counter(dict.fromkeys(ids, 0))
    for person in range(people):
        used[assign(ids, used, 1, derive_seed(seed, person))[0]] += 1
    assert max(used.values()) - min(used.values()) <= 1


@given(conditions, st.integers(1, 20), seeds)
def test_nobody_meets_a_condition_again_before_all_the_others(ids, n_trials, seed):
    plan = assign(ids, {}, n_trials, seed)
    for start in range(0, n_trials, len(ids)):
        block = plan[start : start + len(ids)]
        assert len(set(block)) == len(block)


@given(conditions, st.integers(1, 20), seeds)
def test_everybody_gets_every_playlist_from_a_condition_of_the_study(ids, n_trials, seed):
    plan = assign(ids, {}, n_trials, seed)
    assert len(plan) == n_trials
    assert set(plan) <= set(ids)


@given(conditions, st.integers(1, 20), seeds)
def test_the_same_seed_gives_the_same_plan(ids, n_trials, seed):
    assert assign(ids, {}, n_trials, seed) == assign(ids, {}, n_trials, seed)


def test_the_seed_decides_between_conditions_used_equally_often():
    begins = Counter(assign([1, 2, 3], {}, 1, seed)[0] for seed in range(300))
    assert set(begins) == {1, 2, 3}
    assert min(begins.values()) > 60


def test_the_condition_used_least_comes_first():
    assert all(assign([1, 2, 3], {1: 5, 2: 4, 3: 5}, 1, seed) == [2] for seed in range(20))


def test_a_condition_that_is_no_longer_in_the_study_does_not_count():
    assert assign([1, 2], {1: 1, 2: 0, 99: 7}, 2, 0) == [2, 1]


@pytest.mark.parametrize(("ids", "n_trials"), [([], 1), ([1], 0), ([1], -1)])
def test_an_assignment_without_a_condition_or_a_trial_is_refused(ids, n_trials):
    with pytest.raises(ValueError, match="needs a condition and a trial"):
        assign(ids, {}, n_trials, 0)


@given(st.lists(st.integers(), min_size=1, max_size=4))
def test_a_derived_seed_is_repeatable_and_fits_every_database(parts):
    assert derive_seed(*parts) == derive_seed(*parts)
    assert 0 <= derive_seed(*parts) < 2**31


def test_neighbours_get_seeds_that_have_nothing_in_common():
    assert len({derive_seed(1, number) for number in range(1000)}) == 1000


def test_a_seed_is_the_same_in_every_process_and_release():
    assert derive_seed(1, 2, 3) == 293760140
