"""Making the card: in central batches with delivery to the outlet, or at once at the counter (A7, A2, A8, L5)."""

from typing import Any

from sim.office.fields import Application, Card, Facility, Field, Reason
from sim.procedures.model import Act, At, Chip, Effect, Kind, Move, Paper, Parameter, Place, Procedure, Step, Who
from sim.procedures.shared import (
    ONE_ACCOUNT_LEFT,
    assumed,
    done_by,
    in_this_city,
    lead,
    offers,
    office_step,
    one_of,
    put,
)

_ACCEPTED = one_of(
    Field.APPLICATION,
    Application.SUBMITTED,
    rule="A2",
    why="Only an application that was accepted reaches production.",
)
_HAS_MACHINE = offers(
    Facility.INSTANT_ISSUE,
    rule="A7",
    why="This outlet has no machine for instant issue; the card is made centrally.",
)
_IN_PRODUCTION = one_of(Field.APPLICATION, Application.IN_PRODUCTION, rule="A7", why="This card is not in production.")
_INTO_PRODUCTION = (
    put(Field.APPLICATION, Application.IN_PRODUCTION),
    Effect(Act.COUNT, Field.CARD_SERIAL.name, 1),
)
_READY = (put(Field.APPLICATION, Application.READY), lead("application_to_ready", Field.APPLIED_AT))
_OLD_CARD_IN_HAND = (one_of(Field.REASON, Reason.NEW_GENERATION), one_of(Field.CARD, Card.ISSUED, Card.ACTIVE))
"""The new card is collected in exchange of a card of an earlier generation."""
_MACHINE_TIME: dict[str, Any] = {"dist": "lognormal", "mean": "3 min", "cv": 0.3}

PROCEDURE = Procedure(
    name="produce",
    title="Card production",
    title_zh="制卡",
    rules=("A7", "A2", "A8", "L5", "D3"),
    steps=(
        office_step(
            "accept",
            ("A2", "L5"),
            guards=(_ACCEPTED,),
            effects=_INTO_PRODUCTION,
            help="The new card's numbers are assigned; the citizen number stays (P1).",
        ),
        Step(
            "make",
            ("A7", "A8", "D3"),
            Place.FACTORY,
            who=(),
            guards=(_IN_PRODUCTION,),
            chip=Chip.PERSONALISE,
            service="machine_time",
            help="Chip, stripe and face in one pass.",
        ),
        office_step("inspect", ("A7", "D3"), guards=(_IN_PRODUCTION,), help="Every card is read back and looked at."),
        office_step("pack", ("A7",), guards=(_IN_PRODUCTION,), help="Good cards are packed by outlet."),
        office_step(
            "arrive", ("A7",), guards=(_IN_PRODUCTION,), effects=_READY, help="At the outlet, to be collected."
        ),
        Step(
            "at_counter",
            ("A7",),
            Place.OUTLET,
            At.HERE,
            who=(),
            guards=(
                _HAS_MACHINE,
                _ACCEPTED,
            ),
            effects=_INTO_PRODUCTION,
            service="start_time",
            keep=True,
            help="The clerk hands the job to the machine; the counter waits.",
        ),
        Step(
            "ask_instant",
            ("A7", "A6", "L5"),
            Place.OUTLET,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY,),
            guards=(_HAS_MACHINE, _ACCEPTED, in_this_city("A7"), ONE_ACCOUNT_LEFT),
            effects=(*_INTO_PRODUCTION, Effect(Act.PLACE, Field.OUTLET.name)),
            service="start_time",
            keep=True,
            help="Somebody whose application is accepted has the card made at once, here, instead of centrally.",
        ),
        Step(
            "instant",
            ("A7", "A8", "D3"),
            Place.OUTLET,
            At.MACHINE,
            who=(),
            guards=(_IN_PRODUCTION,),
            chip=Chip.PERSONALISE,
            service="instant_time",
            help="The outlet's own machine makes the card.",
        ),
        office_step("at_hand", ("A7",), guards=(_IN_PRODUCTION,), effects=_READY, help="Good: ready at the counter."),
    ),
    moves=(
        Move("accept", "make", wait="cut_off"),
        Move("make", "inspect", wait="inspection"),
        Move("inspect", "make", share="reject_share", wait="cut_off"),
        Move("inspect", "pack", wait="packing"),
        Move("pack", "arrive", wait="courier"),
        Move("arrive", "collect.exchange", when=_OLD_CARD_IN_HAND, wait="until_collected"),
        Move("arrive", "collect", wait="until_collected"),
        Move("at_counter", "instant"),
        Move("ask_instant", "instant"),
        Move("instant", "instant", share="instant_reject_share"),
        Move("instant", "at_hand"),
        Move("at_hand", "collect.exchange_here", when=(done_by(Who.HOLDER), *_OLD_CARD_IN_HAND)),
        Move("at_hand", "collect.over_the_counter", when=(done_by(Who.HOLDER),)),
        Move("at_hand", "collect.exchange", when=_OLD_CARD_IN_HAND, wait="until_collected"),
        Move("at_hand", "collect", wait="until_collected"),
    ),
    parameters=(
        assumed("cut_off", Kind.WAIT, {"next": ["16:00"]}, "orders of a day go to the factory at this hour"),
        assumed(
            "machine_time",
            Kind.TIME,
            "2.4 s",
            "central line, per card",
            "no data sheet reachable; 1,500 cards an hour, amid the 1,000 to 3,000 taken for such lines",
        ),
        assumed("inspection", Kind.WAIT, "4 h", "from making until the card is inspected"),
        assumed("reject_share", Kind.SHARE, 0.01, "share of centrally made cards that fail inspection"),
        assumed("packing", Kind.WAIT, "1 workdays", "from inspection until the parcel leaves"),
        Parameter(
            "courier",
            Kind.WAIT,
            "2 workdays",
            "A",
            "chosen so that cut-off, inspection, packing and courier make the 4 working days "
            "Beijing promises for a reissue (2026)",
            "from the factory to the outlet",
        ),
        assumed(
            "until_collected", Kind.WAIT, "3 d", "from the notice that the card is ready until the person sets out"
        ),
        assumed("start_time", Kind.TIME, "30 s", "the clerk loads the job"),
        Parameter(
            "instant_time",
            Kind.TIME,
            _MACHINE_TIME,
            "A",
            "no data sheet reachable; within the 10 min of a whole instant issue (Qinghai 2020, "
            "newspaper), one bank claims 8 min for personalisation alone",
            "instant machine, chip and print",
        ),
        assumed("instant_reject_share", Kind.SHARE, 0.01, "share of instantly made cards that must be made again"),
    ),
)
