"""The office's answer, and where a case may go, for every value of what a step asks for: `every_value.csv`.

A row starts from a request that is accepted (the step's first of `cases.py`) and lets one field of the record have
each of its values in turn: one row for each answer, with the values that get it.  So do who comes, with all papers
there are, and which one of all papers is left at home.  A refusal is written with its reason, which must be true of all
of them.  Two more rows say what no answer tells: how a step is held (where, with which chip), and how its moves lead on
(share, wait, second case), in their order.  A row of ways is the same of the record that the step has left, and of the
records of `went.py`.  The file is written by

    python -m tests.procedures.every_value --write

and read by whoever changes a table: a line that differs is a person who is let in, or sent elsewhere.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from sim.office.fields import Field
from sim.office.record import new_record
from sim.office.verdict import PAPERS, WHO, WHO_INDEX, Attempt, paper_mask
from sim.procedures.catalogue import catalogue, find_step
from sim.procedures.model import Check, Guard, Move, Outcome, Procedure, Step
from sim.proofs.mutants import others, word
from tests.office.desk import HOUR, Desk
from tests.procedures.cases import CASES
from tests.procedures.states import Case
from tests.procedures.went import WENT, ways_from

FILE = Path(__file__).with_suffix(".csv")
_ALL_PAPERS = (1 << len(PAPERS)) - 1
COLUMNS = ("step", "asked", "answer or ways", "values")
Row = tuple[str, str, str, str]


def rows(desk: Desk, names: Iterable[str] | None = None) -> list[Row]:
    """The rows of some steps, or of all, as this desk answers."""
    accepted = _accepted()
    found = (row for name in accepted if names is None or name in names for row in _of_step(desk, name, accepted[name]))
    shapes = (
        row
        for owner, step in desk.steps
        if names is None or f"{owner.name}.{step.name}" in names
        for row in _shape(owner, step)
    )
    return sorted(dict.fromkeys((*found, *shapes)), key=lambda row: row[0])


def written() -> dict[str, list[Row]]:
    """The rows of the file, by step."""
    found: dict[str, list[Row]] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for step, field, answer, values in list(csv.reader(file))[1:]:
            found.setdefault(step, []).append((step, field, answer, values))
    return found


def _accepted() -> dict[str, Case]:
    """Of every step the first case that is accepted."""
    found: dict[str, Case] = {}
    for case in CASES:
        if case[3] == "done":
            found.setdefault(case[0], case)
    return dict(sorted(found.items()))


def _of_step(desk: Desk, name: str, case: Case) -> Iterator[Row]:
    owner = catalogue()[name.partition(".")[0]]
    step = find_step(owner, name.partition(".")[2])
    request = desk.request(name, **case[2])
    before = new_record(**case[1])
    for field, values in _fields(step.guards):
        records = ((word(field.name, value), _with(before, field, value)) for value in values)
        answers = ((said, _answer(desk, record, name, request)) for said, record in records)
        yield from _grouped(name, field.name.lower(), answers)
    everybody = ((who.value, replace(request, who=WHO_INDEX[who], papers=_ALL_PAPERS)) for who in WHO)
    papers = ((paper.value, replace(request, papers=_ALL_PAPERS & ~paper_mask((paper,)))) for paper in PAPERS)
    for what, requests in (("who", everybody), ("without", papers)):
        yield from _grouped(name, what, ((said, _answer(desk, before, name, asked)) for said, asked in requests))
    after = list(before)
    desk.ask(after, name, request)
    moves = [move for move in owner.moves if move.step == step.name]
    for outcome in Outcome:
        known = [case for case in WENT if (case.step, case.outcome) == (name, outcome)]
        left = [(after, request, 10 * HOUR)]
        left += [(new_record(**case.states), desk.request(name, **case.how), case.at) for case in known]
        conditions = [guard for move in moves if move.outcome is outcome for guard in move.when]
        for (field, values), (base, asked, at) in product(_fields(conditions), left):
            changed = {word(field.name, value): _with(base, field, value) for value in values}
            ways = ((said, ways_from(desk, name, outcome, record, asked, at)) for said, record in changed.items())
            what = field.name.lower()
            yield from _grouped(f"{name} {outcome.value}", what, ((said, " ".join(to)) for said, to in ways))


def _shape(owner: Procedure, step: Step) -> Iterator[Row]:
    """How a step is held, and the moves that lead on from it."""
    name = f"{owner.name}.{step.name}"
    marks = {"starts": step.starts, "the counter waits": step.keep}
    held = (step.place.value if step.place else "by itself", step.at.value, f"chip: {step.chip.value}")
    yield name, "held", ", ".join((*held, *(mark for mark, is_so in marks.items() if is_so))), ""
    for outcome in Outcome:
        moves = [move for move in owner.moves if (move.step, move.outcome) == (step.name, outcome)]
        if moves:
            yield f"{name} {outcome.value}", "moves", "; ".join(map(_led, moves)), ""


def _led(move: Move) -> str:
    marks = {"second case": move.fork, "in dates": move.dates}
    said = {"share": move.share, "wait": move.wait}
    more = [f"{what} {name}" for what, name in said.items() if name] + [mark for mark, is_so in marks.items() if is_so]
    return ", ".join((move.to, *more))


def _answer(desk: Desk, record: list[int], name: str, request: Attempt) -> str:
    verdict = desk.ask(list(record), name, request)
    return "done" if verdict.accepted else f"refused {desk.office.rules[verdict.rule]}: {verdict.why}"


def _fields(guards: Iterable[Guard]) -> Iterator[tuple[Field, list[int]]]:
    """The fields whose values they name, with every value: all states; of a number those named and one more."""
    named: dict[Field, set[int]] = {}
    for guard in guards:
        if guard.check in {Check.IN, Check.NOT_IN}:
            named.setdefault(Field[guard.field], set()).update(guard.values)
    for field, values in named.items():
        yield field, sorted({*values, *others(field.name, sorted(values))})


def _with(record: list[int], field: Field, value: int) -> list[int]:
    changed = list(record)
    changed[field] = value
    return changed


def _grouped(step: str, what: str, answers: Iterable[tuple[str, str]]) -> Iterator[Row]:
    found: dict[str, list[str]] = {}
    for value, answer in answers:
        found.setdefault(answer, []).append(value)
    for answer, values in found.items():
        yield step, what, answer, " ".join(values)


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    office = Desk()
    asked = ((case, office.request(case[0], **case[2])) for case in CASES)
    wrong = {case[0] for case, request in asked if office.answer(new_record(**case[1]), case[0], request) != case[3]}
    if wrong:
        sys.exit(f"first the cases: {', '.join(sorted(wrong))} answered otherwise than cases.py says")
    with FILE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows(office)])
