"""What must hold in every state, rule by rule; and what a rule gives, which must not be refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

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
    Pension,
    Reason,
    Registration,
    TemporaryCard,
)
from sim.proofs.abstraction import value_of
from sim.proofs.memory import OWED, PROMISED
from sim.proofs.safety import Column, Could, Shown, StateRule, is_one, needs

_USABLE = (Card.ISSUED, Card.ACTIVE, Card.TEMPORARY_LOSS)
_IN_HAND = (Card.ISSUED, Card.ACTIVE)
_OUT = (TemporaryCard.VALID, TemporaryCard.EXTENDED)
_PROBE = "enquire_hotline"
_NO_REASON = value_of(Field.REASON, Reason.NONE)
_NOT_REPLACED = (_NO_REASON, value_of(Field.REASON, Reason.NEW_GENERATION))
_DIED = value_of(Field.INSURANCE_END, InsuranceEnd.DIED)

STATES: tuple[StateRule, ...] = (
    StateRule(
        "one_medium", "L7", "at any moment at most one medium settles, card or temporary card",
        needs(Field.CARD, Field.TEMPORARY),
        lambda _, could: (could("settle.hospital") | could("settle.pharmacy")) & could("settle_temporary.settle"),
        ("settle.hospital", "settle.pharmacy", "settle_temporary.settle"),
        (Shown("settle.hospital"), Shown("settle_temporary.settle", "refused L7")),
    ),
    StateRule(
        "temporary_ends", "L7", "the temporary card ends when the card is usable again or collected",
        needs(Field.CARD, Field.TEMPORARY),
        lambda column, _: is_one(column("CARD"), *_IN_HAND) & is_one(column("TEMPORARY"), *_OUT),
        shown=(Shown("temporary_card.give_back", "refused L7"),),
    ),
    StateRule(
        "reserved_as_promised", "C5", "what the bank's approval promised is reserved until it is paid",
        needs(Field.RESERVED_FEN, PROMISED), lambda column, _: column("RESERVED_FEN") != column(PROMISED),
        shown=(Shown(_PROBE, after=(("financial_balance", "100 yuan"),)),),
    ),
    StateRule(
        "claimed_as_filed", "L6", "what is open of claims is what was filed and not examined",
        needs(Field.CLAIMED_FEN, OWED), lambda column, _: column("CLAIMED_FEN") != column(OWED),
    ),
    StateRule(
        "no_money_behind_a_closed_account", "C5", "a financial account is closed only when it is empty",
        needs(Field.FINANCIAL_FEN, Field.BANK),
        lambda column, _: (column("FINANCIAL_FEN") > 0) & is_one(column("BANK"), Bank.NONE, Bank.CLOSED),
    ),
    StateRule(
        "no_balance_without_account", "C5", "what is still to come has an account to come to",
        needs(Field.CANCELLATION, Field.BANK),
        lambda column, _: is_one(
            column("CANCELLATION"), Cancellation.CARD_WITHDRAWN, Cancellation.ACCOUNT_CANCELLED
        )
        & is_one(column("BANK"), Bank.NONE, Bank.CLOSED),
    ),
    StateRule(
        "bank_side_stops_with_its_holder", "C1", "the bank side of a holder whose death is recorded has stopped",
        needs(Field.INSURANCE_END, Field.BANK),
        lambda column, _: (column("INSURANCE_END") == _DIED)
        & is_one(column("BANK"), Bank.INACTIVE, Bank.ACTIVE, Bank.REPORTED),
    ),
    StateRule(
        "who_draws_a_pension_is_retired", "U7", "only who is retired draws a pension",
        needs(Field.PENSION, Field.EMPLOYMENT),
        lambda column, _: (column("PENSION") == Pension.DRAWING) & (column("EMPLOYMENT") != Employment.RETIRED),
    ),
    StateRule(
        "registered_unemployed_has_no_work", "U7", "who is registered as unemployed has no work",
        needs(Field.REGISTRATION, Field.EMPLOYMENT),
        lambda column, _: (column("REGISTRATION") == Registration.UNEMPLOYED)
        & (column("EMPLOYMENT") != Employment.UNEMPLOYED),
    ),
    StateRule(
        "registered_job_is_held", "U7", "who is registered with a job works",
        needs(Field.REGISTRATION, Field.EMPLOYMENT),
        lambda column, _: (column("REGISTRATION") == Registration.JOB)
        & ~is_one(column("EMPLOYMENT"), Employment.HIRED, Employment.EMPLOYED, Employment.FLEXIBLE),
    ),
    StateRule(
        "reason_while_applied", "A2", "a reason is known as long as an application is under way, and no longer",
        needs(Field.APPLICATION, Field.REASON),
        lambda column, _: is_one(column("APPLICATION"), Application.NONE, Application.RETURNED)
        != (column("REASON") == _NO_REASON),
    ),
    StateRule(
        "late_registration_flagged", "P3", "a registration that is late is flagged when the day passes",
        needs(Field.EMPLOYMENT, Field.HIRED_AT, Field.LATE),
        lambda column, _: (column("EMPLOYMENT") == Employment.HIRED)
        & (column("HIRED_AT") >= 2)
        & (column("LATE") & 1 == 0),
        shown=(Shown(_PROBE, after=(("late", 1),)),),
    ),
    StateRule(
        "late_deregistration_flagged", "P7", "a deregistration that is late is flagged when the day passes",
        needs(Field.EMPLOYER_END, Field.EMPLOYER_ENDED_AT, Field.LATE),
        lambda column, _: (column("EMPLOYER_END") != EmployerEnd.NONE)
        & (column("EMPLOYER_ENDED_AT") >= 2)
        & (column("LATE") & 2 == 0),
        shown=(Shown(_PROBE, after=(("late", 2),)),),
    ),
)  # fmt: skip


def _granted(
    name: str, rule: str, says: str, needs: frozenset[str], when: Callable[[Column], np.ndarray], *any_of: str
) -> StateRule:
    def refused(column: Column, could: Could) -> np.ndarray:
        allowed = could(any_of[0])
        for step in any_of[1:]:
            allowed = allowed | could(step)
        return when(column) & ~allowed

    return StateRule(name, rule, says, needs, refused, any_of, (Shown(any_of[0]),))


GRANTED: tuple[StateRule, ...] = (
    _granted(
        "temporary_while_applied", "L7",
        "whoever has applied, in whatever way, and has no card yet is given a temporary card",
        needs(Field.APPLICATION, Field.CARD, Field.OLD_CARD, Field.TEMPORARY, Field.ACCOUNT),
        lambda column: is_one(column("APPLICATION"), Application.SUBMITTED, Application.IN_PRODUCTION)
        & is_one(column("CARD"), Card.NONE, Card.WITHDRAWN)
        & is_one(column("OLD_CARD"), OldCard.NONE, OldCard.HANDED_IN)
        & ~is_one(column("TEMPORARY"), *_OUT)
        & (column("ACCOUNT") == Account.OPEN),
        "temporary_card.applied",
    ),
    _granted(
        "apply_again", "A4", "after a cancellation one may apply again as soon as the account is open",
        needs(Field.APPLICATION, Field.CARD, Field.ACCOUNT),
        lambda column: (column("CARD") == Card.WITHDRAWN) & (column("ACCOUNT") == Account.OPEN)
        & is_one(column("APPLICATION"), Application.NONE, Application.RETURNED),
        "reapply.apply",
    ),
    _granted(
        "replaced_after_loss", "L4", "a lost card is replaced while the account is open",
        needs(Field.APPLICATION, Field.CARD, Field.ACCOUNT),
        lambda column: is_one(column("CARD"), Card.LOST, Card.TEMPORARY_LOSS) & (column("ACCOUNT") == Account.OPEN)
        & is_one(column("APPLICATION"), Application.NONE, Application.RETURNED),
        "replace.apply",
    ),
    _granted(
        "released_when_found", "L8", "as long as no replacement is applied for, a report of either kind is released",
        needs(Field.CARD, Field.REASON),
        lambda column: is_one(column("CARD"), Card.LOST, Card.TEMPORARY_LOSS)
        & is_one(column("REASON"), *_NOT_REPLACED),
        "release_loss.outlet",
    ),
    _granted(
        "loss_reported_any_time", "L1", "a card in hand can be reported lost, by telephone and at an outlet",
        needs(Field.CARD), lambda column: is_one(column("CARD"), *_IN_HAND), "report_loss.agent",
    ),
    _granted(
        "hospital_activates", "V2", "a card in hand is activated at a hospital",
        needs(Field.CARD, Field.DAMAGED_AT),
        lambda column: (column("CARD") == Card.ISSUED) & (column("DAMAGED_AT") == 0), "activate_hospital.register",
    ),
    _granted(
        "notice_when_ended", "C1", "who is no longer insured here and has a card in hand is given the notice",
        needs(Field.CARD, Field.INSURANCE, Field.ACCOUNT, Field.CANCELLATION, Field.APPLICATION),
        lambda column: is_one(column("CARD"), *_IN_HAND) & (column("INSURANCE") == Insurance.ENDED)
        & (column("ACCOUNT") == Account.OPEN) & is_one(column("CANCELLATION"), Cancellation.NONE, Cancellation.PAID)
        & is_one(column("APPLICATION"), Application.NONE, Application.RETURNED),
        "cancel.notice",
    ),
    _granted(
        "any_employer_can_end", "P7", "an employer can come to an end, whether it has registered its employees or not",
        needs(Field.EMPLOYMENT, Field.EMPLOYER_END),
        lambda column: is_one(column("EMPLOYMENT"), Employment.HIRED, Employment.EMPLOYED)
        & (column("EMPLOYER_END") == EmployerEnd.NONE),
        "employer_ends.merged",
    ),
    _granted(
        "ended_employer_deregisters", "P7", "an employer that has ended can deregister, whoever has left it meanwhile",
        needs(Field.EMPLOYER_END), lambda column: column("EMPLOYER_END") != EmployerEnd.NONE,
        "deregister_employer.with_approval", "deregister_employer.at_tax_office",
    ),
    _granted(
        "balance_comes_along", "P5", "whoever comes from another city brings his balance, unless his account is closed",
        needs(Field.ACCOUNT), lambda column: ~is_one(column("ACCOUNT"), Account.CLOSED, Account.CANCELLED),
        "transfer.into",
    ),
    _granted(
        "hired_is_registered", "P3", "whoever is hired can be registered by the employer",
        needs(Field.EMPLOYMENT), lambda column: column("EMPLOYMENT") == Employment.HIRED, "register_employer.register",
    ),
)  # fmt: skip
