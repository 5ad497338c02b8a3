"""What the cross checks share: the names of a scenario, and how a mistake between tables is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sim.procedures.model import Place, Procedure, Step
from sim.scenario.schema import Scenario
from sim.scenario.schema_places import PLACES
from sim.scenario.schema_validate import Finding
from sim.scenario.toml_lines import KeyPath
from sim.scenario.units import suggestion
from sim.scenario.values import Dist, ParameterValue, Wait, expand

ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class World:
    """A scenario with the procedures and every name in it.

    `places`: name -> kinds of place with that name, for tables and for their single stations.  Names come from the
    file as written, so that a reference to a table with mistakes of its own is not called unknown as well.
    """

    scenario: Scenario
    catalogue: Mapping[str, Procedure]
    places: Mapping[str, tuple[str, ...]]
    names: Mapping[str, frozenset[str]]
    banks: frozenset[str]

    @property
    def duration_ms(self) -> int:
        """Length of the run."""
        return self.scenario.run.duration

    def businesses(self) -> set[str]:
        """Businesses a counter can be skilled in: procedures, and what their steps call themselves."""
        steps = [step for procedure in self.catalogue.values() for step in procedure.steps]
        return set(self.catalogue) | {step.business for step in steps if step.business}

    def rules(self) -> set[str]:
        """Every rule the procedures cite."""
        result: set[str] = set()
        for procedure in self.catalogue.values():
            result.update(procedure.rules)
            for step in procedure.steps:
                result.update(step.rules, (guard.rule for guard in step.all_guards if guard.rule))
        return result


def world(scenario: Scenario, catalogue: Mapping[str, Procedure], raw: Mapping[str, object]) -> World:
    """Collect the names."""
    places: dict[str, tuple[str, ...]] = {}
    for kind in PLACES:
        for name in _keys(raw, kind):
            table = scenario.places(kind).get(name)
            for station in {name, *(expand(name, table.count) if table else ())}:
                places[station] = (*places.get(station, ()), kind)
    names = {table: _keys(raw, table) for table in ("hours", "profiles", "cohorts", "demand", "people")}
    own = {name: table.bank for name, table in scenario.banks.items() if table.bank}
    banks = frozenset(own.get(name, name) for name in _keys(raw, "banks"))
    return World(scenario, catalogue, places, names, banks)


def _keys(raw: Mapping[str, object], table: str) -> frozenset[str]:
    value = raw.get(table)
    return frozenset(value) if isinstance(value, dict) else frozenset()


def reference(path: KeyPath, what: str, name: str, known: Iterable[str]) -> Iterator[Finding]:
    """A name that must exist, if it is given."""
    words = set(known)
    if name and name not in words:
        yield Finding(path, *suggestion(what, name, words))


def place_reference(there: World, path: KeyPath, name: str, kinds: Iterable[str] = tuple(PLACES)) -> Iterator[Finding]:
    """A place that must exist, as one of these kinds."""
    allowed_kinds = set(kinds)
    known = {place for place, found in there.places.items() if allowed_kinds & set(found)}
    if name not in there.places:
        yield from reference(path, "place", name, known)
    elif name not in known:
        kind = there.places[name][0]
        why = f'"{name}" is one of {kind}, not of {" or ".join(sorted(allowed_kinds))}'
        yield Finding(path, why, ", ".join(sorted(known)) or "none is defined")


def one_station(there: World, path: KeyPath, name: str) -> Iterator[Finding]:
    """A single station: of a table with `count`, one must be named, for nobody says how people share among them."""
    yield from place_reference(there, path, name, ["stations"])
    table = there.scenario.stations.get(name)
    if table is not None and table.count > 1:
        first, *_, last = expand(name, table.count)
        why = f'"{name}" is {table.count} stations with a queue each, and nothing says how people share among them'
        yield Finding(path, why, f"one of {first} to {last}; or one station, with {table.count} times the counters")


def hours_reference(there: World, path: KeyPath, name: str) -> Iterator[Finding]:
    """An hours table, or the built-in one."""
    yield from reference(path, "hours", name, there.names["hours"] | {ALWAYS})


def named_step(there: World, path: KeyPath, name: str) -> tuple[Procedure | None, Step | None, list[Finding]]:
    """The procedure and step of `procedure` or `procedure.step`; a bare procedure means its first step."""
    head, _, tail = name.partition(".")
    procedure = there.catalogue.get(head)
    if procedure is None:
        return None, None, [Finding(path, *suggestion("procedure", head, there.catalogue))]
    if not tail:
        return procedure, (procedure.steps[0] if procedure.steps else None), []
    for step in procedure.steps:
        if step.name == tail:
            return procedure, step, []
    names = [step.name for step in procedure.steps]
    return procedure, None, [Finding(path, *suggestion(f"step of {head}", tail, names))]


def place_kinds(procedure: Procedure) -> set[str]:
    """Kinds of place a procedure's steps visit."""
    return {step.place.value for step in procedure.steps if step.place is not None}


def offers(there: World, path: KeyPath, name: str, procedure: Procedure) -> Iterator[Finding]:
    """A place must handle the procedure asked of it."""
    for kind in there.places.get(name, ()):
        for table_name, table in there.scenario.places(kind).items():
            if name not in {table_name, *expand(table_name, table.count)}:
                continue
            if table.offers is not None and procedure.name not in table.offers:
                yield Finding(path, f'"{name}" does not offer {procedure.name}', ", ".join(table.offers) or "nothing")


def step_place(step: Step) -> str | None:
    """Kind of place of a step by the name of its table."""
    return step.place.value if isinstance(step.place, Place) else None


def is_fixed(value: ParameterValue) -> bool:
    """Whether a parameter is one value, the same for everybody."""
    if isinstance(value, Wait):
        return value.kind != "next" and value.dist.constant
    return value.constant if isinstance(value, Dist) else True
