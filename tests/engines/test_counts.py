"""People who were counted: so many in each interval, at moments by chance, new in every replication."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from sim.engines.compiled import CompiledEngine
from sim.engines.demand import arrivals
from sim.log import Event
from sim.program import Program
from tests.engines.programs import arrivals as rows_of
from tests.engines.programs import compiled, play, trace

DESK = '[stations.desk]\ncounters = 1\nservice = "1 s"\n'
HOUR = 3_600_000


def program(tmp_path: Path, rows: str, more: str = "", demand: str = "", head: str = "") -> Program:
    """A desk and a demand from a file of counts."""
    (tmp_path / "c.csv").write_text("from,until,count\n" + rows, encoding="utf-8")
    text = f'[demand.some]\nenters = "desk"\n{demand}file = {{counts = "c.csv"{more}}}\n' + DESK
    day = '[run]\nstart = 2026-03-02\nduration = "1 d"\noverload = "allow"\n'
    return compiled(tmp_path, text, head=head or day).program


def moments(program: Program, replication: int, people: int = 65_536) -> np.ndarray:
    """When they come."""
    return np.concatenate([block.t_ms for block in arrivals(program, 5, replication, people)])


def test_every_replication_has_just_so_many_in_each_interval_at_other_moments(tmp_path: Path) -> None:
    """Also out of order, with none, side by side and apart."""
    day = program(tmp_path, "09:00,10:00,3\n08:00,09:00,40\n10:00,11:00,0\n23:59,24:00,7\n")
    seen = [moments(day, number) for number in range(30)]
    for t in seen:
        hours = np.histogram(t, np.array([0, 8, 9, 10, 11, 23.98, 24]) * HOUR)[0]
        assert hours.tolist() == [0, 40, 3, 0, 0, 7]
        assert (np.diff(t) >= 0).all()
    assert len({t.tobytes() for t in seen}) == 30


def test_the_moments_are_independent_and_uniform(tmp_path: Path) -> None:
    """Kolmogorov-Smirnov on all of them, and the gaps: of n uniform points each gap is beta(1, n)."""
    day = program(tmp_path, "08:00,09:00,50\n")
    shares = np.array([(moments(day, number) - 8 * HOUR + 0.5) / HOUR for number in range(400)])
    flat = np.sort(shares.ravel())
    steps = np.arange(1, len(flat) + 1) / len(flat)
    assert max(np.max(steps - flat), np.max(flat - steps + 1 / len(flat))) < 1.63 / math.sqrt(len(flat))
    gaps = np.diff(shares, axis=1).ravel()
    assert gaps.mean() == pytest.approx(1 / 51, rel=0.02)
    assert gaps.std() == pytest.approx(math.sqrt(50 / (51 * 51 * 52)), rel=0.03)
    first_half = (shares < 0.5).sum(axis=1)
    assert first_half.var() == pytest.approx(12.5, rel=5 * math.sqrt(2 / 400))


def test_means_give_a_poisson_number_in_each_interval(tmp_path: Path) -> None:
    """6.3 an hour on average: mean and variance both 6.3."""
    day = program(tmp_path, "08:00,09:00,6.3\n09:00,12:00,0.6\n", ', counts_are = "means"')
    counts = np.array([np.histogram(moments(day, n), np.array([8, 9, 12]) * HOUR)[0] for n in range(2000)])
    assert counts.mean(axis=0) == pytest.approx([6.3, 0.6], rel=0.06)
    assert counts.var(axis=0) == pytest.approx([6.3, 0.6], rel=0.2)
    assert day.sources[0].expected(day.duration_ms) == pytest.approx(6.9)


def test_equal_distances_only_where_they_are_asked_for(tmp_path: Path) -> None:
    """The i-th of n at (i + 1/2) / n, in every replication."""
    day = program(tmp_path, "08:00,09:00,4\n10:00,10:00:01,3\n", ', placed = "even"')
    expected = [8 * HOUR + HOUR * i // 8 for i in (1, 3, 5, 7)] + [10 * HOUR + ms for ms in (166, 500, 833)]
    assert moments(day, 0).tolist() == moments(day, 7).tolist() == expected


def test_blocks_of_any_size_hold_the_same_people(tmp_path: Path) -> None:
    """An interval cut by windows, with companions, from and until, and a last one."""
    demand = "batch = 2\ncount = 3001\nfrom = 2026-03-02T08:15:00\nuntil = 2026-03-02T20:00:00\n"
    day = program(tmp_path, "08:00,12:00,1000\n12:00,24:00,3000\n", demand=demand)
    whole, parts = moments(day, 3), moments(day, 3, 64)
    assert whole.tolist() == parts.tolist()
    assert len(whole) == 3001
    assert whole.min() >= 8.25 * HOUR


def test_only_those_come_whose_moment_lies_in_the_run(tmp_path: Path) -> None:
    """Of an interval over the end of the run, its share; the number expected says so."""
    head = '[run]\nstart = 2026-03-02\nduration = "8 h 15 min"\n'
    short = program(tmp_path, "08:00,09:00,100\n", head=head)
    numbers = np.array([len(moments(short, number)) for number in range(400)])
    assert numbers.mean() == pytest.approx(25, abs=5 * math.sqrt(18.75 / 400))
    assert short.sources[0].expected(short.duration_ms) == 25.0


def test_both_engines_write_the_same_log(tmp_path: Path) -> None:
    """Row for row, in two replications."""
    (tmp_path / "c.csv").write_text("from,until,count\n00:00,00:30,40\n00:30,01:00,60\n", encoding="utf-8")
    text = (
        '[demand.some]\nenters = "desk"\nfile = {counts = "c.csv"}\n'
        '[demand.even]\nenters = "desk"\nfile = {counts = "c.csv", placed = "even"}\n'
        '[demand.means]\nenters = "desk"\nfile = {counts = "c.csv", counts_are = "means"}\n'
        '[stations.desk]\ncounters = 3\nservice = {dist = "exponential", mean = "30 s"}\n'
    )
    made = compiled(tmp_path, text)
    for replication in (0, 1):
        chunks: list[np.ndarray] = []
        CompiledEngine(made.program, 1, replication, chunks.append).run()
        assert np.concatenate(chunks).tobytes() == play(made, 1, replication).tobytes()


def test_one_busy_counter_makes_counted_people_wait_as_people_do(tmp_path: Path) -> None:
    """83 % of a counter's time for a week, with times that do not vary: Poisson's 2.08 min, not the 0 s of a clock."""
    rows = "".join(f"{day * 86400},{(day + 1) * 86400},1440\n" for day in range(7))
    head = '[run]\nstart = 2026-03-02\nduration = "7 d"\n'
    made = program(tmp_path, rows, head=head)
    busy = 1440 * 50_000 / 86_400_000
    waits = []
    for replication in range(40):
        t, free, total = moments(made, replication), 0, 0
        for at in t.tolist():
            total += max(0, free - at)
            free = max(free, at) + 50_000
        waits.append(total / len(t))
    assert np.mean(waits) == pytest.approx(busy * 50_000 / (2 * (1 - busy)), rel=0.1)
    even = moments(program(tmp_path, rows, ', placed = "even"', head=head), 0)
    assert (np.diff(even) >= 50_000).all()


def test_who_would_come_at_the_very_end_of_the_run_does_not_come(tmp_path: Path) -> None:
    """A run of an hour ends before its last moment, drained or not: of people at 0, 59:59.999 and 60:00 two come."""
    demand = rows_of(tmp_path, "a.csv", "time", "0", "3599.999", "3600")
    text = f'[stations.desk]\ncounters = 1\nservice = "1 s"\n[demand.people]\nenters = "desk"\n{demand}'
    for drain in ("run.drain=false", "run.drain=true"):
        assert [t_ms for t_ms, *_ in trace(play(compiled(tmp_path, text, drain)), Event.ARRIVE)] == [0, 3_599_999]
