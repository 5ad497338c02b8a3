"""Lines of their own against theory: with jockeying as one line, without it as the chain of the shortest queue."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.metrics.measures import Question, measure
from sim.run import play, prepare
from sim.theory.erlang import ErlangC
from tests.truth.test_identities import standard_errors

MINUTE_MS = 60_000
MOST = 40
"""People in a line of the chain at most; at a load of 80 % longer ones do not matter."""


def measured(folder: Path, counters: int, rules: str, metric: str) -> list[float]:
    """Return what each of 20 replications measures: 80 % load, services of a minute."""
    path = folder / "lines.toml"
    path.write_text(
        '[run]\nstart = 2026-03-02\nduration = "6 d"\nwarm_up = "4 h"\nreplications = 20\n'
        f'[stations.desk]\ncounters = {counters}\nservice = {{dist = "exponential", mean = "1 min"}}\n{rules}'
        f'[demand.people]\nenters = "desk"\nrate = "{0.8 * counters:g} per min"\n',
        encoding="utf-8",
    )
    return [measure(result, Question(metric)).value for result in play(*prepare(path, [])).results]


def shortest_of_two(arrival_rate: float, service_rate: float) -> float:
    """Return the mean wait where people join the shorter of two lines (the left one of equals) and stay there.

    The stationary distribution of the Markov chain of both numbers, cut off where hardly anybody comes.
    """
    size = MOST + 1
    flow = np.zeros((size * size, size * size))
    number = np.arange(size * size).reshape(size, size)
    for left in range(size):
        for right in range(size):
            here = number[left, right]
            if left <= right and left < MOST:
                flow[here, number[left + 1, right]] += arrival_rate
            elif right < left:
                flow[here, number[left, right + 1]] += arrival_rate
            if left:
                flow[here, number[left - 1, right]] += service_rate
            if right:
                flow[here, number[left, right - 1]] += service_rate
    balance = (flow - np.diag(flow.sum(axis=1))).T
    balance[0] = 1.0
    chance = np.linalg.solve(balance, np.eye(size * size)[0]).reshape(size, size)
    present = float((chance * np.add.outer(np.arange(size), np.arange(size))).sum())
    return present / arrival_rate - 1.0 / service_rate


@pytest.mark.slow
def test_with_jockeying_the_mean_wait_is_that_of_one_line(tmp_path: Path) -> None:
    """Nobody waits while a counter is free, so the number of people is that of M/M/3: Erlang's formula holds."""
    waits = measured(tmp_path, 3, 'queue = "separate"\njockeying = true\n', "wait.mean")
    assert standard_errors(waits, ErlangC(2.4, 1.0, 3).mean_wait * MINUTE_MS) < 3.5


@pytest.mark.slow
def test_without_jockeying_people_wait_as_the_chain_of_the_shortest_queue_says(tmp_path: Path) -> None:
    """Longer than in one line, because a counter may be free while people wait at the other."""
    known = shortest_of_two(1.6, 1.0)
    assert known > 1.1 * ErlangC(1.6, 1.0, 2).mean_wait
    waits = measured(tmp_path, 2, 'queue = "separate"\n', "wait.mean")
    assert standard_errors(waits, known * MINUTE_MS) < 3.5
    assert min(measured(tmp_path, 2, 'queue = "separate"\njockeying = true\n', "jockeyed.count")) > 100
    assert max(measured(tmp_path, 2, 'queue = "separate"\n', "jockeyed.count")) == 0
