"""Stories: what single people tried, compared with what the scenario says must come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim.log import Event
from sim.scenario.schema_story import FIELDS, STATES

if TYPE_CHECKING:
    from sim.metrics.names import Names
    from sim.program import Program
    from sim.scenario.schema import Scenario
    from sim.scenario.schema_story import ActionTable

_ENDINGS = {
    Event.ABANDON: "abandoned",
    Event.BALK: "balked",
    Event.TURNED_AWAY: "turned away",
    Event.BLOCKED: "blocked",
}
_OUTCOMES = (Event.DONE, Event.REFUSED, *_ENDINGS)
_KINDS = (Event.ARRIVE, Event.STATE, *_OUTCOMES)


@dataclass(frozen=True, slots=True)
class StoryResult:
    """One action of a story and what came of it."""

    story: str
    story_zh: str
    rules: tuple[str, ...]
    at_ms: int
    person: str
    does: str
    where: str
    expected: str
    got: str
    ok: bool
    text: str


@dataclass(slots=True)
class _Told:
    """What the log says of one action."""

    got: str = "nothing"
    states: dict[int, int] = field(default_factory=dict)


class StoryBook:
    """Follows the actions of the stories through the log of one replication."""

    def __init__(self, program: Program, names: Names) -> None:
        self._names = names
        self._first = next((number for number, row in enumerate(program.sources) if row.story), len(program.sources))
        self._told = {number: _Told() for number in range(self._first, len(program.sources))}
        self._cases: dict[int, int] = {}

    def add(self, chunk: np.ndarray) -> None:
        """Follow the next rows."""
        if not self._told:
            return
        arrivals = (chunk[:, 5] == Event.ARRIVE) & (chunk[:, 6] >= self._first)
        if not self._cases and not arrivals.any():
            return
        for _, case, _, _, _, kind, code, value in chunk[np.isin(chunk[:, 5], _KINDS)].tolist():
            if kind == Event.ARRIVE:
                if code >= self._first:
                    self._cases[case] = code
                continue
            source = self._cases.get(case)
            if source is None:
                continue
            told = self._told[source]
            if kind == Event.STATE:
                told.states[code] = value
            elif kind == Event.REFUSED:
                told.got = f"refused {self._names.rules[code].rule}"
            else:
                told.got = "done" if kind == Event.DONE else _ENDINGS[Event(kind)]

    def results(self, scenario: Scenario) -> list[StoryResult]:
        """Every action's outcome, in the order of the file."""
        results = []
        sources = iter(sorted(self._told))
        for story in scenario.story:
            for action in story.actions:
                told = self._told[next(sources)]
                differences = _differences(action, told)
                got = told.got
                if differences and got == action.expect:
                    got = f"{got}, but {'; '.join(differences)}"
                text = f"{action.person} {action.does}: expected {action.expect}, got {got}"
                results.append(
                    StoryResult(
                        story.title, story.title_zh, story.rules, action.at, action.person, action.does, action.where,
                        action.expect, got, not differences and told.got == action.expect, text,
                    )
                )  # fmt: skip
        return results


def _differences(action: ActionTable, told: _Told) -> list[str]:
    """Fields of the office record that are not as the story says."""
    wrong = []
    for key, expected in action.after.items():
        got = told.states.get(int(FIELDS[key]))
        if got != expected:
            wrong.append(f"{key} is {_in_words(key, got)}, not {_in_words(key, expected)}")
    return wrong


def _in_words(key: str, value: int | None) -> str:
    if value is None:
        return "unknown"
    if key in STATES:
        return STATES[key](value).name.lower()
    if FIELDS[key].name.endswith("_FEN"):
        return f"{value / 100:.2f} yuan"
    return str(value)
