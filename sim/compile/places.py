"""Places of a scenario turned into station rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.compile.hours import ALWAYS, Duty, Opening
from sim.compile.rows import Rows
from sim.office.fields import Facility
from sim.procedures.model import Chip, Place
from sim.program import NONE, UNLIMITED, Closing, StationRow
from sim.scenario.schema_places import (
    PLACES,
    BankTable,
    Counters,
    FactoryTable,
    HotlineTable,
    OutletTable,
    PlaceTable,
    StationTable,
    TerminalTable,
)
from sim.scenario.values import NEVER, Dist, expand
from sim.scenario.values import UNLIMITED as UNLIMITED_SERVERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.procedures.model import Procedure
    from sim.scenario.csv_demand import Staff
    from sim.scenario.load import Loaded
    from sim.scenario.schema import Scenario
    from sim.scenario.schema_places import Instant

_ALL = 1 << 30
"""Sorts a group without a list of skills, which does everything, behind the specialised ones."""
_CLOSING = {"serve inside": Closing.SERVE_INSIDE, "turn away": Closing.TURN_AWAY, "keep": Closing.KEEP}
MENU = ".menu"
MACHINE = ".machine"


@dataclass(frozen=True, slots=True)
class Places:
    """The stations of a run and how to find them."""

    stations: tuple[StationRow, ...]
    weights: tuple[float, ...]  # share of people who choose each
    offers: tuple[tuple[str, ...] | None, ...]  # procedures handled, None all
    by_group: dict[str, tuple[int, ...]]
    banks: tuple[str, ...]
    priorities: tuple[str, ...]

    def of_kind(self, kind: str) -> list[int]:
        """Numbers of the stations people can choose of a kind of place."""
        return [
            index
            for index, row in enumerate(self.stations)
            if row.place == kind and not row.name.endswith((MENU, MACHINE))
        ]


@dataclass(frozen=True, slots=True)
class _Servers:
    """A group of equal servers."""

    duty: Duty
    skills: int
    preempt: bool


class PlaceCompiler:
    """Builds the station rows of one scenario."""

    def __init__(
        self,
        loaded: Loaded,
        catalogue: Mapping[str, Procedure],
        rows: Rows,
        opening: Opening,
        businesses: tuple[str, ...],
    ) -> None:
        self.catalogue = catalogue
        self.staff = loaded.staff
        self.scenario = scenario = loaded.scenario
        self.rows = rows
        self.opening = opening
        self.businesses = businesses
        self.banks = _banks(scenario)
        self._bank_numbers = {bank: number for number, bank in enumerate(self.banks)}
        self.priorities = _priorities(scenario)
        self.stations: list[StationRow] = []
        self.weights: list[float] = []
        self.offers: list[tuple[str, ...] | None] = []
        self.by_group: dict[str, tuple[int, ...]] = {}

    def compile(self) -> Places:
        """All places, in the order of the kinds, then of the file."""
        for kind in PLACES:
            for name, table in self.scenario.places(kind).items():
                prototype = self._row(kind, name, table)
                numbers = [self._place(station, table, prototype) for station in expand(name, table.count)]
                self.by_group[name] = tuple(numbers)
                for station, number in zip(expand(name, table.count), numbers, strict=True):
                    self.by_group[station] = (number,)
        return Places(
            tuple(self.stations), tuple(self.weights), tuple(self.offers), self.by_group, self.banks, self.priorities
        )

    def _place(self, name: str, table: PlaceTable, prototype: StationRow) -> int:
        """Add one place with what belongs to it (a menu, a machine); give its number."""
        suffix = name.removeprefix(prototype.group)
        title = prototype.title + suffix.replace("-", " ")
        row = replace(prototype, name=name, title=title, title_zh=prototype.title_zh + suffix.replace("-", " "))
        number = self._add(row, table.weight, table.offers)
        if isinstance(table, OutletTable) and table.instant is not None:
            machine = self._add(self._machine(row, table), 0.0, ())
            self.stations[number] = replace(row, machine=machine)
        if isinstance(table, HotlineTable):
            menu = self._add(self._menu(row, table), 0.0, ())
            self.stations[number] = replace(row, menu=menu)
        return number

    def _add(self, row: StationRow, weight: float, offers: tuple[str, ...] | None) -> int:
        self.stations.append(row)
        self.weights.append(weight)
        self.offers.append(offers)
        return len(self.stations) - 1

    def _row(self, kind: str, name: str, table: PlaceTable) -> StationRow:
        """The row all places of one table share, without what differs."""
        rows = self.rows
        groups = self._groups(kind, name, table)
        kept = kind == "factories" and "closing" not in table.model_fields_set
        never = table.hours == ALWAYS  # nothing ever happens to the queue of a place that does not close
        closing = Closing.KEEP if kept or never else _CLOSING[table.closing]
        timetable = self.opening.timetable(table.hours, [group.duty for group in groups], closing, table.last_ticket)
        row = StationRow(
            name=name,
            group=name,
            place=kind,
            title=table.title or name,
            title_zh=table.title_zh or table.title or name,
            group_title=table.title or name,
            group_title_zh=table.title_zh or table.title or name,
            district=table.district,
            skills=tuple(group.skills for group in groups),
            timetable=rows.timetables.add(timetable),
            hours=rows.hours.add(self.opening.visiting(table.hours)),
            priority_rank=self._ranks(table),
            closing=closing,
            capacity=table.capacity or UNLIMITED,
            service_of=self._service(table),
            wrap_up=NONE if table.wrap_up.constant and table.wrap_up.a == 0.0 else rows.dist(table.wrap_up),
            patience=rows.dist(table.patience),
            preempt=tuple(group.preempt for group in groups) if any(group.preempt for group in groups) else (),
            own_lines=table.queue == "separate",
            jockeying=table.jockeying,
        )
        row = self._of_people(row, table)
        return self._of_kind(row, table)

    def _of_people(self, row: StationRow, table: PlaceTable) -> StationRow:
        """How people behave there."""
        if table.balk is not None:
            row = replace(row, balk_queue=table.balk.queue_per_counter, balk_share=table.balk.share)
        if table.returns is not None:
            wait = self.rows.wait(table.returns.after, visit=True)
            row = replace(row, return_share=table.returns.share, return_wait=wait, return_at_most=table.returns.at_most)
        return row

    def _of_kind(self, row: StationRow, table: PlaceTable) -> StationRow:
        """What only this kind of place has."""
        elsewhere = isinstance(table, TerminalTable | OutletTable | BankTable) and table.city == "elsewhere"
        facilities = set() if elsewhere else {int(Facility.IN_THIS_CITY)}
        if isinstance(table, TerminalTable):
            if table.online:
                facilities.add(int(Facility.ONLINE_TERMINAL))
            refresh = 0 if table.online or table.refresh is None else table.refresh
            row = replace(row, refresh_ms=refresh, refresh_offset_ms=table.refresh_offset)
        if isinstance(table, OutletTable):
            if table.instant is not None:
                facilities.add(int(Facility.INSTANT_ISSUE))
            row = replace(row, bank=self._bank_numbers[table.bank] if table.bank else NONE)
        if isinstance(table, BankTable):
            row = replace(row, bank=self._bank_numbers[table.bank or row.group])
        if isinstance(table, FactoryTable):
            row = self._factory(row, table)
        if isinstance(table, HotlineTable):
            row = replace(row, capacity=table.lines or row.capacity)
            if table.callback is not None:
                row = replace(row, callback_queue=table.callback.queue_from, callback_share=table.callback.share)
        if isinstance(table, StationTable):
            row = replace(row, gather=table.gather, lifo=table.discipline == "lifo")
            if table.batch is not None:
                row = replace(row, batch_size=table.batch.size, batch_join=table.batch.join)
        return replace(row, facilities=frozenset(facilities))

    def _machine(self, host: StationRow, table: OutletTable) -> StationRow:
        """The instant-issue machines of an outlet: only people at its counters come to them."""
        instant = table.instant
        if instant is None:  # pragma: no cover - the caller has asked
            raise ValueError(table.title)
        rows = self.rows
        timetable = self.opening.timetable(ALWAYS, [self.opening.duty(ALWAYS, instant.machines)], Closing.KEEP, None)
        return StationRow(
            name=host.name + MACHINE,
            group=host.group + MACHINE,
            place=host.place,
            title=f"{host.title}, machine",
            title_zh=f"{host.title_zh} 制卡机",
            group_title=f"{host.group_title}, machines",
            group_title_zh=f"{host.group_title_zh} 制卡机",
            district=host.district,
            skills=(self._mask(()),),
            timetable=rows.timetables.add(timetable),
            hours=rows.hours.add(self.opening.visiting(ALWAYS)),
            priority_rank=host.priority_rank,
            service_of=self._instant_service(instant),
            consumables=instant.consumables,
            refill=rows.dist(instant.refill),
            breakdown_after=rows.dist(instant.breakdown_after),
            repair=rows.dist(instant.repair),
            bank=host.bank,
            facilities=host.facilities,
        )

    def _instant_service(self, instant: Instant) -> tuple[tuple[int, int], ...]:
        """Time of the machine for a card, whatever the business: its own or the procedure's, and the chip's."""
        service = instant.service
        if instant.chip_time is not None:
            usual = self._personalising(Place.OUTLET)[1] if service is NEVER else service
            service = replace(usual, shift=instant.chip_time.time_ms)
        return self._everything(self.rows.dist(service)) if service is not NEVER else ()

    def _factory(self, row: StationRow, table: FactoryTable) -> StationRow:
        """A factory: set-up of batches; making a card takes the chip's time on top."""
        if not (table.setup.constant and table.setup.a == 0.0):
            row = replace(row, setup=self.rows.dist(table.setup))
        business, usual = self._personalising(Place.FACTORY)
        if table.chip_time is None or business not in self.businesses:
            return row
        own = table.service.get(business, table.service.get("", usual))
        changed = self.rows.dist(replace(own, shift=table.chip_time.time_ms))
        service = dict(row.service_of) | {self.businesses.index(business): changed}
        return replace(row, service_of=tuple(sorted(service.items())))

    def _personalising(self, place: Place) -> tuple[str, Dist]:
        """Business and service time of the step that personalises cards at a kind of place."""
        for procedure in self.catalogue.values():
            for step in procedure.steps:
                if step.chip is Chip.PERSONALISE and step.place is place and step.service is not None:
                    value = self.scenario.procedures[procedure.name][step.service]
                    if isinstance(value, Dist):
                        return step.business or procedure.name, value
        raise ValueError(place)  # pragma: no cover - the catalogue has both

    def _menu(self, host: StationRow, table: HotlineTable) -> StationRow:
        """The voice menu of a hotline: everybody is served at once, while the hotline is open."""
        rows = self.rows
        timetable = self.opening.timetable(table.hours, [self.opening.duty(ALWAYS, UNLIMITED)], host.closing, None)
        return StationRow(
            name=host.name + MENU,
            group=host.group,
            place=host.place,
            title=f"{host.title}, voice menu",
            title_zh=f"{host.title_zh} 语音菜单",
            group_title=host.group_title,
            group_title_zh=host.group_title_zh,
            district=host.district,
            skills=(self._mask(()),),
            timetable=rows.timetables.add(timetable),
            hours=host.hours,
            priority_rank=host.priority_rank,
            closing=host.closing,
            service_of=self._everything(rows.dist(table.menu)),
            return_share=host.return_share,
            return_wait=host.return_wait,
            return_at_most=host.return_at_most,
        )

    def _groups(self, kind: str, name: str, table: PlaceTable) -> list[_Servers]:
        """Server groups, the most specialised first."""
        counters = _counters(table)
        if counters is None:
            return [_Servers(self.opening.duty(table.hours, UNLIMITED), self._mask(()), preempt=False)]
        staff = self.staff.get(f"{kind}.{name}")
        if table.queue == "separate":
            return [_Servers(duty, self._mask(()), preempt=False) for duty in self._one_by_one(table, counters, staff)]
        if staff is not None:
            return [
                _Servers(self._rostered(staff, skills), self._mask(skills), counters.preempt)
                for skills in sorted(dict.fromkeys(staff.skills), key=lambda able: len(able) or _ALL)
            ]
        return [
            _Servers(
                self.opening.duty(
                    group.hours or table.hours, UNLIMITED if group.count == UNLIMITED_SERVERS else group.count
                ),
                self._mask(group.skills),
                group.preempt,
            )
            for group in sorted(counters.groups, key=lambda group: len(group.skills) or _ALL)
        ]

    def _one_by_one(self, table: PlaceTable, counters: Counters, staff: Staff | None) -> Iterator[Duty]:
        """Duty of each counter, from left to right; of those in a roster the left ones are there first."""
        if staff is not None:
            duty = self._rostered(staff, ())
            for number in range(max(servers for _, servers in duty)):
                yield tuple((t_ms, int(servers > number)) for t_ms, servers in duty)
            return
        for group in counters.groups:
            yield from [self.opening.duty(group.hours or table.hours, 1)] * group.count

    def _rostered(self, staff: Staff, skills: tuple[str, ...]) -> Duty:
        """Servers of one set of skills from a roster file."""
        changes = tuple(
            (t_ms, servers)
            for t_ms, servers, able in zip(staff.times_ms.tolist(), staff.servers.tolist(), staff.skills, strict=True)
            if able == skills
        )
        if staff.daily:  # until the first time of day it is as it has been since the last one, on the first day too
            evening = changes[-1][1]
            changes = ((0, evening), *self.opening.daily(changes)) if changes[0][0] > 0 else self.opening.daily(changes)
        return changes if changes and changes[0][0] <= 0 else ((0, 0), *changes)

    def _mask(self, skills: tuple[str, ...]) -> int:
        if not skills:
            return (1 << len(self.businesses)) - 1
        return sum(1 << self.businesses.index(skill) for skill in set(skills) if skill in self.businesses)

    def _everything(self, dist: int) -> tuple[tuple[int, int], ...]:
        return tuple((business, dist) for business in range(len(self.businesses)))

    def _service(self, table: PlaceTable) -> tuple[tuple[int, int], ...]:
        """Own service times by business; the entry without a name is for all others."""
        service = dict(self._everything(self.rows.dist(table.service[""]))) if "" in table.service else {}
        for business, dist in table.service.items():
            if business in self.businesses:
                service[self.businesses.index(business)] = self.rows.dist(dist)
        return tuple(sorted(service.items()))

    def _ranks(self, table: PlaceTable) -> tuple[int, ...]:
        """Order of each priority class there; classes a place does not know come last."""
        order = table.priorities
        last = max(0, len(order) - 1)
        return tuple(order.index(name) if name in order else last for name in self.priorities)


def _counters(table: PlaceTable) -> Counters | None:
    if isinstance(table, HotlineTable):
        return table.agents or table.counters
    if isinstance(table, FactoryTable):
        return table.machines or table.counters
    return table.counters


def _servers(count: int) -> int:
    return UNLIMITED if count == UNLIMITED_SERVERS else count


def _banks(scenario: Scenario) -> tuple[str, ...]:
    names = [table.bank or name for name, table in scenario.banks.items()]
    names += [table.bank for table in scenario.outlets.values() if table.bank]
    return tuple(dict.fromkeys(names))


def _priorities(scenario: Scenario) -> tuple[str, ...]:
    """Priority classes by first appearance; without any there is one class."""
    names: list[str] = []
    for kind in PLACES:
        for table in scenario.places(kind).values():
            names += table.priorities
    for demand in scenario.demand.values():
        names += demand.priorities
    return tuple(dict.fromkeys(names)) or ("ordinary",)
