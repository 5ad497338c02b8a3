"""Medical costs paid by the person: whether they count for a claim, and until when (L6)."""

from sim.office.fields import NEVER, Card, Field
from sim.procedures.model import END, Act, Check, Effect, Guard, Kind, Move, Parameter, Procedure
from sim.procedures.shared import chosen, none_of, office_step, one_of, put

_INSIDE = Guard(
    Check.COST_WINDOW,
    "",
    parameter="window",
    rule="L6",
    why="Paid outside the time that counts: the card was neither lost nor damaged then, or was replaced already.",
)
_AND_THIS = Effect(Act.ADD_AMOUNT, Field.COST_FEN.name)
_REGION = (
    "the source speaks of the latest costs before the loss is reported for replacement; regions read it differently"
)
_WINDOW = Parameter(
    "window",
    Kind.CHOICE,
    "loss_to_hand",
    "A",
    _REGION,
    "from when to when costs count: from the report or handing in, or from the loss or damage in fact; until "
    "the new card is in hand, or until it is applied for",
    options=("report_to_hand", "loss_to_hand", "report_to_application", "loss_to_application"),
    words=(
        ("from the report or the handing in until the new card is in hand", "自挂失或交回之时起至新卡到手止"),
        ("from the loss or damage until the new card is in hand", "自遗失或损坏之时起至新卡到手止"),
        ("from the report until the replacement is applied for", "自挂失之时起至申请补卡止"),
        ("from the loss or damage until the replacement is applied for", "自遗失或损坏之时起至申请补卡止"),
    ),
)
_TAKEN = Parameter(
    "taken",
    Kind.CHOICE,
    "all",
    "A",
    _REGION,
    "which costs of that time count: all, or the latest receipt alone",
    options=("all", "latest"),
    words=(("all of them", "全部计入"), ("the latest of them alone", "仅计最近一次")),
)
_LATEST = chosen(_TAKEN, "latest")
_OUT_OF_USE = one_of(Field.CARD, Card.TEMPORARY_LOSS, Card.LOST, Card.DAMAGED)
_FROM_REPORT = ("report_to_hand", "report_to_application")

PROCEDURE = Procedure(
    name="cost_window",
    title="Costs that may be claimed",
    title_zh="可报销费用的认定期间",
    rules=("L6",),
    steps=(
        office_step("paid", ("L6",), help="Does this receipt count?"),
        office_step("counts", ("L6",), guards=(_INSIDE,), effects=(_AND_THIS,), help="Paid within the time."),
        office_step(
            "latest_counts",
            ("L6",),
            guards=(_INSIDE,),
            effects=(put(Field.COST_FEN, 0), _AND_THIS),
            help="Only the latest receipt counts here: it takes the place of those before.",
        ),
        office_step("look_again", ("L6",), help="A report has ended without a replacement: does the loss go on?"),
        office_step("no_longer", ("L6",), effects=(put(Field.COST_FEN, 0),), help="What was paid is not claimed."),
    ),
    moves=(
        Move("paid", "latest_counts", when=(_LATEST, _INSIDE)),
        Move("paid", "counts", when=(_INSIDE,)),
        Move("paid", END),
        Move("counts", END),
        Move("latest_counts", END),
        # what was paid in time stays paid in time, whatever was applied for since: not the window, the loss is asked
        Move("look_again", END, when=(_OUT_OF_USE,)),
        *(Move("look_again", "no_longer", when=(chosen(_WINDOW, word),)) for word in _FROM_REPORT),
        *(Move("look_again", END, when=(none_of(since, NEVER),)) for since in (Field.LOST_AT, Field.DAMAGED_AT)),
        Move("look_again", "no_longer"),
        Move("no_longer", END),
    ),
    parameters=(
        _WINDOW,
        _TAKEN,
    ),
)
