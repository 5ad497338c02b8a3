"""The CSV files a scenario names, each relative to the file that names it, reduced to what lies in the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sim.errors import Problem, ScenarioError
from sim.scenario import csv_demand, csv_run
from sim.scenario.checks import World
from sim.scenario.csv_demand import Arrivals, Counts, Staff
from sim.scenario.csv_run import Span
from sim.scenario.files import Reader, UnreadableError
from sim.scenario.schema import Scenario
from sim.scenario.schema_people import DemandFile, DemandTable
from sim.scenario.schema_places import PLACES, Counters, PlaceTable
from sim.scenario.sizes import MAX_CSV_BYTES
from sim.scenario.toml_lines import KeyPath
from sim.scenario.tree import Tree, dotted, shown
from sim.scenario.values import Note, expand

SERVERS = ("counters", "agents", "machines")
"""Keys of a place that may name a roster."""

T = TypeVar("T")


class Tables:
    """Reads the files; what is wrong is in `problems`, what was left out in `notes`.

    `contents` are the files by their names from the root of the scenario tree, `files` these names by the key that
    names the file.
    """

    def __init__(self, reader: Reader, tree: Tree, raw: Mapping[str, Any]) -> None:
        self.reader = reader
        self.tree = tree
        self.raw = raw
        self.problems: list[Problem] = []
        self.notes: list[Note] = []
        self.arrivals: dict[str, Arrivals] = {}
        self.counts: dict[str, Counts] = {}
        self.staff: dict[str, Staff] = {}
        self.contents: dict[str, bytes] = {}
        self.files: dict[str, str] = {}

    def read(self, scenario: Scenario, there: World) -> None:
        """Every file of demand and of servers."""
        for name, demand in scenario.demand.items():
            if demand.file is not None and demand.file.arrivals:
                self._arrivals(name, demand, demand.file, scenario)
            elif demand.file is not None and demand.file.counts:
                self._counts(name, demand, demand.file, scenario)
        for kind in PLACES:
            businesses = set[str]() if kind == "stations" else there.businesses()
            for name, table in scenario.places(kind).items():
                for key in SERVERS:
                    counters = getattr(table, key, None)
                    if counters is not None and counters.file:
                        self._staff((kind, name, key), counters, table, businesses, scenario)

    def _arrivals(self, name: str, demand: DemandTable, file: DemandFile, scenario: Scenario) -> None:
        stations = {one for place, table in scenario.stations.items() for one in expand(place, table.count)}
        tables: list[PlaceTable] = [table for kind in PLACES for table in scenario.places(kind).values()]
        classes = tuple(dict.fromkeys(one for table in tables for one in table.priorities))
        layout = file.layout(("time", "service", "patience", "priority"))

        def read(shown_name: str, content: bytes) -> tuple[Arrivals, tuple[Note, ...]]:
            local = file.local(scenario.run.start)
            found = csv_demand.read_arrivals(shown_name, content, local, stations, classes, layout)
            if found.priority is not None and demand.priorities:
                why = f"is given for each arrival, and demand.{name}.priorities for all"
                raise ScenarioError((Problem(shown_name, "priority", 1, why, "one of them"),))
            return csv_run.arrivals_in(found, _span(scenario, demand))

        self._one(("demand", name, "file", "arrivals"), self.arrivals, name, read)

    def _counts(self, name: str, demand: DemandTable, file: DemandFile, scenario: Scenario) -> None:
        layout = file.layout(("from", "until", "count"))

        def read(shown_name: str, content: bytes) -> tuple[Counts, tuple[Note, ...]]:
            local, means = file.local(scenario.run.start), file.counts_are == "means"
            found = csv_demand.read_counts(shown_name, content, local, layout, file.every, means=means)
            return csv_run.counts_in(found, _span(scenario, demand))

        self._one(("demand", name, "file", "counts"), self.counts, name, read)

    def _staff(
        self, path: tuple[str, str, str], counters: Counters, table: PlaceTable, skills: set[str], scenario: Scenario
    ) -> None:
        lines = table.queue == "separate"
        skills = set() if lines else skills
        layout = counters.layout(("time", "servers", "skills"))

        def read(shown_name: str, content: bytes) -> tuple[Staff, tuple[Note, ...]]:
            local = counters.local(scenario.run.start)
            found = csv_demand.read_staff(shown_name, content, local, skills, layout, lines=lines)
            return csv_run.staff_in(found, Span(scenario.run.start, scenario.run.duration, scenario.run.drain))

        self._one((*path, "file"), self.staff, f"{path[0]}.{path[1]}", read)

    def _one(
        self, path: KeyPath, into: dict[str, T], key: str, read: Callable[[str, bytes], tuple[T, tuple[Note, ...]]]
    ) -> None:
        place = self.tree.location(path, shown(self.reader.entry))
        folder = self.reader.folders.get(place.file, self.reader.entry.parent)
        holder: Any = self.raw
        for part in path:
            holder = holder[part]
        try:
            found = self.reader.inside(folder, str(holder), place, dotted(path))
            content = self.reader.bytes_of(found, place, dotted(path), MAX_CSV_BYTES)
            into[key], notes = read(shown(found), content)
        except UnreadableError as unreadable:
            self.problems.append(unreadable.problem)
        except ScenarioError as error:
            self.problems += error.problems
        else:
            self.notes += notes
            name = self.reader.name(found)
            self.contents[name] = content
            self.files[dotted(path)] = name
            self._rename(path, name)

    def _rename(self, path: KeyPath, name: str) -> None:
        """In the merged tree, name the file from the root of the scenario tree."""
        holder: Any = self.tree.values
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = name


def _span(scenario: Scenario, demand: DemandTable) -> Span:
    run = scenario.run
    return Span(run.start, run.duration, run.drain, demand.from_ or 0, demand.until)
