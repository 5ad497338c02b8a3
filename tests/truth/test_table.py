"""The table of cases in docs/truth.md is complete and up to date."""

from __future__ import annotations

import re
from collections import Counter

from docs import make_truth


def test_the_table_is_up_to_date() -> None:
    """`make docs` writes it; what is committed must be what it writes."""
    assert make_truth.TARGET.read_bytes().decode() == make_truth.text(), "stale: run make docs"


def test_every_case_stands_in_the_table_once() -> None:
    """No row of the cases is forgotten, none is counted twice."""
    listed = Counter(re.findall(r"^\| `(.+?)` \|", make_truth.text(), re.MULTILINE))
    assert listed == Counter(case.ident for case in make_truth.cases())
    assert max(listed.values()) == 1
    assert len(listed) == 134


def test_every_case_is_played_or_has_a_reason() -> None:
    """What the simulator does not play says why, and what it plays needs no excuse."""
    scenarios = make_truth.scenarios_of()
    for case in make_truth.cases():
        is_played = case.ident in scenarios or bool(make_truth.of(make_truth.TESTS, case.ident))
        assert is_played != bool(make_truth.of(make_truth.NOT_SIMULATED, case.ident)), case.ident


def test_scenarios_name_only_cases_that_exist() -> None:
    """A misspelt id in a scenario's comment is found; every scenario names one at least."""
    scenarios = make_truth.scenarios_of()
    assert set(scenarios) <= {case.ident for case in make_truth.cases()}
    named = {name for names in scenarios.values() for name in names}
    assert named == {path.stem for path in make_truth.SCENARIOS.glob("*.toml")}
