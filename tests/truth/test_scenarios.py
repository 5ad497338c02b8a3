"""Every model with a known answer, played as an ordinary scenario, gives that answer."""

from __future__ import annotations

import pytest

from tests.truth.runs import SCENARIOS, outcome

QUICK = ("trace_law_mm1", *(f"trace_law_bank{tellers}" for tellers in range(4, 8)), "trace_mm8", "trace_tandem")
NAMES = sorted(path.stem for path in SCENARIOS.glob("*.toml"))
LEAST_REPLICATIONS = 20


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in NAMES]
)
def test_the_simulator_gives_the_known_answer(name: str) -> None:
    """Each expectation holds: the mean over replications within 3.5 of its own standard errors, or the digits given."""
    played = outcome(name)
    assert [verdict.text for verdict in played.verdicts if not verdict.ok] == []
    assert played.verdicts
    for verdict in played.verdicts:
        assert verdict.expectation.equals is not None
        if verdict.expectation.z is not None:
            assert played.replications >= LEAST_REPLICATIONS
            assert verdict.expectation.z == 3.5
            assert verdict.interval.error > 0.0
