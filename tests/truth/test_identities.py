"""Identities that hold in every run, or in every run on average."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.engines.philox import philox
from sim.engines.reference import ReferenceEngine
from sim.metrics.cube import Selection
from sim.metrics.fold import fold
from sim.metrics.identities import check_identities
from sim.metrics.measures import Question, measure
from sim.run import prepare
from tests.truth.runs import SCENARIOS, measured

PERIOD = Selection(until_ms=22_619_467)


def standard_errors(values: list[float], expected: float) -> float:
    """Return how many standard errors the mean is off."""
    array = np.array(values)
    return float(abs(array.mean() - expected) / (array.std(ddof=1) / math.sqrt(len(array))))


@pytest.mark.parametrize("seed", range(5))
def test_people_present_are_arrivals_times_stay(seed: int) -> None:
    """Little: over a run that ends empty L = lambda W exactly, in whole milliseconds."""
    _, compiled = prepare(SCENARIOS / "bank5_day.toml", [])
    chunks: list[np.ndarray] = []
    ReferenceEngine(compiled.program, seed, 0, chunks.append).run()
    assert check_identities(chunks, drained=True) == []
    result = fold(compiled.names, chunks)
    present, stay = (measure(result, Question(metric)) for metric in ("present.mean", "stay.mean"))
    assert stay.count > 300
    assert present.value * result.end_ms == pytest.approx(stay.count * stay.value, rel=1e-9)


@pytest.mark.slow
def test_who_abandons_is_patience_rate_times_wait() -> None:
    """ErlA_identity: P(Ab) = theta E[W] with exponential patience, here 1/4 a minute."""
    left = measured("erlang_a", Question("abandoned.share", "four"))
    waited = measured("erlang_a", Question("wait.mean", "four"))
    assert standard_errors([a - 0.25 * w / 60_000 for a, w in zip(left, waited, strict=True)], 0.0) < 3.5


@pytest.mark.slow
def test_arrivals_scatter_as_a_poisson_process_does() -> None:
    """NHPP_count: in one period of the swinging rate the variance of the count is its mean."""
    counts = measured("swinging_demand", Question("arrivals", "", PERIOD))
    dispersion = np.var(counts, ddof=1) / 628.3185307
    assert abs(dispersion - 1) < 3.5 * math.sqrt(2 / (len(counts) - 1))


def test_random_numbers_pass_the_known_answer_test() -> None:
    """Philox_KAT: Philox4x64-10 with key and counter 0 gives the published words."""
    zero = np.uint64(0)
    words = philox(zero, zero, zero, zero, zero, zero)
    assert [f"{int(word):016x}" for word in words] == [
        "16554d9eca36314c",
        "db20fe9d672d0fdc",
        "d7e772cee186176b",
        "7e68b68aec7ba23b",
    ]
