"""Who notices a mutant: demands, answers, records, ways, journeys, rules, stories; in the order of what they cost."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.errors import ScenarioError
from sim.office.record import new_record
from sim.procedures.model import Outcome
from sim.procedures.rule_table import STORIES
from sim.proofs.mutants import Mutant, installed
from sim.proofs.mutation import Base, demands_notice, rules_notice
from sim.run import play, prepare
from tests.office.desk import Desk
from tests.procedures import every_value, test_journeys
from tests.procedures.cases import CASES
from tests.procedures.left import LEFT, difference
from tests.procedures.lengths import LENGTHS, lengths
from tests.procedures.went import WENT, ways

EVERY_VALUE = every_value.written()
_HOW = ("", *(f" {outcome.value}" for outcome in Outcome))
FILES = sorted(path for path in STORIES.glob("*.toml") if path.name != "world.toml")


def answers_notice(_: Base, mutant: Mutant) -> str:
    """A request whose answer is known is answered otherwise."""
    with _desk(mutant) as desk:
        if desk is None:
            return "the office refuses the table"
        for step, states, request, answer in CASES:
            record = new_record(**states)
            if step in desk.index and desk.answer(record, step, desk.request(step, **request)) != answer:
                return f"answer of {step}"
    return ""


def records_notice(_: Base, mutant: Mutant) -> str:
    """A step leaves another record, other money or other lead times than it must."""
    with _desk(mutant) as desk:
        if desk is None:
            return "the office refuses the table"
        return next((f"record after {case.step}" for case in LEFT if difference(desk, case)), "")


def ways_notice(_: Base, mutant: Mutant) -> str:
    """A case may go elsewhere than it may."""
    with _desk(mutant) as desk:
        if desk is None:
            return "the office refuses the table"
        return next((f"ways from {case.step}" for case in WENT if ways(desk, case) != case.to), "")


def values_notice(_: Base, mutant: Mutant) -> str:
    """Somebody with another value of a field is answered otherwise, or sent elsewhere."""
    with _desk(mutant) as desk:
        if desk is None:
            return "the office refuses the table"
        names = [f"{mutant.procedure}.{step.name}" for step in mutant.bent.steps]
        wanted = [row for name in names for how in _HOW for row in EVERY_VALUE.get(f"{name}{how}", ())]
        found = every_value.rows(desk, names)
        return next((f"values of {row[1]} at {row[0]}" for row in found if row not in wanted), "")


def lengths_notice(_: Base, mutant: Mutant) -> str:
    """A term, a sum or a rate is another where a scenario says nothing."""
    if mutant.kind != "length":
        return ""
    with installed({mutant.procedure: mutant.bent}):
        wrong = [f"{owner}.{name}" for (owner, name), number in lengths().items() if LENGTHS[owner, name] != number]
    return f"length of {wrong[0]}" if wrong else ""


def journeys_notice(_: Base, mutant: Mutant) -> str:
    """A journey whose record is known ends otherwise."""
    with _desk(mutant) as desk:
        if desk is None:
            return "the office refuses the table"
        before, test_journeys.DESK = test_journeys.DESK, desk
        try:
            for name, test in _plain_tests():
                try:
                    test()
                except (AssertionError, KeyError, IndexError):
                    return f"journey {name}"
        finally:
            test_journeys.DESK = before
    return ""


def stories_notice(_: Base, mutant: Mutant) -> str:
    """A shipped story ends otherwise than it must."""
    with installed({mutant.procedure: mutant.bent}):
        for path in FILES:
            try:
                if not all(story.ok for story in play(*prepare(path, ())).stories):
                    return f"story {path.name}"
            except (ScenarioError, ValueError, KeyError) as error:
                return f"story {path.name}: {type(error).__name__}"
    return ""


NOTICERS: tuple[Callable[[Base, Mutant], str], ...] = (
    demands_notice,
    answers_notice,
    records_notice,
    ways_notice,
    values_notice,
    journeys_notice,
    lengths_notice,
    rules_notice,
    stories_notice,
)


def noticed(base: Base, mutant: Mutant, noticers: tuple[Callable[[Base, Mutant], str], ...] = NOTICERS) -> str:
    """The first that notices, and by what; "" if nobody does."""
    return next((found for notices in noticers if (found := notices(base, mutant))), "")


@contextmanager
def _desk(mutant: Mutant) -> Iterator[Desk | None]:
    with installed({mutant.procedure: mutant.bent}):
        try:
            desk = Desk()
        except (ValueError, KeyError):
            desk = None
        yield desk


def _plain_tests() -> Iterator[tuple[str, Callable[[], None]]]:
    for name, test in inspect.getmembers(test_journeys, inspect.isfunction):
        if name.startswith("test_") and not inspect.signature(test).parameters:
            yield name, test
