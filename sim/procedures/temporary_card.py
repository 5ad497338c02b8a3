"""The temporary medical card: three grounds, its term, one extension, its return (L7)."""

from sim.office.fields import Account, Application, Card, Facility, Field, OldCard, TemporaryCard
from sim.procedures.model import END, Check, Kind, Move, Paper, Parameter, Place, Procedure, Step, Who
from sim.procedures.shared import (
    TALK,
    TALK_SOURCE,
    assumed,
    counter_time,
    in_this_city,
    lacks,
    none_of,
    office_step,
    one_of,
    put,
    stamp,
    timed,
)

_NONE_OUT = none_of(
    Field.TEMPORARY,
    TemporaryCard.VALID,
    TemporaryCard.EXTENDED,
    rule="L7",
    why="The person already holds a temporary medical card.",
)
_OUT = one_of(
    Field.TEMPORARY,
    TemporaryCard.VALID,
    TemporaryCard.EXTENDED,
    rule="L7",
    why="There is no temporary medical card in force.",
)
_NO_OLD_CARD = one_of(
    Field.OLD_CARD,
    OldCard.NONE,
    OldCard.HANDED_IN,
    rule="L7",
    why="The person has a medical insurance card: it is to be used.",
)
_GIVEN = (put(Field.TEMPORARY, TemporaryCard.VALID), stamp(Field.TEMPORARY_AT))
_VALID = (one_of(Field.TEMPORARY, TemporaryCard.VALID), timed(Check.AFTER, Field.TEMPORARY_AT, "validity"))
_EXTENDED = (one_of(Field.TEMPORARY, TemporaryCard.EXTENDED), timed(Check.AFTER, Field.TEMPORARY_AT, "longest"))
_WHO = (Who.HOLDER, Who.AGENT)

PROCEDURE = Procedure(
    name="temporary_card",
    title="Temporary medical card",
    title_zh="临时医疗卡",
    rules=("L7", "A6"),
    steps=(
        Step(
            "lost",
            ("L7", "A6"),
            Place.OUTLET,
            starts=True,
            who=_WHO,
            papers=(Paper.IDENTITY, Paper.URGENCY_NOTE),
            guards=(
                one_of(
                    Field.CARD,
                    Card.TEMPORARY_LOSS,
                    Card.LOST,
                    Card.DAMAGED,
                    rule="L7",
                    why="The card is neither lost nor damaged.",
                ),
                none_of(
                    Field.APPLICATION,
                    Application.READY,
                    rule="L7",
                    why="The replacement is ready: collect it.",
                ),
                lacks(
                    Facility.INSTANT_ISSUE,
                    Field.APPLICATION,
                    Application.NONE,
                    Application.SUBMITTED,
                    Application.RETURNED,
                    rule="L7",
                    why="This outlet makes the replacement at once: apply for it here.",
                ),
                _NONE_OUT,
                in_this_city("L7"),
            ),
            effects=_GIVEN,
            service="counter_time",
            help="Ground (c): lost or damaged, not replaced in time, treatment urgent.  Not where the replacement is "
            "made at once, unless it is in production elsewhere already.",
        ),
        Step(
            "applied",
            ("L7", "A6"),
            Place.OUTLET,
            starts=True,
            who=_WHO,
            papers=(Paper.IDENTITY,),
            guards=(
                one_of(
                    Field.APPLICATION,
                    Application.SUBMITTED,
                    Application.IN_PRODUCTION,
                    rule="L7",
                    why="There is no application under way.",
                ),
                one_of(
                    Field.CARD,
                    Card.NONE,
                    Card.WITHDRAWN,
                    Card.EXPIRED,
                    rule="L7",
                    why="A card was issued: it is used, or its loss or damage is the ground.",
                ),
                _NO_OLD_CARD,
                _NONE_OUT,
                in_this_city("L7"),
            ),
            effects=_GIVEN,
            service="counter_time",
            help="Ground (b): applied for a first card, again after a cancellation, or in exchange of the old medical "
            "insurance card that was handed in; not issued yet.",
        ),
        Step(
            "not_eligible",
            ("L7", "A6"),
            Place.OUTLET,
            starts=True,
            who=_WHO,
            papers=(Paper.IDENTITY,),
            guards=(
                one_of(
                    Field.ACCOUNT,
                    Account.NONE,
                    rule="L7",
                    why="The person is among those the social security card is issued to.",
                ),
                one_of(Field.CARD, Card.NONE, rule="L7", why="A card was issued before."),
                _NO_OLD_CARD,
                _NONE_OUT,
                in_this_city("L7"),
            ),
            effects=_GIVEN,
            service="counter_time",
            help="Ground (a): not among those the card is issued to, and never applied for a medical insurance card.",
        ),
        Step(
            "extend",
            ("L7",),
            Place.HOTLINE,
            starts=True,
            guards=(
                one_of(
                    Field.TEMPORARY,
                    TemporaryCard.VALID,
                    rule="L7",
                    why="Only a temporary card in force is extended, and only once.",
                ),
            ),
            effects=(put(Field.TEMPORARY, TemporaryCard.EXTENDED),),
            service="talk_time",
            help="By telephone, before it runs out, to the longest term at most.",
        ),
        Step(
            "give_back",
            ("L7", "A6"),
            Place.OUTLET,
            starts=True,
            who=_WHO,
            papers=(Paper.TEMPORARY_CARD,),
            guards=(_OUT,),
            effects=(put(Field.TEMPORARY, TemporaryCard.RETURNED),),
            service="give_back_time",
            help="Handed back when no longer needed; at the latest when the real card is collected.",
        ),
        Step(
            "declare_lost",
            ("L7", "A6"),
            Place.OUTLET,
            starts=True,
            who=_WHO,
            papers=(Paper.IDENTITY,),
            guards=(_OUT,),
            effects=(put(Field.TEMPORARY, TemporaryCard.LOST),),
            service="give_back_time",
            help="Lost, or not to be found when the real card is collected: it is no longer accepted, nor asked for.",
        ),
        office_step("term_over", ("L7",), help="The first term has run out."),
        office_step("longest_over", ("L7",), help="The longest term has run out."),
        office_step(
            "expire",
            ("L7",),
            guards=(_OUT,),
            effects=(put(Field.TEMPORARY, TemporaryCard.EXPIRED),),
            help="No longer accepted anywhere.",
        ),
    ),
    moves=(
        *(
            move
            for ground in ("lost", "applied", "not_eligible")
            for move in (
                Move(ground, "term_over", wait="validity", fork=True),
                Move(ground, "longest_over", wait="longest", fork=True),
                Move(ground, "settle_temporary", share="treated_share", wait="until_treated"),
                Move(ground, END),
            )
        ),
        Move("term_over", "expire", when=_VALID),
        Move("term_over", END),
        Move("longest_over", "expire", when=_EXTENDED),
        Move("longest_over", END),
        Move("extend", END),
        Move("give_back", END),
        Move("declare_lost", END),
        Move("expire", END),
    ),
    parameters=(
        counter_time(),
        assumed("treated_share", Kind.SHARE, 0.0, "share who then settle the amount with it"),
        assumed("until_treated", Kind.WAIT, {"dist": "exponential", "mean": "2 d"}, "until they do"),
        assumed("give_back_time", Kind.TIME, {"dist": "lognormal", "mean": "1 min", "cv": 0.6}, "handing back"),
        Parameter("talk_time", Kind.TIME, TALK, "P", TALK_SOURCE, "extension by telephone"),
        Parameter("validity", Kind.TIME, "60 d", "P", "Changchun (aggregator)", "first term"),
        Parameter(
            "longest",
            Kind.TIME,
            "180 d",
            "P",
            "at most 6 months in Changchun (aggregator), taken as 180 days",
            "longest term, extension included, from the day the card is given",
        ),
    ),
)
