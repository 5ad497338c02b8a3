"""Given arrivals, services and patience, the simulator repeats other simulators' runs to the last digit."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.engines.reference import ReferenceEngine
from sim.log import Event
from sim.metrics.measures import Question, measure
from sim.run import Outcome, play, prepare
from tests.conftest import Golden
from tests.truth import traces
from tests.truth.runs import SCENARIOS

EIGHT_SERVERS = {20240: 0.875495234379, 20241: 1.006696738593, 20242: 0.904327677208, 20243: 0.970772157745}
TANDEM = {
    20240: (0.691641110126, 34_493, 20_683),
    20241: (0.687379351945, 34_284, 20_924),
    20242: (0.676995236247, 33_696, 21_013),
    20243: (0.677852071023, 34_255, 20_879),
}
"""Mean wait at the front (ENG_tandem_0..3); how many gave up at the front and the back, by traces.tandem_waits."""
AS_PUBLISHED = 1e-9


def whole(scenario: str, file: str, trace: traces.Trace, folder: Path) -> Outcome:
    """Play a committed trace scenario with the whole trace in place of its first people."""
    (folder / "traces").mkdir()
    shutil.copy(SCENARIOS / f"{scenario}.toml", folder)
    (folder / "traces" / file).write_text(trace.text(), "utf-8")
    days = int(trace.t_ms[-1]) // 86_400_000 + 1_000
    return play(*prepare(folder / f"{scenario}.toml", [f"run.duration={days} d"]))


def value(played: Outcome, metric: str, station: str = "") -> float:
    """Return a metric of the only replication."""
    (result,) = played.results
    return measure(result, Question(metric, station)).value


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "known"), EIGHT_SERVERS.items())
def test_200000_people_at_eight_servers_wait_as_in_other_simulators(seed: int, known: float, tmp_path: Path) -> None:
    """ENG_mm8: the mean wait agrees to 1e-9 with the one eight other engines agree on."""
    played = whole("trace_mm8", "mm8.csv", traces.eight_servers(seed), tmp_path)
    assert value(played, "served.count") == 200_000
    assert value(played, "wait.mean") / traces.UNIT_MS == pytest.approx(known, abs=AS_PUBLISHED, rel=0)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "known"), TANDEM.items())
def test_200000_impatient_people_wait_as_in_other_simulators(
    seed: int, known: tuple[float, int, int], tmp_path: Path
) -> None:
    """ENG_tandem: the mean wait at the front agrees to 1e-9, and as many people give up at each station."""
    played = whole("trace_tandem", "tandem.csv", traces.tandem(seed), tmp_path)
    assert value(played, "wait.mean", "front") / traces.UNIT_MS == pytest.approx(known[0], abs=AS_PUBLISHED, rel=0)
    assert value(played, "abandoned.count", "front") == known[1]
    assert value(played, "abandoned.count", "back") == known[2]


def test_laws_run_ends_when_the_book_says() -> None:
    """LK_mm1_run_time ended: the thousandth person is served at 1027.915."""
    _, compiled = prepare(SCENARIOS / "trace_law_mm1.toml", [])
    rows: list[np.ndarray] = []
    ReferenceEngine(compiled.program, 1, 0, rows.append).run()
    log = np.concatenate(rows)
    starts = log[log[:, 5] == Event.START]
    assert len(starts) == 1000
    assert starts[-1, 0] / traces.HOUR_MS == pytest.approx(1027.915, abs=0.0005, rel=0)


def test_laws_generator_gives_the_published_seeds() -> None:
    """Stream 2 begins 100,000 numbers after stream 1: the generator is the book's."""
    seed = traces.LAW_STREAM_1
    for _ in range(100_000):
        seed = 630_360_016 * seed % 2_147_483_647
    assert seed == 281_629_770


@pytest.mark.parametrize(("name", "text"), traces.files().items())
def test_committed_traces_are_what_their_generators_give(name: str, text: str, golden: Golden) -> None:
    """The CSV files beside the scenarios are generated; --regen writes them."""
    golden(SCENARIOS / "traces" / name, text)


def test_the_examples_expect_what_the_recursion_gives() -> None:
    """Expected values of the committed examples, person by person (Kiefer & Wolfowitz 1955), without a simulator."""
    forty = traces.waits(traces.eight_servers(20240).first(traces.EXAMPLE), 8)
    assert sum(forty) / len(forty) == pytest.approx(5_650_930.7, abs=0.01, rel=0)
    front, back, left = traces.tandem_waits(traces.tandem(20240).first(traces.EXAMPLE), 4)
    assert sum(front) / len(front) == pytest.approx(138_893_987.05, abs=0.01, rel=0)
    assert sum(back) / len(back) == pytest.approx(45_726_658.84, abs=0.01, rel=0)
    assert left == [2, 1]
