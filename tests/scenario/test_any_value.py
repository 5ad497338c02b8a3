"""Whatever stands in a scenario file: it loads, or its mistakes are reported; the loader itself never fails."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import Problem, ScenarioError
from sim.scenario.load import load
from sim.scenario.toml_lines import KeyPath, key_lines
from tests.scenario.small import small_catalogue

HERE = Path(__file__).parent
CITY = (HERE / "city.toml").read_text(encoding="utf-8")
ODD = [
    "3",
    "-1",
    "0",
    "1e400",
    "nan",
    "0.5",
    "true",
    '""',
    '"x"',
    '"always"',
    '"5 min"',
    '"a"',
    "[]",
    "[[]]",
    "[1, 2]",
    '["a", "a"]',
    "[{}]",
    "[{count = 0}]",
    "{}",
    "{x = 1}",
    '{dist = "never"}',
    '{dist = 3, mark = "P"}',
    '{value = {}, mark = "A"}',
    "{value = [], source = 3}",
    '{file = "city.toml"}',
    '{arrivals = "city.toml"}',
    "{next = 3}",
    '{workdays = {dist = "gamma"}}',
    "2026-03-02",
    "2026-03-02T09:00:00Z",
    "0001-01-01",
    "9999-12-31",
    "09:00:00",
    "99999999999999999999999",
    '"99999999999999999999 week"',
    '"9999-12-31 23:59"',
]


def paths(node: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key path of a tree."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from paths(value, (*path, key))


PATHS = [".".join(f'"{key}"' for key in path) for path in paths(tomllib.loads(CITY))]


def problems_of(overrides: list[str]) -> tuple[Problem, ...]:
    """Problems of the city with overrides; none if it loads."""
    try:
        load(HERE / "city.toml", overrides, small_catalogue())
    except ScenarioError as error:
        return error.problems
    return ()


@pytest.mark.slow
@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(ODD)), min_size=1, max_size=3))
def test_odd_values_anywhere_load_or_are_reported(changes: list[tuple[str, str]]) -> None:
    """One to three values of the city replaced by something else."""
    problems = problems_of([f"{path}={value}" for path, value in changes])
    assert all(problem.why and problem.file for problem in problems)


@pytest.mark.slow
@settings(max_examples=300)
@given(st.integers(0, len(CITY)), st.integers(0, 60), st.text(alphabet="[]{}=\"'#,.\n\\ a1", max_size=6))
def test_every_key_of_any_toml_has_a_line(at: int, drop: int, put: str) -> None:
    """The scanner of lines follows whatever the parser accepts."""
    text = CITY[:at] + put + CITY[at + drop :]
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = key_lines(text)
    total = text.count("\n") + 1
    for path in paths(tree):
        assert 1 <= lines.get(path, 0) <= total
