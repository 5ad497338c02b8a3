"""A person's office record at the beginning: which states he has, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from sim.office.fields import (
    NEVER,
    NOWHERE,
    Account,
    Age,
    Application,
    Bank,
    Cancellation,
    Capacity,
    Card,
    Cover,
    EmployerEnd,
    Employment,
    Field,
    Generation,
    Injury,
    Insurance,
    InsuranceEnd,
    OldCard,
    Pension,
    Reason,
    Registration,
    TemporaryCard,
    Training,
    Transfer,
)

STATES: dict[str, type[IntEnum]] = {
    "account": Account,
    "employment": Employment,
    "card": Card,
    "bank": Bank,
    "application": Application,
    "reason": Reason,
    "old_card": OldCard,
    "temporary": TemporaryCard,
    "cancellation": Cancellation,
    "insurance": Insurance,
    "employer_end": EmployerEnd,
    "insurance_end": InsuranceEnd,
    "pension_insurance": Cover,
    "unemployment_insurance": Cover,
    "injury_insurance": Cover,
    "maternity_insurance": Cover,
    "generation": Generation,
    "pension": Pension,
    "registration": Registration,
    "training": Training,
    "injury": Injury,
    "capacity": Capacity,
    "transfer": Transfer,
    "age": Age,
}
"""What a scenario may say of a person, with the words it may use (lower-case member names)."""

_TIMES = (
    Field.HIRED_AT,
    Field.EMPLOYER_ENDED_AT,
    Field.APPLIED_AT,
    Field.LOST_AT,
    Field.REPORTED_AT,
    Field.COST_AT,
    Field.TEMPORARY_AT,
    Field.APPROVED_AT,
    Field.HOT_AT,
    Field.HOT_UNTIL,
    Field.INSURANCE_ENDED_AT,
    Field.DIED_AT,
    Field.ASSESSED_AT,
    Field.CONFIRMED_AT,
    Field.BENEFIT_AT,
    Field.DAMAGED_AT,
)
_NEVER_EMPLOYED = (Employment.NONE, Employment.FLEXIBLE)
_BANK_OF_CARD = {
    Card.NONE: Bank.NONE,
    Card.ISSUED: Bank.INACTIVE,
    Card.ACTIVE: Bank.ACTIVE,
    Card.TEMPORARY_LOSS: Bank.ACTIVE,
    Card.LOST: Bank.REPORTED,
    Card.DAMAGED: Bank.ACCOUNT_ONLY,
    Card.WITHDRAWN: Bank.ACCOUNT_ONLY,
    Card.EXPIRED: Bank.CLOSED,
    Card.HOLDER_DIED: Bank.FROZEN,
    Card.EXCHANGED: Bank.ACCOUNT_ONLY,
}
_CHIP_OF_CARD = {Card.TEMPORARY_LOSS: Card.ACTIVE, Card.LOST: Card.ACTIVE, Card.HOLDER_DIED: Card.ACTIVE}
_THROUGH_EMPLOYER = (Field.UNEMPLOYMENT_INSURANCE, Field.INJURY_INSURANCE, Field.MATERNITY_INSURANCE)


def new_record(**states: str | int) -> list[int]:
    """Build the record of an insured employee with an open account and no card, changed as `states` say.

    `states` are the words of STATES (`card="active"`) or numbers for any field by its lower-case name
    (`medical_fen=120_050`).  What follows from a state is filled in unless given: a card in use has a number, an
    active chip and an active bank side; what has happened by then happened at the start of the run.
    """
    record = [0] * len(Field)
    for field in _TIMES:
        record[field] = NEVER
    record[Field.OUTLET] = record[Field.CARD_BANK] = record[Field.FORMER_BANK] = NOWHERE
    record[Field.ACCOUNT] = Account.OPEN
    record[Field.EMPLOYMENT] = Employment.EMPLOYED
    record[Field.EMPLOYERS] = 1
    given = {Field[name.upper()]: _number(name, value) for name, value in states.items()}
    for field, value in (_implied(given) | given).items():
        record[field] = value
    return [int(value) for value in record]


def happened(record: Sequence[int]) -> tuple[int, ...]:
    """Fields that say when something happened, of what has happened."""
    return tuple(int(field) for field in _TIMES if record[field] != NEVER)


def initial_states(**states: str | int) -> tuple[tuple[int, int], ...]:
    """Give the fields in which the record of these states differs from a plain `new_record()`."""
    plain = new_record()
    return tuple((field, value) for field, value in enumerate(new_record(**states)) if value != plain[field])


def _number(name: str, value: str | int) -> int:
    """Number of a state, from its lower-case word."""
    if isinstance(value, int):
        return value
    return int(STATES[name][value.upper()])


def _implied(given: dict[Field, int]) -> dict[Field, int]:
    """What follows from the given states."""
    card = Card(given.get(Field.CARD, Card.NONE))
    application = given.get(Field.APPLICATION, Application.NONE)
    implied: dict[Field, int] = {
        Field.CARD_BEFORE: _CHIP_OF_CARD.get(card, card),
        Field.BANK: _BANK_OF_CARD[card],
        Field.CARD_SERIAL: int(card != Card.NONE) + int(application in (Application.IN_PRODUCTION, Application.READY)),
    }
    if card in (Card.TEMPORARY_LOSS, Card.LOST):
        implied |= {Field.REPORTED_AT: 0, Field.HOT_AT: 0}
    if card == Card.WITHDRAWN:
        implied |= {Field.ACCOUNT: Account.CANCELLED, Field.CANCELLATION: Cancellation.PAID, Field.APPROVED_AT: 0}
    if application != Application.NONE:
        implied[Field.APPLIED_AT] = 0
    if application not in (Application.NONE, Application.RETURNED):
        implied[Field.REASON] = Reason.FIRST if card == Card.NONE else Reason.LOST
    if given.get(Field.TEMPORARY, TemporaryCard.NONE) != TemporaryCard.NONE:
        implied[Field.TEMPORARY_AT] = 0
    if given.get(Field.EMPLOYMENT) == Employment.HIRED:
        implied[Field.HIRED_AT] = 0
    employment = given.get(Field.EMPLOYMENT, Employment.EMPLOYED)
    if employment in _NEVER_EMPLOYED:
        implied[Field.EMPLOYERS] = 0
    elif employment == Employment.RETIRED:
        implied |= {Field.PENSION: Pension.DRAWING, Field.AGE: Age.RETIREMENT}
    elif employment == Employment.UNEMPLOYED:
        implied[Field.REGISTRATION] = Registration.UNEMPLOYED
    if given.get(Field.EMPLOYER_END, EmployerEnd.NONE) != EmployerEnd.NONE:
        implied[Field.EMPLOYER_ENDED_AT] = 0
    return implied | _implied_insurance(given)


def _implied_insurance(given: dict[Field, int]) -> dict[Field, int]:
    """The five insurances.  assumed: pension goes with medical, the other three with a registered employment."""
    end = given.get(Field.INSURANCE_END, InsuranceEnd.NONE)
    if given.get(Field.CARD) == Card.HOLDER_DIED:
        end = InsuranceEnd.DIED
    medical = given.get(Field.INSURANCE, Insurance.INSURED if end == InsuranceEnd.NONE else Insurance.ENDED)
    insured = medical == Insurance.INSURED
    employed = insured and given.get(Field.EMPLOYMENT, Employment.EMPLOYED) == Employment.EMPLOYED
    implied: dict[Field, int] = {
        Field.INSURANCE: medical,
        Field.PENSION_INSURANCE: Cover(int(insured)),
        **dict.fromkeys(_THROUGH_EMPLOYER, Cover(int(employed))),
    }
    if medical == Insurance.ENDED:
        implied |= {Field.INSURANCE_END: end or InsuranceEnd.ELSEWHERE, Field.INSURANCE_ENDED_AT: 0}
    if end == InsuranceEnd.DIED:
        implied |= {Field.DIED_AT: 0, Field.EMPLOYMENT: Employment.NONE}
    return implied
