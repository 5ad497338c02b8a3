"""Three planted mistakes: each is found, by its rule, with the shortest story, which the engine then plays."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest

from sim.procedures.catalogue import catalogue
from sim.procedures.model import Procedure
from sim.proofs.mutants import installed
from sim.proofs.mutation import SMALL
from sim.proofs.prove import prove
from sim.proofs.views import VIEWS
from sim.run import play, prepare
from tests.proofs.planted import EARLY_PAYOUT, HOST, SECOND_CARD, TAKEN_AND_FORGOTTEN

VIEW = {view.name: view for view in (*SMALL, *VIEWS)} | {view.name: view for view in SMALL}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("planted", "view", "rule", "way", "got"),
    [
        (
            SECOND_CARD,
            "applications",
            "one_card",
            ["exchange_generation.apply", f"{HOST}.again"],
            "expected refused P2, got done",
        ),
        (
            EARLY_PAYOUT,
            "payout",
            "payout_in_time",
            ["end_insurance.emigrated", "cancel.notice", "cancel.withdraw", f"{HOST}.pay_now"],
            "expected refused C3, got done",
        ),
        (
            TAKEN_AND_FORGOTTEN,
            "card",
            "usable_card",
            [f"{HOST}.take_in"],
            "expected done, got refused L4",
        ),
    ],
    ids=["second card", "early payout", "taken in and forgotten"],
)
def test_a_planted_mistake_is_caught_with_its_shortest_story(
    tmp_path: Path, planted: Procedure, view: str, rule: str, way: list[str], got: str
) -> None:
    """Found within a minute; the last action of its scenario ends otherwise than the rule says."""
    with installed({HOST: planted}):
        begun = perf_counter()
        proof = prove(catalogue(), [VIEW[view]])
        assert perf_counter() - begun < 60
        told = {one.found.rule.name: one for one in proof.told}
        assert rule in told, sorted(told)
        assert [path.begins for path in told[rule].found.way] == way
        file = tmp_path / "story.toml"
        file.write_text(told[rule].scenario, "utf-8")
        outcome = play(*prepare(file, ()))
        *right, wrong = outcome.stories
        assert all(story.ok for story in right)
        assert wrong.text.endswith(got)
