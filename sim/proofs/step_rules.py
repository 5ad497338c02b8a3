"""What an accepted step must find or leave, rule by rule."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from sim.office.fields import (
    Account,
    Age,
    Application,
    Bank,
    Cancellation,
    Capacity,
    Card,
    EmployerEnd,
    Employment,
    Field,
    Injury,
    Insurance,
    Ledger,
    OldCard,
    Pension,
    Reason,
    TemporaryCard,
    Training,
)
from sim.procedures.model import Act, Chip, Paper, Place, Step, Sum, Who
from sim.proofs.abstraction import value_of
from sim.proofs.memory import CHIP, OWED, ChipState, claims, hands_over, moves, sets
from sim.proofs.safety import Column, StepRule, is_one, needs

_USABLE = (Card.ISSUED, Card.ACTIVE, Card.TEMPORARY_LOSS)
_IN_HAND = (Card.ISSUED, Card.ACTIVE)
_OUT = (TemporaryCard.VALID, TemporaryCard.EXTENDED)
_EXCHANGED = value_of(Field.REASON, Reason.NEW_GENERATION)
_ENDED = (EmployerEnd.DISSOLVED, EmployerEnd.APPROVED, EmployerEnd.DEREGISTERED, EmployerEnd.MERGED)
_CHIP_OF = ((Card.ISSUED, ChipState.ISSUED), (Card.ACTIVE, ChipState.ACTIVE))


def _settles(step: Step, paper: Paper) -> bool:
    return moves(step, Ledger.MEDICAL, Ledger.PROVIDER) and paper in step.papers


def _contradicts(column: Column) -> np.ndarray:
    before, chip = column("CARD_BEFORE"), column(CHIP)
    wrong = is_one(before, Card.DAMAGED, Card.WITHDRAWN, Card.EXCHANGED) != (chip == ChipState.TAKEN_IN)
    for card, state in _CHIP_OF:
        wrong |= (before == card) != (chip == state)
    return np.asarray(wrong)


def _follows(rule: str, field: Field, value: IntEnum, earlier: IntEnum) -> StepRule:
    """A state only after that other one."""
    becomes = f"{field.name.lower()} becomes {value.name.lower()} only after {earlier.name.lower()}"
    return StepRule(
        f"{field.name.lower()}_{value.name.lower()}_in_order",
        rule,
        becomes,
        needs(field),
        lambda _, step: sets(step, field, value),
        lambda before, _: before(field.name) != earlier,
    )


STEPS: tuple[StepRule, ...] = (
    StepRule(
        "one_card", "P2", "nobody is handed a card while the earlier one is usable",
        needs(Field.CARD), lambda _, step: hands_over(step),
        lambda before, _: is_one(before("CARD"), *_USABLE),
    ),
    StepRule(
        "activation_after_issue", "V1", "a card is activated only when it is in hand, and its chip with it",
        needs(Field.CARD, CHIP), lambda _, step: sets(step, Field.CARD, Card.ACTIVE),
        lambda before, after: (before("CARD") != Card.ISSUED) | (after(CHIP) != ChipState.ACTIVE),
    ),
    StepRule(
        "financial_after_issue", "V1", "the financial function is activated only of a card in hand",
        needs(Field.CARD, Field.BANK),
        lambda _, step: sets(step, Field.BANK, Bank.ACTIVE) and step.chip is not Chip.NONE,
        lambda before, _: ~is_one(before("CARD"), *_IN_HAND) | (before("BANK") != Bank.INACTIVE),
    ),
    StepRule(
        "settles_only_active", "V4", "a card settles only active: not before activation, after loss or cancellation",
        needs(Field.CARD, CHIP), lambda _, step: _settles(step, Paper.CARD),
        lambda before, _: (before("CARD") != Card.ACTIVE) | (before(CHIP) != ChipState.ACTIVE),
    ),
    StepRule(
        "temporary_in_term", "L7", "the temporary card settles only in its term",
        needs(Field.TEMPORARY, Field.TEMPORARY_AT), lambda _, step: _settles(step, Paper.TEMPORARY_CARD),
        lambda before, _: ~(
            (before("TEMPORARY") == TemporaryCard.VALID) & (before("TEMPORARY_AT") == 1)
            | (before("TEMPORARY") == TemporaryCard.EXTENDED) & is_one(before("TEMPORARY_AT"), 1, 2)
        ),
    ),
    StepRule(
        "settles_own_account", "U1", "nobody settles from an account he has not",
        needs(Field.ACCOUNT), lambda _, step: moves(step, Ledger.MEDICAL, Ledger.PROVIDER),
        lambda before, _: is_one(before("ACCOUNT"), Account.NONE, Account.CLOSED, Account.CANCELLED),
    ),
    StepRule(
        "balance_reserved", "C5", "from the bank's approval until the payout nothing else touches the balance",
        needs(Field.RESERVED_FEN),
        lambda _, step: moves(step, Ledger.RESERVED, None) and not moves(step, Ledger.RESERVED, Ledger.FINANCIAL),
        lambda before, _: before("RESERVED_FEN") > 0,
    ),
    StepRule(
        "payout_in_time", "C3", "the balance is paid out ten working days after the approval, not earlier",
        needs(Field.APPROVED_AT, Field.RESERVED_FEN), lambda _, step: moves(step, Ledger.RESERVED, Ledger.FINANCIAL),
        lambda before, _: (before("APPROVED_AT") < 2) & (before("RESERVED_FEN") > 0),
    ),
    StepRule(
        "paid_from_reserve", "C3", "a medical balance goes to the financial account only by a cancellation's payout",
        needs(Field.MEDICAL_FEN), lambda _, step: moves(step, Ledger.MEDICAL, Ledger.FINANCIAL),
        lambda before, _: before("MEDICAL_FEN") >= 0,
    ),
    StepRule(
        "no_credit", "A9", "no ledger of a person goes below nothing",
        needs(Field.MEDICAL_FEN, Field.FINANCIAL_FEN),
        lambda _, step: any(moves(step, ledger, None, Sum.AMOUNT) for ledger in (Ledger.FINANCIAL, Ledger.MEDICAL)),
        lambda before, after: (after("MEDICAL_FEN") == before("MEDICAL_FEN"))
        & (after("FINANCIAL_FEN") == before("FINANCIAL_FEN")),
    ),
    StepRule(
        "no_application_while_closed", "P6", "no application is accepted while the account is closed",
        needs(Field.ACCOUNT, Field.APPLICATION), lambda _, step: sets(step, Field.APPLICATION, Application.SUBMITTED),
        lambda before, _: is_one(before("ACCOUNT"), Account.CLOSED, Account.CANCELLED),
    ),
    StepRule(
        "one_application", "P2", "no second application while one is under way",
        needs(Field.APPLICATION), lambda _, step: sets(step, Field.APPLICATION, Application.SUBMITTED),
        lambda before, _: ~is_one(before("APPLICATION"), Application.NONE, Application.RETURNED),
    ),
    StepRule(
        "earlier_card_ended", "P2", "a card is applied for only when the earlier one has ended or ends with it",
        needs(Field.APPLICATION, Field.CARD, Field.REASON),
        lambda _, step: sets(step, Field.APPLICATION, Application.SUBMITTED),
        lambda _, after: is_one(after("CARD"), *_USABLE) & (after("REASON") != _EXCHANGED),
    ),
    _follows("A2", Field.APPLICATION, Application.IN_PRODUCTION, Application.SUBMITTED),
    _follows("A2", Field.APPLICATION, Application.READY, Application.IN_PRODUCTION),
    _follows("A2", Field.APPLICATION, Application.RETURNED, Application.SUBMITTED),
    StepRule(
        "collected_when_ready", "A3", "only a card that is ready is handed over",
        needs(Field.APPLICATION), lambda _, step: hands_over(step),
        lambda before, _: before("APPLICATION") != Application.READY,
    ),
    StepRule(
        "claim_of_a_loss_that_is_over", "L6", "costs are claimed of losses whose new card is in hand, once",
        needs(Field.CLAIMABLE_FEN), claims,
        lambda before, after: (before("CLAIMABLE_FEN") == 0) | (after("CLAIMABLE_FEN") != 0),
    ),
    StepRule(
        "claim_paid_once", "L6", "a claim is examined once",
        needs(Field.CLAIMED_FEN, OWED), lambda _, step: moves(step, Ledger.CLAIMS, None),
        lambda before, _: before(OWED) == 0,
    ),
    _follows("C2", Field.CANCELLATION, Cancellation.CARD_WITHDRAWN, Cancellation.NOTICED),
    _follows("C2", Field.CANCELLATION, Cancellation.ACCOUNT_CANCELLED, Cancellation.CARD_WITHDRAWN),
    _follows("C2", Field.CANCELLATION, Cancellation.PAID, Cancellation.ACCOUNT_CANCELLED),
    StepRule(
        "ground_of_cancellation", "C1", "no step of a cancellation whose ground has gone",
        needs(Field.CANCELLATION, Field.INSURANCE, Field.ACCOUNT),
        lambda _, step: sets(
            step, Field.CANCELLATION, Cancellation.NOTICED, Cancellation.CARD_WITHDRAWN, Cancellation.ACCOUNT_CANCELLED
        ),
        lambda before, _: (before("INSURANCE") != Insurance.ENDED) | (before("ACCOUNT") == Account.MOVED),
    ),
    StepRule(
        "lost_card_is_not_there", "L1", "whoever has lost his card cannot bring it; only a finder or a thief can",
        needs(Field.LOST_AT), lambda _, step: Paper.CARD in step.papers and Who.OTHER not in step.who,
        lambda before, _: before("LOST_AT") != 0,
    ),
    StepRule(
        "damaged_chip_does_not_work", "L4", "nothing is done with the chip of a damaged card",
        needs(Field.DAMAGED_AT),
        lambda _, step: step.chip not in {Chip.NONE, Chip.PERSONALISE, Chip.CHECK, Chip.WITHDRAW, Chip.BRING},
        lambda before, _: before("DAMAGED_AT") != 0,
    ),
    StepRule(
        "damage_stays", "L4", "a damaged card stays damaged until another is in hand",
        needs(Field.DAMAGED_AT), lambda _, step: not hands_over(step),
        lambda before, after: (before("DAMAGED_AT") != 0) & (after("DAMAGED_AT") == 0),
    ),
    StepRule(
        "transfer_keeps_card", "P5", "a transfer of the account changes nothing of the card",
        needs(Field.ACCOUNT, Field.CARD), lambda _, step: sets(step, Field.ACCOUNT, Account.MOVED),
        lambda before, after: before("CARD") != after("CARD"),
    ),
    StepRule(
        "lapse_as_before", "L2", "a report lapses only when its term is over, and leaves the card as it was",
        needs(Field.CARD, Field.CARD_BEFORE, Field.REPORTED_AT),
        lambda _, step: not step.who and any(e.act is Act.COPY and e.field == Field.CARD.name for e in step.effects),
        lambda before, after: (before("CARD") != Card.TEMPORARY_LOSS)
        | (before("REPORTED_AT") < 2)
        | (after("CARD") != before("CARD_BEFORE")),
    ),
    StepRule(
        "released_as_before", "L8", "a report is released before the replacement is applied for; the card is as before",
        needs(Field.CARD, Field.CARD_BEFORE, Field.APPLICATION, Field.REASON),
        lambda _, step: bool(step.who) and any(e.act is Act.COPY and e.field == Field.CARD.name for e in step.effects),
        lambda before, after: ~is_one(before("CARD"), Card.TEMPORARY_LOSS, Card.LOST)
        | ~(is_one(before("APPLICATION"), Application.NONE, Application.RETURNED) | (before("REASON") == _EXCHANGED))
        | (after("CARD") != before("CARD_BEFORE")),
    ),
    StepRule(
        "loss_only_of_a_card_in_hand", "L1", "only a card in hand is reported by telephone",
        needs(Field.CARD), lambda _, step: sets(step, Field.CARD, Card.TEMPORARY_LOSS),
        lambda before, _: ~is_one(before("CARD"), *_IN_HAND),
    ),
    StepRule(
        "old_card_first", "V3", "at the pharmacy the old card goes in first",
        needs(Field.CARD, Field.OLD_CARD),
        lambda _, step: step.place is Place.PHARMACY and sets(step, Field.CARD, Card.ACTIVE),
        lambda before, _: before("OLD_CARD") == OldCard.HELD,
    ),
    StepRule(
        "exchange_of_the_old_card_alone", "A5", "the old medical card is exchanged by who has no social security card",
        needs(Field.OLD_CARD, Field.CARD), lambda _, step: sets(step, Field.OLD_CARD, OldCard.HANDED_IN),
        lambda before, _: is_one(before("CARD"), *_USABLE, Card.LOST, Card.DAMAGED, Card.WITHDRAWN),
    ),
    StepRule(
        "old_card_handed_in_once", "A5", "only an old card that is held is handed in",
        needs(Field.OLD_CARD), lambda _, step: sets(step, Field.OLD_CARD, OldCard.HANDED_IN),
        lambda before, _: before("OLD_CARD") != OldCard.HELD,
    ),
    StepRule(
        "chip_as_record", "D3", "once the card was there, chip and record say the same",
        needs(Field.CARD_BEFORE, CHIP), lambda _, step: step.chip not in {Chip.NONE, Chip.PERSONALISE},
        lambda _, after: _contradicts(after),
    ),
    StepRule(
        "desk_needs_active", "U2", "agency and online service serve only an active card",
        needs(Field.CARD, CHIP), lambda _, step: step.chip in {Chip.READ, Chip.AUTHENTICATE},
        lambda before, _: (before("CARD") != Card.ACTIVE) | (before(CHIP) != ChipState.ACTIVE),
    ),
    StepRule(
        "bank_needs_active", "U6", "cash, transfers and purchases need the financial function, active",
        needs(Field.BANK), lambda _, step: step.chip is Chip.BANK,
        lambda before, _: before("BANK") != Bank.ACTIVE,
    ),
    StepRule(
        "benefit_of_the_unemployed", "U3", "unemployment benefit is for who is registered as unemployed",
        needs(Field.EMPLOYMENT), lambda owner, step: owner.name == "unemployment_benefit" and step.starts,
        lambda before, _: before("EMPLOYMENT") != Employment.UNEMPLOYED,
    ),
    StepRule(
        "benefit_once_a_month", "U3", "unemployment benefit is drawn once a month",
        needs(Field.BENEFIT_AT),
        lambda _, step: any(e.act is Act.STAMP and e.field == "BENEFIT_AT" for e in step.effects),
        lambda before, _: before("BENEFIT_AT") == 1,
    ),
    StepRule(
        "training_completed_when_enrolled", "U3", "only a course somebody is enrolled in is completed",
        needs(Field.TRAINING), lambda _, step: sets(step, Field.TRAINING, Training.COMPLETED),
        lambda before, _: before("TRAINING") != Training.ENROLLED,
    ),
    StepRule(
        "graded_when_asked", "U4", "working capacity is graded only when that was asked for",
        needs(Field.CAPACITY),
        lambda _, step: sets(
            step, Field.CAPACITY, Capacity.UNIMPAIRED, Capacity.PARTLY_LOST, Capacity.LARGELY_LOST, Capacity.LOST
        ),
        lambda before, _: before("CAPACITY") != Capacity.REQUESTED,
    ),
    StepRule(
        "injury_paid_once", "U4", "work-injury benefit is paid once for an injury, to whose capacity is lost in part",
        needs(Field.INJURY, Field.CAPACITY), lambda _, step: sets(step, Field.INJURY, Injury.PAID),
        lambda before, _: (before("INJURY") != Injury.RECOGNISED) | (before("CAPACITY") < Capacity.PARTLY_LOST),
    ),
    StepRule(
        "pension_at_retirement_age", "U2", "a pension is claimed at retirement age, not before",
        needs(Field.PENSION, Field.AGE), lambda _, step: sets(step, Field.PENSION, Pension.DRAWING),
        lambda before, _: before("AGE") != Age.RETIREMENT,
    ),
    StepRule(
        "pension_confirmed_when_drawn", "U2", "only who draws a pension confirms it",
        needs(Field.PENSION),
        lambda _, step: any(e.act is Act.STAMP and e.field == "CONFIRMED_AT" for e in step.effects),
        lambda before, _: before("PENSION") != Pension.DRAWING,
    ),
    StepRule(
        "employer_registers_the_hired", "P3", "an employer registers whom it has hired",
        needs(Field.EMPLOYMENT), lambda _, step: sets(step, Field.EMPLOYMENT, Employment.EMPLOYED),
        lambda before, _: before("EMPLOYMENT") != Employment.HIRED,
    ),
    StepRule(
        "flexible_without_employer", "P4", "who is insured through an employer does not register himself",
        needs(Field.EMPLOYMENT), lambda _, step: sets(step, Field.EMPLOYMENT, Employment.FLEXIBLE),
        lambda before, _: is_one(before("EMPLOYMENT"), Employment.HIRED, Employment.EMPLOYED, Employment.RETIRED),
    ),
    StepRule(
        "missing_registration_assessed", "P3", "an employer that goes without having registered somebody is assessed",
        needs(Field.EMPLOYMENT, Field.ASSESSED_AT),
        lambda _, step: sets(step, Field.EMPLOYMENT, Employment.EMPLOYER_GONE),
        lambda before, _: (before("EMPLOYMENT") == Employment.HIRED) & (before("ASSESSED_AT") == 0),
    ),
    StepRule(
        "only_an_ended_employer_goes", "P7", "only who works there loses an employer that has come to an end",
        needs(Field.EMPLOYMENT, Field.EMPLOYER_END),
        lambda _, step: sets(step, Field.EMPLOYMENT, Employment.EMPLOYER_GONE),
        lambda before, _: ~is_one(before("EMPLOYER_END"), *_ENDED)
        | ~is_one(before("EMPLOYMENT"), Employment.HIRED, Employment.EMPLOYED),
    ),
)  # fmt: skip
