"""Release of a loss report: the card was found before its replacement was applied for (L8, L7)."""

from sim.office.fields import Bank, Card, Field
from sim.procedures.loss import AS_BEFORE, COSTS_OPEN, FOUND, NOT_APPLIED_FOR
from sim.procedures.model import END, Kind, Move, Paper, Parameter, Place, Procedure, Step
from sim.procedures.shared import NOT_FOUND, TALK, TALK_SOURCE, assumed, chosen, counter_time, one_of, voice_menu

_FOUND = (*AS_BEFORE, FOUND)
_BANK_REPORTED = (one_of(Field.BANK, Bank.REPORTED),)
_BY_TELEPHONE = Parameter(
    "by_telephone",
    Kind.CHOICE,
    "allowed",
    "A",
    NOT_FOUND,
    "whether a telephone report is released by telephone too, or at an outlet alone",
    options=("allowed", "refused"),
    words=(
        ("at an outlet, a telephone report also by telephone", "到网点办理，电话挂失的也可电话办理"),
        ("at an outlet", "到网点办理"),
    ),
)

PROCEDURE = Procedure(
    name="release_loss",
    title="Release of a loss report",
    title_zh="解除挂失",
    rules=("L8", "L7"),
    steps=(
        Step(
            "outlet",
            ("L8",),
            Place.OUTLET,
            starts=True,
            papers=(Paper.IDENTITY,),
            guards=(
                one_of(
                    Field.CARD,
                    Card.TEMPORARY_LOSS,
                    Card.LOST,
                    rule="L8",
                    why="No loss report is in force: none was made, it has lapsed or the card has ended.",
                ),
                NOT_APPLIED_FOR,
            ),
            effects=_FOUND,
            service="counter_time",
            help="In person, a report of either kind; the card is as before.",
        ),
        voice_menu("L8"),
        Step(
            "agent",
            ("L8",),
            Place.HOTLINE,
            guards=(
                chosen(_BY_TELEPHONE, "allowed", rule="L8", why="This region releases a report at an outlet alone."),
                one_of(
                    Field.CARD,
                    Card.TEMPORARY_LOSS,
                    rule="L8",
                    why="Only a telephone report is released by telephone; there is none in force.",
                ),
                NOT_APPLIED_FOR,
            ),
            effects=_FOUND,
            service="talk_time",
            help="The agent identifies the holder by what only he knows.",
        ),
    ),
    moves=(
        Move("menu", "agent"),
        *(
            move
            for step in ("outlet", "agent")
            for move in (
                Move(
                    step, "release_loss_bank", when=_BANK_REPORTED, share="bank_too_share", wait="until_bank", fork=True
                ),
                Move(step, "cost_window.look_again", when=COSTS_OPEN),
                Move(step, END),
            )
        ),
    ),
    parameters=(
        counter_time(),
        assumed("menu_time", Kind.TIME, "20 s", "voice menu before the agent"),
        Parameter("talk_time", Kind.TIME, TALK, "P", TALK_SOURCE, "talk with the agent"),
        _BY_TELEPHONE,
        assumed("bank_too_share", Kind.SHARE, 0.0, "share who have the report to the bank released as well"),
        assumed("until_bank", Kind.WAIT, "1 d", "from this release until they go to the bank"),
    ),
)
