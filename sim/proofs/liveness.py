"""What must stay possible: from every state in which something is due, a state in which it is had can be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.office.fields import Account, Card, Field
from sim.proofs.explore import Graph
from sim.proofs.memory import OWED, PROMISED
from sim.proofs.safety import Column, Could, Shown


@dataclass(frozen=True, slots=True)
class Liveness:
    """From every state that is `due`, one that is `had` can be reached."""

    name: str
    rule: str
    says: str
    needs: frozenset[str]
    due: Callable[[Column], np.ndarray]
    had: Callable[[Column, Could], np.ndarray]
    asks: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()


def _living(column: Column) -> np.ndarray:
    return np.asarray(column(Field.DIED_AT.name) == 0)


def _has_usable_card(column: Column, _: Could) -> np.ndarray:
    """Active, and neither lost nor damaged, whether anybody has reported that or not."""
    there = (column(Field.LOST_AT.name) == 0) & (column(Field.DAMAGED_AT.name) == 0)
    return np.asarray(there & (column(Field.CARD.name) == Card.ACTIVE))


LIVENESS: tuple[Liveness, ...] = (
    Liveness(
        "usable_card", "P2", "whoever lives can get a usable card again, whatever has happened",
        frozenset({
            "CARD", "LOST_AT", "DAMAGED_AT", "ACCOUNT", "APPLICATION", "DIED_AT", "apply.check", "produce.accept",
        }),
        _living, _has_usable_card,
        shown=(Shown(""),),
    ),
    Liveness(
        "claim_is_paid", "L6", "a claim that was accepted can still be paid, in full",
        frozenset({Field.CLAIMED_FEN.name, OWED}),
        lambda column: column(OWED) > 0, lambda column, _: column(OWED) == 0,
        shown=(Shown("enquire_hotline", after=(("financial_balance", "100 yuan"),)),),
    ),
    Liveness(
        "balance_is_paid", "C3", "the balance that was promised at the bank's approval can still be paid",
        frozenset({Field.RESERVED_FEN.name, PROMISED}),
        lambda column: column(PROMISED) > 0, lambda column, _: column(PROMISED) == 0,
        shown=(Shown("enquire_hotline", after=(("financial_balance", "100 yuan"),)),),
    ),
    Liveness(
        "money_within_reach", "C5", "whatever is on the financial account can still be drawn by its holder",
        frozenset({Field.FINANCIAL_FEN.name, Field.BANK.name, Field.ACCOUNT.name}),
        lambda column: column(Field.FINANCIAL_FEN.name) > 0,
        lambda column, _: column(Field.FINANCIAL_FEN.name) == 0,
    ),
    Liveness(
        "account_opens", "P6", "whoever lives can have an open account again",
        frozenset({Field.ACCOUNT.name, Field.INSURANCE.name, "DIED_AT"}),
        _living, lambda column, _: column(Field.ACCOUNT.name) == Account.OPEN,
    ),
)  # fmt: skip


class Backwards:
    """The transitions of a graph from their ends, to be searched backwards."""

    def __init__(self, graph: Graph) -> None:
        """Sort the transitions by where they lead."""
        order = np.argsort(graph.targets, kind="stable")
        self._begins = np.searchsorted(graph.targets, np.arange(len(graph.codes) + 1), sorter=order)
        self._sources = graph.sources[order]

    def can_reach(self, goal: np.ndarray) -> np.ndarray:
        """Of every state of the graph, whether a state of `goal` can be reached."""
        return self.distances(goal) >= 0

    def distances(self, goal: np.ndarray) -> np.ndarray:
        """Of every state of the graph, how far the next state of `goal` is; -1 where none can be reached."""
        far = np.where(goal, 0, -1)
        wave = np.flatnonzero(goal)
        steps = 0
        while len(wave):
            begins, counts = self._begins[wave], self._begins[wave + 1] - self._begins[wave]
            shift = np.repeat(begins - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
            before = np.zeros(len(far), dtype=np.bool_)
            before[self._sources[np.arange(counts.sum()) + shift]] = True
            wave = np.flatnonzero(before & (far < 0))
            steps += 1
            far[wave] = steps
        return far
