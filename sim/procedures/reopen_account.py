"""A closed account is opened again, before a card can be applied for (P6)."""

from sim.office.fields import Account, Field, InsuranceEnd
from sim.procedures.model import END, Chip, Move, Paper, Place, Procedure, Step, Who
from sim.procedures.shared import INSURED, counter_time, none_of, one_of, put

PROCEDURE = Procedure(
    name="reopen_account",
    title="Reopening of the account",
    title_zh="账户重新开户",
    rules=("P6", "A6", "C1"),
    steps=(
        Step(
            "reopen",
            ("P6", "A6"),
            Place.AGENCY,
            starts=True,
            who=(Who.HOLDER, Who.AGENT, Who.EMPLOYER),
            papers=(Paper.IDENTITY,),
            guards=(
                one_of(Field.ACCOUNT, Account.CLOSED, Account.CANCELLED, rule="P6", why="The account is not closed."),
                none_of(Field.INSURANCE_END, InsuranceEnd.DIED, rule="C1", why="This person has died."),
            ),
            effects=(put(Field.ACCOUNT, Account.OPEN), *INSURED),
            chip=Chip.BRING,
            service="counter_time",
            help="The person is insured in this city again; a balance that waits for its payout is not touched (C5).",
        ),
    ),
    moves=(Move("reopen", END),),
    parameters=(counter_time(),),
)
