"""A telephone report made formal at an outlet, before it lapses (L2)."""

from sim.office.fields import Card, Field
from sim.procedures.model import END, Kind, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import assumed, counter_time, one_of, put

PROCEDURE = Procedure(
    name="formal_loss",
    title="Formal loss report",
    title_zh="正式挂失",
    rules=("L2",),
    steps=(
        Step(
            "report",
            ("L2", "A6"),
            Place.OUTLET,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY,),
            register_serves=True,
            guards=(
                one_of(
                    Field.CARD,
                    Card.TEMPORARY_LOSS,
                    rule="L2",
                    why="No telephone report is in force: it has lapsed, is formal already, or was never made.",
                ),
            ),
            effects=(put(Field.CARD, Card.LOST),),
            service="counter_time",
            help="From now on final: the card never works again.",
        ),
    ),
    moves=(
        Move("report", "replace.same_visit", share="same_visit_share"),
        Move("report", END),
    ),
    parameters=(
        counter_time(),
        assumed("same_visit_share", Kind.SHARE, 1.0, "share who apply for the replacement in the same visit"),
    ),
)
