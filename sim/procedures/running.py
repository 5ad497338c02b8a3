"""Terms that run already when a run begins: of what has happened to its people before.

Whoever begins as hired, reported or holding a temporary card is in the middle of something, and the office's clock goes
on.  A row names the states, since when the term runs, and the arrow of the tables that waits for it; which parameter
that is, and whether it counts dates, the arrow says.  What people do of themselves is the scenario's demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.office.fields import Cancellation, Card, EmployerEnd, Employment, Field, TemporaryCard
from sim.procedures.shared import ENDED_OTHERWISE
from sim.scenario.values import Dist, Wait

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sim.procedures.model import Move, Procedure
    from sim.scenario.values import ParameterValue


@dataclass(frozen=True, slots=True)
class Running:
    """Whoever has one of `states` in `field` waits since `since`, as after `step`, until the case comes to `to`.

    `ends`: the term's end ends the state, so that nobody can begin with it longer ago.
    """

    field: Field
    states: tuple[int, ...]
    since: Field
    procedure: str
    step: str
    to: str
    ends: bool = False

    def move(self, catalogue: Mapping[str, Procedure]) -> Move:
        """The arrow that waits for the term."""
        moves = catalogue[self.procedure].moves
        return next(move for move in moves if (move.step, move.to) == (self.step, self.to) and move.wait)


_OUT, _LONGER = (TemporaryCard.VALID,), (TemporaryCard.VALID, TemporaryCard.EXTENDED)
_OTHERWISE = (*ENDED_OTHERWISE, EmployerEnd.FORMER_OTHERWISE)

RUNNING = (
    Running(Field.EMPLOYMENT, (Employment.HIRED,), Field.HIRED_AT, "register_employer", "watch", "term_over"),
    Running(
        Field.EMPLOYER_END,
        (EmployerEnd.DISSOLVED, EmployerEnd.FORMER_DISSOLVED),
        Field.EMPLOYER_ENDED_AT,
        "deregister_employer",
        "watch_approval",
        "term_over",
    ),
    Running(Field.EMPLOYER_END, _OTHERWISE, Field.EMPLOYER_ENDED_AT, "deregister_employer", "watch_duty", "term_over"),
    Running(Field.CARD, (Card.TEMPORARY_LOSS,), Field.REPORTED_AT, "report_loss", "runs", "term_over", ends=True),
    Running(Field.TEMPORARY, _OUT, Field.TEMPORARY_AT, "temporary_card", "lost", "term_over", ends=True),
    Running(Field.TEMPORARY, _LONGER, Field.TEMPORARY_AT, "temporary_card", "lost", "longest_over", ends=True),
    Running(
        Field.CANCELLATION,
        (Cancellation.ACCOUNT_CANCELLED,),
        Field.APPROVED_AT,
        "cancel",
        "cancel_account",
        "pay_out",
        ends=True,
    ),
)
"""Every term of the tables that a state of the record may be in the middle of (a test compares them)."""


def running(record: Sequence[int]) -> Iterator[Running]:
    """The terms that run for whoever begins with this record."""
    return (row for row in RUNNING if record[row.field] in row.states)


def term_value(values: Mapping[str, Mapping[str, ParameterValue]], row: Running, parameter: str) -> Wait:
    """How long a term is in a scenario: a fixed time or a number of working days."""
    value = values[row.procedure][parameter]
    if isinstance(value, Dist):
        return Wait("plain", value)
    if not isinstance(value, Wait):
        raise TypeError(f"{row.procedure}.{parameter} is no time")
    return value
