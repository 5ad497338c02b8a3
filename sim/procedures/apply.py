"""First application for a card: hand in, check, accept or return (A1, A2; P4, P5, P6 for the account; P2)."""

from sim.office.fields import Application, Facility, Field, Reason
from sim.procedures.issue import AGAIN_PARAMETERS, come_again
from sim.procedures.model import END, Kind, Move, Paper, Parameter, Place, Procedure, Step, Who
from sim.procedures.shared import (
    ACCOUNT_OPEN,
    FILED,
    NO_CARD_YET,
    NOTHING_PENDING,
    ONE_ACCOUNT_LEFT,
    assumed,
    counter_time,
    in_this_city,
    none_of,
    offers,
    office_step,
    one_of,
    put,
)

_SUBMITTED = one_of(
    Field.APPLICATION, Application.SUBMITTED, rule="A2", why="There is no application waiting to be checked."
)

_GUARDS = (
    *ACCOUNT_OPEN,
    *NO_CARD_YET,
    NOTHING_PENDING,
    in_this_city("A1"),
    ONE_ACCOUNT_LEFT,
)

PROCEDURE = Procedure(
    name="apply",
    title="First application",
    title_zh="首次申领",
    rules=("A1", "A2", "A6", "A7", "P2", "P6"),
    steps=(
        Step(
            "hand_in",
            ("A1", "A6"),
            Place.OUTLET,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            papers=(Paper.IDENTITY, Paper.FORM, Paper.IDENTITY_COPY, Paper.PHOTO),
            guards=_GUARDS,
            effects=(*FILED, put(Field.REASON, Reason.FIRST)),
            service="counter_time",
            help="The completed form goes in with the papers.",
        ),
        Step(
            "fetch_form",
            ("A2", "A6"),
            Place.OUTLET,
            starts=True,
            who=(Who.HOLDER, Who.AGENT),
            service="form_time",
            help="The form is collected at the outlet and filled in at home.",
        ),
        office_step("check", ("A2",), help="The institution checks the application."),
        office_step("check_now", ("A2",), guards=(_SUBMITTED,), help="For instant issue the check is made at once."),
        office_step(
            "send_back",
            ("A2",),
            guards=(_SUBMITTED,),
            effects=(put(Field.APPLICATION, Application.RETURNED), put(Field.REASON, Reason.NONE)),
            help="Data incomplete or different from the population register: back to the person.",
        ),
    ),
    moves=(
        Move("fetch_form", "hand_in", wait="filling_in"),
        Move("hand_in", "check_now", when=(offers(Facility.INSTANT_ISSUE),), share="instant_share"),
        Move("hand_in", "check", wait="checking"),
        come_again("hand_in", "hand_in", _GUARDS),
        Move("check_now", "send_back", share="defect_share"),
        Move("check_now", "produce.at_counter"),
        Move("check", END, when=(none_of(Field.APPLICATION, Application.SUBMITTED),)),
        Move("check", END, when=(none_of(Field.REASON, Reason.FIRST),)),  # of a card applied for since, not of this one
        Move("check", "send_back", share="defect_share"),
        Move("check", "produce"),
        Move("send_back", "hand_in", share="corrected_share", wait="until_corrected"),
        Move("send_back", END),
    ),
    parameters=(
        counter_time(),
        Parameter(
            "form_time",
            Kind.TIME,
            {"dist": "lognormal", "mean": "1 min", "cv": 0.6},
            "P",
            "accepting takes 1 of 5 minutes in the Wuhou hall, Chengdu, 2019 (newspaper); cv assumed",
            "handing out the form",
        ),
        assumed("filling_in", Kind.WAIT, "1 d", "from getting the form until handing it in"),
        assumed(
            "instant_share", Kind.SHARE, 1.0, "share of people at an outlet with a machine who get the card at once"
        ),
        assumed("checking", Kind.WAIT, "1 workdays", "from handing in until the institution has checked"),
        assumed(
            "defect_share",
            Kind.SHARE,
            0.05,
            "share of applications returned for wrong data",
            "level not published; 60 % of late first cards in Fujian, 2014, were late for incomplete data (newspaper)",
        ),
        *AGAIN_PARAMETERS,
        assumed("corrected_share", Kind.SHARE, 0.9, "share of returned applications that are handed in again"),
        assumed("until_corrected", Kind.WAIT, "3 d", "from the return until the corrected application is handed in"),
    ),
)
