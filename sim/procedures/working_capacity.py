"""Assessment of working capacity, and the benefit for a work injury, with the card (U4)."""

from sim.office.fields import Capacity, Field, Injury, Ledger
from sim.procedures.model import END, Kind, Move, Parameter, Procedure, Sum
from sim.procedures.shared import assumed, counter_time, money, none_of, office_step, one_of, put
from sim.procedures.use import at_the_agency

_CONCLUSIONS = (
    ("lost", Capacity.LOST, "Wholly lost: grades 1 to 4."),
    ("largely_lost", Capacity.LARGELY_LOST, "Largely lost: grades 5 and 6."),
    ("partly_lost", Capacity.PARTLY_LOST, "Partly lost: grades 7 to 10."),
    ("unimpaired", Capacity.UNIMPAIRED, "No grade."),
)
_REQUESTED = (one_of(Field.CAPACITY, Capacity.REQUESTED, rule="U4", why="No assessment was asked for."),)
_SHARES = {"lost": 0.03, "largely_lost": 0.07, "partly_lost": 0.8}

PROCEDURE = Procedure(
    name="working_capacity",
    title="Assessment of working capacity",
    title_zh="劳动能力鉴定",
    rules=("U4", "U7", "A6"),
    steps=(
        at_the_agency(
            "assess",
            "U4",
            guards=(none_of(Field.CAPACITY, Capacity.REQUESTED, rule="U4", why="An assessment is under way already."),),
            effects=(put(Field.CAPACITY, Capacity.REQUESTED),),
            help="Request for the assessment.",
        ),
        *(
            office_step(name, ("U4", "U7"), guards=_REQUESTED, effects=(put(Field.CAPACITY, degree),), help=text)
            for name, degree, text in _CONCLUSIONS
        ),
        at_the_agency(
            "benefit",
            "U4",
            guards=(
                one_of(
                    Field.INJURY,
                    Injury.RECOGNISED,
                    rule="U4",
                    why="No work injury is recognised for which the benefit is still due.",
                ),
                one_of(
                    Field.CAPACITY,
                    Capacity.PARTLY_LOST,
                    Capacity.LARGELY_LOST,
                    Capacity.LOST,
                    rule="U4",
                    why="Working capacity was not assessed, or is unimpaired.",
                ),
            ),
            effects=(money(Sum.AMOUNT, Ledger.FUND, Ledger.FINANCIAL), put(Field.INJURY, Injury.PAID)),
            help="The benefit for the work injury, once, to the financial account of the card.",
        ),
    ),
    moves=(
        *(Move("assess", name, share=f"{name}_share", wait="until_conclusion") for name in _SHARES),
        Move("assess", "unimpaired", wait="until_conclusion"),
        *(Move(name, END) for name, _, _ in _CONCLUSIONS),
        Move("benefit", END),
    ),
    parameters=(
        counter_time(),
        Parameter(
            "until_conclusion",
            Kind.WAIT,
            "60 d",
            "P",
            "Regulations on work-injury insurance, article 25: within 60 days",
            "from the request to the conclusion",
        ),
        *(
            assumed(f"{name}_share", Kind.SHARE, share, f"share concluded as {name.replace('_', ' ')}, of those left")
            for name, share in _SHARES.items()
        ),
    ),
)
