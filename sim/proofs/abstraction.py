"""What the explorer keeps of an office record: one declared abstraction for every Field, one place for every term.

Kept as it is, kept as small counts of money, reduced to before or after a term, or left out because nothing decides
by it.  `undeclared` names what the tables have and this file does not; a test demands that it finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum, unique

from sim.office import fields
from sim.office.fields import NEVER, Field, InsuranceEnd, Reason
from sim.procedures.catalogue import numbers_needed
from sim.procedures.model import Check, Procedure


@unique
class Kind(Enum):
    """How a field is kept."""

    STATE = "state"  # as it is
    FLAGS = "flags"  # as it is: bits
    MONEY = "money"  # 0, 1, ... units, or times; more counts as the most
    TIME = "time"  # never, or at some time; with terms: never, before the first term, after it, ...
    DROPPED = "dropped"  # left out: no guard asks for it


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a field: `size` values from 0, and the reason where it is left out."""

    kind: Kind
    size: int = 0
    why: str = ""
    told_apart: tuple[int, ...] = ()  # of a STATE: these values from 1 on, all others are 0


def _state(states: type[IntEnum]) -> Kept:
    return Kept(Kind.STATE, max(states) + 1)


_TIME = Kept(Kind.TIME)
_SENSE_OF_PLACE = "which place it is: a path of the explorer is free to be at the right one; places are asked by rows"
_TOLD = "written down and told, never asked"
_LEAD = "lead times only"
_HOT = "when offline terminals learn of a loss is the exposure window, measured in tests/office/test_hotlist.py"
_INTEREST = "interest to the fen: tests/office/test_interest.py; here interest moves nothing"

DECLARED: dict[Field, Kept] = {
    Field.ACCOUNT: _state(fields.Account),
    Field.EMPLOYMENT: _state(fields.Employment),
    Field.CARD: _state(fields.Card),
    Field.CARD_BEFORE: _state(fields.Card),
    Field.BANK: _state(fields.Bank),
    Field.APPLICATION: _state(fields.Application),
    Field.REASON: Kept(Kind.STATE, 4, told_apart=(Reason.NONE, Reason.NEW_GENERATION, Reason.FIRST)),
    Field.OLD_CARD: _state(fields.OldCard),
    Field.TEMPORARY: _state(fields.TemporaryCard),
    Field.CANCELLATION: _state(fields.Cancellation),
    Field.INSURANCE: _state(fields.Insurance),
    Field.CARD_SERIAL: Kept(Kind.DROPPED, why="only grows: any number of successive cards is explored"),
    Field.CARD_BANK: Kept(Kind.DROPPED, why=_SENSE_OF_PLACE),
    Field.OUTLET: Kept(Kind.DROPPED, why=_SENSE_OF_PLACE),
    Field.HIRED_AT: _TIME,
    Field.EMPLOYER_ENDED_AT: _TIME,
    Field.APPLIED_AT: Kept(Kind.DROPPED, why=_LEAD),
    Field.LOST_AT: _TIME,
    Field.DAMAGED_AT: _TIME,
    Field.REPORTED_AT: _TIME,
    Field.CLAIMABLE_FEN: Kept(Kind.MONEY, 2),
    Field.COST_AT: Kept(Kind.DROPPED, why=_LEAD),
    Field.COST_FEN: Kept(Kind.MONEY, 3),
    Field.TEMPORARY_AT: _TIME,
    Field.APPROVED_AT: _TIME,
    Field.BALANCE_AT: Kept(Kind.DROPPED, why=_INTEREST),
    Field.MEDICAL_FEN: Kept(Kind.MONEY, 2),
    Field.FINANCIAL_FEN: Kept(Kind.MONEY, 2),
    Field.LATE: Kept(Kind.FLAGS, 4),
    Field.CLAIMED_FEN: Kept(Kind.MONEY, 3),
    Field.HOT_AT: Kept(Kind.DROPPED, why=_HOT),
    Field.HOT_UNTIL: Kept(Kind.DROPPED, why=_HOT),
    Field.FEN_DAYS: Kept(Kind.DROPPED, why=_INTEREST),
    Field.EMPLOYER_END: _state(fields.EmployerEnd),
    Field.INSURANCE_END: Kept(Kind.STATE, 2, told_apart=(InsuranceEnd.DIED,)),
    Field.INSURANCE_ENDED_AT: Kept(Kind.DROPPED, why=_TOLD),
    Field.DIED_AT: _TIME,
    Field.PREMIUM_FEN: Kept(Kind.DROPPED, why="what an employer owes, which nothing asks for (register_employer)"),
    Field.ASSESSED_AT: _TIME,
    Field.PENSION_INSURANCE: Kept(Kind.DROPPED, why=_TOLD),
    Field.UNEMPLOYMENT_INSURANCE: Kept(Kind.DROPPED, why=_TOLD),
    Field.INJURY_INSURANCE: Kept(Kind.DROPPED, why=_TOLD),
    Field.MATERNITY_INSURANCE: Kept(Kind.DROPPED, why=_TOLD),
    Field.PENSION: _state(fields.Pension),
    Field.AGE: _state(fields.Age),
    Field.CONFIRMED_AT: Kept(Kind.DROPPED, why=_TOLD),
    Field.REGISTRATION: _state(fields.Registration),
    Field.BENEFIT_MONTHS: Kept(Kind.STATE, 26),
    Field.BENEFIT_AT: _TIME,
    Field.TRAINING: _state(fields.Training),
    Field.TRAININGS: Kept(Kind.MONEY, 2),
    Field.QUALIFICATIONS: Kept(Kind.STATE, 7),
    Field.INJURY: _state(fields.Injury),
    Field.INJURIES: Kept(Kind.DROPPED, why=_TOLD),
    Field.CAPACITY: _state(fields.Capacity),
    Field.TRANSFER: Kept(Kind.DROPPED, why=_TOLD),
    Field.EMPLOYERS: Kept(Kind.DROPPED, why=_TOLD),
    Field.CERTIFICATES: Kept(Kind.DROPPED, why=_TOLD),
    Field.RESERVED_FEN: Kept(Kind.MONEY, 2),
    Field.RESERVED_FEN_DAYS: Kept(Kind.DROPPED, why=_INTEREST),
    Field.FORMER_BANK: Kept(Kind.DROPPED, why=_SENSE_OF_PLACE),
    Field.FORMER_FEN: Kept(Kind.MONEY, 2),
    Field.GENERATION: _state(fields.Generation),
}
"""Every field of the record."""

TERM_CHECKS = frozenset({Check.WITHIN, Check.WITHIN_DAYS, Check.AFTER, Check.WORKDAYS_AFTER, Check.PAST_DAYS})


@dataclass(frozen=True, slots=True)
class Term:
    """A term that runs from the moment in a field: parameter `name` of procedure `owner`."""

    owner: str
    name: str


TERMS: dict[Field, tuple[tuple[Term, ...], ...]] = {
    Field.HIRED_AT: ((Term("register_employer", "deadline"),),),
    Field.EMPLOYER_ENDED_AT: (
        (Term("deregister_employer", "approval_deadline"), Term("deregister_employer", "duty_deadline")),
    ),
    Field.REPORTED_AT: ((Term("report_loss", "validity"),),),
    Field.TEMPORARY_AT: ((Term("temporary_card", "validity"),), (Term("temporary_card", "longest"),)),
    Field.APPROVED_AT: ((Term("cancel", "payout"),),),
    Field.BENEFIT_AT: ((Term("unemployment_benefit", "between_payments"),),),
}
"""Terms by the field they run from, the shorter ones first, equal ones together: a time is 0 never, 1 before the
first, 2 after it, ..."""


def size_of(field: Field) -> int:
    """How many values are kept of a field; 0 if it is left out."""
    kept = DECLARED[field]
    return 2 + len(TERMS.get(field, ())) if kept.kind is Kind.TIME else kept.size


def value_of(field: Field, concrete: int) -> int:
    """The kept value of a value of the record; a moment counts as just now."""
    kept = DECLARED[field]
    if kept.kind is Kind.TIME:
        return int(concrete != NEVER)
    if kept.kind is Kind.MONEY:
        return min(concrete, kept.size - 1)
    if kept.told_apart:
        return kept.told_apart.index(concrete) + 1 if concrete in kept.told_apart else 0
    return concrete


def level_after(field: Field, term: Term) -> int:
    """The value from which on a term that runs from the field is over."""
    return next(level for level, terms in enumerate(TERMS[field], 2) if term in terms)


def tie_of(term: Term) -> tuple[Field, int] | None:
    """The field a term runs from, and the value from which on it is over."""
    ties = ((field, level) for field, terms in TERMS.items() for level, equal in enumerate(terms, 2) if term in equal)
    return next(ties, None)


def terms_used(procedures: Iterable[Procedure]) -> set[tuple[Field, Term]]:
    """Every term a guard of these procedures asks for, with the field it runs from."""
    used = set()
    for procedure in procedures:
        guards = [guard for step in procedure.steps for guard in step.guards]
        guards += [guard for move in procedure.moves for guard in move.when]
        used |= {
            (Field[guard.field], Term(procedure.name, guard.parameter or ""))
            for guard in guards
            if guard.check in TERM_CHECKS
        }
    return used


def undeclared(procedures: Iterable[Procedure]) -> list[str]:
    """What the tables have and this file does not: fields, terms; and fields left out that a guard asks for."""
    procedures = list(procedures)
    lacking = [f"field {field.name} has no abstraction" for field in Field if field not in DECLARED]
    known = {(field, term) for field, terms in TERMS.items() for equal in terms for term in equal}
    used = terms_used(procedures)
    lacking += [f"term {term.owner}.{term.name} of {field.name} is not declared" for field, term in used - known]
    counted = {Term(*key) for key, unit in numbers_needed(procedures).items() if unit in {"ms", "workdays"}}
    lacking += [
        f"term {term.owner}.{term.name} runs from no declared field" for term in counted - {t for _, t in known}
    ]
    return sorted(lacking)
