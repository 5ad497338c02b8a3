"""Random lives: people ask for anything in any order, the engine plays it, the cards say what they hold over APDU.

Card work replays every step with a card present as a conversation (card, terminal and PSAM), so a record that went
anywhere the chip could not follow is a disagreement.  Hypothesis shortens the life that shows it.
"""

from __future__ import annotations

import os
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim.proofs
from sim.cardwork.work import Order, card_work
from sim.cardwork.world import world_of
from sim.procedures.catalogue import catalogue, of_itself, reached
from sim.products import products_of
from sim.proofs.tables import Tables
from sim.region import region_of
from sim.run import Plan, play, prepare
from sim.scenario.checks_asked import uses_amount
from sim.scenario.toml_write import to_toml
from sim.store import RunReader

TABLES = Tables(catalogue())
ENTRIES = sorted(name for name in TABLES.entries if not name.startswith("death."))
WORLD = tomllib.loads((Path(sim.proofs.__file__).parent / "world.toml").read_text("utf-8"))
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
ACTION = st.tuples(st.sampled_from(ENTRIES), st.sampled_from([1, 1, 2, 30, 24 * 3, 24 * 40]), st.booleans())
PEOPLE: dict[str, dict[str, Any]] = {
    "new": {"name": "甲", "bank": "icbc", "old_card": "held", "medical_balance": "100 yuan"},
    "holder": {"name": "乙", "bank": "icbc", "card": "active", "medical_balance": "300 yuan"},
    "earlier": {"name": "丙", "bank": "icbc", "card": "active", "generation": "earlier", "medical_balance": "50 yuan"},
}


def scenario_of(lives: dict[str, list[tuple[str, int, bool]]]) -> dict[str, Any]:
    """Each person's life as a story; how its actions end is left to the office."""
    actions, last = [], datetime(2026, 3, 2, 9, 0)
    for person, life in lives.items():
        now = datetime(2026, 3, 2, 9, 0)
        for does, hours, by_machine in life:
            owner, step = TABLES.steps[does]
            action: dict[str, Any] = {
                "at": f"{now:%Y-%m-%d %H:%M}",
                "person": person,
                "does": does,
            }
            if any(uses_amount(one) for _, one in reached((owner, step), catalogue(), of_itself)):
                action["amount"] = "10 yuan"
            if step.who:
                action["who"] = step.who[0].value
            if step.place is not None and step.place.value == "outlets" and step.at.value == "chosen":
                action["where"] = "machine" if by_machine else "plain"
            actions.append(action)
            now += timedelta(hours=hours)
        last = max(last, now)
    run = {**WORLD["run"], "duration": f"{(last - datetime(2026, 3, 2)).days + 40} d"}
    story = [{"title": "A life", "rules": ["P2"], "actions": sorted(actions, key=lambda action: str(action["at"]))}]
    return {**WORLD, "title": "Lives", "run": run, "people": PEOPLE, "story": story}


@pytest.mark.slow
@settings(max_examples=150 if LONG else 12, deadline=None)
@given(st.fixed_dictionaries({person: st.lists(ACTION, min_size=5, max_size=40) for person in PEOPLE}))
def test_no_life_leaves_the_chip_in_disagreement_with_the_record(lives: dict[str, list[tuple[str, int, bool]]]) -> None:
    """Up to 120 actions of three people: the log is consistent, and every card answers as the record says."""
    with TemporaryDirectory() as kept:
        file, folder = Path(kept) / "lives.toml", Path(kept) / "run"
        file.write_text(to_toml(scenario_of(lives)), "utf-8")
        loaded, compiled = prepare(file, ())
        outcome = play(loaded, compiled, Plan(check=True, engine="reference"), folder=folder)
        assert outcome.violations == ()
        log = np.concatenate(list(RunReader(folder).chunks()))
        world = world_of(compiled.program, region_of(loaded), products_of(loaded))
        work = card_work([log], Order(world, "generation-3", 1.0, (), jobs=1))
        assert [found.why for found in work.tally.disagreements] == []
