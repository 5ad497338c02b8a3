"""Whether a program can settle into a steady state: only if nothing in it changes with time by plan."""

from __future__ import annotations

from collections.abc import Iterator

from sim.program import NONE, Program, WaitKind

_NAMED = 3


def unsteady(program: Program) -> str:
    """Why there is no steady state, in words; empty if there can be one."""
    varying = list(dict.fromkeys(_varying(program)))
    return f"there is no steady state to settle into: {'; '.join(varying[:_NAMED])}" if varying else ""


def _varying(program: Program) -> Iterator[str]:
    """What changes with time by plan, in words."""
    for station in program.stations:
        changes = () if station.timetable == NONE else program.timetables[station.timetable].changes
        if any(0 < t_ms < program.duration_ms for t_ms, *_ in changes):
            yield f"{station.group} has opening hours or changing staff"
    for source in program.sources:
        rates = {rate for _, _, rate in source.segments}
        covered = sum(end - begin for begin, end, _ in source.segments)
        if source.alone:
            if source.term is not None:
                yield "terms run that began before"
            continue
        if source.table is not None or source.counted is not None:
            yield f"demand {source.name} comes from a file"
        elif source.sine is not None or len(rates) > 1 or covered < program.duration_ms:
            yield f"demand {source.name} changes with time"
    if any(wait.kind in (WaitKind.WORKDAYS, WaitKind.NEXT) for wait in program.waits):
        yield "procedures wait for working days"
    if any(wait.kind == WaitKind.DATES for wait in program.waits):
        yield "procedures wait for the end of a day"
