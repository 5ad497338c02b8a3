"""Cross checks of how people begin: states that cannot be together, terms that would be over, usual places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from sim.office.fields import (
    Account,
    Application,
    Bank,
    Cancellation,
    Card,
    EmployerEnd,
    Employment,
    Field,
    Insurance,
    InsuranceEnd,
    OldCard,
    Registration,
    TemporaryCard,
)
from sim.office.record import STATES, happened
from sim.procedures.running import running, term_value
from sim.program import LONGEST_AGO_MS
from sim.scenario.beginnings import Beginning, beginnings
from sim.scenario.checks import World, place_reference, reference
from sim.scenario.schema_places import PLACES
from sim.scenario.schema_validate import Finding
from sim.scenario.toml_lines import KeyPath
from sim.scenario.units import duration_text

_IN_HAND = (Card.ISSUED, Card.ACTIVE)
_IN_USE = (*_IN_HAND, Card.TEMPORARY_LOSS, Card.LOST)
_TAKEN_IN = (Card.DAMAGED, Card.WITHDRAWN, Card.EXCHANGED)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Whoever has one of `states` in `field` cannot have one of `others` in `other`; no others: nobody begins so."""

    field: Field
    states: tuple[IntEnum, ...]
    other: Field
    others: tuple[IntEnum, ...]
    why: str


def _but(states: type[IntEnum], *allowed: IntEnum) -> tuple[IntEnum, ...]:
    return tuple(state for state in states if state not in allowed)


CONTRADICTIONS = (
    Contradiction(
        Field.TEMPORARY,
        (TemporaryCard.VALID, TemporaryCard.EXTENDED),
        Field.CARD,
        _IN_HAND,
        "a card in hand and a temporary card: at most one medium settles at any moment (L7)",
    ),
    Contradiction(
        Field.BANK,
        _but(Bank, Bank.NONE),
        Field.CARD,
        (Card.NONE,),
        "the financial application is part of a card, and there is none",
    ),
    Contradiction(
        Field.BANK,
        (Bank.NONE, Bank.ACCOUNT_ONLY, Bank.FROZEN),
        Field.CARD,
        _IN_USE,
        "a card in use has a financial application (A8)",
    ),
    Contradiction(
        Field.BANK,
        (Bank.INACTIVE, Bank.ACTIVE, Bank.REPORTED, Bank.FROZEN),
        Field.CARD,
        (*_TAKEN_IN, Card.EXPIRED),
        "no card is left to use at the bank, only an account",
    ),
    Contradiction(
        Field.BANK,
        (Bank.ACTIVE,),
        Field.CARD,
        (Card.HOLDER_DIED,),
        "the bank side is frozen when the holder's death is recorded (C1)",
    ),
    Contradiction(
        Field.CANCELLATION,
        (Cancellation.CARD_WITHDRAWN,),
        Field.CARD,
        (),
        "the account is cancelled as soon as the card is withdrawn (C2): nobody is ever found so",
    ),
    Contradiction(
        Field.CANCELLATION,
        (Cancellation.ACCOUNT_CANCELLED, Cancellation.PAID),
        Field.CARD,
        (*_IN_HAND, Card.TEMPORARY_LOSS),
        "the account is cancelled only when the card has been withdrawn (C2)",
    ),
    Contradiction(
        Field.CANCELLATION,
        (Cancellation.NONE, Cancellation.NOTICED),
        Field.CARD,
        (Card.WITHDRAWN,),
        "a card is withdrawn with the notice, and the account cancelled at once (C2)",
    ),
    Contradiction(
        Field.CANCELLATION,
        (Cancellation.ACCOUNT_CANCELLED,),
        Field.ACCOUNT,
        _but(Account, Account.CANCELLED),
        "the account is cancelled (C2), and the balance waits for its payout",
    ),
    Contradiction(
        Field.ACCOUNT,
        (Account.CANCELLED,),
        Field.CARD,
        (*_IN_HAND, Card.TEMPORARY_LOSS),
        "an account is cancelled only when no card is left in use (C2)",
    ),
    Contradiction(
        Field.INSURANCE,
        (Insurance.INSURED, Insurance.NEVER_INSURED),
        Field.INSURANCE_END,
        _but(InsuranceEnd, InsuranceEnd.NONE),
        "the insurance has not ended",
    ),
    Contradiction(
        Field.INSURANCE,
        (Insurance.ENDED,),
        Field.INSURANCE_END,
        (InsuranceEnd.NONE,),
        "an insurance that has ended has a reason why (C1)",
    ),
    Contradiction(
        Field.INSURANCE_END,
        (InsuranceEnd.DIED,),
        Field.CARD,
        (*_IN_HAND, Card.TEMPORARY_LOSS),
        "the card is stopped when the holder's death is recorded (C1)",
    ),
    Contradiction(
        Field.INSURANCE_END,
        (InsuranceEnd.DIED,),
        Field.EMPLOYMENT,
        _but(Employment, Employment.NONE),
        "nobody works or draws a pension when his death is recorded (C1)",
    ),
    Contradiction(
        Field.EMPLOYER_END,
        _but(EmployerEnd, EmployerEnd.NONE),
        Field.EMPLOYMENT,
        _but(Employment, Employment.EMPLOYED, Employment.EMPLOYER_GONE),
        "no employer of the person could have ended",
    ),
    Contradiction(
        Field.REGISTRATION,
        (Registration.UNEMPLOYED,),
        Field.EMPLOYMENT,
        (Employment.HIRED, Employment.EMPLOYED, Employment.RETIRED),
        "who has an employer or a pension is not unemployed",
    ),
    Contradiction(
        Field.OLD_CARD,
        (OldCard.INSERTED,),
        Field.CARD,
        (),
        "the old card lies in a pharmacy's terminal only for a moment (V3)",
    ),
    Contradiction(
        Field.APPLICATION,
        _but(Application, Application.NONE),
        Field.CARD,
        (Card.HOLDER_DIED,),
        "what was applied for ends with the holder's death",
    ),
)
"""States of one beginning that no sequence of steps leads to."""
_BALANCES = {
    "medical_balance": (
        Field.ACCOUNT,
        _but(Account, Account.CANCELLED),
        "the medical account was cancelled, and nothing is in it any more",
    ),
    "financial_balance": (Field.BANK, _but(Bank, Bank.NONE, Bank.CLOSED), "there is no account with a bank for it"),
    "reserved_balance": (
        Field.CANCELLATION,
        (Cancellation.ACCOUNT_CANCELLED,),
        "nothing waits for a payout",
    ),
}
"""Where each opening balance can be."""


def check_people(there: World) -> Iterator[Finding]:
    """How everybody begins; people and their usual places."""
    for begun in beginnings(there.scenario):
        record = begun.record
        yield from _contradictions(begun, record)
        yield from _balances(begun, record)
        yield from _ago(there, begun, record)
    for name, table in there.scenario.people.items():
        path = ("people", name)
        yield from reference((*path, "cohort"), "cohort", table.cohort, there.names["cohorts"])
        yield from reference((*path, "bank"), "bank", table.bank, there.banks)
        for kind, place in table.home.items():
            here = (*path, "home", kind)
            if kind in PLACES:
                yield from place_reference(there, here, place, [kind])
            else:
                yield from reference(here, "kind of place", kind, PLACES)


def _contradictions(begun: Beginning, record: list[int]) -> Iterator[Finding]:
    """States that cannot be together, at one that the file names; of the other it is said what it is."""
    for row in CONTRADICTIONS:
        if record[row.field] not in row.states or (row.others and record[row.other] not in row.others):
            continue
        here, there = (row.field, row.states), (row.other, row.others)
        if here[0].name.lower() not in begun.states:
            here, there = there, here
        (field, wrong), (other, _) = here, there
        states = STATES[field.name.lower()]
        fitting = [state.name.lower() for state in states if state not in wrong]
        word = STATES[other.name.lower()](record[other]).name.lower()
        said = f'; {other.name.lower()} = "{word}" here' if row.others else ""
        allowed = ", ".join(fitting) or f"another {other.name.lower()}"
        yield Finding((*begun.path, _key(begun, field.name.lower())), row.why + said, allowed)


def _key(begun: Beginning, state: str) -> str:
    """The key of the file that says a state: a person's `bank` is the name of one."""
    return "bank_state" if state == "bank" and begun.path[0] == "people" else state


def _balances(begun: Beginning, record: list[int]) -> Iterator[Finding]:
    """No money where there is no account."""
    for key, (field, states, why) in _BALANCES.items():
        dist = begun.dist(key)
        if dist is None or (dist.constant and dist.a == 0.0) or record[field] in states:
            continue
        words = ", ".join(state.name.lower() for state in states)
        yield Finding((*begun.path, key), why, f"nothing; or {_key(begun, field.name.lower())} one of {words}")


def _ago(there: World, begun: Beginning, record: list[int]) -> Iterator[Finding]:
    """How long ago it was: something must have happened, and what a term ends must not have ended already."""
    ago = begun.dist("begun_ago")
    if ago is None:
        return
    path: KeyPath = (*begun.path, "begun_ago")
    if not happened(record):
        yield Finding(path, "nothing has happened to them whose date matters", "no begun_ago, or a state such as hired")
    if not ago.constant:
        return
    if ago.a > LONGEST_AGO_MS:
        yield Finding(path, "is too long ago", f"{duration_text(LONGEST_AGO_MS)} at most")
    for row in running(record):
        move = row.move(there.catalogue)
        if move is None or not row.ends:
            continue
        parameter = move.wait or ""
        term = term_value(there.scenario.procedures, row, parameter)
        if term.kind == "plain" and ago.a >= term.dist.a:
            lasts = f"{row.procedure}.{parameter} is {duration_text(round(term.dist.a))}"
            yield Finding(path, f"{lasts}: it would be over before the run", "a shorter time")
