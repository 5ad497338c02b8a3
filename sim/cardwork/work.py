"""Card work: the people of a log, chosen and dealt out to processes.

Every person is a task of his own: nothing one card does depends on another person's, so people are replayed in any
order, and a share of them, keyed by person, is the same people in every run and part of every larger share.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cardemu.host.workers import WorkerPool
from cardemu.identifiers import Sex
from cardemu.people import Person
from cardemu.products import Product, product
from sim.cardwork.conversations import conversations
from sim.cardwork.desk import Desk
from sim.cardwork.desks import Desks
from sim.cardwork.life import Life, Row
from sim.cardwork.outcome import CardWork, Tally
from sim.cardwork.share import chosen
from sim.cardwork.world import World
from sim.errors import WorkersLostError
from sim.log import Event

Ints = NDArray[np.int64]
Beat = Callable[[int, int], None]
"""Told how many people are done, of how many."""

TASK_PEOPLE = 200
FEW_PEOPLE = 2_000
"""Fewer are played in this process: starting others would take longer."""
_FOLLOWED = (Event.DONE, Event.OPENING, Event.MONEY)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: the run, the card product, the share of people, own conversation files."""

    world: World
    product: str = ""  # every card is of this one; empty: what the world says
    share: float = 1.0
    folders: tuple[Path, ...] = ()
    jobs: int = 0  # processes; 0: as many as there are processors


def rows_of(chunks: Iterable[Ints], world: World, share: float) -> Ints:
    """The rows card work follows, person by person, each person's in the order of the log."""
    concerning = np.array(world.concerning, dtype=np.int64)
    kept: list[Ints] = []
    for chunk in chunks:
        rows = chunk[np.isin(chunk[:, 5], _FOLLOWED) & (chunk[:, 2] >= 0)]
        kept.append(rows[chosen(rows[:, 2], share)])
    rows = np.concatenate(kept) if kept else np.empty((0, 8), dtype=np.int64)
    with_card = np.unique(rows[(rows[:, 5] == Event.DONE) & np.isin(rows[:, 3], concerning), 2])
    rows = rows[np.isin(rows[:, 2], with_card)]
    return rows[np.argsort(rows[:, 2], kind="stable")]


def tasks(rows: Ints) -> Iterator[Ints]:
    """The rows of TASK_PEOPLE people at a time."""
    starts = np.flatnonzero(np.diff(rows[:, 2], prepend=-1))
    for first in range(0, len(starts), TASK_PEOPLE):
        last = first + TASK_PEOPLE
        yield rows[starts[first] : starts[last] if last < len(starts) else len(rows)]


def desks_of(order: Order) -> Desks:
    """A desk for each of the order's products; ConversationError, ProductError when the files are wrong."""
    world = order.world
    chosen_one = product(order.product).name if order.product else ""
    named = {chosen_one: order.product} if order.product else {name: name for name in world.products.names}
    desks = {name: _desk(product(file), order) for name, file in named.items()}
    return Desks(desks, world, chosen_one)


def _desk(made: Product, order: Order) -> Desk:
    world = order.world
    return Desk(made, world.region, world.start, conversations(made, order.folders), world.total)


def replay(desk: Desks, world: World, rows: Ints) -> Tally:
    """All people of some rows, one after the other."""
    desk.begin()
    for _ in lives(desk, world, rows):
        pass
    return desk.tally


def lives(desk: Desks, world: World, rows: Ints) -> Iterator[Life]:
    """The people of some rows, each replayed; counts into the desk's tally."""
    numbers, starts = np.unique(rows[:, 2], return_index=True)
    ends = [*starts[1:].tolist(), len(rows)]
    known = world.identities.of(numbers)
    for place, number in enumerate(numbers.tolist()):
        person = Person(
            str(known.citizen_number[place]),
            str(known.name[place]),
            Sex(int(known.sex[place])),
            known.birth[place].astype(object),
            f"{known.ethnicity[place]:02d}",
        )
        own: Sequence[Row] = [tuple(row) for row in rows[starts[place] : ends[place]].tolist()]
        life = Life(desk, world, number, person)
        found = life.play(own)
        desk.tally.people += 1
        if found is not None:
            desk.tally.disagreements.append(found)
        yield life


_DESKS: list[tuple[Desks, World]] = []
"""The desks of a process that was started for card work."""


def _open(order: Order) -> None:
    _DESKS.append((desks_of(order), order.world))


def _work(rows: Ints) -> Tally:
    return replay(*_DESKS[0], rows)


def card_work(chunks: Iterable[Ints], order: Order, beat: Beat | None = None) -> CardWork:
    """Replay a log.  KeyboardInterrupt ends it early; what was done until then is kept and the result is partial.

    Raises ConversationError and ProductError before anything is played.
    """
    desk = desks_of(order)  # also when others will work: mistakes in files are found here
    tally, partial = Tally(), False
    try:
        rows = rows_of(chunks, order.world, order.share)
        total = len(np.unique(rows[:, 2]))
        jobs = order.jobs or os.cpu_count() or 1
        done = _alone(desk, order.world, rows) if jobs == 1 or total < FEW_PEOPLE else _together(order, rows, jobs)
        for part in done:
            tally.merge(part)
            if beat is not None:
                beat(tally.people, total)
    except KeyboardInterrupt:
        partial = True
    tally.disagreements.sort(key=lambda one: one.person)
    return CardWork(order.product or str(order.world.products), order.share, tally, partial)


def life_of(chunks: Iterable[Ints], order: Order, number: int) -> tuple[CardWork, Life | None]:
    """Replay one person; nobody where no step of his concerns a card.  Errors as `card_work`."""
    desk = desks_of(order)
    rows = rows_of((chunk[chunk[:, 2] == number] for chunk in chunks), order.world, 1.0)
    life = next(lives(desk, order.world, rows), None) if len(rows) else None
    return CardWork(order.product or str(order.world.products), 1.0, desk.tally), life


def _alone(desk: Desks, world: World, rows: Ints) -> Iterator[Tally]:
    for task in tasks(rows):
        yield replay(desk, world, task)


def _together(order: Order, rows: Ints, jobs: int) -> Iterator[Tally]:
    """By several processes; a few tasks wait for each, so that an early end has little to throw away."""
    with WorkerPool(jobs, _open, (order,)) as pool:
        waiting = tasks(rows)
        running: set[Future[Tally]] = {pool.submit(_work, task) for task in islice(waiting, 3 * jobs)}
        try:
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {pool.submit(_work, task) for task in islice(waiting, len(finished))}
                for one in finished:
                    yield one.result()
        except BrokenExecutor as error:
            raise WorkersLostError("a process that replayed cards was killed") from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
