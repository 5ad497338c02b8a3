"""Identities that every log must satisfy, whatever was simulated.  For debugging: keeps every open case in Python.

Little's law on the sample path (Little, Operations Research 9, 1961; exact over any time that begins and ends empty):
the number of people at a station integrated over time equals the sum of their stays.  The left side is summed here
from the path itself, row by row, and the right side from the waits and services that the rows carry.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sim.log import Event
from sim.metrics.counting import Ints
from sim.office.rows import ALWAYS_TOLD, LEDGER_FIELD

LITTLE_REL = 1e-9
MOST_EXAMPLES = 5
_OWN = frozenset(int(ledger) for ledger in LEDGER_FIELD)
_ALWAYS = frozenset(int(ledger) for ledger in ALWAYS_TOLD)

Opening = Mapping[tuple[int, int], int]
"""Fen by (person, ledger) at the start of the run, for people's own ledgers; missing: 0."""


def check_identities(chunks: Iterable[Ints], opening: Opening | None = None, *, drained: bool = False) -> list[str]:
    """Every violation, by kind, with up to five examples; empty for a sound log.

    Money is checked where the log has BALANCE rows; `opening` gives what people had before the first row.  `drained`:
    the run went on until everybody had left, so nobody may be in a queue or in the middle of anything.
    """
    identities = Identities(opening, drained=drained)
    for chunk in chunks:
        identities.add(chunk)
    return identities.violations()


class Identities:
    """The same for a log that comes chunk by chunk and is not kept."""

    def __init__(self, opening: Opening | None = None, *, drained: bool = False) -> None:
        self._check = _Check(dict(opening or {}), drained)

    def add(self, chunk: Ints) -> None:
        """Check the next rows."""
        for row in chunk.tolist():
            self._check.row(*row)

    def violations(self, *, whole: bool = True) -> list[str]:
        """Every violation, after the last row; `whole` False: the run was broken off, people may be anywhere."""
        self._check.drained &= whole
        self._check.finish()
        return self._check.report()


@dataclass(slots=True)
class _Path:
    """People at one station: the integral of their number, and the sum of stays told by the rows."""

    now: int = 0
    since: int = 0
    area: int = 0
    stays: int = 0

    def step(self, t_ms: int, change: int) -> None:
        self.area += self.now * (t_ms - self.since)
        self.now, self.since = self.now + change, t_ms


@dataclass(slots=True)
class _Check:
    money: dict[tuple[int, int], int]
    drained: bool
    paid: set[tuple[int, int]] = field(default_factory=set)  # ledgers with a flow and without a balance yet
    balances: int = 0
    found: Counter[str] = field(default_factory=Counter)
    examples: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    latest_ms: int = 0
    born: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    ticket: dict[int, tuple[int, int]] = field(default_factory=dict)  # case: station, since when it waits
    service: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # case: station, since, wait before
    paths: defaultdict[int, _Path] = field(default_factory=lambda: defaultdict(_Path))
    services: defaultdict[int, _Path] = field(default_factory=lambda: defaultdict(_Path))

    def wrong(self, kind: str, example: str) -> None:
        self.found[kind] += 1
        if len(self.examples[kind]) < MOST_EXAMPLES:
            self.examples[kind].append(example)

    def row(self, t: int, case: int, person: int, _step: int, station: int, kind: int, code: int, value: int) -> None:
        """Check one row against what came before."""
        if t < self.latest_ms:
            self.wrong("time runs backwards", f"{t} ms after {self.latest_ms} ms")
        self.latest_ms = t
        match kind:
            case Event.ARRIVE | Event.FORK:
                self._begin(case if kind == Event.ARRIVE else value, t)
            case Event.JOIN:
                self._join(case, station, t)
            case Event.START | Event.ABANDON | Event.TURNED_AWAY:
                self._called(case, station, t, kind, value)
            case Event.END:
                self._end(case, t, value)
            case Event.PREEMPT | Event.CONTINUE:
                self._resumed_or_broken_off(case, station, t, kind, value)
            case Event.JOCKEY:
                self._change_over(case, station, t, code, value)
            case Event.LEAVE:
                self._leave(case, t)
            case Event.OPENING:
                self.money[person, code] = self.money.get((person, code), 0) + value
            case Event.MONEY:
                self._pay(person, divmod(code, 16), value)
            case Event.BALANCE:
                self._balance(person, code, value)

    def _begin(self, case: int, t: int) -> None:
        if case in self.born:
            self.wrong("case begins twice", f"case {case} at {t} ms")
        self.born.add(case)

    def _join(self, case: int, station: int, t: int) -> None:
        if case in self.ticket or case in self.service:
            self.wrong("joins a queue while in one", f"case {case} at {t} ms")
            return
        if case not in self.born or case in self.gone:
            self.wrong("joins without being there", f"case {case} at {t} ms")
        self.ticket[case] = (station, t)
        self.paths[station].step(t, 1)

    def _change_over(self, case: int, station: int, t: int, into: int, out_of: int) -> None:
        """From one line to another of the station: the wait goes on."""
        if self.ticket.get(case, (-1, 0))[0] != station or into == out_of:
            self.wrong("changes over without standing in another line", f"case {case} at {t} ms")

    def _called(self, case: int, station: int, t: int, kind: int, wait: int) -> None:
        """The end of a wait: served, given up or sent home."""
        if case not in self.ticket:
            if kind == Event.START and case not in self.service:
                self.paths[station].step(t, 1)
                self._serve(case, station, t, 0)
                if wait:
                    self.wrong("waits without a ticket", f"case {case}: {wait} ms at {t} ms")
            elif kind != Event.TURNED_AWAY:
                self.wrong("leaves a queue without a ticket", f"case {case} {Event(kind).name} at {t} ms")
            return
        joined_at, since = self.ticket.pop(case)
        if joined_at != station:
            self.wrong("leaves another queue than it joined", f"case {case}: {joined_at}, {station} at {t} ms")
        if wait != t - since:
            self.wrong("wait is not the time since the ticket", f"case {case}: {wait} ms, {t - since} ms")
        if kind == Event.START:
            self._serve(case, joined_at, t, wait)
            return
        self.paths[joined_at].step(t, -1)
        self.paths[joined_at].stays += wait

    def _end(self, case: int, t: int, service: int) -> None:
        if case not in self.service:
            self.wrong("service ends that did not start", f"case {case} at {t} ms")
            return
        station, since, wait = self.service.pop(case)
        if service != t - since:
            self.wrong("service is not the time since START", f"case {case}: {service} ms, {t - since} ms")
        self.paths[station].step(t, -1)
        self.paths[station].stays += wait + service
        self._release(station, t, service)

    def _serve(self, case: int, station: int, t: int, wait: int) -> None:
        self.service[case] = (station, t, wait)
        self.services[station].step(t, 1)

    def _release(self, station: int, t: int, service: int) -> None:
        self.services[station].step(t, -1)
        self.services[station].stays += service

    def _resumed_or_broken_off(self, case: int, station: int, t: int, kind: int, served: int) -> None:
        """The next business at a kept counter, without a ticket; or back in the queue in the middle of a service."""
        if kind == Event.CONTINUE:
            if case in self.ticket or case in self.service:
                self.wrong("goes on at a counter while elsewhere", f"case {case} at {t} ms")
            self.paths[station].step(t, 1)
            self._serve(case, station, t, 0)
            return
        if case not in self.service:
            self.wrong("service is broken off that did not start", f"case {case} at {t} ms")
            return
        station, since, wait = self.service.pop(case)
        if served != t - since:
            self.wrong("service is not the time since START", f"case {case}: {served} ms, {t - since} ms")
        self.ticket[case] = (station, t)
        self.paths[station].stays += wait + served
        self._release(station, t, served)

    def _leave(self, case: int, t: int) -> None:
        if case not in self.born:
            self.wrong("leaves without having begun", f"case {case} at {t} ms")
        if case in self.gone:
            self.wrong("leaves twice", f"case {case} at {t} ms")
        if case in self.ticket or case in self.service:
            self.wrong("leaves out of a queue or a service", f"case {case} at {t} ms")
        self.gone.add(case)

    def _pay(self, person: int, ledgers: tuple[int, int], fen: int) -> None:
        for ledger, change in ((ledgers[0], -fen), (ledgers[1], fen)):
            if ledger in _OWN:
                self.money[person, ledger] = self.money.get((person, ledger), 0) + change
                self.paid.add((person, ledger))

    def _balance(self, person: int, ledger: int, fen: int) -> None:
        self.balances += 1
        self.paid.discard((person, ledger))
        have = self.money.get((person, ledger), 0)
        if have != fen:
            self.wrong("money", f"person {person} ledger {ledger}: balance {fen}, opening and flows give {have} fen")

    def finish(self) -> None:
        """What can only be said at the end: Little's law at every empty station, nobody lost, no balance missing.

        Little's law of the servers alone says that the load is what was offered: busy servers over time are the
        services together.
        """
        if self.drained:
            for case in sorted(self.born - self.gone):
                self.wrong("never leaves", f"case {case}")
        if self.balances:
            for person, ledger in sorted(self.paid):
                if ledger in _ALWAYS:
                    self.wrong("no balance", f"person {person} ledger {ledger}")
                else:  # told only where there is something
                    self._balance(person, ledger, 0)
        for station, path in sorted(self.services.items()):
            if path.now == 0 and path.area != path.stays:
                self.wrong("offered load", f"station {station}: busy {path.area}, services {path.stays} ms")
        for station, path in sorted(self.paths.items()):
            if path.now == 0 and abs(path.area - path.stays) > LITTLE_REL * max(path.area, path.stays):
                self.wrong("Little's law", f"station {station}: L*T = {path.area}, sum of stays {path.stays} ms")

    def report(self) -> list[str]:
        return [f"{kind}: {count} times, as {'; '.join(self.examples[kind])}" for kind, count in self.found.items()]
