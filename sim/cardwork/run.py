"""Card work on a stored run: the run folder says what was played, and gets the result as `cards.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cardemu.host.claim import claimed
from cardemu.state import save
from sim.cardwork.outcome import CardWork
from sim.cardwork.share import AUTO, share_for
from sim.cardwork.work import Beat, Order, card_work, life_of
from sim.cardwork.world import world_of
from sim.errors import MistakeError, writing
from sim.prepare import prepare
from sim.products import products_of
from sim.region import region_of
from sim.store import KIND, RunReader

if TYPE_CHECKING:
    from sim.compile.compiler import Compiled
    from sim.scenario.load import Loaded

RESULT = "cards.json"


class PersonError(MistakeError):
    """Nobody of this name or number in the run, or nobody with a card."""


@dataclass(frozen=True, slots=True)
class HeldCard:
    """A card as its holder has it at the end of a run."""

    who: str
    number: str
    pin: str
    saved: str


def card_of_run(
    folder: Path, who: str, product: str | None = None, folders: Sequence[Path] = ()
) -> tuple[CardWork, HeldCard]:
    """Replay one person of a run; the card he was handed last, as it is then.

    `who`: a name of the scenario's people, or a person's number.  Raises as `work_on_run`, and PersonError.
    """
    reader = RunReader(folder)
    loaded, compiled = prepare(folder / "scenario" / "scenario.toml", ())
    world = world_of(compiled.program, region_of(loaded), products_of(loaded))
    number = compiled.people.get(who, int(who) if who.isascii() and who.isdecimal() else -1)
    if not 0 <= number < world.total:
        names = ", ".join(sorted(compiled.people)) or "none has a name"
        raise PersonError(f'"{who}" is nobody in this run; allowed: {names}, or a number from 0 to {world.total - 1}')
    order = Order(world, product or "", 1.0, tuple(folders), 1)
    work, life = life_of(reader.whole(), order, number)
    held = None if life is None else life.card
    if held is None:
        raise PersonError(f"{who} was never handed a card in this run")
    return work, HeldCard(who, held.number, held.pin.hex().rstrip("f"), save(held.card))


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
