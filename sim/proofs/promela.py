"""The same tables as a Promela model, for Spin: an independent count of the states and transitions of a view.

Written apart from `paths.py` and `guards.py`, from the tables and the declared abstraction alone: every way through a
step and its moves becomes one `d_step`, its conditions and new values written as expressions over the old ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sim.office.fields import Application, Card, Field, Ledger
from sim.office.rows import LEDGER_FIELD
from sim.procedures.model import END, Act, At, Check, Effect, Guard, Move, Outcome, Paper, Procedure, Step, Sum, Who
from sim.proofs.abstraction import TERMS, Term, level_after, size_of, tie_of, value_of
from sim.proofs.tables import Tables, View

Values = dict[str, str]  # expression of each variable that has changed
Branch = tuple[Values, tuple[str, ...]]  # with the conditions so far
OPEN = "?"
_HERE = {At.HERE, At.MACHINE}
_PLACE = {Check.SAME_PLACE, Check.SAME_BANK, Check.PLACE_OFFERS, Check.PLACE_LACKS, Check.OTHER_BANK, Check.BANK_KEPT}
_LOST = (Card.TEMPORARY_LOSS, Card.LOST)
_STOPPED = (*_LOST, Card.HOLDER_DIED)
_PENDING = (Application.SUBMITTED, Application.IN_PRODUCTION, Application.READY)
_SETS = {Act.SET, Act.STAMP, Act.COPY, Act.CHANGE}


class Model:
    """One view of the tables."""

    def __init__(self, procedures: Mapping[str, Procedure], view: View, waiting: Mapping[str, int]) -> None:
        self.tables, self.rows = Tables(procedures), Tables(procedures).steps
        self.kept = {field.name: size_of(field) for field in Field if field in view.fields}
        self.most = {name: waiting.get(name, 1) for name in view.waits}
        self.tied: dict[str, tuple[str, int]] = {}
        for p in procedures.values():
            for m in p.moves:
                tie = tie_of(Term(p.name, m.wait or ""))
                if tie is not None and m.to != END and tie[0].name in self.kept:
                    self.tied[self.tables.arrives_at(self.tables.target(p, m.to))] = (tie[0].name, tie[1])
        self.tied = {name: tie for name, tie in self.tied.items() if name in self.most}

    # --- expressions ---------------------------------------------------------------------------------------------

    def among(self, field: str, values: Sequence[int], now: Values) -> str:
        if field not in self.kept:
            return OPEN
        return (
            "(" + " || ".join(f"{now.get(field, field)} == {v}" for v in sorted(set(values))) + ")"
            if values
            else "(false)"
        )

    def asks(self, p: Procedure, g: Guard, now: Values, *, empty: bool) -> str:  # noqa: PLR0911 - one a check
        field, values = (
            g.field,
            [value_of(Field[g.field], v) for v in g.values] if g.check in {Check.IN, Check.NOT_IN} else [],
        )
        rest = [v for v in range(self.kept.get(field, 0)) if v not in values]
        if g.check is Check.IN:
            return self.among(field, values, now)
        if g.check is Check.NOT_IN:
            return self.among(field, rest, now)
        if g.check is Check.FREE or (g.check is Check.BRINGS and empty):
            return self.among(field, [v for v in range(self.kept.get(field, 0)) if v not in g.values], now)
        if g.check is Check.HOT_LIST:
            return self.among("CARD", [v for v in range(self.kept.get("CARD", 0)) if v not in _STOPPED], now)
        if g.check is Check.AMOUNT_COVERED:
            return self.among(field, range(1, self.kept.get(field, 0)), now)
        row = next((row for row in p.parameters if row.name == g.parameter), None)
        if g.check is Check.CHOICE and row is not None:
            return "(true)" if row.options.index(str(row.default)) in g.values else "(false)"
        if g.check is Check.COST_WINDOW and row is not None:
            out = self.among("CARD", [*_LOST, Card.DAMAGED], now)
            lost, damaged = (self.among(one, [1], now) for one in ("LOST_AT", "DAMAGED_AT"))
            if not str(row.default).startswith("loss"):
                lost = damaged = "(false)"
            ends = self.among("APPLICATION", _PENDING, now) if str(row.default).endswith("application") else "(false)"
            return OPEN if OPEN in {out, lost, damaged, ends} else f"(({out} || {lost} || {damaged}) && !{ends})"
        if g.check is Check.NEVER:
            return "(false)"
        if g.check in _PLACE | {Check.BRINGS, Check.REASON, Check.ACTOR}:
            return OPEN
        level = level_after(Field[field], Term(p.name, g.parameter or ""))
        soon = list(range(1, level))
        within = g.check in {Check.WITHIN, Check.WITHIN_DAYS}
        if g.check is Check.PAST_DAYS:
            soon.append(0)
        return self.among(field, soon if within else [v for v in range(self.kept.get(field, 0)) if v not in soon], now)

    def all_of(
        self, p: Procedure, guards: Sequence[Guard], now: Values, at: At, *, empty: bool = False
    ) -> tuple[str, bool]:
        asked = [self.asks(p, g, now, empty=empty) for g in guards if not (g.check in _PLACE and at in _HERE)]
        return " && ".join(one for one in asked if one != OPEN), OPEN not in asked

    def somebody(self, s: Step, now: Values) -> str:
        may = {Who.HOLDER: ("DIED_AT", [0]), Who.HEIR: ("DIED_AT", [1]), Who.AGENT: ("INSURANCE_END", [0])}
        found = [self.among(*may[who], now) if who in may else OPEN for who in s.who]
        return "" if OPEN in found or not found else f"({' || '.join(found)})"

    def step_asks(self, p: Procedure, s: Step, now: Values, *, empty: bool = False) -> tuple[str, bool]:
        asked, closed = self.all_of(p, s.all_guards, now, s.at, empty=empty)
        lost = Paper.CARD in s.papers and Who.OTHER not in s.who and "LOST_AT" in self.kept
        there = self.among("LOST_AT", [0], now) if lost else ""
        return " && ".join(one for one in (self.somebody(s, now), there, asked) if one), closed

    def after(self, s: Step, before: Values) -> Values:
        now = dict(before)
        for e in s.effects:
            self.effect(e, now)
        for e in s.effects:
            for name, (field, _) in self.tied.items():
                if e.act in _SETS and e.field == field:
                    token = now.get(name, _id(name))
                    now[name] = f"({token} == 0 -> 0 : 2)"
        return now

    def effect(self, e: Effect, now: Values) -> None:
        if e.act is Act.MONEY:
            ledgers = [LEDGER_FIELD.get(Ledger[one]) for one in (e.field, e.other)]
            source, target = (one.name if one is not None and one.name in self.kept else "" for one in ledgers)
            sums = {Sum.AMOUNT: "1", Sum.ALL: now.get(source, source) if source else ""}.get(Sum(e.value), "")
            if target and sums:
                now[target] = _least(f"{now.get(target, target)} + {sums}", self.kept[target] - 1)
            if source and sums:
                old = now.get(source, source)
                now[source] = "0" if e.value == Sum.ALL else f"({old} > 0 -> {old} - 1 : 0)"
            return
        if e.field not in self.kept or e.act in {Act.PLACE, Act.BANK, Act.LEAD, Act.EXPOSURE, Act.CARRY}:
            return
        old, top, field = now.get(e.field, e.field), self.kept[e.field] - 1, Field[e.field]
        value = (
            str(value_of(field, e.value))
            if e.act in {Act.SET, Act.REASON, Act.CHANGE}
            else "1"
            if e.parameter
            else str(e.value)
        )
        now[e.field] = {
            Act.SET: value,
            Act.REASON: value,
            Act.STAMP: "1",
            Act.FLAG: f"({old} | {value})",
            Act.COUNT: _least(f"{old} + {value}", top),
            Act.ADD_AMOUNT: _least(f"{old} + 1", top),
            Act.COPY: now.get(e.other, e.other),
            Act.ADD: _least(f"{old} + {now.get(e.other, e.other)}", top),
            Act.CHANGE: f"({old} == {value_of(field, e.was)} -> {value} : {old})",
        }[e.act]

    # --- branches ------------------------------------------------------------------------------------------------

    def attempt(self, name: str, now: Values, seen: frozenset[str], *, both: bool) -> Iterator[Branch]:
        p, s = self.rows[name]
        asked, _ = self.step_asks(p, s, now)
        for values, conditions in self.follow(name, Outcome.DONE, self.after(s, now), seen | {name}):
            yield values, (asked, *conditions)
        asked, closed = self.step_asks(p, s, now, empty=True)
        if closed and not asked:
            return
        for values, conditions in self.follow(name, Outcome.REFUSED, dict(now), seen | {name}):
            if both or values != now:
                yield values, (f"!({asked})" if closed else "", *conditions)

    def follow(self, name: str, outcome: Outcome, now: Values, seen: frozenset[str]) -> Iterator[Branch]:
        p, _ = self.rows[name]
        yield from self.choose(
            p, [m for m in p.moves if m.step == self.rows[name][1].name and m.outcome is outcome], now, seen
        )

    def choose(self, p: Procedure, moves: list[Move], now: Values, seen: frozenset[str]) -> Iterator[Branch]:
        if not moves:
            yield now, ()
            return
        m, rest = moves[0], moves[1:]
        goal = "" if m.to == END else self.tables.target(p, m.to)
        if m.fork and self.tables.inert(goal):
            yield from self.choose(p, rest, now, seen)
            return
        when, closed = self.all_of(p, [g for g in m.when if g.check is not Check.ACTOR], now, At.CHOSEN)
        him = [f"who {value}" for g in m.when if g.check is Check.ACTOR for value in g.values]
        onward = self.choose(p, rest, self.wait(goal, now), seen) if m.fork else self.go(goal, m, now, seen)
        for values, conditions in onward:
            yield values, (when, *him, *conditions)
        fails = f"!({when})" if m.share is None and closed else ""
        passing = [("",)] if m.share is not None else [tuple(f"not {one}" for one in him)] if him else []
        passing += [(fails, *him)] if m.share is None and (when or not closed) else []
        for values, conditions in self.choose(p, rest, now, seen):
            yield from ((values, (*passed, *conditions)) for passed in passing)

    def go(self, goal: str, m: Move, now: Values, seen: frozenset[str]) -> Iterator[Branch]:
        if not goal or self.tables.inert(goal):
            yield now, ()
        elif m.wait is not None:
            yield self.wait(goal, now), ()
        elif goal not in seen:
            yield from self.attempt(goal, now, seen, both=True)

    def wait(self, goal: str, before: Values) -> Values:
        name = self.tables.arrives_at(goal)
        if name not in self.most:
            return before
        token = before.get(name, _id(name))
        more = f"({token} >= 2 -> 3 : 1)" if name in self.tied else _least(f"{token} + 1", self.most[name])
        return before | {name: more}

    def options(self) -> Iterator[str]:
        for name in (*self.tables.entries, *(name for name in self.tables.waits if name not in self.most)):
            for branch in self.attempt(name, {}, frozenset(), both=False):
                yield self.option(branch)
        for name in self.most:
            one = _id(name)
            value = f"({one} == 3 -> 1 : 0)" if name in self.tied else f"{one} - 1"
            for values, conditions in self.attempt(name, {name: value}, frozenset(), both=True):
                yield self.option((values, (f"{one} > {int(name in self.tied)}", *conditions)))
        for field, level in sorted({(timed.name, n) for timed in TERMS for n in range(2, size_of(timed))}):
            if field in self.kept:
                yield from self.over(field, level)

    def over(self, field: str, level: int) -> Iterator[str]:
        branches: list[Branch] = [({field: str(level)}, (f"{field} == {level - 1}",))]
        for name in (name for name, tie in self.tied.items() if tie == (field, level)):
            one = _id(name)
            idle = [(values, (*conditions, f"{one} == 0")) for values, conditions in branches]
            due = [
                (after, (*conditions, f"{one} == 1", *more))
                for values, conditions in branches
                for after, more in self.attempt(name, values | {name: "0"}, frozenset(), both=True)
            ]
            branches = idle + due
        yield from map(self.option, branches)

    @staticmethod
    def option(branch: Branch) -> str:
        values, conditions = branch
        if any(f"not {one}" in conditions for one in conditions):
            return ""
        asked = " && ".join(one for one in conditions if one and "who " not in one) or "true"
        first = "".join(f" t{n} = {value};" for n, value in enumerate(values.values()))
        then = "".join(f" {_id(name)} = t{n};" for n, name in enumerate(values))
        return f"  :: d_step {{ {asked} ->{first}{then} skip }}"

    def text(self, beginnings: Sequence[Mapping[str, int]]) -> str:
        variables = [*self.kept, *self.most]
        options = [one for one in self.options() if one]
        begins = [" ".join(f"{_id(name)} = {value};" for name, value in one.items()) for one in beginnings]
        return "\n".join([
            *(f"byte {_id(name)};" for name in variables),
            *(f"hidden byte t{number};" for number in range(len(variables))),
            "active proctype person() {",
            "  if",
            *(f"  :: d_step {{ true -> {one} skip }}" for one in begins),
            "  fi;",
            "  do",
            *options,
            "  od",
            "}",
            "",
        ])  # fmt: skip


def _id(name: str) -> str:
    return name.replace(".", "_x_")


def _least(value: str, most: int) -> str:
    return f"({value} > {most} -> {most} : {value})"
