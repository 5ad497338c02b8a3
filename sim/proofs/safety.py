"""What must never happen, rule by rule.

`STEPS`: what an accepted step must find or leave.  `STATES`: what must hold in every state.  `GRANTED`: what a rule
gives must not be refused.  Written from the rules, not from the tables: none of them reads a guard, except to ask what
somebody could do in a state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.office.fields import (
    NEVER,
    Account,
    Application,
    Bank,
    Cancellation,
    Card,
    EmployerEnd,
    Employment,
    Field,
    Insurance,
    Ledger,
    OldCard,
    Reason,
    TemporaryCard,
)
from sim.procedures.model import Act, Chip, Paper, Place, Procedure, Step, Sum
from sim.proofs.abstraction import value_of
from sim.proofs.memory import CHIP, OWED, PROMISED, ChipState, claims, hands_over, moves, sets

Column = Callable[[str], np.ndarray]
"""Gives the column of a variable by its name."""
Could = Callable[[str], np.ndarray]
"""Gives the states in which a step would be accepted from who brings everything to the right place."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An action that shows in a story what should have been refused, or what the record should say.

    `does`: "" for whatever way to a new card the state asks for.
    """

    does: str
    expect: str = "done"
    after: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class StepRule:
    """`broken` tells for an accepted step of those `watches` picks in which states the rule is broken."""

    name: str
    rule: str
    says: str
    needs: frozenset[str]
    watches: Callable[[Procedure, Step], bool]
    broken: Callable[[Column, Column], np.ndarray]
    shown: tuple[Shown, ...] = ()  # instead of what the record would say, had the step been refused


@dataclass(frozen=True, slots=True)
class StateRule:
    """`broken` tells in which states the rule is broken; `asks`: the steps it asks for."""

    name: str
    rule: str
    says: str
    needs: frozenset[str]
    broken: Callable[[Column, Could], np.ndarray]
    asks: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()


def is_one(column: np.ndarray, *values: int) -> np.ndarray:
    """Where the column has one of the values."""
    found = column == int(values[0])
    for value in values[1:]:
        found = found | (column == int(value))
    return found


def _needs(*names: Field | str) -> frozenset[str]:
    return frozenset(name.name if isinstance(name, Field) else name for name in names)


_USABLE = (Card.ISSUED, Card.ACTIVE, Card.TEMPORARY_LOSS)
_IN_HAND = (Card.ISSUED, Card.ACTIVE)
_OUT = (TemporaryCard.VALID, TemporaryCard.EXTENDED)
_CHIP_OF = ((Card.ISSUED, ChipState.ISSUED), (Card.ACTIVE, ChipState.ACTIVE))


def _settles(step: Step, paper: Paper) -> bool:
    return moves(step, Ledger.MEDICAL, Ledger.PROVIDER) and paper in step.papers


def _contradicts(column: Column) -> np.ndarray:
    before, chip = column("CARD_BEFORE"), column(CHIP)
    wrong = is_one(before, Card.DAMAGED, Card.WITHDRAWN, Card.EXCHANGED) != (chip == ChipState.TAKEN_IN)
    for card, state in _CHIP_OF:
        wrong |= (before == card) != (chip == state)
    return wrong


def _follows(field: Field, *order: tuple[int, tuple[int, ...]]) -> tuple[StepRule, ...]:
    """Each of these states only after one of those."""
    return tuple(
        StepRule(
            f"{field.name.lower()}_{type(value)(value).name.lower()}_in_order",
            "C2" if field is Field.CANCELLATION else "A2",
            f"{field.name.lower()} becomes {type(value)(value).name.lower()} only after "
            + " or ".join(type(one)(one).name.lower() for one in earlier),
            _needs(field),
            lambda _, step, value=value: sets(step, field, value),
            lambda before, _, earlier=earlier: ~is_one(before(field.name), *earlier),
        )
        for value, earlier in order
    )


STEPS: tuple[StepRule, ...] = (
    StepRule(
        "one_card", "P2", "nobody is handed a card while the earlier one is usable",
        _needs(Field.CARD), lambda _, step: hands_over(step),
        lambda before, _: is_one(before("CARD"), *_USABLE),
    ),
    StepRule(
        "activation_after_issue", "V1", "a card is activated only when it is in hand, and its chip with it",
        _needs(Field.CARD, CHIP), lambda _, step: sets(step, Field.CARD, Card.ACTIVE),
        lambda before, after: (before("CARD") != Card.ISSUED) | (after(CHIP) != ChipState.ACTIVE),
    ),
    StepRule(
        "financial_after_issue", "V1", "the financial function is activated only of a card in hand",
        _needs(Field.CARD, Field.BANK), lambda _, step: sets(step, Field.BANK, Bank.ACTIVE) and step.chip is not Chip.NONE,
        lambda before, _: ~is_one(before("CARD"), *_IN_HAND) | (before("BANK") != Bank.INACTIVE),
    ),
    StepRule(
        "settles_only_active", "V4", "a card settles only active: not before activation, after loss or cancellation",
        _needs(Field.CARD, CHIP), lambda _, step: _settles(step, Paper.CARD),
        lambda before, _: (before("CARD") != Card.ACTIVE) | (before(CHIP) != ChipState.ACTIVE),
    ),
    StepRule(
        "temporary_in_term", "L7", "the temporary card settles only in its term",
        _needs(Field.TEMPORARY, Field.TEMPORARY_AT), lambda _, step: _settles(step, Paper.TEMPORARY_CARD),
        lambda before, _: ~(
            (before("TEMPORARY") == TemporaryCard.VALID) & (before("TEMPORARY_AT") == 1)
            | (before("TEMPORARY") == TemporaryCard.EXTENDED) & is_one(before("TEMPORARY_AT"), 1, 2)
        ),
    ),
    StepRule(
        "settles_own_account", "U1", "nobody settles from an account he has not",
        _needs(Field.ACCOUNT), lambda _, step: moves(step, Ledger.MEDICAL, Ledger.PROVIDER),
        lambda before, _: is_one(before("ACCOUNT"), Account.NONE, Account.CLOSED, Account.CANCELLED),
    ),
    StepRule(
        "balance_reserved", "C5", "from the bank's approval until the payout nothing else touches the balance",
        _needs(Field.RESERVED_FEN),
        lambda _, step: moves(step, Ledger.RESERVED, None) and not moves(step, Ledger.RESERVED, Ledger.FINANCIAL),
        lambda before, _: before("RESERVED_FEN") > 0,
    ),
    StepRule(
        "payout_in_time", "C3", "the balance is paid out ten working days after the approval, not earlier",
        _needs(Field.APPROVED_AT, Field.RESERVED_FEN), lambda _, step: moves(step, Ledger.RESERVED, Ledger.FINANCIAL),
        lambda before, _: (before("APPROVED_AT") < 2) & (before("RESERVED_FEN") > 0),
    ),
    StepRule(
        "paid_from_reserve", "C3", "a medical balance goes to the financial account only by a cancellation's payout",
        _needs(Field.MEDICAL_FEN), lambda _, step: moves(step, Ledger.MEDICAL, Ledger.FINANCIAL),
        lambda before, _: before("MEDICAL_FEN") >= 0,
    ),
    StepRule(
        "no_credit", "A9", "no ledger of a person goes below nothing",
        _needs(Field.MEDICAL_FEN, Field.FINANCIAL_FEN),
        lambda _, step: moves(step, Ledger.FINANCIAL, None, Sum.AMOUNT) or moves(step, Ledger.MEDICAL, None, Sum.AMOUNT),
        lambda before, after: (after("MEDICAL_FEN") == before("MEDICAL_FEN"))
        & (after("FINANCIAL_FEN") == before("FINANCIAL_FEN")),
    ),
    StepRule(
        "no_application_while_closed", "P6", "no application is accepted while the account is closed",
        _needs(Field.ACCOUNT, Field.APPLICATION), lambda _, step: sets(step, Field.APPLICATION, Application.SUBMITTED),
        lambda before, _: is_one(before("ACCOUNT"), Account.CLOSED, Account.CANCELLED),
    ),
    StepRule(
        "one_application", "P2", "no second application while one is under way",
        _needs(Field.APPLICATION), lambda _, step: sets(step, Field.APPLICATION, Application.SUBMITTED),
        lambda before, _: ~is_one(before("APPLICATION"), Application.NONE, Application.RETURNED),
    ),
    StepRule(
        "earlier_card_ended", "P2", "a card is applied for only when the earlier one has ended or ends with it",
        _needs(Field.APPLICATION, Field.CARD, Field.REASON),
        lambda _, step: sets(step, Field.APPLICATION, Application.SUBMITTED),
        lambda _, after: is_one(after("CARD"), *_USABLE) & (after("REASON") != value_of(Field.REASON, Reason.NEW_GENERATION)),
    ),
    *_follows(
        Field.APPLICATION,
        (Application.IN_PRODUCTION, (Application.SUBMITTED,)),
        (Application.READY, (Application.IN_PRODUCTION,)),
        (Application.RETURNED, (Application.SUBMITTED,)),
    ),
    StepRule(
        "collected_when_ready", "A3", "only a card that is ready is handed over",
        _needs(Field.APPLICATION), lambda _, step: hands_over(step),
        lambda before, _: before("APPLICATION") != Application.READY,
    ),
    StepRule(
        "claim_of_a_loss_that_is_over", "L6", "costs are claimed of losses whose new card is in hand, once",
        _needs(Field.CLAIMABLE_FEN), lambda owner, step: claims(owner, step),
        lambda before, after: (before("CLAIMABLE_FEN") == 0) | (after("CLAIMABLE_FEN") != 0),
    ),
    StepRule(
        "costs_in_window", "L6", "only what was paid while the card was lost or damaged counts",
        _needs(Field.COST_FEN, Field.CARD, Field.LOST_AT),
        lambda _, step: any(e.act is Act.ADD_AMOUNT and e.field == Field.COST_FEN.name for e in step.effects),
        lambda before, _: ~is_one(before("CARD"), Card.TEMPORARY_LOSS, Card.LOST, Card.DAMAGED)
        & (before("LOST_AT") == 0),
    ),
    StepRule(
        "costs_kept_while_lost", "L6", "costs are forgotten only when the loss is over or they may be claimed",
        _needs(Field.COST_FEN, Field.CLAIMABLE_FEN, Field.CARD, Field.LOST_AT),
        lambda _, step: sets(step, Field.COST_FEN, 0),
        lambda before, after: (before("COST_FEN") > 0)
        & (after("CLAIMABLE_FEN") == 0)
        & (is_one(before("CARD"), Card.TEMPORARY_LOSS, Card.LOST, Card.DAMAGED) | (before("LOST_AT") != 0)),
    ),
    StepRule(
        "claim_paid_once", "L6", "a claim is examined once",
        _needs(Field.CLAIMED_FEN, OWED), lambda _, step: moves(step, Ledger.CLAIMS, None),
        lambda before, _: before(OWED) == 0,
    ),
    *_follows(
        Field.CANCELLATION,
        (Cancellation.CARD_WITHDRAWN, (Cancellation.NOTICED,)),
        (Cancellation.ACCOUNT_CANCELLED, (Cancellation.CARD_WITHDRAWN,)),
        (Cancellation.PAID, (Cancellation.ACCOUNT_CANCELLED,)),
    ),
    StepRule(
        "ground_of_cancellation", "C1", "no step of a cancellation whose ground has gone",
        _needs(Field.CANCELLATION, Field.INSURANCE, Field.ACCOUNT),
        lambda _, step: sets(
            step, Field.CANCELLATION, Cancellation.NOTICED, Cancellation.CARD_WITHDRAWN, Cancellation.ACCOUNT_CANCELLED
        ),
        lambda before, _: (before("INSURANCE") != Insurance.ENDED) | (before("ACCOUNT") == Account.MOVED),
    ),
    StepRule(
        "transfer_keeps_card", "P5", "a transfer of the account changes nothing of the card",
        _needs(Field.ACCOUNT, Field.CARD), lambda _, step: sets(step, Field.ACCOUNT, Account.MOVED),
        lambda before, after: before("CARD") != after("CARD"),
    ),
    StepRule(
        "lapse_as_before", "L2", "a report lapses only when its term is over, and leaves the card as it was",
        _needs(Field.CARD, Field.CARD_BEFORE, Field.REPORTED_AT),
        lambda _, step: not step.who and any(e.act is Act.COPY and e.field == Field.CARD.name for e in step.effects),
        lambda before, after: (before("CARD") != Card.TEMPORARY_LOSS)
        | (before("REPORTED_AT") < 2)
        | (after("CARD") != before("CARD_BEFORE")),
    ),
    StepRule(
        "released_as_before", "L8", "a report is released before the replacement is applied for; the card is as before",
        _needs(Field.CARD, Field.CARD_BEFORE, Field.APPLICATION),
        lambda _, step: bool(step.who) and any(e.act is Act.COPY and e.field == Field.CARD.name for e in step.effects),
        lambda before, after: ~is_one(before("CARD"), Card.TEMPORARY_LOSS, Card.LOST)
        | ~is_one(before("APPLICATION"), Application.NONE, Application.RETURNED)
        | (after("CARD") != before("CARD_BEFORE")),
    ),
    StepRule(
        "loss_only_of_a_card_in_hand", "L1", "only a card in hand is reported by telephone",
        _needs(Field.CARD), lambda _, step: sets(step, Field.CARD, Card.TEMPORARY_LOSS),
        lambda before, _: ~is_one(before("CARD"), *_IN_HAND),
    ),
    StepRule(
        "old_card_first", "V3", "at the pharmacy the old card goes in first",
        _needs(Field.CARD, Field.OLD_CARD),
        lambda _, step: step.place is Place.PHARMACY and sets(step, Field.CARD, Card.ACTIVE),
        lambda before, _: before("OLD_CARD") == OldCard.HELD,
    ),
    StepRule(
        "old_card_handed_in_once", "A5", "only an old card that is held is handed in",
        _needs(Field.OLD_CARD), lambda _, step: sets(step, Field.OLD_CARD, OldCard.HANDED_IN),
        lambda before, _: before("OLD_CARD") != OldCard.HELD,
    ),
    StepRule(
        "chip_as_record", "D3", "once the card was there, chip and record say the same",
        _needs(Field.CARD_BEFORE, CHIP), lambda _, step: step.chip not in {Chip.NONE, Chip.PERSONALISE},
        lambda _, after: _contradicts(after),
    ),
    StepRule(
        "desk_needs_active", "U2", "agency and online service serve only an active card",
        _needs(Field.CARD, CHIP), lambda _, step: step.chip in {Chip.READ, Chip.AUTHENTICATE},
        lambda before, _: (before("CARD") != Card.ACTIVE) | (before(CHIP) != ChipState.ACTIVE),
    ),
    StepRule(
        "bank_needs_active", "U6", "cash, transfers and purchases need the financial function, active",
        _needs(Field.BANK), lambda _, step: step.chip is Chip.BANK,
        lambda before, _: before("BANK") != Bank.ACTIVE,
    ),
    StepRule(
        "benefit_of_the_unemployed", "U3", "unemployment benefit is for who is registered as unemployed",
        _needs(Field.EMPLOYMENT), lambda owner, step: owner.name == "unemployment_benefit" and step.starts,
        lambda before, _: before("EMPLOYMENT") != Employment.UNEMPLOYED,
    ),
    StepRule(
        "employer_registers_the_hired", "P3", "an employer registers whom it has hired",
        _needs(Field.EMPLOYMENT), lambda _, step: sets(step, Field.EMPLOYMENT, Employment.EMPLOYED),
        lambda before, _: before("EMPLOYMENT") != Employment.HIRED,
    ),
    StepRule(
        "flexible_without_employer", "P4", "who is insured through an employer does not register himself",
        _needs(Field.EMPLOYMENT), lambda _, step: sets(step, Field.EMPLOYMENT, Employment.FLEXIBLE),
        lambda before, _: is_one(before("EMPLOYMENT"), Employment.HIRED, Employment.EMPLOYED, Employment.RETIRED),
    ),
    StepRule(
        "only_an_ended_employer_goes", "P7", "only an employer that has come to an end deregisters",
        _needs(Field.EMPLOYMENT, Field.EMPLOYER_END),
        lambda _, step: sets(step, Field.EMPLOYMENT, Employment.EMPLOYER_GONE),
        lambda before, _: (before("EMPLOYER_END") == EmployerEnd.NONE) | (before("EMPLOYMENT") != Employment.EMPLOYED),
    ),
)  # fmt: skip

_PROBE = "enquire_hotline"

STATES: tuple[StateRule, ...] = (
    StateRule(
        "one_medium", "L7", "at any moment at most one medium settles, card or temporary card",
        _needs(Field.CARD, Field.TEMPORARY),
        lambda _, could: (could("settle.hospital") | could("settle.pharmacy")) & could("settle_temporary.settle"),
        ("settle.hospital", "settle.pharmacy", "settle_temporary.settle"),
        (Shown("settle.hospital"), Shown("settle_temporary.settle", "refused L7")),
    ),
    StateRule(
        "temporary_ends", "L7", "the temporary card ends when the card is usable again or collected",
        _needs(Field.CARD, Field.TEMPORARY),
        lambda column, _: is_one(column("CARD"), *_IN_HAND) & is_one(column("TEMPORARY"), *_OUT),
        shown=(Shown("temporary_card.give_back", "refused L7"),),
    ),
    StateRule(
        "reserved_as_promised", "C5", "what the bank's approval promised is reserved until it is paid",
        _needs(Field.RESERVED_FEN, PROMISED), lambda column, _: column("RESERVED_FEN") != column(PROMISED),
        shown=(Shown(_PROBE, after=(("financial_balance", "100 yuan"),)),),
    ),
    StateRule(
        "claimed_as_filed", "L6", "what is open of claims is what was filed and not examined",
        _needs(Field.CLAIMED_FEN, OWED), lambda column, _: column("CLAIMED_FEN") != column(OWED),
    ),
    StateRule(
        "no_money_behind_a_closed_account", "C5", "a financial account is closed only when it is empty",
        _needs(Field.FINANCIAL_FEN, Field.BANK),
        lambda column, _: (column("FINANCIAL_FEN") > 0) & is_one(column("BANK"), Bank.NONE, Bank.CLOSED),
    ),
    StateRule(
        "no_balance_without_account", "C5", "what is still to come has an account to come to",
        _needs(Field.RESERVED_FEN, Field.BANK),
        lambda column, _: (column("RESERVED_FEN") > 0) & is_one(column("BANK"), Bank.NONE, Bank.CLOSED),
    ),
    StateRule(
        "late_registration_flagged", "P3", "a registration that is late is flagged when the day passes",
        _needs(Field.EMPLOYMENT, Field.HIRED_AT, Field.LATE),
        lambda column, _: (column("EMPLOYMENT") == Employment.HIRED)
        & (column("HIRED_AT") >= 2)
        & (column("LATE") & 1 == 0),
        shown=(Shown(_PROBE, after=(("late", 1),)),),
    ),
    StateRule(
        "late_deregistration_flagged", "P7", "a deregistration that is late is flagged when the day passes",
        _needs(Field.EMPLOYMENT, Field.EMPLOYER_END, Field.EMPLOYER_ENDED_AT, Field.LATE),
        lambda column, _: (column("EMPLOYMENT") == Employment.EMPLOYED)
        & (column("EMPLOYER_END") != EmployerEnd.NONE)
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
        _needs(Field.APPLICATION, Field.CARD, Field.OLD_CARD, Field.TEMPORARY, Field.ACCOUNT),
        lambda column: is_one(column("APPLICATION"), Application.SUBMITTED, Application.IN_PRODUCTION)
        & is_one(column("CARD"), Card.NONE, Card.WITHDRAWN)
        & is_one(column("OLD_CARD"), OldCard.NONE, OldCard.HANDED_IN)
        & ~is_one(column("TEMPORARY"), *_OUT)
        & (column("ACCOUNT") == Account.OPEN),
        "temporary_card.applied",
    ),
    _granted(
        "apply_again", "A4", "after a cancellation one may apply again as soon as the account is open",
        _needs(Field.APPLICATION, Field.CARD, Field.ACCOUNT),
        lambda column: (column("CARD") == Card.WITHDRAWN) & (column("ACCOUNT") == Account.OPEN)
        & is_one(column("APPLICATION"), Application.NONE, Application.RETURNED),
        "reapply.apply",
    ),
    _granted(
        "replaced_after_loss", "L4", "a lost card is replaced while the account is open",
        _needs(Field.APPLICATION, Field.CARD, Field.ACCOUNT),
        lambda column: is_one(column("CARD"), Card.LOST, Card.TEMPORARY_LOSS) & (column("ACCOUNT") == Account.OPEN)
        & is_one(column("APPLICATION"), Application.NONE, Application.RETURNED),
        "replace.apply",
    ),
    _granted(
        "loss_reported_any_time", "L1", "a card in hand can be reported lost, by telephone and at an outlet",
        _needs(Field.CARD), lambda column: is_one(column("CARD"), *_IN_HAND), "report_loss.agent",
    ),
    _granted(
        "hospital_activates", "V2", "a card in hand is activated at a hospital",
        _needs(Field.CARD), lambda column: column("CARD") == Card.ISSUED, "activate_hospital.register",
    ),
    _granted(
        "notice_when_ended", "C1", "who is no longer insured here and has a card in hand is given the notice",
        _needs(Field.CARD, Field.INSURANCE, Field.ACCOUNT, Field.CANCELLATION, Field.APPLICATION),
        lambda column: is_one(column("CARD"), *_IN_HAND) & (column("INSURANCE") == Insurance.ENDED)
        & (column("ACCOUNT") == Account.OPEN) & is_one(column("CANCELLATION"), Cancellation.NONE, Cancellation.PAID)
        & is_one(column("APPLICATION"), Application.NONE, Application.RETURNED),
        "cancel.notice",
    ),
    _granted(
        "hired_is_registered", "P3", "whoever is hired can be registered by the employer",
        _needs(Field.EMPLOYMENT), lambda column: column("EMPLOYMENT") == Employment.HIRED, "register_employer.register",
    ),
)  # fmt: skip

__all__ = ["GRANTED", "NEVER", "STATES", "STEPS", "Shown", "StateRule", "StepRule", "is_one"]
