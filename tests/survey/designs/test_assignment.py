from collections import Counter
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.designs.assignment import (
    NoPlaceLeft,
    between,
    derive_seed,
    least_loaded,
    williams,
    within,
)

conditions = st.lists(st.integers(1, 10**6), min_size=1, max_size=6, unique=True)
seeds = st.integers(0, 2**31 - 1)
# What happens next: somebody comes, or of those at it somebody completes, goes, or returns.
happenings = st.lists(
    st.tuples(st.sampled_from(["comes", "completes", "goes", "returns"]), st.integers(0, 99)),
    max_size=80,
)


class Run:
    """A study between subjects, seen from the outside."""

    def __init__(self, ids: list[int], seed: int, caps: dict[int, int] | None = None) -> None:
        self.ids, self.seed, self.caps = ids, seed, caps or {}
        self.active: list[int] = []
        self.gone: list[int] = []
        self.completed: Counter[int] = Counter()
        self.given: list[int] = []
        self.lost = self.returned = 0

    @property
    def loads(self) -> Counter[int]:
        return self.completed + Counter(self.active)

    @property
    def spread(self) -> int:
        loads = [self.loads[condition] for condition in self.ids]
        return max(loads) - min(loads)

    @property
    def full(self) -> set[int]:
        return {c for c, cap in self.caps.items() if self.loads[c] >= cap}

    def comes(self) -> None:
        seed = derive_seed(self.seed, len(self.given))
        try:
            condition = between(self.ids, self.loads, 1, seed, self.full)[0]
        except NoPlaceLeft:
            return
        self.given.append(condition)
        self.active.append(condition)

    def happens(self, what: str, who: int) -> None:
        if what == "comes":
            self.comes()
        elif what == "returns" and self.gone:
            self.active.append(self.gone.pop(who % len(self.gone)))
            self.returned += 1
        elif what in ("completes", "goes") and self.active:
            condition = self.active.pop(who % len(self.active))
            if what == "completes":
                self.completed[condition] += 1
            else:
                self.gone.append(condition)
                self.lost += 1


# Balance


@given(conditions, st.integers(0, 60), seeds)
def test_group_sizes_differ_by_at_most_one_whenever_the_study_stops(ids, people, seed):
    run = Run(ids, seed)
    for _ in range(people):
        run.comes()
        assert run.spread <= 1


@given(conditions, st.lists(st.booleans(), max_size=60), seeds)
def test_completers_differ_by_at_most_one_when_each_fate_is_known_before_the_next_comes(
    ids, fates, seed
):
    run = Run(ids, seed)
    for finishes in fates:
        run.comes()
        run.happens("completes" if finishes else "goes", 0)
        completed = [run.completed[condition] for condition in ids]
        assert max(completed) - min(completed) <= 1


@given(conditions, happenings, seeds)
def test_completed_and_active_differ_by_no_more_than_drop_outs_and_returns_explain(
    ids, happened, seed
):
    run = Run(ids, seed)
    for what, who in happened:
        before = run.spread
        run.happens(what, who)
        if what == "comes":
            assert run.spread <= max(1, before)
        assert run.spread <= 1 + run.lost + run.returned


@given(conditions, happenings, seeds)
def test_newcomers_make_good_what_drop_outs_left_uneven(ids, happened, seed):
    run = Run(ids, seed)
    for what, who in happened:
        run.happens(what, who)
    missing = sum(max(run.loads.values(), default=0) - run.loads[c] for c in ids)
    for _ in range(missing):
        run.comes()
    assert run.spread <= 1


@given(conditions, happenings, seeds, st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_caps_are_passed_by_those_alone_who_gave_their_place_back_and_returned(
    ids, happened, seed, caps
):
    run = Run(ids, seed, dict(zip(ids, caps, strict=False)))
    for what, who in happened:
        run.happens(what, who)
        over = sum(max(0, run.loads[c] - run.caps[c]) for c in ids)
        assert over <= run.returned


@given(conditions, happenings, seeds)
def test_the_same_history_and_seed_give_the_same_assignment(ids, happened, seed):
    runs = [Run(ids, seed), Run(ids, seed)]
    for run, (what, who) in product(runs, happened):
        run.happens(what, who)
    assert runs[0].given == runs[1].given


def test_the_seed_decides_between_conditions_used_equally_often():
    begins = Counter(between([1, 2, 3], {}, 1, seed)[0] for seed in range(300))
    assert set(begins) == {1, 2, 3}
    assert min(begins.values()) > 60


def test_the_condition_with_the_smallest_load_is_given():
    assert {between([1, 2, 3], {1: 5, 2: 4, 3: 5}, 1, seed)[0] for seed in range(20)} == {2}


def test_a_full_condition_is_given_to_nobody():
    assert {between([1, 2, 3], {3: 9}, 1, s, full={1, 2})[0] for s in range(20)} == {3}


def test_when_every_condition_is_full_there_is_no_place():
    with pytest.raises(NoPlaceLeft):
        between([1, 2], {}, 1, 0, full=[1, 2])


def test_a_condition_that_is_no_longer_in_the_study_does_not_count():
    assert between([1, 2], {1: 1, 2: 0, 99: 7}, 2, 0) == [2, 2]


@given(conditions, st.integers(1, 20), seeds)
def test_between_subjects_a_participant_has_one_condition(ids, n_trials, seed):
    plan = between(ids, {}, n_trials, seed)
    assert len(plan) == n_trials
    assert len(set(plan)) == 1
    assert set(plan) <= set(ids)


# Orders within subjects


@pytest.mark.parametrize("k", range(1, 9))
def test_williams_orders_hold_every_condition_once(k):
    orders = williams(k)
    assert len(orders) == len(set(orders)) == (k if k % 2 == 0 or k == 1 else 2 * k)
    assert all(sorted(order) == list(range(k)) for order in orders)


@pytest.mark.parametrize("k", range(2, 9))
def test_williams_orders_have_each_condition_in_each_position_equally_often(k):
    placed = Counter((p, c) for order in williams(k) for p, c in enumerate(order))
    assert len(placed) == k * k
    assert len(set(placed.values())) == 1


@pytest.mark.parametrize("k", range(2, 9))
def test_williams_orders_have_each_ordered_pair_adjacent_equally_often(k):
    pairs = Counter(pair for order in williams(k) for pair in pairwise(order))
    assert len(pairs) == k * (k - 1)
    assert set(pairs.values()) == {1 if k % 2 == 0 else 2}


def test_williams_order_of_four_is_the_published_one():
    assert williams(4) == [(0, 1, 3, 2), (1, 2, 0, 3), (2, 3, 1, 0), (3, 0, 2, 1)]


@given(conditions, st.integers(1, 4), seeds)
def test_within_subjects_every_block_has_every_condition_once(ids, blocks, seed):
    plan, k = within(ids, {}, blocks * len(ids), seed), len(ids)
    assert all(sorted(plan[b * k : (b + 1) * k]) == sorted(ids) for b in range(blocks))


@pytest.mark.parametrize("k", range(2, 7))
def test_later_blocks_are_balanced_as_the_first_one_is(k):
    ids, loads, plans = list(range(k)), Counter(), []
    for person in range(len(williams(k))):
        plans.append(within(ids, loads, 3 * k, derive_seed(1, person)))
        loads[tuple(plans[-1][:k])] += 1
    for block in range(3):
        assert len({tuple(plan[block * k : (block + 1) * k]) for plan in plans}) == len(plans)


@given(st.integers(2, 6), st.integers(0, 40), seeds)
def test_orders_differ_by_at_most_one_whenever_the_study_stops(k, people, seed):
    ids, loads = list(range(k)), Counter()
    for person in range(people):
        loads[tuple(within(ids, loads, k, derive_seed(seed, person)))] += 1
    counts = [loads[order] for order in williams(k)]
    assert max(counts) - min(counts) <= 1


@given(conditions, st.integers(1, 20), seeds)
def test_the_same_seed_gives_the_same_plan(ids, n_trials, seed):
    assert within(ids, {}, n_trials, seed) == within(ids, {}, n_trials, seed)


# What is refused


@pytest.mark.parametrize("design", [between, within])
@pytest.mark.parametrize(("ids", "n_trials"), [([], 1), ([1], 0), ([1], -1)])
def test_an_assignment_without_a_condition_or_a_trial_is_refused(design, ids, n_trials):
    with pytest.raises(ValueError, match="needs a condition and a trial"):
        design(ids, {}, n_trials, 0)


def test_without_anything_to_choose_from_nothing_is_chosen():
    for act in (lambda: least_loaded([], {}, 0), lambda: williams(0)):
        with pytest.raises(ValueError, match="needs a condition"):
            act()


# Seeds


@given(st.lists(st.integers(), min_size=1, max_size=4))
def test_a_derived_seed_is_repeatable_and_fits_every_database(parts):
    assert derive_seed(*parts) == derive_seed(*parts)
    assert 0 <= derive_seed(*parts) < 2**31


def test_neighbours_get_seeds_that_have_nothing_in_common():
    assert len({derive_seed(1, number) for number in range(1000)}) == 1000


def test_a_seed_is_the_same_in_every_process_and_release():
    assert derive_seed(1, 2, 3) == 293760140


def test_each_further_block_has_the_next_order_of_the_design():
    orders = williams(4)
    for first, order in enumerate(orders):
        loads = {one: int(one != order) for one in orders}
        plan = within(range(4), loads, 12, seed=1)
        blocks = [tuple(plan[at : at + 4]) for at in (0, 4, 8)]
        assert blocks == [orders[(first + block) % 4] for block in range(3)]
