"""A city of the nation as an ordinary scenario: its profile's file with values overridden, as `cardmill run --set`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from sim.compile.compiler import Compiled, compile_scenario
from sim.errors import Problem, ScenarioError
from sim.procedures.catalogue import catalogue
from sim.run import prepare
from sim.scenario.load import Loaded, load
from sim.scenario.schema_places import PLACES
from sim.scenario.tree import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.nation.model import City, Nation, Profile

OUT, INTO = "transfer.out", "transfer.into"
_DESK = "agencies"


def seed_of(nation: Nation, city: City) -> int:
    """The seed of a city: chance is not the same in two cities, and does not depend on the table's order."""
    digest = hashlib.sha256(f"{nation.seed} {city.code}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


def numbers_of(nation: Nation, city: City) -> dict[str, int]:
    """The sized numbers of a city, by key of its scenario."""
    rules = nation.profiles[city.profile].rules
    numbers = {key: rule.number(city.holders, {}) for key, rule in rules.items() if not rule.less}
    return {key: numbers[key] if key in numbers else rule.number(city.holders, numbers) for key, rule in rules.items()}


def overrides_of(nation: Nation, city: City) -> tuple[str, ...]:
    """What makes the profile's scenario this city, as `key=value`."""
    texts = {
        "title": city.name,
        "title_zh": city.name_zh,
        "region.division": city.code,
        "region.name": f"{city.name} (synthetic people)",
        "region.name_zh": f"{city.name_zh}（虚构人员）",
    }
    settings = [f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in texts.items()]
    settings.append(f"run.seed={seed_of(nation, city)}")
    return (*settings, *(f"{key}={number}" for key, number in numbers_of(nation, city).items()))


def load_city(nation: Nation, city: City) -> Loaded:
    """The city's scenario."""
    return load(nation.profiles[city.profile].scenario, overrides_of(nation, city), catalogue())


def compile_city(loaded: Loaded) -> Compiled:
    """The city's program, transfers into it as its scenario says."""
    return compile_scenario(loaded, catalogue())


def movers_only(nation: Nation, loaded: Loaded) -> Compiled:
    """The same city with nothing in it but the people who leave and the desk they go to.

    Nothing else touches these people before they leave, and the desk has as many counters as it needs, so when they
    leave and with how much is the same here as in the whole city; the run of the whole city checks it.
    """
    scenario = loaded.scenario
    nothing: dict[str, dict[str, object]] = {kind: {} for kind in PLACES if kind != _DESK}
    out = {nation.transfers.out: scenario.demand[nation.transfers.out]}
    small = scenario.model_copy(update={**nothing, "demand": out, "expect": (), "story": ()})
    return compile_scenario(replace(loaded, scenario=small, arrivals={}, counts={}, staff={}), catalogue())


def check(nation: Nation) -> None:
    """Check the scenarios of all profiles, and the smallest and the largest city of each as a whole.

    Raises ScenarioError with all problems.
    """
    problems: list[Problem] = []
    for profile in nation.profiles.values():
        cities = sorted((city for city in nation.cities if city.profile == profile.name), key=lambda city: city.holders)
        try:
            loaded = load(profile.scenario, (), catalogue())
        except ScenarioError as error:
            problems += error.problems
            continue
        found = [*_transfers_wrong(nation, profile, loaded), *_sizes_wrong(nation, cities)]
        problems += found
        for city in () if found else {city.code: city for city in (*cities[:1], *cities[-1:])}.values():
            try:
                prepare(profile.scenario, overrides_of(nation, city))
            except ScenarioError as error:
                problems += [replace(one, why=f"{city.name}: {one.why}") for one in error.problems]
    if problems:
        raise ScenarioError(tuple(dict.fromkeys(problems)))


def _sizes_wrong(nation: Nation, cities: list[City]) -> Iterator[Problem]:
    """Cities too small for the rules."""
    for city in cities:
        for key, number in numbers_of(nation, city).items():
            if number < 0:
                why = f"{city.name} with {city.holders:,} holders is too small: {key} would be {number:,}"
                yield Problem(shown(nation.path), "cities", None, why, "larger cities, or smaller numbers elsewhere")


def _transfers_wrong(nation: Nation, profile: Profile, loaded: Loaded) -> Iterator[Problem]:
    """What must hold so that people can leave one city and arrive in another without anything else changing."""
    file, scenario = shown(profile.scenario), loaded.scenario
    if scenario.run.warm_up is None:
        yield Problem(file, "run.warm_up", None, "a nation is played without pilot runs", 'a duration, such as "0 s"')
    for key, name, procedure in (("out", nation.transfers.out, OUT), ("into", nation.transfers.into, INTO)):
        demand = scenario.demand.get(name)
        if demand is None:
            yield Problem(shown(nation.path), f"transfers.{key}", None, f'{file} has no demand "{name}"', "its demands")
            continue
        if demand.procedure != procedure or not demand.cohort:
            yield Problem(file, f"demand.{name}", None, "is no transfer of a cohort", f'procedure = "{procedure}"')
        if len(demand.cohort) > 1:
            yield Problem(file, f"demand.{name}.cohort", None, "is several cohorts", "one cohort")
        mine = set(demand.cohort)
        shared = [other for other, table in scenario.demand.items() if other != name and mine & set(table.cohort)]
        if shared:
            why = f"people of this demand also come for {', '.join(shared)}"
            yield Problem(file, f"demand.{name}.cohort", None, why, "a cohort of its own")
        if demand.incomplete_papers_share:
            why = "people who are sent away come another day, and when they move would depend on that"
            yield Problem(file, f"demand.{name}.incomplete_papers_share", None, why, "0")
    into = scenario.demand.get(nation.transfers.into)
    if into is not None and into.cohort and into.cohort[0] != list(scenario.cohorts)[-1]:
        why = "how many arrive is known last, and nobody else's number may depend on it"
        yield Problem(file, f"cohorts.{into.cohort[0]}", None, why, "the last of the cohorts")
    for name, table in scenario.agencies.items():
        groups = table.counters.groups if table.counters is not None else ()
        if any(group.count >= 0 for group in groups) or (table.counters is not None and table.counters.file):
            why = "when people leave a city must not depend on a queue"
            yield Problem(file, f"{_DESK}.{name}.counters", None, why, '"unlimited"')
