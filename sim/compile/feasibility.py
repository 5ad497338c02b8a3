"""Can the demand be served at all?  Said before a run of hours, not after it.

Expected visits flow from the sources along the moves; a place where more work arrives than its servers can do, and
where nobody ever gives up, only grows its queue.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from sim.compile.rows import mean
from sim.program import NONE, UNLIMITED, Change, Closing, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sim.program import Program, SourceRow, StationRow, StepRow

_ROUNDS = 200
_TOLERANCE = 1.02
"""assumed: up to two hundredths above capacity the run may still end before the queue matters."""
_LEAST_MS = 3_600_000


def overloads(program: Program) -> list[str]:
    """One sentence for each group of places that can never serve its demand."""
    own = {row.name: row for row in program.sources if row.table is not None and row.table.overrides}
    work: dict[int, float] = defaultdict(float)
    _add_work(program, [row for row in program.sources if row.name not in own], None, work)
    for row in own.values():
        _add_work(program, [row], row, work)
    groups: dict[str, list[int]] = defaultdict(list)
    for station in work:
        groups[program.stations[station].group].append(station)
    return [text for group, stations in groups.items() for text in _judge(program, group, stations, work)]


def _add_work(program: Program, sources: list[SourceRow], own: SourceRow | None, work: dict[int, float]) -> None:
    """Add the work these sources bring to each station; `own`: the source whose table gives times of its own."""
    for step, number in enumerate(_visits(program, sources)):
        if number == 0.0:
            continue
        row = program.steps[step]
        for station, share in stations_of(program, row):
            place = program.stations[station]
            service = dict(place.service_of).get(row.business, row.service)
            if place.setup == NONE and place.batch_size == 1:
                usual = mean(program.dists[service]) if service != NONE else 0.0
                work[station] += number * share * (usual if own is None else _given(program, own, station, usual))


def _given(program: Program, row: SourceRow, station: int, usual: float) -> float:
    """Mean service time at a station of those who come, by the table where it says something."""
    many = int(row.expected(program.duration_ms))
    if row.table is not None and many:
        for at, what, values in row.table.overrides:
            if what == 0 and at in (station, NONE):
                return float(np.where(values[:many] < 0, usual, values[:many]).mean())
    return usual


def _judge(program: Program, group: str, stations: list[int], work: dict[int, float]) -> Iterator[str]:
    needed = sum(work[station] for station in stations)
    able = sum(_server_ms(program, program.stations[station]) for station in stations)
    if needed > _LEAST_MS and needed > _TOLERANCE * able and not _relieved(program, stations[0]):
        days = program.duration_ms / 86_400_000
        yield (
            f"{group}: the demand brings {needed / days / 3_600_000:.1f} hours of work a day, "
            f"the servers on duty can do {able / days / 3_600_000:.1f}; {_consequence(program, stations[0])}"
        )


def _consequence(program: Program, station: int) -> str:
    if program.stations[station].closing == Closing.SERVE_INSIDE:
        return "the counters could never close on time"
    return "the queue would only grow"


def _relieved(program: Program, station: int) -> bool:
    """Whether people give up or are sent home, so that a queue cannot grow for ever."""
    row = program.stations[station]
    tables = [source.table for source in program.sources if source.table is not None]
    if any(what == 1 and at in (station, NONE) for table in tables for at, what, _ in table.overrides):
        return True
    return (
        row.patience != NONE or row.capacity < UNLIMITED or row.balk_queue != NONE or row.closing == Closing.TURN_AWAY
    )


def _server_ms(program: Program, row: StationRow) -> float:
    """Time of servers on duty during the run."""
    total = 0.0
    level: dict[int, tuple[int, int]] = {}
    for t_ms, what, group, servers in program.timetables[row.timetable].changes:
        if what != Change.CAPACITY or t_ms >= program.duration_ms:
            continue
        since, before = level.get(group, (0, 0))
        total += (t_ms - since) * before
        level[group] = (t_ms, servers)
    return total + sum((program.duration_ms - since) * servers for since, servers in level.values())


def _visits(program: Program, sources: Iterable[SourceRow]) -> list[float]:
    """Expected visits to each step: arrivals, passed on along the moves taken after a step is done."""
    visits = [0.0] * len(program.steps)
    flow = [0.0] * len(program.steps)
    for row in sources:
        flow[row.action.step] += row.expected(program.duration_ms)
    for _ in range(_ROUNDS):
        following = [0.0] * len(program.steps)
        for step, number in enumerate(flow):
            if number < 1e-6:
                continue
            visits[step] += number
            left = number
            for index in _moves(program, program.steps[step]):
                move = program.moves[index]
                taken = left * move.share
                if move.step != NONE and move.wait == NONE:
                    following[move.step] += taken
                if not move.fork:
                    left -= taken
                if left <= 0.0:
                    break
        flow = following
        if not any(flow):
            break
    return visits


def _moves(program: Program, row: StepRow) -> tuple[int, ...]:
    """Moves that surely may be taken: those that ask the office record first are left out, which errs low."""
    if row.where == Where.FIXED and program.stations[row.station].then:
        return program.stations[row.station].then
    return tuple(index for index in row.after_done if program.moves[index].guards == NONE)


def stations_of(program: Program, row: StepRow) -> Iterator[tuple[int, float]]:
    """Where a step is served whose place does not depend on the case, with shares."""
    if row.where == Where.FIXED:
        yield row.station, 1.0
    elif row.choice != NONE:
        choice = program.choices[row.choice]
        before = 0.0
        for station, upto in zip(choice.stations, choice.cumulative, strict=True):
            at = program.stations[station].menu if row.menu else station
            yield at, upto - before
            before = upto
