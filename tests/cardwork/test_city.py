"""Card work on a city: a sample of Ningbo's people, by several processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cardwork.run import work_on_run
from sim.run import Plan, play, prepare

NINGBO = Path(__file__).resolve().parents[2] / "scenarios" / "cities" / "ningbo.toml"


@pytest.mark.slow
def test_a_sample_of_ningbos_people_agrees_with_its_cards(tmp_path: Path) -> None:
    """A week, every procedure of the city: no card contradicts the office's record."""
    loaded, compiled = prepare(NINGBO, ())
    play(loaded, compiled, Plan(engine="compiled"), folder=tmp_path / "ningbo")
    work = work_on_run(tmp_path / "ningbo", "4%")
    assert [str(found) for found in work.tally.disagreements] == []
    assert work.tally.people > 2_000
    assert work.total.exchanges > 80_000
