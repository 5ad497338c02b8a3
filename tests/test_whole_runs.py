"""Whole runs of a small town: money, people and queues are conserved, whatever happens in between."""

from __future__ import annotations

import os
import subprocess
import sys
from bisect import bisect_right
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from sim.engines.reference import ReferenceEngine
from sim.log import Event
from sim.metrics.identities import check_identities
from sim.office.fields import Card, Field, Ledger
from sim.procedures.model import Act
from sim.run import prepare

_USABLE = (Card.ISSUED, Card.ACTIVE)
TOWN = Path(__file__).parent / "data" / "town.toml"


def _log(*overrides: str, seed: int = 1) -> np.ndarray:
    chunks: list[np.ndarray] = []
    ReferenceEngine(prepare(TOWN, overrides)[1].program, seed, 0, chunks.append).run()
    return np.concatenate(chunks)


@pytest.fixture(scope="module")
def town() -> np.ndarray:
    """The log of the town's weeks."""
    return _log()


def test_everything_that_can_happen_to_a_card_happens_in_the_town(town: np.ndarray) -> None:
    """The run is no use as a proof if nobody replaces, transfers or cancels."""
    program = prepare(TOWN, ())[1].program
    done = {program.steps[step].name.split(".")[0] for step in set(town[town[:, 5] == Event.DONE][:, 3].tolist())}
    assert {"replace", "transfer", "cancel", "settle", "collect", "exchange", "cash_withdrawal"} <= done


@pytest.mark.slow
def test_money_people_and_queues_are_conserved_over_the_whole_run(town: np.ndarray) -> None:
    """Opening balances and movements give every closing balance to the cent; Little's law on the path."""
    assert check_identities([town]) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_they_are_conserved_for_other_seeds_and_on_a_clock_full_of_ties(seed: int) -> None:
    """Also when everything happens on the minute."""
    assert check_identities([_log("run.clock_step=1 min", seed=seed)]) == []


@pytest.mark.slow
def test_the_medical_balance_of_every_person_is_only_moved_never_made(town: np.ndarray) -> None:
    """Reckoned from the log alone: opening plus in minus out is what he has at the end, and never less than nothing."""
    balance: dict[int, int] = defaultdict(int)
    closing: dict[int, int] = {}
    for _, _, person, _, _, kind, code, value in town.tolist():
        if kind == Event.OPENING and code == Ledger.MEDICAL:
            balance[person] += value
        elif kind == Event.MONEY:
            source, target = divmod(code, 16)
            balance[person] += value * ((target == Ledger.MEDICAL) - (source == Ledger.MEDICAL))
            assert balance[person] >= 0
        elif kind == Event.BALANCE and code == Ledger.MEDICAL:
            closing[person] = value
    assert len(closing) > 1000
    assert all(closing[person] == balance[person] for person in closing)


def test_nobody_is_handed_a_card_while_he_still_has_a_usable_one(town: np.ndarray) -> None:
    """P2, reckoned from the log and the tables: a card in hand, an ending, only then the next card in hand."""
    program = prepare(TOWN, ())[1].program
    sets: dict[int, int] = {}
    for number, row in enumerate(program.steps):
        for effect in program.office_steps[row.office][1].effects if row.office >= 0 else ():
            if effect.act is Act.SET and effect.field == Field.CARD.name:
                sets[number] = effect.value
            elif effect.act is Act.COPY and effect.field == Field.CARD.name:
                sets[number] = Card.ACTIVE  # a report lapsed: the card counts as usable again
    firsts = [cohort.first for cohort in program.cohorts]
    usable: dict[int, bool] = {}
    handed = 0
    for _, _, person, step, _, kind, _, _ in town[town[:, 5] == Event.DONE].tolist():
        if step not in sets:
            continue
        cohort = program.cohorts[bisect_right(firsts, person) - 1]
        before = usable.get(person, cohort.record[Field.CARD] in _USABLE)
        if sets[step] == Card.ISSUED:
            assert not before, f"person {person} at {program.steps[step].name}"
            handed += 1
        usable[person] = sets[step] in _USABLE
        assert kind == Event.DONE
    assert handed > 500


@pytest.mark.slow
def test_two_processes_with_different_hash_seeds_write_the_same_log() -> None:
    """Byte for byte: nothing depends on the order of a set or on an address."""
    script = (
        "import sys, hashlib; from pathlib import Path; from sim.run import prepare;"
        "from sim.engines.reference import ReferenceEngine; digest = hashlib.sha256();"
        "program = prepare(Path(sys.argv[1]), ())[1].program;"
        "ReferenceEngine(program, 1, 0, lambda chunk: digest.update(chunk.tobytes())).run();"
        "print(program.content_hash(), digest.hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script, str(TOWN)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(TOWN.parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
