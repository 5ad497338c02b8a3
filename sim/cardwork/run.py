"""Card work on a stored run: the run folder says what was played, and gets the result as `cards.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cardemu.host.claim import claimed
from sim.cardwork.outcome import CardWork
from sim.cardwork.share import AUTO, share_for
from sim.cardwork.work import Beat, Order, card_work
from sim.cardwork.world import world_of
from sim.errors import writing
from sim.prepare import prepare
from sim.products import products_of
from sim.region import region_of
from sim.store import KIND, RunReader

if TYPE_CHECKING:
    from sim.compile.compiler import Compiled
    from sim.scenario.load import Loaded

RESULT = "cards.json"


def work_on_run(
    folder: Path,
    cards: str = AUTO,
    product: str | None = None,
    folders: Sequence[Path] = (),
    jobs: int = 0,
    beat: Beat | None = None,
    played: tuple[Loaded, Compiled] | None = None,
) -> CardWork:
    """Replay the log of a run folder.  `product`: another card product than the scenario's.

    `played`: scenario and program of the run, if they are at hand; else they are read from the folder.

    Raises RunFolderError, OutputError, ScenarioError, ShareError, ProductError, ConversationError and WorkersLostError;
    KeyboardInterrupt ends it early, and the result says `partial`.
    """
    reader = RunReader(folder)
    loaded, compiled = played or prepare(folder / "scenario" / "scenario.toml", ())
    world = world_of(compiled.program, region_of(loaded), products_of(loaded))
    order = Order(world, product or "", share_for(cards, world.total), tuple(folders), jobs)
    with claimed(folder, KIND, among_others=True) as claim:
        claim.check(RESULT)
        work = card_work(reader.whole() if order.share else (), order, beat)
        if not work.partial:
            with writing(folder / RESULT):
                claim.write(RESULT, json.dumps(work.as_json(), ensure_ascii=False, indent=2) + "\n")
    return work
