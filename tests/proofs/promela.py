"""The procedure tables as a Promela model: an oracle for the explorer of `sim.proofs`, not shipped.

Written from the office (`sim/office`) and docs/proofs.md.  It shares with the explorer what is declared (the tables,
what is kept of a field, where a term runs from, what a view follows) and nothing of how that is walked: a step is a
block, a move a `goto`, what a view cannot tell the bit `open`; a transition is a state too: what, from where, to where.
"""

from collections.abc import Iterator, Mapping, Sequence

from sim.office.fields import NEVER, Application, Card, Field, InsuranceEnd, Ledger
from sim.office.rows import FROM_LOSS, LEDGER_FIELD, TO_APPLICATION
from sim.procedures.model import END, Act, At, Check, Guard, Move, Outcome, Paper, Procedure, Step, Sum, Who
from sim.proofs.abstraction import TERMS, Term, size_of, tie_of, value_of
from sim.proofs.tables import View


class Model:
    """One view of the tables.  `most`: how many cases wait at a step at most, where that is not one."""

    def __init__(self, procedures: Mapping[str, Procedure], view: View, most: Mapping[str, int]) -> None:
        self.first = {p.name: f"{p.name}__{p.steps[0].name}" for p in procedures.values()}
        self.steps = {f"{p.name}__{s.name}": (p, s) for p in procedures.values() for s in p.steps}
        self.waits = {name.replace(".", "__"): 1 + most.get(name, 1) for name in sorted(view.waits)}
        self.sizes = {field.name: size_of(field) for field in Field if field in view.fields} | self.waits
        self.words = {f"{owner}__{name}" for owner, name in view.words}  # each by the position of the chosen word
        self.twins: list[str] = []  # where a case goes on after a second one that began at once
        moves = [(p, m, self.goal(p, m)) for p in procedures.values() for m in p.moves if m.to != END]
        rests = [(p, m.wait, self.rests_at(to)) for p, m, to in moves if m.wait and not self.steps[to][1].starts]
        ties = {name: tie_of(Term(p.name, wait)) for p, wait, name in rests if name in self.waits}
        self.ties = {name: (tie[0].name, tie[1]) for name, tie in ties.items() if tie and tie[0].name in self.sizes}
        led_to, begin = {to for _, _, to in moves}, {name for _, _, name in rests} - {*self.waits}
        self.begins = begin | {n for n, (_, s) in self.steps.items() if s.starts or not (s.place or n in led_to)}

    def goal(self, p: Procedure, m: Move) -> str:
        own = f"{p.name}__{m.to}"
        return own if own in self.steps else self.first.get(m.to, m.to.replace(".", "__"))

    def rests_at(self, name: str, way: tuple[str, ...] = ()) -> str:
        """Where a waiting case is counted: the first step on its way that changes or decides something."""
        p, s = self.steps[name]
        moves = [m for m in p.moves if m.step == s.name and m.to != END]
        onward = {self.goal(p, m) for m in moves} - {*way, name}
        passes = len(onward) == 1 and not (s.starts or s.effects or any(m.when for m in moves))
        return self.rests_at(onward.pop(), (*way, name)) if passes else name

    def among(self, name: str, *values: int, no: str = "") -> str:
        kept = sorted({value_of(Field[name], value) for value in values}) if name in self.sizes else []
        return f"({no}({' || '.join(f'{name} == {value}' for value in kept)}))" if kept else "open"

    def asks(self, p: Procedure, g: Guard, at: At = At.CHOSEN) -> str:
        f, over = g.field, (tie_of(Term(p.name, g.parameter or "")) or (None, 1))[1]
        one, none = self.among(f, *g.values), self.among(f, *g.values, no="!")
        soon, past, late = f"({f} > 0 && {f} < {over})", f"({f} >= {over})", f"({f} == 0 || {f} >= {over})"
        test = {Check.IN: one, Check.NOT_IN: none, Check.FREE: none, Check.BRINGS: f"(open || {none})"}
        test |= {Check.WITHIN: soon, Check.WITHIN_DAYS: soon, Check.AFTER: late, Check.WORKDAYS_AFTER: late}
        test |= {Check.PAST_DAYS: past, Check.AMOUNT_COVERED: past, Check.REASON: "open"}  # of one unit: none is free
        test = {check: known if f in self.sizes else "open" for check, known in test.items()}
        usual = [row.options.index(str(row.default)) for row in p.parameters if row.name == g.parameter and row.options]
        w = own if (own := f"{p.name}__{g.parameter}") in self.words else f"{sum(usual)}"
        out = self.among("CARD", Card.TEMPORARY_LOSS, Card.LOST, Card.DAMAGED)
        fact = " || ".join(self.among(x, NEVER, no="!") for x in ("LOST_AT", "DAMAGED_AT"))
        idle = self.among("APPLICATION", Application.NONE, Application.RETURNED)
        window = f"(({out} || ({w} & {FROM_LOSS}) && ({fact})) && (!({w} & {TO_APPLICATION}) || {idle}))"
        test |= {Check.CHOICE: f"({' || '.join(f'{w} == {value}' for value in g.values)})", Check.COST_WINDOW: window}
        test |= {Check.HOT_LIST: self.among("CARD", Card.TEMPORARY_LOSS, Card.LOST, Card.HOLDER_DIED, no="!")}
        test |= {Check.ACTOR: f"({' || '.join(f'who == {value}' for value in g.values)})", Check.NEVER: "false"}
        return test.get(g.check, "true" if at in {At.HERE, At.MACHINE} else "open")  # the place: asked before, or open

    def effects(self, s: Step) -> Iterator[str]:
        for e in s.effects:
            if e.act is Act.MONEY:
                one, two = (getattr(LEDGER_FIELD.get(Ledger[side]), "name", "") for side in (e.field, e.other))
                if two in self.sizes and e.value in {Sum.AMOUNT, Sum.ALL}:  # interest is less than a unit
                    yield f"{two} = {self.least(two, one if e.value == Sum.ALL else '1')}"
                if one in self.sizes:
                    yield f"{one} = ({one} > 0 && {e.value} == {Sum.AMOUNT} -> {one} - 1 : 0)"
            elif e.field in self.sizes:
                now, to = e.field, value_of(Field[e.field], e.value)
                more = {Act.ADD: e.other, Act.ADD_AMOUNT: "1", Act.COUNT: "1" if e.parameter else f"{e.value}"}
                new = {Act.SET: to, Act.REASON: to, Act.STAMP: 1, Act.COPY: e.other, Act.FLAG: f"{now} | {to}"}
                new |= {Act.CHANGE: f"({now} == {value_of(Field[now], e.was)} -> {to} : {now})"}
                yield f"{now} = {new.get(e.act, self.least(now, more.get(e.act, '0')))}"
        anew = {e.field for e in s.effects if e.act in {Act.SET, Act.STAMP, Act.COPY, Act.CHANGE}}
        yield from (f"{one} = ({one} > 0 -> 2 : 0)" for one, (field, _) in self.ties.items() if field in anew)

    def least(self, name: str, more: str) -> str:
        return f"({name} + {more} < {self.sizes[name]} -> {name} + {more} : {self.sizes[name] - 1})"

    def step(self, name: str) -> str:
        p, s = self.steps[name]
        alive, agent = self.among("DIED_AT", NEVER), self.among("INSURANCE_END", InsuranceEnd.DIED, no="!")
        may = {Who.HOLDER: alive, Who.AGENT: agent, Who.HEIR: f"!{alive}"}  # nobody is the heir of one who lives
        comes = " || ".join(f"who == {[*Who].index(who)} && {may.get(who, 'true')}" for who in s.who) or "true"
        card = f"(who == 3 || {self.among('LOST_AT', NEVER)})" if s.who and Paper.CARD in s.papers else "true"
        comes = f"({comes}) && {card}".replace("!open", "open").replace("open", "true")  # or somebody comes who may
        asked = [comes, *(self.asks(p, g, s.at) for g in s.all_guards)]
        accepted = f"d_step {{ {'; '.join(['skip', *self.effects(s)])} }}; {self.moves(p, s, Outcome.DONE)}"
        return f"at_{name}: {self.either(asked, accepted, self.moves(p, s, Outcome.REFUSED))}"

    def moves(self, p: Procedure, s: Step, outcome: Outcome) -> str:
        moves = [m for m in p.moves if m.step == s.name and m.outcome is outcome and (m.to != s.name or m.wait)]
        asked = [["true" if m.share is None else "open", *(self.asks(p, g) for g in m.when)] for m in moves]
        ways = [self.either(when, self.take(p, m), "skip") for when, m in zip(asked, moves, strict=True)]
        return "".join((*ways, "goto done"))  # a card made again, at once, is as it was

    def either(self, asked: Sequence[str], then: str, otherwise: str) -> str:
        choose = "if :: open = 0 :: open = 1 fi;" if "open" in " ".join(asked) else "skip;"
        return f"{choose} if :: {' && '.join(asked)} -> {then} :: else -> {otherwise} fi;\n"

    def take(self, p: Procedure, m: Move) -> str:
        goal, ends = self.goal(p, m), "skip" if m.fork else "goto done"
        if m.to == END or self.steps[goal][1].starts:  # somebody has to set out
            return ends
        if m.wait:
            rest = self.rests_at(goal)
            more = f"{rest} | 1" if rest in self.ties else self.least(rest, "1") if rest in self.waits else ""
            return f"{rest} = {more}; {ends}" if more else ends
        self.twins += [f"back_{len(self.twins) + 1}"] if m.fork else []
        return f"back = {len(self.twins)}; goto at_{goal}; {self.twins[-1]}: skip" if m.fork else f"goto at_{goal}"

    def events(self) -> Iterator[tuple[str, str, str]]:
        """What can happen at any moment: its name, when and what changes at once, where it goes on."""
        for name, who in ((n, who) for n in sorted(self.begins) for who in self.steps[n][1].who or (Who.OTHER,)):
            yield name, f"who = {[*Who].index(who)}", f"at_{name}"
        for name, one in ((n, 1 + (n in self.ties)) for n in self.waits):  # tied: 1 it runs, 2 was started anew, 3 both
            yield f"wait {name}", f"{name} >= {one} -> {name} = {name} - {one}", f"at_{name}"
        for f, n in ((f.name, n) for f, terms in TERMS.items() if f.name in self.sizes for n, _ in enumerate(terms, 2)):
            tied, over = [name for name, tie in self.ties.items() if tie == (f, n)], f"{f} == {n - 1}"
            yield over, f"{' && '.join([over, *(f'{one} == 0' for one in tied)])} -> {f} = {n}", "done"
            yield from ((over, f"{over} && {one} == 1 -> {f} = {n}; {one} = 0", f"at_{one}") for one in tied)

    def text(self, people: Sequence[Mapping[str, int]]) -> str:
        every, events, steps = sorted(self.sizes), [*self.events()], "".join(self.step(name) for name in self.steps)
        names = [*dict.fromkeys(what for what, _, _ in events)]
        return f"""
c_decl {{ unsigned long states, sum, h; void tell() {{ printf("%lu states of a person, sum %lu\\n", states, sum); }} }}
byte {", ".join([*every, *self.words])};
inline forget() {{ d_step {{ by = 0; who = 0; open = 0; {" ".join(f"was_{name} = 0;" for name in every)} }} }}
active proctype person() {{ byte by, who, back, open, {", ".join(f"was_{name}" for name in every)};
  atomic {{ if {" ".join(":: " + "; ".join(f"{n} = {v}" for n, v in one.items()) for one in people)} fi; goto rest }}
rest: atomic {{ c_code {{ if (!states++) atexit(tell); }}; d_step {{ {" ".join(f"was_{n} = {n};" for n in every)} }};
  if {" ".join(f":: {then}; by = {names.index(what) + 1}; goto {to}" for what, then, to in events)} fi;
  {steps}
done: if {" ".join(f":: back == {n} -> back = 0; goto {to}" for n, to in enumerate(self.twins, 1))}
  :: back == 0 && ({" || ".join(f"{n} != was_{n}" for n in every)}) -> who = 0; open = 0; goto happened
  :: else -> forget(); goto rest fi }}
happened: atomic {{ c_code {{ h = 0;
  {" ".join(f"h = (h ^ {of}{n}) * 1099511628211UL;" for of in ("Pperson->was_", "now.") for n in every)} sum += h; }};
  forget(); goto rest }} }}
"""
