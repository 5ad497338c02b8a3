"""Steps, moves, waits, distributions and the office's guards and effects as rows of integers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.engines import compiled_columns as col
from sim.engines.compiled_lists import Lists
from sim.engines.compiled_world import table
from sim.office.rows import CheckCode, EffectRow, GuardRow, guard_row, rule_names, step_row
from sim.program import NONE

if TYPE_CHECKING:
    from sim.office.rows import StepRow as OfficeRow
    from sim.program import Program, StepRow

_OF_ONE_WORD = {int(CheckCode.IN): col.IN_BITS, int(CheckCode.NOT_IN): col.NOT_IN_BITS}
"""Checks against a list of values, and the same against the bits of one word."""


class StepTables:
    """What a case walks through."""

    def __init__(self, program: Program, lists: Lists) -> None:
        self.lists = lists
        self._guards: list[tuple[int, ...]] = []
        self._effects: list[EffectRow] = []
        self.most_effects = 1
        self._office(program)
        self._moves(program)
        self._distributions(program)
        self.step = table(len(program.steps), col.STEP_WIDTH)
        for out, row in zip(self.step, program.steps, strict=False):
            self._step(out, row)
        self.wait = table(len(program.waits), col.WAIT_WIDTH)
        for out, wait in zip(self.wait, program.waits, strict=False):
            out[:] = (wait.kind, wait.dist, *lists.whole(wait.clocks_ms), wait.visit)
        self.choice = table(len(program.choices), col.CHOICE_WIDTH)
        for out, choice in zip(self.choice, program.choices, strict=False):
            out[:] = (choice.place, *lists.whole(choice.stations), lists.broken(choice.cumulative)[0])
        self.guard = _rows(self._guards, col.GUARD_WIDTH)
        self.effect = _rows(self._effects, col.EFFECT_WIDTH)

    def _step(self, out: np.ndarray, row: StepRow) -> None:
        lists = self.lists
        out[col.STEP_KEY], out[col.STEP_WHERE] = row.key << 28, row.where
        out[col.STEP_STATION], out[col.CHOICE] = row.station, row.choice
        out[col.BY_BANK] = lists.whole(row.by_bank)[0]
        out[col.BUSINESS], out[col.SERVICE], out[col.OFFICE] = row.business, row.service, row.office
        out[col.STARTS], out[col.STEP_WHO], out[col.FIRST_WHO] = row.starts, row.who, row.first_who
        out[col.KEEP], out[col.CHIP], out[col.STEP_MENU] = row.keep, row.chip, row.menu
        out[col.DONE_FROM], out[col.DONE_TO] = lists.whole(row.after_done)
        out[col.REFUSED_FROM], out[col.REFUSED_TO] = lists.whole(row.after_refused)

    def _moves(self, program: Program) -> None:
        numbers = dict(program.numbers)
        rules = {rule: number for number, rule in enumerate(rule_names(program.office_steps))}
        ranges = [
            self._guard_rows(tuple(guard_row(guard, owner, numbers, rules) for guard in guards))
            for guards, owner in zip(program.guards, program.guard_owners, strict=True)
        ]
        self.move = table(len(program.moves), col.MOVE_WIDTH)
        for out, row in zip(self.move, program.moves, strict=False):
            first, last = (0, 0) if row.guards == NONE else ranges[row.guards]
            out[:] = (
                row.step, self.lists.broken((row.share,))[0], row.guards != NONE, first, last, row.wait, row.fork,
            )  # fmt: skip

    def _distributions(self, program: Program) -> None:
        self.dist = table(len(program.dists), col.DIST_WIDTH)
        for out, row in zip(self.dist, program.dists, strict=False):
            first, _ = self.lists.broken((row.a, row.b, row.c, *row.values, *row.weights))
            out[:] = (row.kind, first, len(row.values), len(row.weights))

    def _office(self, program: Program) -> None:
        numbers = dict(program.numbers)
        rules = {rule: number for number, rule in enumerate(rule_names(program.office_steps))}
        self.office = table(len(program.office_steps), col.OFFICE_WIDTH)
        for out, (procedure, step) in zip(self.office, program.office_steps, strict=False):
            self._office_row(out, step_row(procedure, step, numbers, rules))

    def _office_row(self, out: np.ndarray, row: OfficeRow) -> None:
        out[col.OFFICE_WHO], out[col.NEED], out[col.NEED_OF_AGENT] = row.who, row.need, row.need_of_agent
        out[col.NEED_OF_HEIR] = row.need_of_heir
        out[col.REGISTER_SERVES], out[col.EVERYTHING] = row.register_serves, row.everything
        out[col.GUARDS_FROM], out[col.GUARDS_TO] = self._guard_rows(row.guards)
        out[col.EFFECTS_FROM] = len(self._effects)
        self._effects += row.effects
        out[col.EFFECTS_TO] = len(self._effects)
        self.most_effects = max(self.most_effects, len(row.effects))
        for who, refusal in enumerate(row.refuse_who):
            out[col.REFUSE_WHO + who] = refusal.rule
        for paper, refusal in enumerate(row.refuse_paper):
            out[col.REFUSE_PAPER + paper] = refusal.rule

    def _guard_rows(self, guards: tuple[GuardRow, ...]) -> tuple[int, int]:
        """Add guards; give the first position and the one after the last."""
        first = len(self._guards)
        for code, field, data, refusal in guards:
            number = 0
            values: tuple[int, ...] = ()
            if isinstance(data, int):
                number = data
            elif code in (CheckCode.BRINGS, CheckCode.PLACE_LACKS):
                number, *rest = data
                values = tuple(rest)
            else:
                values = tuple(sorted(data))
            if code in _OF_ONE_WORD and all(0 <= value < col.BITS for value in values):
                code, number = _OF_ONE_WORD[code], sum(1 << value for value in values)  # noqa: PLW2901
            self._guards.append((code, field, number, *self.lists.whole(values), refusal.rule, refusal.paper))
        return first, len(self._guards)


def _rows(rows: Sequence[tuple[int, ...]], width: int) -> np.ndarray:
    return np.array(rows, dtype=np.int64) if rows else table(0, width)
