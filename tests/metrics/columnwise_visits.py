"""What a log tells about steps and stations, found out anew: rows in masks, visits from each case's own story.

Nothing here knows what the counting code looks at (the kind of row before, or a table of what two kinds in a row mean).
A case's rows are told as a story: a ticket is taken, somebody waits for so long and again for so long, is served, goes.
Every number about a visit is read off the finished story.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

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
_AT_THE_DOOR = {
    Event.BALK: Ending.BALKED, Event.BLOCKED: Ending.BLOCKED, Event.TURNED_AWAY: Ending.TURNED_AWAY,
}  # fmt: skip
_OUT_OF_LINE = {Event.ABANDON: Ending.ABANDONED, Event.TURNED_AWAY: Ending.SENT_HOME}


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
    case: Ints
    kind_before: Ints
    step_before: Ints


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


@dataclass
class _Known:
    """What is known of a case."""

    source: int = -1
    kind: int = 0
    step: int = -1
    priority: int = 0


def follow(log: Ints) -> tuple[Rows, Ints]:
    """The rows that move a case; and the demand source of every row's case."""
    cases: dict[int, _Known] = {}
    rows, sources = [], []
    for t, number, _, step, station, kind, code, value in log.tolist():
        if kind == Event.FORK:
            cases[value] = _Known(cases.get(number, _Known()).source)
        if kind == Event.ARRIVE:
            cases[number] = _Known(code)
        sources.append(cases.get(number, _Known()).source)
        if kind not in _FOLLOWED:
            continue
        case = cases.setdefault(number, _Known())
        kind_before, step_before = case.kind, case.step
        if step >= 0:
            case.step = -1 if kind == Event.ARRIVE else step
        if kind == Event.JOIN:
            case.priority = code
        case.kind = kind
        rows.append((
            t, kind, code, value, station, case.step, case.source, case.priority, number, kind_before, step_before,
        ))  # fmt: skip
        if kind == Event.LEAVE:
            del cases[number]
    return Rows(*np.array(rows, dtype=np.int64).reshape(-1, 11).T), np.array(sources, dtype=np.int64)


def pick(rows: Rows, mask: Bools, **other: Ints) -> Facts:
    """Facts of the rows in the mask, with other columns where they are given."""
    names = ("t_ms", "station", "step", "source", "priority", "kind", "value")
    return Facts(*(other.get(name, getattr(rows, name))[mask] for name in names))


@dataclass
class _Spell:
    """A time in the line, or with a server."""

    step: int
    priority: int
    begun: tuple[int, int]  # moment and number of the row
    group: int = -1
    over: tuple[int, int] | None = None
    later: bool = False  # a later business of the visit
    seen: bool = True  # in a line: not a wait of which only the START tells

    def lasted(self, end_ms: int) -> int:
        return (end_ms if self.over is None else self.over[0]) - self.begun[0]


@dataclass
class _Ticket:
    """One visit to one station."""

    station: int
    step: int
    priority: int
    joined_ms: int
    offered_ms: int
    waits: list[_Spell] = field(default_factory=list)
    services: list[_Spell] = field(default_factory=list)
    gone: Ending | None = None
    gone_ms: int = -1
    done_ms: int = -1  # end of the first business
    done_service: int = 0  # of all its parts

    def waits_on(self) -> bool:
        return bool(self.waits) and self.waits[-1].over is None

    def in_later_business(self) -> bool:
        return any(service.later for service in self.services)


@dataclass
class _Story:
    """What happened to one case, from beginning to end."""

    source: int
    tickets: list[_Ticket] = field(default_factory=list)
    at_the_door: list[tuple[int, int, int, int, Ending]] = field(default_factory=list)  # t, station, step, priority
    self_service: tuple[int, int, int, int, int] | None = None  # t, station, step, priority, since

    def latest_at(self, station: int) -> _Ticket:
        return next(ticket for ticket in reversed(self.tickets) if ticket.station == station)

    def tell(self, number: int, rows: Rows) -> None:
        """The next row of the case."""
        t, kind, code, value, station, step, _, priority, *_ = (int(c[number]) for c in vars(rows).values())
        now, last = (t, number), self.tickets[-1] if self.tickets else None
        waiting = last is not None and last.waits_on()
        if kind == Event.JOIN or (kind == Event.START and not (last is not None and waiting)):
            joined = t if kind == Event.JOIN else t - value
            waits = [_Spell(step, priority, (joined, number), seen=kind == Event.JOIN)]
            last = _Ticket(station, step, priority, joined, t, waits)
            self.tickets.append(last)
        if kind in _AT_THE_DOOR and not waiting:
            self.at_the_door.append((t, station, step, priority, _AT_THE_DOOR[Event(kind)]))
        elif kind == Event.START and last is not None:
            last.waits[-1].over = now
            last.services.append(_Spell(step, priority, now, code, later=last.in_later_business()))
        elif kind == Event.PREEMPT and last is not None:
            ticket = self.latest_at(station)
            ticket.services[-1].over = now
            ticket.waits.append(_Spell(step, priority, now))
        elif kind == Event.CONTINUE:
            ticket = self.latest_at(station)
            self.tickets.append(self.tickets.pop(self.tickets.index(ticket)))
            ticket.services.append(_Spell(step, priority, now, code, later=True))
        elif kind == Event.END and last is not None:
            self._served(self.latest_at(station), now)
        elif kind in _OUT_OF_LINE and last is not None:
            last.waits[-1].over = now
            last.gone, last.gone_ms = _OUT_OF_LINE[Event(kind)], t

    @staticmethod
    def _served(ticket: _Ticket, now: tuple[int, int]) -> None:
        ticket.services[-1].over = now
        if not ticket.in_later_business():
            ticket.done_ms = now[0]
            ticket.done_service = sum(service.lasted(now[0]) for service in ticket.services)


@dataclass(frozen=True)
class Visits:
    """What a log tells about stations."""

    attempts: Facts  # t_ms: when the attempt began; what: Ending; value: wait
    stays: Facts  # t_ms: when the stay began
    offers: Facts
    waiting: Facts  # what: one more or fewer, in log order
    inside: Facts  # what: one more or fewer; value: server group
    served: Facts
    decisions: Facts
    begun: Facts
    jockeys: Facts
    in_house: Facts  # visits to the house that are over; t_ms: when they began; value: how long they were
    still_waiting: Facts  # at the end of the run; t_ms: when they joined; value: wait so far
    still_inside: Facts  # visits to the house that are not over


Fact = tuple[int, int, int, int, int, int, int]


def _facts(rows: list[Fact]) -> Facts:
    return Facts(*np.array(rows, dtype=np.int64).reshape(-1, 7).T)


def stories_of(rows: Rows, menus: Bools) -> list[_Story]:
    """The story of every case."""
    open_now: dict[int, _Story] = {}
    told: list[_Story] = []
    for number in range(len(rows.t_ms)):
        case, kind = int(rows.case[number]), int(rows.kind[number])
        if kind == Event.ARRIVE or case not in open_now:
            open_now[case] = _Story(int(rows.source[number]))
            told.append(open_now[case])
        story = open_now[case]
        story.tell(number, rows)
        if kind == Event.LEAVE:
            last = story.tickets[-1] if story.tickets else None
            if rows.code[number] == Event.DONE and last is not None and menus[last.station]:
                t, step, priority = (int(c[number]) for c in (rows.t_ms, rows.step, rows.priority))
                story.self_service = (t, last.station, step, priority, last.joined_ms)
            del open_now[case]
    return told


def _levels(spells: list[tuple[int, int, _Spell]], rows: Rows) -> Facts:
    """One more and one fewer of each spell, in log order; within a row first those who go."""
    steps: list[tuple[int, int, Fact]] = []
    for source, station, spell in spells:
        t, number = spell.begun
        steps.append((number, 1, (t, station, spell.step, source, spell.priority, 1, spell.group)))
        if spell.over is not None:
            t, number = spell.over
            group = int(rows.code[number])
            steps.append((number, 0, (t, station, spell.step, source, spell.priority, -1, group)))
    return _facts([fact for _, _, fact in sorted(steps, key=lambda step: step[:2])])


def _house_visits(story: _Story, house: Bools, end_ms: int) -> Iterator[tuple[bool, Fact]]:
    """Times at places that touch each other make one visit, as seen from where it began; and whether it is over."""
    at_places = [
        (spell.begun[0], spell.over[0] if spell.over is not None else None, ticket, spell)
        for ticket in story.tickets
        if house[ticket.station]
        for spell in (*ticket.waits, *ticket.services)
    ]
    at_places.sort(key=lambda place: (place[3].begun[1], place[0]))
    visits: list[list[tuple[int, int | None, _Ticket, _Spell]]] = []
    for place in at_places:
        if visits and visits[-1][-1][1] == place[0]:
            visits[-1].append(place)
        else:
            visits.append([place])
    for visit in visits:
        (began, _, first, spell), (_, left, last, _) = visit[0], visit[-1]
        length = (end_ms if left is None else left) - began
        yield left is not None, (began, first.station, spell.step, story.source, last.priority, 0, length)


def visits_of(rows: Rows, menus: Bools, house: Bools, end_ms: int) -> Visits:
    """All facts about stations in these rows."""
    attempts: list[Fact] = []
    stays: list[Fact] = []
    offers: list[Fact] = []
    served: list[Fact] = []
    still: list[Fact] = []
    in_house: list[tuple[bool, Fact]] = []
    waits: list[tuple[int, int, _Spell]] = []
    services: list[tuple[int, int, _Spell]] = []
    for story in stories_of(rows, menus):
        in_house += _house_visits(story, house, end_ms)
        for t, station, step, priority, ending in story.at_the_door:
            attempts.append((t, station, step, story.source, priority, ending, 0))
            offers.append((t, station, step, story.source, priority, 0, 0))
        if story.self_service is not None:
            t, station, step, priority, since = story.self_service
            attempts.append((since, station, step, story.source, priority, Ending.SELF_SERVICE, 0))
            offers.append((t, station, step, story.source, priority, 0, 0))
        for ticket in story.tickets:
            if menus[ticket.station]:
                continue
            whose = (ticket.step, story.source, ticket.priority)
            waits += [(story.source, ticket.station, spell) for spell in ticket.waits if spell.seen]
            services += [(story.source, ticket.station, spell) for spell in ticket.services]
            wait = sum(spell.lasted(end_ms) for spell in ticket.waits)
            offers.append((ticket.offered_ms, ticket.station, *whose, 0, 0))
            if ticket.waits_on():
                still.append((ticket.joined_ms, ticket.station, *whose, 0, wait))
            else:
                ending = Ending.SERVED if ticket.gone is None else ticket.gone
                attempts.append((ticket.joined_ms, ticket.station, *whose, ending, wait))
            if ticket.done_ms >= 0:
                stays.append((ticket.joined_ms, ticket.station, *whose, 0, ticket.done_ms - ticket.joined_ms))
                served.append((ticket.done_ms, ticket.station, *whose, 0, ticket.done_service))
            elif ticket.gone is not None:
                stays.append((ticket.joined_ms, ticket.station, *whose, 0, ticket.gone_ms - ticket.joined_ms))
    kind = rows.kind
    return Visits(
        attempts=_facts(attempts), stays=_facts(stays), offers=_facts(offers), served=_facts(served),
        waiting=_levels(waits, rows), inside=_levels(services, rows),
        decisions=pick(rows, (kind == Event.DONE) | (kind == Event.REFUSED), value=rows.code),
        begun=pick(rows, kind == Event.ARRIVE), jockeys=pick(rows, kind == Event.JOCKEY),
        in_house=_facts([fact for over, fact in in_house if over]),
        still_waiting=_facts(still),
        still_inside=_facts([fact for over, fact in in_house if not over]),
    )  # fmt: skip
