"""What a log tells about stations, read column by column: each row's meaning is written out in masks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.engines.counting_columns import Ending
from sim.log import Event
from sim.metrics.counting import Ints

Bools = NDArray[np.bool_]
_FOLLOWED = (
    Event.ARRIVE, Event.JOIN, Event.START, Event.END, Event.DONE, Event.REFUSED, Event.ABANDON, Event.BALK,
    Event.TURNED_AWAY, Event.BLOCKED, Event.LEAVE, Event.PREEMPT, Event.CONTINUE, Event.JOCKEY,
)  # fmt: skip
_TOLD = (Event.JOIN, Event.START, Event.PREEMPT, Event.CONTINUE)


@dataclass
class _Case:
    """What is known of a case."""

    source: int = -1
    kind: int = 0
    step: int = -1
    station: int = -1
    priority: int = 0
    since: int = 0


@dataclass(frozen=True)
class Rows:
    """Rows that move a case, in log order, with what was known before."""

    t_ms: Ints
    kind: Ints
    code: Ints
    value: Ints
    station: Ints
    step: Ints
    source: Ints
    priority: Ints
    since: Ints
    kind_before: Ints
    step_before: Ints
    station_before: Ints
    priority_before: Ints


@dataclass(frozen=True)
class Facts:
    """Things that happened, each with the case's place, step, demand and priority at that time."""

    t_ms: Ints
    station: Ints
    step: Ints
    source: Ints
    priority: Ints
    what: Ints
    value: Ints

    def where(self, mask: Bools) -> Facts:
        """Some of them."""
        return Facts(*(column[mask] for column in vars(self).values()))


def follow(log: Ints) -> tuple[Rows, Ints]:
    """The rows that move a case; and the demand source of every row's case."""
    cases: dict[int, _Case] = {}
    rows, sources = [], []
    for t, number, _, step, station, kind, code, value in log.tolist():
        if kind == Event.FORK:
            cases[value] = _Case(cases.get(number, _Case()).source)
        if kind == Event.ARRIVE:
            cases[number] = _Case(code)
        sources.append(cases.get(number, _Case()).source)
        if kind not in _FOLLOWED:
            continue
        case = cases.setdefault(number, _Case())
        before = replace(case)
        if step >= 0:
            case.step = -1 if kind == Event.ARRIVE else step
        if station >= 0:
            case.station = station
        if kind == Event.JOIN:
            case.priority, case.since = code, t
        elif kind == Event.START and before.kind not in _TOLD:
            case.since = t - value
        case.kind = int(Event.JOIN) if kind == Event.JOCKEY else kind
        rows.append((
            t, kind, code, value, station, case.step, case.source, case.priority, case.since, before.kind, before.step,
            before.station, before.priority,
        ))  # fmt: skip
        if kind == Event.LEAVE:
            del cases[number]
    return Rows(*np.array(rows, dtype=np.int64).reshape(-1, 13).T), np.array(sources, dtype=np.int64)


@dataclass(frozen=True)
class Visits:
    """What a log tells about stations, each set in log order."""

    attempts: Facts  # t_ms: when the attempt began; what: Ending; value: wait
    stays: Facts  # t_ms: when the stay began
    offers: Facts
    waiting: Facts  # what: one more or fewer
    inside: Facts  # what: one more or fewer; value: server group
    served: Facts
    decisions: Facts
    begun: Facts
    jockeys: Facts


def pick(rows: Rows, mask: Bools, **other: Ints) -> Facts:
    """Facts of the rows in the mask, with other columns where they are given."""
    names = ("t_ms", "station", "step", "source", "priority", "kind", "value")
    return Facts(*(other.get(name, getattr(rows, name))[mask] for name in names))


def _steps(rows: Rows, up: Bools, down: Bools) -> Facts:
    """Steps up and down in log order; a step down has the place, step and priority it went up with."""
    at_up, at_down = np.flatnonzero(up), np.flatnonzero(down)
    order = np.argsort(np.concatenate((at_down, at_up)), kind="stable")
    pairs = (
        (rows.t_ms, rows.t_ms), (rows.station_before, rows.station), (rows.step_before, rows.step),
        (rows.source, rows.source), (rows.priority_before, rows.priority),
        (np.full(len(up), -1), np.full(len(up), 1)), (rows.code, rows.code),
    )  # fmt: skip
    return Facts(*(np.concatenate((downs[at_down], ups[at_up]))[order] for downs, ups in pairs))


def visits_of(rows: Rows, menus: Bools) -> Visits:
    """All facts about stations in these rows."""
    kind, before = rows.kind, rows.kind_before
    menu, from_menu = menus[rows.station], menus[rows.station_before]
    was_waiting, is_waiting = (before == Event.JOIN) & ~from_menu, np.isin(kind, (Event.JOIN, Event.JOCKEY)) & ~menu
    was_called, is_called = (before == Event.START) & ~from_menu, (kind == Event.START) & ~menu
    was_kept, is_kept = (before == Event.CONTINUE) & ~from_menu, (kind == Event.CONTINUE) & ~menu
    was_served, is_served = was_called | was_kept, is_called | is_kept
    broken_off, was_broken_off = (kind == Event.PREEMPT) & ~menu, (before == Event.PREEMPT) & ~from_menu
    was_in_line = was_waiting | was_broken_off
    moved = rows.station_before != rows.station
    out_of_service, into_queue = was_served & (~is_served | moved), is_waiting & (~was_waiting | moved)
    into_service = is_served & (~was_served | moved)
    first = into_service & is_called & ~was_broken_off
    left_queue = was_in_line & ((kind == Event.ABANDON) | (kind == Event.TURNED_AWAY))
    turned_away = np.where(was_in_line, int(Ending.SENT_HOME), int(Ending.TURNED_AWAY))
    kinds = [kind == event for event in (Event.ABANDON, Event.TURNED_AWAY, Event.BALK, Event.BLOCKED)]
    settled = np.logical_or.reduce(kinds)
    by_menu = (kind == Event.LEAVE) & (rows.code == Event.DONE) & from_menu
    unserved = np.select(kinds, [Ending.ABANDONED, turned_away, Ending.BALKED, Ending.BLOCKED])
    ending = np.where(first, int(Ending.SERVED), np.where(by_menu, int(Ending.SELF_SERVICE), unserved))
    wait = np.where(first | (settled & was_in_line), rows.t_ms - rows.since, 0)
    place = np.where(by_menu, rows.station_before, rows.station)
    stays = (out_of_service & was_called & ~broken_off) | left_queue
    offers = into_queue | (settled & ~was_in_line) | (first & ~was_waiting) | by_menu
    began = np.where(by_menu, rows.since, rows.t_ms - wait)
    return Visits(
        attempts=pick(rows, first | settled | by_menu, t_ms=began, kind=ending, value=wait, station=place),
        stays=pick(rows, stays, t_ms=rows.since, value=rows.t_ms - rows.since, station=rows.station_before),
        offers=pick(rows, offers, station=place),
        waiting=_steps(rows, into_queue | broken_off, was_in_line & (~(is_waiting | broken_off) | moved)),
        inside=_steps(rows, into_service, out_of_service),
        served=pick(rows, (kind == Event.END) & ~menu & ~was_kept),
        decisions=pick(rows, (kind == Event.DONE) | (kind == Event.REFUSED), value=rows.code),
        begun=pick(rows, kind == Event.ARRIVE),
        jockeys=pick(rows, kind == Event.JOCKEY),
    )
