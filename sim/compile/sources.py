"""Demand, cohorts and stories turned into source rows."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from cardemu.identifiers import Sex
from sim.compile.hours import ALWAYS, DAY_MS, Opening, pieces
from sim.compile.rows import Rows, cumulative
from sim.compile.terms import TermCompiler
from sim.identities import Said
from sim.office.fields import Age, Application, Field, Generation
from sim.office.record import happened, new_record
from sim.procedures.model import Paper, Place, Who
from sim.products import products_of
from sim.program import FOREVER, NONE, Action, ArrivalTable, ChoiceRow, CohortRow, CountRow, SourceRow
from sim.retirement import retires_on
from sim.scenario.beginnings import beginnings
from sim.scenario.schema_people import PersonTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sim.compile.places import Places
    from sim.compile.steps import StepCompiler
    from sim.procedures.model import Procedure
    from sim.scenario.beginnings import Beginning
    from sim.scenario.csv_demand import Counts
    from sim.scenario.load import Loaded
    from sim.scenario.schema_people import DemandFile, DemandTable
    from sim.scenario.schema_story import ActionTable
    from sim.scenario.values import Dist

_WHO = tuple(Who)
_PAPERS = tuple(Paper)
_PLACES = tuple(Place)
_DAYS_A_YEAR = 365.2425


def stable_key(name: str) -> int:
    """A number of a name, the same in every process: keys the source's random numbers."""
    return int.from_bytes(sha256(name.encode()).digest()[:7], "big")


class SourceCompiler:
    """Builds cohorts and sources of one scenario."""

    def __init__(
        self,
        loaded: Loaded,
        catalogue: Mapping[str, Procedure],
        rows: Rows,
        opening: Opening,
        steps: StepCompiler,
        places: Places,
    ) -> None:
        self.loaded = loaded
        self.scenario = loaded.scenario
        self.products = products_of(loaded)
        self.catalogue = catalogue
        self.rows = rows
        self.opening = opening
        self.steps = steps
        self.places = places
        self.cohorts: list[CohortRow] = []
        self.sources: list[SourceRow] = []
        self.people: dict[str, int] = {}
        self._people_so_far = 0
        self._years: dict[tuple[int, int], float] = {}

    def compile(self) -> None:
        """Cohorts, people of stories, demand, terms that run, then one source for each action of a story."""
        for begun in beginnings(self.scenario):
            self._begin(begun)
        for name, demand in self.scenario.demand.items():
            self.sources.append(self._demand(name, demand))
        terms = TermCompiler(self.scenario, self.catalogue, self._entry, len(self.places.priorities) - 1)
        self.sources += terms.compile(self.cohorts, stable_key)
        for number, story in enumerate(self.scenario.story):
            for order, action in enumerate(story.actions):
                self.sources.append(self._action(f"story {number + 1}.{order + 1}", action))

    # --- people --------------------------------------------------------------------------------------------------

    def _begin(self, begun: Beginning) -> None:
        """A cohort, or a story's person, who is a cohort of one."""
        name, own = begun.path[1], begun.tables[-1]
        record = self._record(name, begun)
        cumulative_weights, banks = self._bank_weights()
        keys = ("medical_balance", "financial_balance", "reserved_balance", "begun_ago")
        medical, financial, reserved, ago = (self._dist(begun.dist(key)) for key in keys)
        row = CohortRow(
            name=name,
            first=self._people_so_far,
            size=1,
            record=(),
            medical=medical,
            financial=financial,
            reserved=reserved,
            ago=ago,
            since=happened(record) if ago != NONE else (),
            banks=banks,
            bank_cumulative=cumulative_weights,
        )
        if isinstance(own, PersonTable):
            self.people[name] = len(self.cohorts)
            row = replace(row, homes=self._homes(own), said=_said(own))
            self._of_a_person(own, record)
        else:
            row = replace(row, size=own.size)
        self.cohorts.append(replace(row, record=tuple(record), outlets=self._outlets(record)))
        self._people_so_far += row.size

    def _record(self, name: str, begun: Beginning) -> list[int]:
        """Office record at the beginning; a card of an earlier product is one of an earlier generation."""
        said = dict(begun.states)
        if self.products.earlier(name):
            said.setdefault("generation", Generation.EARLIER)
        return new_record(**said)

    def _outlets(self, record: list[int]) -> int:
        """The outlets between which people choose who begin in the middle of an application."""
        if record[Field.APPLICATION] == Application.NONE or record[Field.OUTLET] >= 0:
            return NONE
        outlet = _PLACES.index(Place.OUTLET)
        return next((number for number, row in enumerate(self.steps.choices) if row.place == outlet), NONE)

    def _homes(self, table: PersonTable) -> tuple[tuple[int, int], ...]:
        """The places a person always goes to, by kind."""
        return tuple(
            (_PLACES.index(Place(kind)), self.places.by_group[station][0]) for kind, station in table.home.items()
        )

    def _of_a_person(self, table: PersonTable, record: list[int]) -> None:
        """What only a person's table can say of the record."""
        if table.birth is not None and table.age is None:
            record[Field.AGE] = self._age(table.birth, table.sex)
        if table.bank:
            record[Field.CARD_BANK] = self.places.banks.index(table.bank)

    def _age(self, birth: date, sex: str | None) -> Age:
        """Whether somebody born then has reached the retirement age of his region when the run begins."""
        region = self.scenario.region
        known = None if sex is None else Sex[sex.upper()]
        due = retires_on(birth, known) if region is None else retires_on(birth, known, region.women_retire_from)
        return Age.RETIREMENT if due <= self.scenario.run.start else Age.WORKING

    def _dist(self, dist: Dist | None) -> int:
        """Of an opening balance, or of how long ago; NONE where there is nothing to draw."""
        if dist is None or (dist.constant and dist.a == 0.0):
            return NONE
        return self.rows.dist(dist)

    def _bank_weights(self) -> tuple[tuple[float, ...], tuple[int, ...]]:
        """Which bank a card is of: by the weight of the banks' outlets, or else of their branches."""
        for kind in ("outlets", "banks"):
            weights = dict.fromkeys(range(len(self.places.banks)), 0.0)
            for station in self.places.of_kind(kind):
                bank = self.places.stations[station].bank
                if bank >= 0:
                    weights[bank] += self.places.weights[station]
            if sum(weights.values()) > 0:
                return cumulative(tuple(weights.values())), tuple(weights)
        return (), ()

    # --- demand --------------------------------------------------------------------------------------------------

    def _demand(self, name: str, table: DemandTable) -> SourceRow:
        entry = self._entry(table.procedure) if table.procedure else self._visit(table.enters)
        known = list(self.scenario.cohorts)
        cohort, *others = [known.index(one) for one in table.cohort] or [NONE]
        row = SourceRow(
            name=name,
            key=stable_key(name),
            action=Action(entry, _WHO.index(table.who)),
            cohort=cohort,
            others=tuple(others),
            start_ms=table.from_ or 0,
            stop_ms=FOREVER if table.until is None else table.until,
            batch=table.batch,
            at_most=FOREVER if table.count is None else table.count,
            priority=len(self.places.priorities) - 1,
            priority_cumulative=self._priorities(table),
            agent_share=table.agent_share,
            incomplete_share=table.incomplete_papers_share,
            amount=NONE if table.amount is None else self.rows.dist(table.amount),
            choices=self._where(table),
        )
        if name in self.loaded.arrivals:
            return replace(row, table=self._arrivals(name, table.batch), batch=1)
        if table.file is not None and name in self.loaded.counts:
            return self._counted(row, self.loaded.counts[name], table.file)
        if table.sine is not None and table.rate is not None:
            sine = (table.rate, table.sine.amplitude, float(table.sine.period), table.sine.phase)
            return replace(row, sine=sine)
        profile = self.scenario.profiles.get(table.profile)
        return replace(row, segments=self._segments(table), day_cv=0.0 if profile is None else profile.day_cv)

    def _entry(self, does: str) -> int:
        name, _, step = does.partition(".")
        return self.steps.index[name, step or self.catalogue[name].steps[0].name]

    def _visit(self, station: str) -> int:
        return self.steps.station_step(self.places.by_group[station][0])

    def _priorities(self, table: DemandTable) -> tuple[float, ...]:
        """Cumulative shares of the priority classes; what is not given falls to the last class."""
        if not table.priorities:
            return ()
        shares = [table.priorities.get(name, 0.0) for name in self.places.priorities]
        if self.places.priorities[-1] not in table.priorities:
            shares[-1] = 1.0 - sum(shares)
        return cumulative(tuple(shares))

    def _where(self, table: DemandTable) -> int:
        """The places a demand goes to, when it names them: groups share by their stations' weights."""
        if not table.where:
            return NONE
        stations: list[int] = []
        weights: list[float] = []
        for name, share in table.where.items():
            numbers = self.places.by_group[name]
            total = sum(self.places.weights[number] for number in numbers)
            for number in numbers:
                stations.append(number)
                weights.append(share * self.places.weights[number] / total)
        row = ChoiceRow(NONE, tuple(stations), cumulative(tuple(weights)))
        self.steps.choices.append(row)
        return len(self.steps.choices) - 1

    def _segments(self, table: DemandTable) -> tuple[tuple[int, int, float], ...]:
        """The arrival rate as steps: (from, to, arrivals per ms)."""
        first = table.from_ or 0
        until = min(self.scenario.run.duration, FOREVER if table.until is None else table.until)
        plain = table.hours == ALWAYS and table.on == "every day" and not table.profile
        if plain and table.rate is not None:
            return ((first, until, table.rate),)
        result = []
        for day in range(first // DAY_MS, -(-until // DAY_MS)):
            for low, high, rate in self._day(table, day):
                start, end = max(first, day * DAY_MS + low), min(until, day * DAY_MS + high)
                if end > start and rate > 0.0:
                    result.append((start, end, rate))
        return tuple(result)

    def _day(self, table: DemandTable, day: int) -> list[tuple[int, int, float]]:
        """One day's rates: the profile's shape, scaled to the day's number."""
        factor = self._day_weight(table, day)
        if factor == 0.0:
            return []
        profile = self.scenario.profiles.get(table.profile)
        parts = [
            part for span in self.opening.intervals(table.hours, day) for part in pieces(profile, span[0], span[1])
        ]
        if table.rate is not None:
            return [(low, high, table.rate * weight * factor) for low, high, weight in parts]
        mass = sum((high - low) * weight for low, high, weight in parts)
        if mass == 0.0:
            return []
        if table.per_day is not None:
            number = table.per_day * factor
        else:
            number = self._a_year(table, self.opening.calendar.date_of(day).year) * factor
        return [(low, high, number * weight / mass) for low, high, weight in parts]

    def _day_weight(self, table: DemandTable, day: int) -> float:
        """Weight of a day: 0 when nobody comes, else that of its weekday and month."""
        calendar = self.opening.calendar
        if table.on == "workdays" and not calendar.is_workday(day):
            return 0.0
        if not self.opening.intervals(table.hours, day):
            return 0.0
        profile = self.scenario.profiles.get(table.profile)
        if profile is None:
            return 1.0
        return profile.week.values()[calendar.weekday(day)] * profile.month.values()[calendar.date_of(day).month - 1]

    def _a_year(self, table: DemandTable, year: int) -> float:
        """Arrivals on a day of weight 1, so that a calendar year brings `per_year_share` of the cohort."""
        key = (id(table), year)
        if key not in self._years:
            calendar = self.opening.calendar
            first = calendar.day_number(calendar.date_of(0).replace(year=year, month=1, day=1))
            last = calendar.day_number(calendar.date_of(0).replace(year=year + 1, month=1, day=1))
            weights = sum(self._day_weight(table, day) for day in range(first, last))
            size = sum(self.scenario.cohorts[one].size for one in table.cohort)
            number = (table.per_year_share or 0.0) * size * (last - first) / _DAYS_A_YEAR
            self._years[key] = number / weights if weights else 0.0
        return self._years[key]

    # --- files ---------------------------------------------------------------------------------------------------

    def _arrivals(self, name: str, batch: int) -> ArrivalTable:
        """Arrivals one by one; of several who come together each has the times of their row."""
        given = self.loaded.arrivals[name]
        overrides: list[tuple[int, int, np.ndarray]] = []
        for what, per_station, general in (
            (0, given.station_service_ms, given.service_ms),
            (1, given.station_patience_ms, given.patience_ms),
        ):
            for station, values in (per_station or {}).items():
                overrides.append((self.places.by_group[station][0], what, np.repeat(values, batch)))
            if general is not None:
                overrides.append((NONE, what, np.repeat(general, batch)))
        priority = None
        if given.priority is not None:
            last = len(self.places.priorities) - 1
            priority = np.repeat(np.where(given.priority < 0, last, given.priority), batch)
        return ArrivalTable(np.repeat(given.times_ms, batch), priority, tuple(overrides))

    def _counted(self, row: SourceRow, given: Counts, file: DemandFile) -> SourceRow:
        """Counted people; where the counts are means, a Poisson process with these means."""
        if file.counts_are == "means":
            spans = zip(given.from_ms.tolist(), given.until_ms.tolist(), given.count.tolist(), strict=True)
            segments = tuple((max(row.start_ms, a), min(row.stop_ms, b), n / (b - a)) for a, b, n in spans)
            return replace(row, segments=segments)
        count = given.count.astype(np.int64)
        return replace(row, counted=CountRow(given.from_ms, given.until_ms, count, even=file.placed == "even"))

    # --- stories -------------------------------------------------------------------------------------------------

    def _action(self, name: str, table: ActionTable) -> SourceRow:
        lacking = {*table.without, *((Paper.HOLDERS_CARD,) if table.card_of else ())}
        without = sum(1 << _PAPERS.index(paper) for paper in lacking)
        action = Action(
            step=self._entry(table.does),
            who=_WHO.index(table.who),
            without=without,
            reason=table.reason or 0,
            amount_fen=table.amount or 0,
            station=self.places.by_group[table.where][0] if table.where else NONE,
        )
        cohort = self.people[table.person]
        return SourceRow(
            name=name,
            key=stable_key(name),
            action=action,
            cohort=cohort,
            table=ArrivalTable(np.array([table.at], dtype=np.int64)),
            priority=len(self.places.priorities) - 1,
            story=True,
            person=self.cohorts[cohort].first,
        )


def _said(table: PersonTable) -> Said:
    """Who a person of the stories is, as far as the file says so."""
    sex = -1 if table.sex is None else int(Sex[table.sex.upper()])
    return Said(table.name, sex, table.birth)
