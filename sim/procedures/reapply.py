"""A new application after a cancellation, at any time (A4, C4; P6 still applies)."""

from sim.office.fields import Card, Field, Reason
from sim.procedures.issue import ISSUE_PARAMETERS, issue_moves
from sim.procedures.model import Paper, Place, Procedure, Step, Who
from sim.procedures.shared import (
    ACCOUNT_OPEN,
    FILED,
    NOTHING_PENDING,
    ONE_ACCOUNT_LEFT,
    counter_time,
    in_this_city,
    one_of,
    put,
)

_GUARDS = (
    one_of(
        Field.CARD,
        Card.WITHDRAWN,
        rule="C4",
        why="Only after a cancellation; a card has not been withdrawn here.",
    ),
    *ACCOUNT_OPEN,
    NOTHING_PENDING,
    in_this_city("A4"),
    ONE_ACCOUNT_LEFT,
)

PROCEDURE = Procedure(
    name="reapply",
    title="Application after a cancellation",
    title_zh="注销后重新申领",
    rules=("A4", "C4", "A6", "P6"),
    steps=(
        Step(
            "apply",
            ("A4", "A6", "C4"),
            Place.OUTLET,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY,),
            guards=_GUARDS,
            effects=(*FILED, put(Field.REASON, Reason.REAPPLY)),
            service="counter_time",
            help="No waiting period.  assumed: a cancelled account counts as closed, so it is opened again first.",
        ),
    ),
    moves=issue_moves("apply", guards=_GUARDS),
    parameters=(counter_time(), *ISSUE_PARAMETERS),
)
