"""The rosters beside the scenarios are what the staffing formulas give."""

from __future__ import annotations

import numpy as np
import pytest

from sim.theory import erlang, time_varying, transient
from tests.conftest import Golden
from tests.truth import rosters
from tests.truth.runs import SCENARIOS

STAFF_HOURS = {"sipp_avg": 532, "sipp_max": 553, "lag_avg": 532, "lag_max": 553, "mol_max": 553}


@pytest.mark.parametrize(("name", "text"), rosters.files().items())
def test_committed_rosters_are_what_the_formulas_give(name: str, text: str, golden: Golden) -> None:
    """Rosters and probes are generated; --regen writes them."""
    golden(SCENARIOS / "rosters" / name, text)


def test_no_roster_is_left_over() -> None:
    """Every file in the folder is one of those generated."""
    assert sorted(path.name for path in (SCENARIOS / "rosters").iterdir()) == sorted(rosters.files())


@pytest.mark.parametrize(("method", "hours"), STAFF_HOURS.items())
def test_half_hour_rosters_cost_as_much_as_published(method: str, hours: int) -> None:
    """GKS: staff-hours of a day, exactly."""
    assert rosters.half_hours(method).sum() / 2 == hours


def test_lagged_maxima_give_the_staff_of_offered_load_maxima() -> None:
    """One scenario serves both of these cases."""
    assert (rosters.half_hours("lag_max") == rosters.half_hours("mol_max")).all()


@pytest.mark.parametrize("level", rosters.PEAK)
def test_the_peak_staff_is_the_fewest_of_the_formula(level: rosters.Levels) -> None:
    """ISA_exact_peak: P(N >= s) is at most the level with s servers and above it with one less."""
    assert time_varying.poisson_staffing(100 + 10 * 2**0.5, level.delayed) == level.staff


@pytest.mark.slow
@pytest.mark.parametrize(
    ("offered_load", "least", "most", "tolerance"), [(True, 0.0937, 0.1106, 0.002), (False, 0.0036, 0.6118, 0.005)]
)
def test_the_probed_moments_are_the_best_and_the_worst(
    *, offered_load: bool, least: float, most: float, tolerance: float
) -> None:
    """MOL and PSA: at the probes' steps of this roster the forward equations give the published least and most.

    The roster repeats with the cycle, in steps of 2 pi / 314 and not 0.02, which moves the most of PSA by 0.004; with
    steps of 0.02 the formula meets the published tolerance of 0.002 (tests/theory).
    """
    staff = rosters.square_root(offered_load=offered_load).astype(float)
    width = 2 * np.pi / rosters.CYCLE
    queue = transient.ChangingQueue(
        rosters.SWING, 1.0, lambda t: staff[np.rint(np.asarray(t) / width).astype(int) % rosters.CYCLE], 0.5
    )
    times = np.arange(2 * rosters.CYCLE) * width
    delayed = queue.delay_probability(times, transient.poisson(90.0, 300))[rosters.CYCLE :]
    worst = rosters.EXTREMES["most"] if offered_load else rosters.MOST_BY_RATE
    assert (int(delayed.argmin()), int(delayed.argmax())) == (rosters.EXTREMES["least"], worst)
    assert delayed.min() == pytest.approx(least, abs=tolerance, rel=0)
    assert delayed.max() == pytest.approx(most, abs=tolerance, rel=0)


def test_the_square_root_rule_uses_the_published_factor() -> None:
    """MOL: one tenth delayed at patience of two services asks for beta = 1.3386."""
    assert erlang.garnett_beta(0.1, 0.5) == pytest.approx(1.3386, abs=5e-5, rel=0)
