"""Writes docs/truth.md: for every case with a known answer, where the simulator and where a formula gives it.

The cases are the rows of tests/theory/cases.csv; scenarios name theirs in comments ("# case: ID; ID").
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "theory" / "cases.csv"
SCENARIOS = ROOT / "scenarios" / "truth"
TARGET = ROOT / "docs" / "truth.md"

TESTS = {
    "ENG_mm8_": "tests/truth/test_traces.py",
    "ENG_tandem_": "tests/truth/test_traces.py",
    "LK_mm1_run_time ended": "tests/truth/test_traces.py",
    "Little": "tests/truth/test_identities.py",
    "ErlA_identity": "tests/truth/test_identities.py",
    "NHPP_count": "tests/truth/test_identities.py",
    "Philox_KAT": "tests/truth/test_identities.py",
    "GKS_": "tests/truth/test_rosters.py",
    "ISA_exact_peak_": "tests/truth/test_rosters.py",
    "MOL_": "tests/truth/test_rosters.py",
    "PSA_": "tests/truth/test_rosters.py",
}
"""Tests of a case beside its scenario, by the beginning of its id."""

NOT_SIMULATED = {
    "ErlC_min_": "a staffing decision, not a measure of a run",
    "HW_": "a limit for infinitely many servers",
    "ME2c_5_AC": "an approximation; the exact value is simulated (ME2c_5)",
    "ME2c_8_AC": "an approximation; the exact value is simulated (ME2c_8)",
    "Shift_postoffice_": "shift planning, not a queue",
    "QCI_": "statistics of output, not a model",
    "NHPP_inv": "random numbers are given; the simulator looks up its own",
    "MSER5_toy": "statistics of output, not a model",
    "KN_eta": "statistics of output, not a model",
    "OCBA_frac": "statistics of output, not a model",
    "Hoad_klimit": "statistics of output, not a model",
    "NA_toy": "statistics of input, not a model",
}
"""Why a case is not played, by the beginning of its id."""

CHECKED_BY = {"theory": "`tests/theory/test_cases.py`"}

HEAD = """\
# Cases with a known answer

Written by `docs/make_truth.py`; do not edit.

Queueing models whose answer is known from a formula, a publication or another program, and where this is reproduced.
The scenarios are in `scenarios/truth/` in the ordinary scenario format; run one with
`cardmill run scenarios/truth/mm8.toml`. Statistical answers are met within 3.5 standard errors of the mean over at
least 20 independent replications; traces are met digit by digit.
"""

TABLE = "| case | model | inputs | measure | expected | played in | formula in |\n|---|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Case:
    """A row of cases.csv."""

    ident: str
    model: str
    inputs: str
    measure: str
    expected: str
    checked_by: str


def cases() -> list[Case]:
    """Read the rows, leaving out the lines above the header."""
    lines = [line for line in CASES.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [
        Case(row["id"], row["model"], row["inputs"], row["measure"], row["expected"], row["checked_by"])
        for row in csv.DictReader(lines)
    ]


def scenarios_of() -> dict[str, list[str]]:
    """Return the scenarios that name each case."""
    found: dict[str, list[str]] = {}
    for path in sorted(SCENARIOS.glob("*.toml")):
        for line in re.findall(r"^# case: (.+)$", path.read_text("utf-8"), re.MULTILINE):
            for ident in line.split(";"):
                found.setdefault(ident.strip(), []).append(path.stem)
    return found


def of(table: dict[str, str], ident: str) -> str:
    """Return the entry whose key the id begins with, or nothing."""
    return next((entry for key, entry in table.items() if ident.startswith(key)), "")


def played(case: Case, scenarios: dict[str, list[str]]) -> str:
    """Return where a case is simulated, or why it is not."""
    places = [f"`{name}.toml`" for name in scenarios.get(case.ident, [])]
    test = of(TESTS, case.ident)
    if test:
        places.append(f"`{test}`")
    return ", ".join(places) or f"not played: {of(NOT_SIMULATED, case.ident) or 'NO REASON GIVEN'}"


def cell(text: str) -> str:
    """Return a text as a cell of a table."""
    return " ".join(text.replace("|", "/").split())


def text() -> str:
    """Return the whole page."""
    scenarios, rows = scenarios_of(), cases()
    parts = [HEAD, TABLE]
    for case in rows:
        formula = CHECKED_BY.get(case.checked_by, "")
        given = (case.model, case.inputs, case.measure, case.expected, played(case, scenarios), formula)
        parts.append(f"| `{case.ident}` | " + " | ".join(cell(item) for item in given) + " |")
    count = sum("not played" not in played(case, scenarios) for case in rows)
    parts.append(f"\n{len(rows)} cases, {count} of them played.")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    TARGET.write_bytes(text().encode())
