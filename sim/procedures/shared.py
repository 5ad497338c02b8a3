"""Short ways to write the rows of a procedure, and rows that several procedures have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.office.fields import (
    NEVER,
    Account,
    Application,
    Cancellation,
    Card,
    Cover,
    EmployerEnd,
    Employment,
    Facility,
    Field,
    Insurance,
    InsuranceEnd,
    Ledger,
    Registration,
    TemporaryCard,
)
from sim.procedures.model import Act, At, Check, Effect, Guard, Kind, Paper, Parameter, Place, Step, Sum, Who

if TYPE_CHECKING:
    from enum import IntEnum

HALL = "mean of all counter business in the Wuhou social insurance hall, Chengdu, Apr-Jul 2019 (newspaper); cv assumed"
NOT_FOUND = "no published figure found"
COUNTER: dict[str, Any] = {"dist": "lognormal", "mean": "5 min", "cv": 0.6}
TALK: dict[str, Any] = {"dist": "lognormal", "mean": "150 s", "cv": 0.8}
TALK_SOURCE = "mean talk on the Changzhou 12345 line, 2021 (mirror of a government report); lognormal shape assumed"


# --- guards ------------------------------------------------------------------------------------------------------


def one_of(field: Field, *values: IntEnum | int, rule: str = "", why: str = "") -> Guard:
    """The field has one of these values."""
    return Guard(Check.IN, field.name, tuple(values), rule=rule, why=why)


def none_of(field: Field, *values: IntEnum | int, rule: str = "", why: str = "") -> Guard:
    """The field has none of these values."""
    return Guard(Check.NOT_IN, field.name, tuple(values), rule=rule, why=why)


def timed(check: Check, field: Field, parameter: str, *, rule: str = "", why: str = "") -> Guard:
    """A term that runs from the moment in the field."""
    return Guard(check, field.name, parameter=parameter, rule=rule, why=why)


def at_own_bank(rule: str) -> Guard:
    """Only a branch of the bank that issued the card."""
    return Guard(
        Check.SAME_BANK, Field.CARD_BANK.name, rule=rule, why="Go to a branch of the bank that issued the card."
    )


def in_this_city(rule: str) -> Guard:
    """The place is in the city of the run."""
    return offers(Facility.IN_THIS_CITY, rule=rule, why="This place is in another city: go to one in this city.")


def still_insured(rule: str) -> Guard:
    """Not for whoever is insured elsewhere, has emigrated or died: what this city gave him he gave up (C1)."""
    return none_of(
        Field.INSURANCE,
        Insurance.ENDED,
        rule=rule,
        why="The insurance in this city has ended: it is asked for where the person is insured.",
    )


def offers(facility: IntEnum, *, rule: str = "", why: str = "") -> Guard:
    """The place has the facility."""
    return Guard(Check.PLACE_OFFERS, "", (facility,), rule=rule, why=why)


def covered(field: Field, *, rule: str, why: str) -> Guard:
    """The amount asked for is not more than the ledger has."""
    return Guard(Check.AMOUNT_COVERED, field.name, rule=rule, why=why)


def lacks(facility: IntEnum, field: Field, *values: IntEnum, rule: str, why: str) -> Guard:
    """The place does not have the facility; asked only if the field has one of the values."""
    return Guard(Check.PLACE_LACKS, field.name, (facility, *values), rule=rule, why=why)


def chosen(row: Parameter, word: str, *, rule: str = "", why: str = "") -> Guard:
    """The scenario says this word for the parameter."""
    return Guard(Check.CHOICE, "", (row.options.index(word),), row.name, rule, why, word=word)


def forbidden(*, rule: str, why: str) -> Guard:
    """Refuse everybody."""
    return Guard(Check.NEVER, "", rule=rule, why=why)


def done_by(*who: Who) -> Guard:
    """Who acts is one of these (for moves)."""
    return Guard(Check.ACTOR, "", tuple(list(Who).index(one) for one in who))


# --- effects -----------------------------------------------------------------------------------------------------


def put(field: Field, value: int) -> Effect:
    """record[field] = value."""
    return Effect(Act.SET, field.name, int(value))


def stamp(field: Field) -> Effect:
    """record[field] = now."""
    return Effect(Act.STAMP, field.name)


def change(field: Field, was: int, value: int) -> Effect:
    """record[field] = value where it is `was`."""
    return Effect(Act.CHANGE, field.name, int(value), was=int(was))


def lead(name: str, since: Field) -> Effect:
    """Report how long it took since the moment in the field."""
    return Effect(Act.LEAD, since.name, other=name)


def money(which: Sum, source: Ledger, target: Ledger, rate: str | None = None) -> Effect:
    """Move a sum from one ledger to another."""
    return Effect(Act.MONEY, source.name, int(which), target.name, rate)


# --- parameters --------------------------------------------------------------------------------------------------


def counter_time(help_text: str = "time at the counter", name: str = "counter_time") -> Parameter:
    """Service time of ordinary counter business: the published mean of all business."""
    return Parameter(name, Kind.TIME, COUNTER, "P", HALL, help_text)


def assumed(name: str, kind: Kind, default: object, help_text: str, source: str = NOT_FOUND) -> Parameter:
    """A number for which nothing is published."""
    return Parameter(name, kind, default, "A", source, help_text)


INTEREST_RATE = assumed(
    "interest_rate",
    Kind.RATE,
    0.0005,
    "yearly rate on the medical balance, actual days over 360",
    "the fund earns the demand deposit rate in the current year (aggregator); level of 2025 assumed",
)

# --- rows in common ----------------------------------------------------------------------------------------------


def office_step(
    name: str,
    rules: tuple[str, ...],
    *,
    guards: tuple[Guard, ...] = (),
    effects: tuple[Effect, ...] = (),
    help: str = "",  # noqa: A002 - the row's own word
) -> Step:
    """What the office does by itself: no place, nobody is asked."""
    return Step(name, rules, who=(), guards=guards, effects=effects, help=help)


def voice_menu(rule: str, help: str = "The voice menu asks what the call is about.") -> Step:  # noqa: A002
    """What a hotline answers first: everybody, at once."""
    return Step("menu", (rule,), Place.HOTLINE, At.MENU, starts=True, who=tuple(Who), service="menu_time", help=help)


ACCOUNT_OPEN = (
    none_of(
        Field.ACCOUNT,
        Account.CLOSED,
        Account.CANCELLED,
        rule="P6",
        why="The account is closed: have it opened again before applying for a card.",
    ),
    none_of(
        Field.ACCOUNT,
        Account.MOVED,
        rule="P5",
        why="The account was transferred to another city: the card stays valid, a new one is not issued here.",
    ),
    none_of(
        Field.ACCOUNT,
        Account.NONE,
        rule="P4",
        why="There is no account yet: register first, through the employer or as a flexible worker.",
    ),
)
"""Who may apply for a card."""

NO_USABLE_CARD = none_of(
    Field.CARD,
    Card.ISSUED,
    Card.ACTIVE,
    Card.TEMPORARY_LOSS,
    rule="P2",
    why="The earlier card has not ended: a person has at most one usable card.",
)

NO_CARD_YET = (
    NO_USABLE_CARD,
    none_of(
        Field.CARD,
        Card.LOST,
        Card.DAMAGED,
        rule="L4",
        why="A lost, stolen or damaged card is replaced, not applied for anew.",
    ),
    none_of(Field.CARD, Card.WITHDRAWN, rule="A4", why="After a cancellation the way is to apply again."),
)
"""Who has, or had, a social security card goes another way."""

NOTHING_PENDING = one_of(
    Field.APPLICATION,
    Application.NONE,
    Application.RETURNED,
    rule="P2",
    why="An application is already under way.",
)

VOID_NOTICE = change(Field.CANCELLATION, Cancellation.NOTICED, Cancellation.NONE)
"""The ground of a cancellation notice has gone, for good (C2)."""

INSURED = (
    put(Field.INSURANCE, Insurance.INSURED),
    put(Field.INSURANCE_END, InsuranceEnd.NONE),
    put(Field.INSURANCE_ENDED_AT, NEVER),
    VOID_NOTICE,
)
"""Insured in the basic medical insurance of this city, again or for the first time."""

_THROUGH_EMPLOYER = (Field.UNEMPLOYMENT_INSURANCE, Field.INJURY_INSURANCE, Field.MATERNITY_INSURANCE)

ALL_FIVE = (
    *INSURED,
    put(Field.PENSION_INSURANCE, Cover.INSURED),
    *(put(field, Cover.INSURED) for field in _THROUGH_EMPLOYER),
)
"""What an employer insures: pension, medical, unemployment, work injury, maternity (Social Insurance Law, art. 2)."""

NONE_THROUGH_EMPLOYER = tuple(put(field, Cover.NOT_INSURED) for field in _THROUGH_EMPLOYER)
"""Without an employer nobody pays for these; medical and pension insurance go on until the agency ends them (C1)."""

UNEMPLOYED_NO_LONGER = change(Field.REGISTRATION, Registration.UNEMPLOYED, Registration.NONE)
"""Whoever works again is not registered as unemployed any more (U7)."""


ITS_EMPLOYEE = (
    one_of(
        Field.EMPLOYER_END,
        EmployerEnd.DISSOLVED,
        EmployerEnd.APPROVED,
        EmployerEnd.DEREGISTERED,
        EmployerEnd.MERGED,
        rule="P7",
        why="No employer has ended, or it is an earlier one: the person has been hired by another since.",
    ),
    one_of(Field.EMPLOYMENT, Employment.HIRED, Employment.EMPLOYED, rule="P7", why="The person has left already."),
)
"""Who works for the employer that has ended, registered or not."""

ENDED_OTHERWISE = (EmployerEnd.MERGED, EmployerEnd.APPROVED, EmployerEnd.DEREGISTERED)
"""How an employer ends that deregisters with the tax authority, not with the agency (P7)."""

NOT_INSURED = (put(Field.PENSION_INSURANCE, Cover.NOT_INSURED), *NONE_THROUGH_EMPLOYER)

FILED = (
    put(Field.APPLICATION, Application.SUBMITTED),
    Effect(Act.PLACE, Field.OUTLET.name),
    stamp(Field.APPLIED_AT),
)
"""What every accepted hand-in writes down: that, where, when."""

ONE_ACCOUNT_LEFT = Guard(
    Check.BANK_KEPT,
    Field.FORMER_FEN.name,
    rule="L5",
    why="Money was left with the bank of an earlier card: draw it before the card changes its bank again.",
)
"""The new card is of the outlet's bank; an account with money stays with the old bank, but only one."""

TEMPORARY_ENDS = tuple(
    change(Field.TEMPORARY, state, TemporaryCard.EXPIRED) for state in (TemporaryCard.VALID, TemporaryCard.EXTENDED)
)
"""The card itself works again: a temporary one given in its place does not, at most one medium settles (L7)."""

SPENDS_NOTHING_WITHOUT_ACCOUNT = Guard(
    Check.FREE,
    Field.ACCOUNT.name,
    (Account.NONE,),
    rule="U1",
    why="The person has no medical account: there is nothing to settle from.",
)

HANDS_BACK_TEMPORARY = Guard(
    Check.BRINGS,
    Field.TEMPORARY.name,
    (TemporaryCard.VALID, TemporaryCard.EXTENDED),
    rule="L7",
    why="The temporary medical card must be handed back when the card is collected.",
    paper=Paper.TEMPORARY_CARD,
)
