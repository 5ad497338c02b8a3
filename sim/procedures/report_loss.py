"""A loss reported to the hotline: at once, for a time, and lapsing unless made formal (L1, L2, L3)."""

from sim.office.fields import Card, Field
from sim.procedures.loss import AS_BEFORE, BANK_IN_USE, COSTS_OPEN, IN_HAND, TEMPORARILY_REPORTED
from sim.procedures.model import END, Check, Kind, Move, Parameter, Place, Procedure, Step, Who
from sim.procedures.shared import TALK, TALK_SOURCE, assumed, office_step, one_of, timed, voice_menu

_STILL_TEMPORARY = one_of(
    Field.CARD,
    Card.TEMPORARY_LOSS,
    rule="L2",
    why="The report was made formal or has lapsed: nothing is left to lapse.",
)
_TERM_OVER = timed(
    Check.AFTER, Field.REPORTED_AT, "validity", rule="L2", why="The term of the telephone report is not over yet."
)

PROCEDURE = Procedure(
    name="report_loss",
    title="Loss report by telephone",
    title_zh="电话挂失",
    rules=("L1", "L2", "L3", "L7"),
    steps=(
        voice_menu("L1"),
        Step(
            "agent",
            ("L1", "A6"),
            Place.HOTLINE,
            who=(Who.HOLDER, Who.AGENT),
            guards=(IN_HAND,),
            effects=TEMPORARILY_REPORTED,
            service="talk_time",
            help="The agent asks for the identity number and enters the temporary report.",
        ),
        office_step("bank_side", ("L3",), help="Time to tell the bank, unless a replacement has ended that side too."),
        office_step("runs", ("L2",), help="The term of a report made online runs from here."),
        office_step("term_over", ("L2",), help="The term of the report has run out."),
        office_step(
            "lapse",
            ("L2",),
            guards=(_STILL_TEMPORARY, _TERM_OVER),
            effects=AS_BEFORE,
            help="Not made formal: the card is as before.  Own costs go on counting only if the card is lost in fact.",
        ),
    ),
    moves=(
        Move("bank_side", "report_loss_bank", when=BANK_IN_USE),
        Move("bank_side", END),
        Move("menu", "agent"),
        Move("agent", "term_over", wait="validity", fork=True),
        Move("agent", "bank_side", when=BANK_IN_USE, share="bank_too_share", wait="until_bank", fork=True),
        Move("agent", "replace", share="goes_on_share", wait="until_outlet"),
        Move("runs", "term_over", wait="validity"),
        Move("agent", "find_card", wait="until_found"),
        Move("term_over", "lapse", when=(_STILL_TEMPORARY, _TERM_OVER)),
        Move("term_over", END),
        Move("lapse", "cost_window.look_again", when=COSTS_OPEN),
        Move("lapse", END),
    ),
    parameters=(
        assumed("menu_time", Kind.TIME, "20 s", "voice menu before the agent"),
        Parameter("talk_time", Kind.TIME, TALK, "P", TALK_SOURCE, "talk with the agent"),
        Parameter(
            "validity",
            Kind.TIME,
            "24 h",
            "P",
            "Shanghai's old rule (aggregators); elsewhere 5, 10 or 15 days: set by the regional profile",
            "how long a telephone report holds",
        ),
        assumed("bank_too_share", Kind.SHARE, 0.8, "share who report to the bank as well"),
        assumed("until_bank", Kind.WAIT, "1 h", "from the telephone report to the report to the bank"),
        assumed(
            "goes_on_share", Kind.SHARE, 0.9, "share who go to an outlet for the replacement; the rest find the card"
        ),
        assumed("until_found", Kind.WAIT, "6 h", "from the telephone report until the others find the card"),
        assumed("until_outlet", Kind.WAIT, "4 h", "from the telephone report until the person sets out for an outlet"),
    ),
)
