"""Unemployment benefit, with the card, for who is registered as unemployed, month by month (U3)."""

from sim.office.fields import Employment, Field, Ledger
from sim.procedures.model import END, Check, Kind, Move, Procedure, Sum
from sim.procedures.shared import assumed, counter_time, money, one_of, stamp, timed
from sim.procedures.use import at_the_agency, count

MOST_MONTHS = 24
"""The longest time anybody draws it (Social Insurance Law, article 46)."""

PROCEDURE = Procedure(
    name="unemployment_benefit",
    title="Unemployment benefit",
    title_zh="领取失业保险金",
    rules=("U3", "U7", "A6"),
    steps=(
        at_the_agency(
            "draw",
            "U3",
            guards=(
                one_of(
                    Field.EMPLOYMENT,
                    Employment.UNEMPLOYED,
                    rule="U3",
                    why="The person is not registered as unemployed.",
                ),
                one_of(
                    Field.BENEFIT_MONTHS,
                    *range(MOST_MONTHS),
                    rule="U3",
                    why=f"The benefit has been drawn for {MOST_MONTHS} months, the longest time there is.",
                ),
                timed(
                    Check.AFTER,
                    Field.BENEFIT_AT,
                    "between_payments",
                    rule="U3",
                    why="This month's benefit has been paid already.",
                ),
            ),
            effects=(
                money(Sum.AMOUNT, Ledger.FUND, Ledger.FINANCIAL),
                count(Field.BENEFIT_MONTHS),
                stamp(Field.BENEFIT_AT),
            ),
            help="One month's benefit, paid to the financial account of the card.",
        ),
    ),
    moves=(Move("draw", END),),
    parameters=(
        counter_time(),
        assumed("between_payments", Kind.TIME, "28 d", "least time between the payments of two months"),
    ),
)
