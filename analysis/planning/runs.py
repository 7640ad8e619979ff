"""Many simulated studies, by several processes; what comes out does not depend on how many."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.stats.simulated import simulated
from recommender.engine.processes import several

from .scenarios import Scenario
from .verdicts import verdicts

# Studies that a process takes at a time: seconds of work.
AT_ONCE = 5
Tell = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class _Task:
    at: int
    scenario: Scenario
    runs: range
    seed: int


def run_all(
    scenarios: Sequence[Scenario],
    runs: int,
    *,
    seed: int,
    processes: int = 1,
    tell: Tell = lambda studies: None,
) -> list[pd.DataFrame]:
    """For each scenario the verdicts of all its studies, one after the other.

    Each study has random numbers of its own, by the seed, its scenario and its number. `tell` is
    called with how many studies were just done. Raises BrokenProcessPool when a process was killed.
    """
    tasks = [
        _Task(at, scenario, range(first, min(first + AT_ONCE, runs)), seed)
        for at, scenario in enumerate(scenarios)
        for first in range(0, runs, AT_ONCE)
    ]
    found: list[list[pd.DataFrame]] = [[] for _ in scenarios]
    with _workers(processes) as work:
        for task, verdict in zip(tasks, work(_studies, tasks), strict=True):
            found[task.at].append(verdict)
            tell(len(task.runs))
    return [pd.concat(parts, ignore_index=True) for parts in found]


Work = Callable[[Callable[[_Task], pd.DataFrame], Sequence[_Task]], Iterator[pd.DataFrame]]


@contextmanager
def _workers(processes: int) -> Iterator[Work]:
    if processes == 1:
        yield map
        return
    with several(processes) as pool:
        yield pool.map


def _studies(task: _Task) -> pd.DataFrame:
    return pd.concat([_study(task, number) for number in task.runs], ignore_index=True)


def _study(task: _Task, number: int) -> pd.DataFrame:
    scenario = task.scenario
    chance = np.random.SeedSequence(task.seed, spawn_key=(*scenario.key, number))
    of_tables, of_analysis = chance.spawn(2)
    tables = simulated(scenario.listeners, of_tables)
    # Resampling of the analysis is by the study's own seed, which differs between studies.
    design = replace(scenario.design, seed=int(of_analysis.generate_state(1)[0]))
    return verdicts(tables, design, scenario.parts, apart=scenario.apart)
