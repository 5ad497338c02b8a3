"""Learning a card's behaviour from outside (L*, Angluin 1987, through AALpy), and writing it as text."""

from __future__ import annotations

import random
from collections import deque
from typing import Any

from aalpy.base import SUL
from aalpy.learning_algs import run_Lstar
from aalpy.oracles import ProvidedSequencesOracleWrapper, StatePrefixEqOracle

from cardemu.status import OK_BYTES
from cardemu.template import Template
from tests.cardemu.automata.views import Desk, View, card_for

WALKS, WALK_ACTS = 60, 8
"""Random walks from each state found, in search of behaviour the machine does not show yet."""


class CardUnderLearning(SUL):  # type: ignore[misc]
    """A fresh card for each question; counts what it was asked."""

    def __init__(self, view: View, made: Template) -> None:
        super().__init__()
        self._view = view
        self._made = made
        self._desk: Desk | None = None
        self.asked = 0

    def pre(self) -> None:
        """A new card."""
        self._desk = Desk(card_for(self._view, self._made))

    def post(self) -> None:
        """The card is dropped."""
        self._desk = None

    def step(self, letter: str) -> str:
        """One act; its last status word, with `data` when there are any."""
        assert self._desk is not None
        self.asked += 1
        answer = self._view.acts[letter](self._desk)
        return answer[-2:].hex().upper() + (" with data" if answer[:-2] and answer[-2:] == OK_BYTES else "")


def machine(view: View, made: Template) -> tuple[Any, int]:
    """The Mealy machine of a card, and how many acts it took to learn it; the same in every run."""
    card = CardUnderLearning(view, made)
    alphabet = list(view.acts)
    walks = StatePrefixEqOracle(alphabet, card, walks_per_state=WALKS, walk_len=WALK_ACTS)
    oracle = ProvidedSequencesOracleWrapper(alphabet, card, walks, [list(hint) for hint in view.hints])
    before = random.getstate()
    random.seed(1)  # AALpy draws from the one generator
    try:
        return run_Lstar(alphabet, card, oracle, "mealy", print_level=0), card.asked
    finally:
        random.setstate(before)


def to_text(found: Any, view: View, name: str) -> str:
    """States in order of the shortest way there, each with every act: what the card says, and where it goes."""
    numbers: dict[int, int] = {id(found.initial_state): 0}
    ways: list[list[str]] = [[]]
    states, queue = [found.initial_state], deque([found.initial_state])
    while queue:
        state = queue.popleft()
        for letter in view.acts:
            following = state.transitions[letter]
            if id(following) not in numbers:
                numbers[id(following)] = len(states)
                ways.append([*ways[numbers[id(state)]], letter])
                states.append(following)
                queue.append(following)
    width = max(map(len, view.acts))
    lines = [f"{name}: {view.question}", f"{len(states)} states, {len(view.acts)} acts", ""]
    for number, state in enumerate(states):
        lines.append(f"state {number}: {', '.join(ways[number]) or 'a fresh card'}")
        for letter in view.acts:
            target = numbers[id(state.transitions[letter])]
            goes = "" if target == number else f" -> {target}"
            lines.append(f"    {letter:{width}}  {state.output_fun[letter]}{goes}")
    return "\n".join(lines) + "\n"
