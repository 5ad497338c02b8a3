"""Cards are conserved, and a log in which they are not is found out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.conservation import CardIdentities
from sim.engines.reference import ReferenceEngine
from sim.log import Event
from sim.run import Plan, play, prepare

TOWN = Path(__file__).parent / "data" / "town.toml"


@pytest.fixture(scope="module")
def town() -> tuple[CardIdentities, np.ndarray]:
    """Fresh identities and the log of two weeks."""
    program = prepare(TOWN, ['run.duration="14 d"'])[1].program
    chunks: list[np.ndarray] = []
    ReferenceEngine(program, 1, 0, chunks.append).run()
    return CardIdentities(program), np.concatenate(chunks)


def _identities() -> CardIdentities:
    return CardIdentities(prepare(TOWN, ['run.duration="14 d"'])[1].program)


def test_a_sound_log_is_found_sound(town: tuple[CardIdentities, np.ndarray]) -> None:
    """In any chunks."""
    for parts in (1, 7):
        identities = _identities()
        for chunk in np.array_split(town[1], parts):
            identities.add(chunk)
        assert identities.violations() == []


def test_a_card_handed_over_twice_is_found(town: tuple[CardIdentities, np.ndarray]) -> None:
    """Every handing over repeated: a second usable card, and more cards than were ordered."""
    program = prepare(TOWN, ['run.duration="14 d"'])[1].program
    steps = [number for number, row in enumerate(program.steps) if row.name.split("::")[0].startswith("collect")]
    rows = town[1]
    handed = (rows[:, 5] == Event.DONE) & np.isin(rows[:, 3], steps)
    assert handed.sum() > 50
    identities = _identities()
    identities.add(np.repeat(rows, 1 + handed.astype(np.int64), axis=0))
    found = identities.violations()
    assert any(line.startswith("handed a card while having a usable one: ") for line in found)
    assert any(line.startswith("handed more cards than were ordered: ") for line in found)
    assert all(line.count(";") <= 4 for line in found)


@pytest.mark.slow
def test_a_checked_run_checks_every_replication(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the first alone, and with no log kept."""
    checked: list[CardIdentities] = []

    def wrong(cards: CardIdentities) -> list[str]:
        checked.append(cards)
        return ["cards: wrong"]

    monkeypatch.setattr(CardIdentities, "violations", wrong)
    loaded, compiled = prepare(TOWN, ['run.duration="4 d"'])
    assert play(loaded, compiled, Plan(replications=2, check=True)).violations == ("cards: wrong",)
    assert len(set(checked)) == 2
    assert play(loaded, compiled, Plan(replications=2)).violations == ()
