"""Procedure tables turned into step and move rows, with the numbers of the scenario filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from zlib import crc32

from sim.compile.rows import Rows, cumulative
from sim.errors import Problem
from sim.office.fields import Facility
from sim.procedures.catalogue import find_step, of_itself, reached, resolve
from sim.procedures.model import At, Check, Chip, Guard, Kind, Move, Outcome, Place, Procedure, Step, Who
from sim.program import NONE, ChoiceRow, MoveRow, StepRow, Where
from sim.scenario.values import Dist, ParameterValue, Wait

if TYPE_CHECKING:
    from sim.compile.places import Places
    from sim.scenario.schema import Scenario

_WHERE = {
    At.CHOSEN: Where.CHOSEN,
    At.APPLIED: Where.APPLIED,
    At.ISSUER: Where.ISSUER,
    At.HERE: Where.HERE,
    At.MACHINE: Where.MACHINE,
    At.MENU: Where.CHOSEN,
    At.FORMER: Where.FORMER,
}
_HERE = int(Facility.IN_THIS_CITY)
_PLACES = tuple(Place)
_CHIPS = tuple(Chip)
_WHO = tuple(Who)
_DEPTH = 20
_SELF_SERVICE = "self_service_share"
_MILLION = 1_000_000


def reachable(
    catalogue: Mapping[str, Procedure], entries: Iterable[str], numbers: Mapping[str, Mapping[str, ParameterValue]]
) -> tuple[str, ...]:
    """Procedures that the entries can lead to, in the order of the catalogue; shares of 0 lead nowhere."""
    found: set[str] = set()
    open_ones = [entry.split(".")[0] for entry in entries]
    while open_ones:
        name = open_ones.pop()
        if name in found or name not in catalogue:
            continue
        found.add(name)
        for move in catalogue[name].moves:
            if move.share is not None and numbers[name][move.share] == 0:
                continue
            target = resolve(catalogue[name], move.to, catalogue)
            if target is not None:
                open_ones.append(target[0].name)
    return tuple(name for name in catalogue if name in found)


def passed_alone(
    catalogue: Mapping[str, Procedure], entries: Iterable[str], numbers: Mapping[str, Mapping[str, ParameterValue]]
) -> frozenset[tuple[str, str]]:
    """Procedures and their steps that terms pass which begin with these: they stop before what people set out for."""

    def leads(owner: Procedure, move: Move, to: Step) -> bool:
        nobody = move.share is not None and numbers[owner.name][move.share] == 0
        return of_itself(owner, move, to) and not nobody

    parts = (entry.partition(".") for entry in entries)
    firsts = ((catalogue[name], find_step(catalogue[name], step)) for name, _, step in parts)
    return frozenset((owner.name, step.name) for first in firsts for owner, step in reached(first, catalogue, leads))


class StepCompiler:
    """Builds step rows, moves and choices of stations."""

    def __init__(
        self,
        scenario: Scenario,
        catalogue: Mapping[str, Procedure],
        names: tuple[str, ...],
        rows: Rows,
        *,
        alone: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        """Prepare the procedures `names`; of those in `alone` only these steps need their places."""
        self.scenario = scenario
        self.catalogue = catalogue
        self.names = names
        self._alone = alone
        self._passed = frozenset(name for name, _ in alone)
        self.rows = rows
        self.steps: list[StepRow] = []
        self.office_steps: list[tuple[Procedure, Step]] = []
        self.choices: list[ChoiceRow] = []
        self._choices: dict[ChoiceRow, int] = {}
        self.guards: list[tuple[Guard, ...]] = []
        self.guard_owners: list[str] = []
        self.problems: list[Problem] = []
        self.places: Places | None = None
        self.index = {
            (name, step.name): number
            for number, (name, step) in enumerate((name, step) for name in names for step in catalogue[name].steps)
        }

    def businesses(self) -> tuple[str, ...]:
        """Counter skills the procedures ask for; the first is that of plain stations."""
        found = ["queue"]
        for name in self.names:
            found += [step.business or name for step in self.catalogue[name].steps]
        return tuple(dict.fromkeys(found))

    def compile(self, places: Places) -> None:
        """All steps of the procedures in use, then one step for each plain station."""
        self.places = places
        businesses = self.businesses()
        for number, name in enumerate(self.names):
            procedure = self.catalogue[name]
            for step in procedure.steps:
                self.steps.append(self._step(number, procedure, step, businesses))
        for station in places.of_kind("stations"):
            self.steps.append(
                StepRow(
                    name=places.stations[station].name,
                    key=crc32(places.stations[station].name.encode()),
                    procedure=NONE,
                    where=Where.FIXED,
                    station=station,
                )
            )

    def station_step(self, station: int) -> int:
        """The step that visits a plain station."""
        return next(
            index for index, row in enumerate(self.steps) if row.where == Where.FIXED and row.station == station
        )

    def _step(self, number: int, procedure: Procedure, step: Step, businesses: tuple[str, ...]) -> StepRow:
        full = f"{procedure.name}.{step.name}"
        office = len(self.office_steps)
        self.office_steps.append((procedure, step))
        moves = [
            (move.outcome, self._move(procedure, step, move)) for move in procedure.moves if move.step == step.name
        ]
        row = StepRow(
            name=full,
            key=crc32(full.encode()),
            procedure=number,
            where=Where.NOWHERE,
            business=businesses.index(step.business or procedure.name),
            service=self._time(procedure, step.service),
            office=office,
            starts=step.starts,
            who=sum(1 << _WHO.index(who) for who in step.who),
            first_who=_WHO.index(step.who[0]) if step.who else 0,
            keep=self._stays(procedure, step, 0),
            chip=_CHIPS.index(step.chip),
            after_done=tuple(index for outcome, index in moves if outcome is Outcome.DONE and index != NONE),
            after_refused=tuple(index for outcome, index in moves if outcome is Outcome.REFUSED and index != NONE),
        )
        if step.place is None:
            return row
        where = _WHERE[step.at]
        choice = NONE if where in (Where.HERE, Where.MACHINE) else self._choice(procedure.name, step)
        by_bank = self._by_bank(procedure.name, step) if where in (Where.ISSUER, Where.FORMER) else ()
        menu = step.at is At.MENU
        return replace(row, where=where, choice=choice, by_bank=by_bank, menu=menu)

    def _stays(self, procedure: Procedure, step: Step, depth: int) -> bool:
        """Whether the visit may go on at the same counter or its machine, at once or after steps of the office."""
        if step.keep:
            return True
        for move in procedure.moves:
            target = resolve(procedure, move.to, self.catalogue)
            if move.step != step.name or move.wait is not None or move.fork or target is None or depth > _DEPTH:
                continue
            if move.share is not None and self.scenario.procedures[procedure.name][move.share] == 0:
                continue
            owner, following = target
            if following.at in (At.HERE, At.MACHINE) and following.place is not None:
                return True
            if following.place is None and self._stays(owner, following, depth + 1):
                return True
        return False

    def _time(self, procedure: Procedure, name: str | None) -> int:
        if name is None:
            return NONE
        value = self.scenario.procedures[procedure.name][name]
        return self.rows.dist(value) if isinstance(value, Dist) else NONE

    def _move(self, procedure: Procedure, step: Step, move: Move) -> int:
        """Index of a move's row; NONE if its share is 0."""
        numbers = self.scenario.procedures[procedure.name]
        share = 1.0
        if move.share is not None:
            value = numbers[move.share]
            share = float(value) if isinstance(value, int | float) else 1.0
            if step.place is Place.HOTLINE and move.share == _SELF_SERVICE:
                share = self._self_service(share)
        if share == 0.0:
            return NONE
        guards = NONE
        if move.when:
            guards = len(self.guards)
            self.guards.append(move.when)
            self.guard_owners.append(procedure.name)
        target = resolve(procedure, move.to, self.catalogue)
        step_number = NONE
        if target is not None:  # not there: a term ends where people would begin
            step_number = self.index.get((target[0].name, target[1].name), NONE)
        wait = self._wait(procedure, move, None if target is None else target[1])
        return self.rows.moves.add(MoveRow(step_number, share, guards, wait, move.fork))

    def _self_service(self, default: float) -> float:
        """Share of calls the menu answers: the hotlines' own figure where one is given."""
        given = [
            table.self_service_share
            for table in self.scenario.hotlines.values()
            if "self_service_share" in table.model_fields_set
        ]
        return given[0] if given else default

    def _wait(self, procedure: Procedure, move: Move, to: Step | None) -> int:
        """Pause of a move; people come to a place they set out for within its opening hours."""
        visit = to is not None and to.starts and to.place is not None and to.at not in (At.HERE, At.MACHINE)
        if move.wait is None:
            return self.rows.wait(Wait("plain"), visit=True) if visit else NONE
        value = self.scenario.procedures[procedure.name][move.wait]
        if isinstance(value, Dist):
            value = Wait("plain", value)
        return self.rows.wait(value, visit=visit, dates=move.dates) if isinstance(value, Wait) else NONE

    def _candidates(self, procedure: str, step: Step) -> list[int]:
        """Where people go by themselves: nobody goes to another city for what he knows is done in this one only."""
        places = self._places()
        kind = "" if step.place is None else step.place.value
        here_only = any(guard.check is Check.PLACE_OFFERS and _HERE in guard.values for guard in step.guards)
        return [
            station
            for station in places.of_kind(kind)
            if places.weights[station] > 0
            and _offers(places.offers[station], procedure)
            and not (here_only and _HERE not in places.stations[station].facilities)
        ]

    def _choice(self, procedure: str, step: Step) -> int:
        """Stations a person may choose for a step, by weight."""
        stations = self._candidates(procedure, step)
        if not stations and procedure in self._passed and (procedure, step.name) not in self._alone:
            return NONE
        if not stations and step.place is not None:
            why = f"{procedure}.{step.name} needs one of [{step.place.value}.*] that offers it, and there is none"
            self.problems.append(
                Problem("", f"{step.place.value}", None, why, "add one, or set the share leading there to 0")
            )
            return NONE
        return self._add_choice(step.place, stations)

    def _by_bank(self, procedure: str, step: Step) -> tuple[int, ...]:
        """The choice among the branches of each bank; where a bank has none, among all."""
        places = self._places()
        stations = self._candidates(procedure, step)
        if not stations:
            return (NONE,) * len(places.banks)
        own: dict[int, list[int]] = {}
        for station in stations:
            own.setdefault(places.stations[station].bank, []).append(station)
        among_all = NONE if own.keys() >= set(range(len(places.banks))) else self._add_choice(step.place, stations)
        return tuple(
            self._add_choice(step.place, own[bank]) if bank in own else among_all for bank in range(len(places.banks))
        )

    def _add_choice(self, place: Place | None, stations: list[int]) -> int:
        weights = self._places().weights
        shares = cumulative(tuple(weights[station] for station in stations))
        row = ChoiceRow(NONE if place is None else _PLACES.index(place), tuple(stations), shares)
        if row not in self._choices:
            self._choices[row] = len(self.choices)
            self.choices.append(row)
        return self._choices[row]

    def _places(self) -> Places:
        if self.places is None:
            raise ValueError("compile() gives the places")
        return self.places


def _offers(offers: tuple[str, ...] | None, procedure: str) -> bool:
    return offers is None or procedure in offers


def office_numbers(
    catalogue: Mapping[str, Procedure], names: tuple[str, ...], values: Mapping[str, Mapping[str, ParameterValue]]
) -> Iterator[tuple[tuple[str, str], int]]:
    """Fixed numbers the office asks for: ms, working days, pieces, fen, millionths of a rate."""
    for name in names:
        for row in catalogue[name].parameters:
            value = values[name][row.name]
            number: int | None = None
            if isinstance(value, Wait):
                number = round(value.dist.a) if value.dist.constant else None
            elif isinstance(value, Dist):
                number = round(value.a) if value.constant else None
            elif row.kind in (Kind.RATE, Kind.SHARE):
                number = round(value * _MILLION)
            else:
                number = int(value)
            if number is not None:
                yield (name, row.name), number
