"""Loads a nation file: TOML, the table of its cities, and the scenarios of its profiles; every mistake at once."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ScenarioError
from sim.nation.model import City, Nation, Profile, Rule, Transfers
from sim.scenario import csv_text
from sim.scenario.dists import read_dist
from sim.scenario.files import Reader, UnreadableError
from sim.scenario.sizes import MAX_CSV_BYTES, MAX_NUMBER
from sim.scenario.tree import Location, Marks, is_nation, shown
from sim.scenario.units import WrongValueError, show, suggestion
from sim.scenario.values import Dist

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sim.scenario.toml_lines import KeyPath
    from sim.scenario.tree import Tree

_TOP = ("title", "title_zh", "description", "description_zh", "seed", "cities", "transfers", "scale", "profiles")
_RULE = ("per_100k", "per_root", "at_least", "less")
_COLUMNS = ("code", "name", "name_zh", "holders", "profile")
_CODE = re.compile(r"99\d{2,4}")
_LARGEST_SEED = 2**63 - 1


def load_nation(path: Path) -> Nation:
    """Read and check a nation file.  Raises ScenarioError with all problems."""
    reader = Reader(path)
    tree = reader.tree()
    if reader.problems:
        raise ScenarioError(tuple(reader.problems))
    if not is_nation(tree):
        why = "is a scenario, not a nation" if tree.values.keys() & {"run", "demand"} else "is no nation: no cities"
        raise ScenarioError((Problem(shown(reader.entry), "", None, why, "cardmill run for a scenario"),))
    return _Loader(reader, tree).nation()


class _Loader:
    """Checks one nation file and remembers what is wrong."""

    def __init__(self, reader: Reader, tree: Tree) -> None:
        self.reader, self.tree = reader, tree
        self.file = shown(reader.entry)
        self.problems: list[Problem] = []
        marks = Marks()
        self.values: dict[str, Any] = marks.strip(tree.values)
        self.provenance = tuple(marks.provenance)
        for where, why, allowed in marks.problems:
            self.wrong(where, why, allowed)

    def wrong(self, path: KeyPath, why: str, allowed: str | None = None) -> None:
        """Note a mistake."""
        self.problems.append(self.tree.problem(path, why, allowed, self.file))

    def nation(self) -> Nation:
        """The nation, if nothing is wrong."""
        self._known((), self.values, _TOP)
        seed = self._whole((), self.values, "seed", 1)
        profiles = self._profiles()
        nation = Nation(
            path=self.reader.entry,
            title=self._text((), self.values, "title", "Nation"),
            title_zh=self._text((), self.values, "title_zh", ""),
            description=self._text((), self.values, "description", ""),
            description_zh=self._text((), self.values, "description_zh", ""),
            seed=seed,
            transfers=self._transfers(),
            profiles=profiles,
            cities=self._cities(profiles),
            provenance=self.provenance,
        )
        if self.problems:
            raise ScenarioError(tuple(self.problems))
        return nation

    # -- plain values ----------------------------------------------------------------------------------------------

    def _known(self, path: KeyPath, table: Mapping[str, Any], known: Iterable[str]) -> None:
        for key in table:
            if key not in known:
                self.wrong((*path, key), *suggestion("key", key, known))

    def _text(self, path: KeyPath, table: Mapping[str, Any], key: str, default: str | None) -> str:
        value = table.get(key, default)
        if isinstance(value, str):
            return value
        self.wrong((*path, key), "is missing" if value is None else f"{show(value)} is not a text", "a text")
        return ""

    def _number(self, path: KeyPath, table: Mapping[str, Any], key: str) -> float:
        value = table.get(key, 0)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER:
            return float(value)
        self.wrong((*path, key), f"{show(value)} is no number from 0 to {MAX_NUMBER:,}", "a number")
        return 0.0

    def _whole(self, path: KeyPath, table: Mapping[str, Any], key: str, default: int) -> int:
        value = table.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_SEED:
            return value
        self.wrong((*path, key), f"{show(value)} is no whole number from 0 to 2^63 - 1", "a whole number")
        return default

    def _table(self, path: KeyPath, table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = table.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong((*path, key), f"{show(value)} is not a table", "a table")
        return {}

    # -- parts -----------------------------------------------------------------------------------------------------

    def _transfers(self) -> Transfers:
        table = self._table((), self.values, "transfers")
        self._known(("transfers",), table, ("out", "into", "under_way"))
        out, into = (self._text(("transfers",), table, key, None) for key in ("out", "into"))
        under_way = Dist("constant")
        try:
            under_way = read_dist(table.get("under_way", "0 s"))
        except WrongValueError as wrong:
            for part in wrong.below("transfers", "under_way"):
                self.wrong(part.path, part.why, part.allowed)
        return Transfers(out, into, under_way)

    def _rules(self, path: KeyPath, table: Mapping[str, Any]) -> dict[str, Rule]:
        rules = {}
        for key, value in table.items():
            at = (*path, key)
            if not isinstance(value, dict):
                self.wrong(at, f"{show(value)} is no rule", "{per_100k = ..., per_root = ..., at_least = ...}")
                continue
            self._known(at, value, _RULE)
            less = value.get("less", [])
            if not isinstance(less, list) or not all(isinstance(one, str) for one in less):
                self.wrong((*at, "less"), "is no array of keys", "keys that have rules of their own")
                less = []
            rules[key] = Rule(
                self._number(at, value, "per_100k"),
                self._number(at, value, "per_root"),
                self._whole(at, value, "at_least", 1),
                tuple(less),
            )
        return rules

    def _profiles(self) -> dict[str, Profile]:
        common = self._rules(("scale",), self._table((), self.values, "scale"))
        tables = self._table((), self.values, "profiles")
        if not tables:
            self.wrong(("profiles",), "is missing", "a table for each kind of city")
        return {name: self._profile(name, tables, common) for name in tables}

    def _profile(self, name: str, tables: Mapping[str, Any], common: Mapping[str, Rule]) -> Profile:
        path: KeyPath = ("profiles", name)
        table = self._table(("profiles",), tables, name)
        self._known(path, table, ("scenario", "title", "title_zh", "scale"))
        rules = {**common, **self._rules((*path, "scale"), self._table(path, table, "scale"))}
        for key, rule in rules.items():
            for other in rule.less:
                if other not in rules or rules[other].less:
                    at = ("scale", key) if key in common else (*path, "scale", key)
                    self.wrong((*at, "less"), f'"{other}" has no rule of its own', "keys with a rule without less")
        title = self._text(path, table, "title", name)
        scenario = self._file((*path, "scenario"), table.get("scenario"))
        return Profile(name, scenario or Path(), title, self._text(path, table, "title_zh", title), rules)

    def _file(self, path: KeyPath, relative: object) -> Path | None:
        """A file that is named, if it is there."""
        place = self.tree.location(path, self.file)
        try:
            found = self.reader.inside(self.reader.entry.parent, relative, place, ".".join(map(str, path)))
        except UnreadableError as unreadable:
            self.problems.append(unreadable.problem)
            return None
        if not found.is_file():
            self.wrong(path, f"{shown(found)} does not exist", "an existing file")
            return None
        return found

    # -- cities ----------------------------------------------------------------------------------------------------

    def _cities(self, profiles: Mapping[str, Profile]) -> tuple[City, ...]:
        path = self._file(("cities",), self.values.get("cities"))
        if path is None:
            return ()
        place = Location(self.file, None)
        try:
            content = self.reader.bytes_of(path, place, "cities", MAX_CSV_BYTES)
            table = csv_text.columns(shown(path), content, _COLUMNS, ())
            cities = tuple(_city(table, row, profiles) for row in range(len(table.lines)))
            seen: dict[str, int] = {}
            for row, city in enumerate(cities):
                if city.code in seen:
                    table.wrong("code", row, f"{city.code} stands twice", "each city once")
                seen[city.code] = row
            table.finish()
        except ScenarioError as error:
            self.problems += error.problems
            return ()
        except UnreadableError as unreadable:
            self.problems.append(unreadable.problem)
            return ()
        return cities


def _city(table: csv_text.Columns, row: int, profiles: Mapping[str, Profile]) -> City:
    """One row of the table of cities."""
    code, name, name_zh, people, profile = (table.cells[column][row].strip() for column in _COLUMNS)
    if not _CODE.fullmatch(code):
        table.wrong("code", row, f'"{code}" is no code of an invented place', "99 and two to four more digits")
    if profiles and profile not in profiles:
        table.wrong("profile", row, *suggestion("profile", profile, profiles))
    try:
        holders = csv_text.whole(people)
    except WrongValueError:
        holders = 0
    if holders == 0:
        table.wrong("holders", row, f"{show(people)} is no number of holders", "a whole number, 1 or more")
    return City(code, name or code, name_zh or name or code, max(1, holders), profile)


def only(nation: Nation, codes: Iterable[str]) -> Nation:
    """The nation reduced to some of its cities; raises ScenarioError for a code it does not have."""
    wanted = list(codes)
    unknown = [code for code in wanted if code not in nation.codes]
    if unknown:
        problems = [Problem("--city", "", None, *suggestion("city", code, nation.codes)) for code in unknown]
        raise ScenarioError(tuple(problems))
    cities = tuple(city for city in nation.cities if city.code in wanted)
    return replace(nation, cities=cities, left_out=len(nation.cities) - len(cities))
