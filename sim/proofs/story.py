"""The shortest story of a broken rule as a scenario file: `cardmill run` plays it and ends with exit code 98.

The explorer knows what comes after what; here every event gets a moment.  Actions follow each other by half an hour;
a term is as long as the procedure's own; a wait is made as long as the story needs it, and beyond the end of the story
where it is not over in it.  A story that needs one parameter to be two things at once cannot be told (UntoldError).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sim.office.fields import Card, Field
from sim.procedures.catalogue import parameter
from sim.procedures.model import Act, Kind, Outcome, Step, Who
from sim.proofs.abstraction import Term, tie_of
from sim.proofs.guards import name_of, words_of
from sim.proofs.paths import ACTOR
from sim.proofs.paths import Path as Way
from sim.proofs.safety import Shown, StepRule
from sim.proofs.tables import Tables
from sim.proofs.verdict import Broken
from sim.scenario import units
from sim.scenario.checks_asked import uses_amount
from sim.scenario.schema_story import FIELDS, STATES
from sim.scenario.toml_write import to_toml

START = datetime(2026, 3, 2, 9, 0)
GAP = timedelta(minutes=30)
LATER = "300 d"
"""Longer than any story."""
PERSON = "somebody"
PART = "1 yuan"
UNIT = "100 yuan"
"""What one unit of money is in the story."""
_OF_PERSON = {"medical_fen": "medical_balance", "financial_fen": "financial_balance"}


_WAY_TO_A_CARD: dict[int, str] = {
    Card.TEMPORARY_LOSS: "replace.apply",
    Card.LOST: "replace.apply",
    Card.DAMAGED: "replace_damaged.apply",
    Card.WITHDRAWN: "reapply.apply",
}


class UntoldError(Exception):
    """One scenario cannot hold the story: a parameter would have to be two things."""


@dataclass(frozen=True, slots=True)
class Action:
    """One line of the story."""

    at: datetime
    does: str
    who: str = ""
    where: str = ""
    amount: str = ""
    expect: str = "done"
    after: tuple[tuple[str, object], ...] = ()

    def table(self) -> dict[str, Any]:
        """As a table of the scenario."""
        keys: dict[str, Any] = {"at": f"{self.at:%Y-%m-%d %H:%M}", "person": PERSON, "does": self.does}
        keys |= {"where": self.where} if self.where else {}
        keys |= {"who": self.who} if self.who else {}
        keys |= {"amount": self.amount} if self.amount else {}
        keys |= {"expect": self.expect} if self.expect != "done" else {}
        return keys | ({"after": dict(self.after)} if self.after else {})


@dataclass(slots=True)
class _Plan:
    """Moments of the events, and what the parameters have to be."""

    at: list[datetime] = field(default_factory=list)
    numbers: dict[tuple[str, str], object] = field(default_factory=dict)
    begun: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = field(default_factory=dict)
    stamped: dict[str, datetime] = field(default_factory=dict)

    def give(self, key: tuple[str, str], value: object) -> None:
        """A parameter has to be this."""
        if self.numbers.setdefault(key, value) != value:
            raise UntoldError(f"{key[0]}.{key[1]} would have to be {self.numbers[key]} and {value}")


class Teller:
    """Turns ways of the explorer into scenarios."""

    def __init__(self, tables: Tables) -> None:
        """Tell of these procedures."""
        self.tables = tables

    def tell(self, found: Broken) -> str:
        """The scenario as text; raises UntoldError."""
        plan = self._plan(found.way)
        actions = [self._action(path, at) for path, at in zip(found.way, plan.at, strict=True) if self._is_action(path)]
        rule = found.rule
        last = plan.at[-1] if plan.at else START
        shown = rule.shown
        if isinstance(rule, StepRule) and not shown:
            if self._is_action(found.way[-1]):
                actions[-1] = replace(actions[-1], expect=f"refused {rule.rule}")
            else:
                shown = (Shown("enquire_hotline", after=_unchanged(found)),)
        for number, one in enumerate(shown, 1):
            does = one.does or _WAY_TO_A_CARD.get(found.after.get(Field.CARD.name, 0), "apply.hand_in")
            action = self._action(Way(does, (), (), ()), last + number * GAP)
            amount = PART if action.amount else ""
            actions.append(replace(action, amount=amount, expect=one.expect, after=one.after))
        return self._text(found, plan, actions)

    # --- moments -------------------------------------------------------------------------------------------------

    def _plan(self, way: tuple[Way, ...]) -> _Plan:
        plan = _Plan()
        now = START
        for number, path in enumerate(way):
            kind, _, name = path.begins.partition(" ")
            now = self._moment(plan, kind, name, now + GAP * bool(number))
            plan.at.append(now)
            for owner, share, up in path.choices:
                if owner != ACTOR:
                    plan.give((owner, share), int(up))
            self._note(plan, path, number, now)
        for _, keys in plan.begun.values():
            for key in keys[:1]:
                plan.give(key, LATER)
        return plan

    def _moment(self, plan: _Plan, kind: str, name: str, soonest: datetime) -> datetime:
        if kind == "wait" and name in plan.begun:
            since, keys = plan.begun.pop(name)
            for key in keys[1:]:
                plan.give(key, "1 min")
            if keys:
                minutes = int((soonest - plan.at[since]).total_seconds() // 60) - len(keys) + 1
                plan.give(keys[0], f"{minutes} min")
        if kind == "term":
            owner, _, term = name.partition(".")
            tie = tie_of(Term(owner, term))
            since_at = START if tie is None else plan.stamped.get(tie[0].name, START)
            return max(soonest, since_at + self._length(owner, term) + GAP)
        return soonest

    def _length(self, owner: str, name: str) -> timedelta:
        default = parameter(self.tables.procedures[owner], name).default
        text = str(default)
        if text.endswith("workdays"):
            return timedelta(days=int(text.partition(" ")[0]) * 2 + 4)  # no holidays are longer
        length = timedelta(milliseconds=units.duration_ms(default))
        return length + timedelta(days=bool(length.days > 1))  # a term in dates ends with its last day

    def _note(self, plan: _Plan, path: Way, number: int, now: datetime) -> None:
        """Which waits and terms begin."""
        for name, accepted in path.trail:
            owner, step = self.tables.steps[name]
            if accepted:
                for effect in step.effects:
                    if effect.act is Act.STAMP:
                        plan.stamped[effect.field] = now
            for move in owner.moves:
                outcome = Outcome.DONE if accepted else Outcome.REFUSED
                if move.step != step.name or move.outcome is not outcome or move.wait is None or move.to == "END":
                    continue
                to = self.tables.target(owner, move.to)
                if self.tables.inert(to) or tie_of(Term(owner.name, move.wait)) is not None:
                    continue
                taken = move.share is None or (owner.name, move.share, True) in path.choices
                if taken:
                    waiting = self.tables.arrives_at(to)
                    plan.begun[waiting] = (number, ((owner.name, move.wait), *self._onward(to, waiting)))
                    if not move.fork:
                        break

    def _onward(self, step: str, goal: str) -> Iterable[tuple[str, str]]:
        """Further waits on the way through steps that change nothing."""
        seen = set()
        while step != goal and step not in seen:
            seen.add(step)
            owner, row = self.tables.steps[step]
            moves = [move for move in owner.moves if move.step == row.name and move.outcome is Outcome.DONE]
            move = next(move for move in moves if move.share is None)
            if move.wait is not None:
                yield owner.name, move.wait
            step = self.tables.target(owner, move.to)

    # --- text ----------------------------------------------------------------------------------------------------

    @staticmethod
    def _is_action(path: Way) -> bool:
        return not path.begins.startswith(("wait ", "term "))

    def _action(self, path: Way, at: datetime) -> Action:
        step = self._step(path.begins)
        who = _actor(step, path)
        where = ""
        if step.place is not None and step.place.value == "outlets" and step.at.value == "chosen":
            instant = any(name in {"produce.at_counter", "produce.ask_instant"} and done for name, done in path.trail)
            where = "machine" if instant else "plain"
        steps = [step, *(self.tables.steps[name][1] for name, _ in path.trail)]
        return Action(at, path.begins, who, where, UNIT if any(uses_amount(one) for one in steps) else "")

    def _step(self, name: str) -> Step:
        if name in self.tables.steps:
            return self.tables.steps[name][1]
        return self.tables.procedures[name].steps[0]

    def _text(self, found: Broken, plan: _Plan, actions: list[Action]) -> str:
        rule = found.rule
        tree = tomllib.loads((Path(__file__).parent / "world.toml").read_text("utf-8"))
        last = max((action.at for action in actions), default=START)
        tree["run"]["duration"] = f"{(last - START).days + 3} d"
        procedures: dict[str, dict[str, Any]] = {}
        for (owner, name), value in sorted((self._numbers(plan, found.way) | self._words(found)).items()):
            procedures.setdefault(owner, {})[name] = value
        states = {_OF_PERSON.get(key, key): _state(key, value) for key, value in found.beginning.items()}
        tree["procedures"] = procedures
        tree["people"] = {PERSON: {"name": "某人", "bank": "icbc", **states}}
        says = f"{rule.rule}: {rule.says}"
        tree["story"] = [
            {"title": says, "title_zh": says, "rules": [rule.rule], "actions": [action.table() for action in actions]}
        ]
        return to_toml({"title": f"Broken: {rule.name}", "title_zh": f"违反规则：{rule.name}", **tree})

    def _words(self, found: Broken) -> dict[tuple[str, str], object]:
        """Words that the region of the story has chosen and one that says nothing has not."""
        words = words_of(self.tables.procedures)
        said = {word: options[found.before.get(name_of(word), 0)] for word, options in words.items()}
        return {word: chosen for word, chosen in said.items() if chosen != words[word][0]}

    def _numbers(self, plan: _Plan, way: tuple[Way, ...]) -> dict[tuple[str, str], object]:
        """Parameters of the story; shares of the procedures in it that it does not decide are never up."""
        owners = {name.partition(".")[0] for path in way for name, _ in path.trail}
        numbers: dict[tuple[str, str], object] = dict(plan.numbers)
        for owner in owners:
            for row in self.tables.procedures[owner].parameters:
                if row.kind is Kind.SHARE:
                    numbers.setdefault((owner, row.name), 0)
        return numbers


def _state(key: str, value: str | int) -> str | int:
    if Field[key.upper()] in {Field.MEDICAL_FEN, Field.FINANCIAL_FEN}:
        return UNIT if value else "0 yuan"
    return value


def _unchanged(found: Broken) -> tuple[tuple[str, object], ...]:
    """What the record should still say, had the last event been refused."""
    wanted: list[tuple[str, object]] = []
    for key, name in FIELDS.items():
        before, after = found.before.get(name.name), found.after.get(name.name)
        if before is None or before == after:
            continue
        if name in {Field.MEDICAL_FEN, Field.FINANCIAL_FEN, Field.COST_FEN}:
            wanted.append((key, UNIT if before else "0 yuan"))
        else:
            wanted.append((key, STATES[key](before).name.lower() if key in STATES else before))
    return tuple(wanted)


def _actor(step: Step, path: Way) -> str:
    """Who acts; "" for the holder."""
    may = [list(Who).index(who) for who in step.who]
    for owner, number, taken in path.choices:
        if owner == ACTOR:
            may = [who for who in may if (who == int(number)) is taken]
    return tuple(Who)[may[0]].value if may and tuple(Who)[may[0]] is not Who.HOLDER else ""
