"""Every case with a known answer that a formula can give is given by the helpers, to the case's tolerance."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.theory.answers import BY_ID, BY_PREFIX, Inputs, answer_to

CASES = Path(__file__).with_name("cases.csv")
CHECKERS = {"theory": 109, "simulation": 22, "engine": 1, "scheduling": 2}


@dataclass(frozen=True)
class Case:
    """A row of cases.csv."""

    id: str
    inputs: Inputs
    checked_by: str
    values: list[float]
    absolute: list[float]
    relative: float


def numbers(text: str) -> list[float]:
    """Return the numbers of a cell, which are parted by semicolons."""
    return [float(part) for part in text.split(";") if part.strip()]


def read_cases() -> list[Case]:
    """Read the rows, leaving out the lines above the header."""
    lines = [line for line in CASES.read_text("utf-8").splitlines() if not line.startswith("#")]
    cases = []
    for row in csv.DictReader(lines):
        given = {name: float(value) for name, value in re.findall(r"([\w\[\]]+)=([\d.]+)(?=,|$)", row["inputs"])}
        values = numbers(row["values"])
        absolute = numbers(row["abs_tol"]) or [0.0]
        absolute = absolute * len(values) if len(absolute) == 1 else absolute
        relative = float(row["rel_tol"] or 0)
        cases.append(Case(row["id"], given, row["checked_by"], values, absolute, relative))
    return cases


ALL = read_cases()
OURS = [case for case in ALL if case.checked_by == "theory"]


@pytest.mark.slow
@pytest.mark.parametrize("case", OURS, ids=[case.id for case in OURS])
def test_the_helpers_answer_the_case(case: Case) -> None:
    """The answer equals the known values, one by one."""
    answer = answer_to(case.id, case.inputs)
    assert len(answer) == len(case.values)
    for got, known, absolute in zip(answer, case.values, case.absolute, strict=True):
        assert got == pytest.approx(known, abs=absolute, rel=case.relative)


def test_every_row_says_who_checks_it() -> None:
    """No row of the file is left out unnoticed."""
    counted = {name: sum(case.checked_by == name for case in ALL) for name in CHECKERS}
    assert counted == CHECKERS
    assert len(ALL) == sum(CHECKERS.values())


def test_every_row_of_ours_has_values_and_a_tolerance() -> None:
    """A row without numbers would agree with anything."""
    assert [case.id for case in OURS if not case.values or len(case.absolute) != len(case.values)] == []


def test_every_answer_belongs_to_a_row() -> None:
    """An answer whose row is gone is dead code."""
    ids = [case.id for case in OURS]
    assert [key for key in BY_ID if key not in ids] == []
    assert [prefix for prefix in BY_PREFIX if not any(one.startswith(prefix) for one in ids)] == []
