"""What a rule demands of everybody who comes: in person or by an agent, which papers, which place.

Which papers somebody brings and where he goes changes nothing of the state, so these are asked of the rows of every
step that is accepted anywhere.  Each is picked by what the step does, not by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sim.office.fields import (
    Account,
    Application,
    Bank,
    Cancellation,
    Card,
    EmployerEnd,
    Employment,
    Facility,
    Field,
    Injury,
    InsuranceEnd,
    Ledger,
    OldCard,
    Reason,
    TemporaryCard,
)
from sim.procedures.model import Act, At, Check, Chip, Paper, Place, Procedure, Step, Sum, Who
from sim.proofs.memory import claims, hands_over, moves, sets
from sim.proofs.ways import Steps, Way, comes_again_with_cause, sent_on_with_cause

P = Paper
_ANY = frozenset(Who)
_HIM = frozenset({Who.HOLDER})
_AGENT_TOO = frozenset({Who.HOLDER, Who.AGENT})
_HEIR_TOO = _AGENT_TOO | {Who.HEIR}
_IN_PERSON = frozenset({Who.HOLDER, Who.HEIR, Who.EMPLOYER})
_BOSS = frozenset({Who.EMPLOYER})


_OF_HEIRS = (P.DEATH_CERTIFICATE, P.HEIR_IDENTITY, P.KINSHIP)
"""What the office asks of every heir (sim.office.rows)."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Of every accepted step that `of` picks: who may come, with what, where, and what is asked of the place."""

    name: str
    rule: str
    says: str
    of: Callable[[Procedure, Step], bool]
    who: frozenset[Who] = _ANY
    papers: frozenset[Paper] = frozenset()
    places: frozenset[Place] = frozenset()
    asks: tuple[tuple[Check, int | None], ...] = ()
    also: frozenset[Who] = frozenset()  # who must be let in
    ways: Way | None = None  # of the moves that lead on from it


_OWN = (Ledger.FINANCIAL, Ledger.MEDICAL)


def _for(reason: Reason) -> Callable[[Procedure, Step], bool]:
    def picks(_: Procedure, step: Step) -> bool:
        given = any(e.act is Act.REASON and e.value == reason for e in step.effects)
        return sets(step, Field.APPLICATION, Application.SUBMITTED) and (given or sets(step, Field.REASON, reason))

    return picks


def _applies(_: Procedure, step: Step) -> bool:
    return sets(step, Field.APPLICATION, Application.SUBMITTED)


def _gives_temporary(_: Procedure, step: Step) -> bool:
    return sets(step, Field.TEMPORARY, TemporaryCard.VALID)


def _gives_for_loss(owner: Procedure, step: Step) -> bool:
    lost = {int(Card.TEMPORARY_LOSS), int(Card.LOST), int(Card.DAMAGED)}
    asked = any(g.check is Check.IN and g.field == Field.CARD.name and set(g.values) <= lost for g in step.guards)
    return _gives_temporary(owner, step) and asked


def _ended(*how: EmployerEnd) -> Callable[[Procedure, Step], bool]:
    def picks(_: Procedure, step: Step) -> bool:
        asked = {
            value
            for g in step.guards
            if g.check is Check.IN and g.field == Field.EMPLOYER_END.name
            for value in g.values
        }
        return step.starts and Who.EMPLOYER in step.who and bool(asked & {int(one) for one in how})

    return picks


def _activates_social(_: Procedure, step: Step) -> bool:
    return sets(step, Field.CARD, Card.ACTIVE)


def _reports_formally(_: Procedure, step: Step) -> bool:
    return Who.HOLDER in step.who and sets(step, Field.CARD, Card.LOST)


def _is_his(step: Step) -> bool:
    return Who.HOLDER in step.who and Who.OTHER not in step.who


def _with_card(*chips: Chip) -> Callable[[Procedure, Step], bool]:
    return lambda _, step: step.chip in chips


DEMANDS: tuple[Demand, ...] = (
    Demand("identity_to_apply", "A1", "nobody applies for a card without an identity document", _applies,
           _AGENT_TOO, frozenset({P.IDENTITY}), frozenset({Place.OUTLET})),
    Demand("papers_of_first", "A1", "a first application: identity, its copy, form, photo", _for(Reason.FIRST),
           papers=frozenset({P.IDENTITY, P.IDENTITY_COPY, P.FORM, P.PHOTO})),
    Demand("papers_of_exchange", "A5", "an exchange: identity, the old card, a matching photo", _for(Reason.EXCHANGE),
           papers=frozenset({P.IDENTITY, P.OLD_CARD})),
    Demand("damaged_handed_in", "L4", "a damaged card is handed in for its replacement", _for(Reason.DAMAGED),
           papers=frozenset({P.IDENTITY, P.CARD})),
    Demand("replaced_with_its_account", "L5", "a card changes its bank only with an empty account left",
           _for(Reason.LOST), asks=((Check.BANK_KEPT, None),)),
    Demand("damaged_with_its_account", "L5", "a card changes its bank only with an empty account left",
           _for(Reason.DAMAGED), asks=((Check.BANK_KEPT, None),)),
    Demand("collected_in_person", "A3", "collected in person, with identity, where the application was accepted",
           lambda _, step: hands_over(step), _HIM, frozenset({P.IDENTITY}), frozenset({Place.OUTLET}),
           ((Check.SAME_PLACE, None),)),
    Demand("temporary_handed_back", "L7", "at collection the temporary card is handed back",
           lambda _, step: hands_over(step), asks=((Check.BRINGS, None),)),
    Demand("financial_in_person", "A6", "the financial function is activated in person",
           lambda _, step: sets(step, Field.BANK, Bank.ACTIVE) and step.chip is not Chip.NONE, _HIM,
           frozenset({P.CARD, P.IDENTITY}),
           frozenset({Place.BANK}), ((Check.SAME_BANK, None),)),
    Demand("card_to_activate", "V2", "nothing is activated without the card", _activates_social,
           _AGENT_TOO, frozenset({P.CARD}), frozenset({Place.BANK, Place.HOSPITAL, Place.PHARMACY})),
    Demand("bank_activates_its_own", "V1", "a bank activates only its own cards, with identity",
           lambda owner, step: _activates_social(owner, step) and step.place is Place.BANK,
           papers=frozenset({P.CARD, P.IDENTITY}), asks=((Check.SAME_BANK, None),)),
    Demand("instant_only_with_machine", "A7", "a card is made at once only where there is a machine",
           lambda _, step: step.keep and sets(step, Field.APPLICATION, Application.IN_PRODUCTION),
           asks=((Check.PLACE_OFFERS, int(Facility.INSTANT_ISSUE)),)),
    Demand("instant_here_with_its_account", "L5", "who has a card made elsewhere does not get around place and bank",
           lambda _, step: step.starts and sets(step, Field.APPLICATION, Application.IN_PRODUCTION),
           asks=((Check.PLACE_OFFERS, int(Facility.IN_THIS_CITY)), (Check.BANK_KEPT, None))),
    Demand("holder_reports_loss", "L1", "a loss is reported by the holder or his agent",
           lambda _, step: sets(step, Field.CARD, Card.TEMPORARY_LOSS), _AGENT_TOO, frozenset(),
           frozenset({Place.HOTLINE, Place.ONLINE})),
    Demand("identity_for_formal_loss", "L2", "a formal report needs the identity document",
           _reports_formally, _AGENT_TOO, frozenset({P.IDENTITY})),
    Demand("bank_side_at_its_bank", "L3", "the bank side is reported to the card's bank, with identity",
           lambda _, step: sets(step, Field.BANK, Bank.REPORTED) and step.place is Place.BANK, _AGENT_TOO,
           frozenset({P.IDENTITY}), asks=((Check.SAME_BANK, None),)),
    Demand("claim_with_receipts", "L6", "a claim needs identity and receipts", claims, _HEIR_TOO,
           frozenset({P.IDENTITY, P.RECEIPTS}), frozenset({Place.AGENCY})),
    Demand("identity_for_temporary", "L7", "a temporary card is given on the identity document", _gives_temporary,
           _AGENT_TOO, frozenset({P.IDENTITY}), frozenset({Place.OUTLET})),
    Demand("urgency_for_temporary", "L7", "for a lost or damaged card the treatment must be urgent", _gives_for_loss,
           papers=frozenset({P.URGENCY_NOTE})),
    Demand("no_temporary_where_instant", "L7", "no temporary card for a loss where the card can be replaced at once",
           _gives_for_loss, asks=((Check.PLACE_LACKS, int(Facility.INSTANT_ISSUE)),)),
    Demand("temporary_given_here", "L7", "a temporary card is given in the city in which alone it is valid",
           _gives_temporary, asks=((Check.PLACE_OFFERS, int(Facility.IN_THIS_CITY)),)),
    Demand("temporary_only_here", "L7", "the temporary card settles in this city only",
           lambda _, step: moves(step, Ledger.MEDICAL, Ledger.PROVIDER) and P.TEMPORARY_CARD in step.papers, _AGENT_TOO,
           asks=((Check.PLACE_OFFERS, int(Facility.IN_THIS_CITY)),)),
    Demand("medium_to_settle", "U1", "nothing is settled without card or temporary card",
           lambda _, step: moves(step, Ledger.MEDICAL, Ledger.PROVIDER) and P.TEMPORARY_CARD not in step.papers,
           papers=frozenset({P.CARD}), places=frozenset({Place.HOSPITAL, Place.PHARMACY})),
    Demand("bureau_prints_notice", "C2", "the bureau prints the notice, on identity",
           lambda _, step: sets(step, Field.CANCELLATION, Cancellation.NOTICED), _HEIR_TOO, frozenset({P.IDENTITY}),
           frozenset({Place.BUREAU})),
    Demand("bank_takes_notice_and_card", "C2", "an outlet of the issuing bank in the city takes notice and card",
           lambda _, step: sets(step, Field.CANCELLATION, Cancellation.CARD_WITHDRAWN), _HEIR_TOO,
           frozenset({P.NOTICE, P.CARD, P.IDENTITY}), frozenset({Place.BANK, Place.OUTLET}),
           ((Check.SAME_BANK, None), (Check.PLACE_OFFERS, int(Facility.IN_THIS_CITY)))),
    Demand("employer_registers", "P3", "the employer registers, with contract and licence",
           lambda _, step: sets(step, Field.EMPLOYMENT, Employment.EMPLOYED), _BOSS,
           frozenset({P.EMPLOYMENT_CONTRACT, P.LICENCE}), frozenset({Place.AGENCY})),
    Demand("flexible_by_himself", "P4", "a flexible worker registers himself, with identity",
           lambda _, step: sets(step, Field.EMPLOYMENT, Employment.FLEXIBLE), _AGENT_TOO, frozenset({P.IDENTITY}),
           frozenset({Place.AGENCY})),
    Demand("transfer_with_identity", "P5", "an account is transferred at the agency, on identity",
           lambda _, step: sets(step, Field.ACCOUNT, Account.MOVED), _AGENT_TOO, frozenset({P.IDENTITY}),
           frozenset({Place.AGENCY})),
    Demand("reopened_with_identity", "P6", "an account is opened again at the agency, on identity",
           lambda _, step: step.starts and sets(step, Field.ACCOUNT, Account.OPEN), papers=frozenset({P.IDENTITY}),
           places=frozenset({Place.AGENCY})),
    Demand("dissolved_with_approval", "P7", "dissolved, bankrupt, revoked: at the agency, with the approval",
           _ended(EmployerEnd.DISSOLVED), _BOSS, frozenset({P.APPROVAL}), frozenset({Place.AGENCY})),
    Demand("ended_at_tax_authority", "P7", "ended in any other way: with the local tax authority, with the papers",
           _ended(EmployerEnd.MERGED, EmployerEnd.APPROVED, EmployerEnd.DEREGISTERED), _BOSS,
           places=frozenset({Place.TAX})),
    Demand("death_with_certificate", "C1", "a death is reported by the heirs, with the certificate",
           lambda _, step: sets(step, Field.INSURANCE_END, InsuranceEnd.DIED), frozenset({Who.HEIR}),
           frozenset({P.DEATH_CERTIFICATE}), frozenset({Place.AGENCY})),
    Demand("end_with_proof", "C1", "the end of an insurance needs identity and a proof",
           lambda _, step: sets(step, Field.INSURANCE_END, InsuranceEnd.ELSEWHERE), _AGENT_TOO,
           frozenset({P.IDENTITY, P.INSURED_ELSEWHERE}), frozenset({Place.AGENCY})),
    Demand("emigration_with_proof", "C1", "the end of an insurance needs identity and a proof",
           lambda _, step: sets(step, Field.INSURANCE_END, InsuranceEnd.EMIGRATED), _AGENT_TOO,
           frozenset({P.IDENTITY, P.EMIGRATION}), frozenset({Place.AGENCY})),
    Demand("heirs_inherit", "C3", "what is left of a holder who has died goes to the heirs",
           lambda _, step: step.starts and "inherit" in step.name, frozenset({Who.HEIR}),
           frozenset({P.DEATH_CERTIFICATE}), frozenset({Place.BANK})),
    Demand("card_at_the_desk", "U2", "pension, job, benefit, training and assessment need the card",
           lambda owner, step: step.chip is Chip.READ and not _applies(owner, step), _AGENT_TOO,
           frozenset({P.CARD}), frozenset({Place.AGENCY})),
    Demand("card_is_the_key", "U5", "online the card is the key", _with_card(Chip.AUTHENTICATE), _HIM,
           frozenset({P.CARD}), frozenset({Place.ONLINE})),
    Demand("card_at_the_bank", "U6", "cash, transfers, purchases and enquiry need the card", _with_card(Chip.BANK),
           papers=frozenset({P.CARD})),
    Demand("agent_where_allowed", "A6", "an agent acts wherever the rules of the step say so",
           lambda _, step: "A6" in step.rules and bool(step.who) and not sets(step, Field.BANK, Bank.ACTIVE),
           also=frozenset({Who.AGENT})),
    Demand("in_person_otherwise", "A6", "where they do not, nobody acts for the holder",
           lambda _, step: "A6" not in step.rules and bool(step.papers) and _is_his(step), _IN_PERSON),
    Demand("account_on_identity", "C5", "an account without a card is drawn and closed by the holder, on identity",
           lambda owner, step: owner.name == "bank_account" and Who.HOLDER in step.who, _HIM,
           frozenset({P.IDENTITY}), frozenset({Place.BANK})),
    Demand("cash_at_the_bank", "U6", "cash, transfers and enquiry at a branch of the bank",
           lambda _, step: step.chip is Chip.BANK and step.place is not None, places=frozenset({Place.BANK})),
    Demand("bank_side_released_at_bank", "L8", "the bank's report is released at the bank, on identity",
           lambda _, step: sets(step, Field.BANK, Bank.ACTIVE) and step.chip is Chip.NONE, _HIM,
           frozenset({P.IDENTITY}), frozenset({Place.BANK})),
    Demand("bank_side_reported_at_bank", "L3", "the loss is reported to the bank at the bank",
           lambda owner, _: owner.name == "report_loss_bank", places=frozenset({Place.BANK})),
    Demand("formal_at_an_outlet", "L2", "a report is made formal at an outlet",
           _reports_formally, places=frozenset({Place.OUTLET})),
    Demand("heirs_declare_it_lost", "C1", "the heirs declare the card lost at the agency",
           lambda _, step: Who.HEIR in step.who and sets(step, Field.CARD, Card.LOST), frozenset({Who.HEIR}),
           frozenset({P.DEATH_CERTIFICATE}), frozenset({Place.AGENCY})),
    Demand("old_card_read_at_pharmacy", "V3", "the old card is read at a pharmacy",
           lambda _, step: sets(step, Field.OLD_CARD, OldCard.INSERTED), _AGENT_TOO, frozenset({P.OLD_CARD}),
           frozenset({Place.PHARMACY})),
    Demand("exchanged_at_the_outlet", "A5", "the earlier card is handed in at the outlet that made the new one",
           lambda _, step: sets(step, Field.CARD, Card.EXCHANGED), _HIM, frozenset({P.IDENTITY, P.CARD}),
           frozenset({Place.OUTLET}), ((Check.SAME_PLACE, None),)),
    Demand("forms_at_outlets", "A2", "the form is collected at an outlet; instant issue is asked for at one",
           lambda owner, step: owner.name in {"apply", "produce"} and step.starts, places=frozenset({Place.OUTLET})),
    Demand("temporary_at_outlets", "L7", "a temporary card is handed back, or declared lost, at an outlet",
           lambda _, step: step.starts and sets(step, Field.TEMPORARY, TemporaryCard.RETURNED, TemporaryCard.LOST),
           _AGENT_TOO, places=frozenset({Place.OUTLET})),
    Demand("temporary_handed_in", "L7", "who hands the temporary card back has it with him",
           lambda _, step: step.starts and sets(step, Field.TEMPORARY, TemporaryCard.RETURNED),
           papers=frozenset({P.TEMPORARY_CARD})),
    Demand("temporary_at_hospitals", "L7", "the temporary card settles at hospitals",
           lambda _, step: P.TEMPORARY_CARD in step.papers and moves(step, Ledger.MEDICAL, Ledger.PROVIDER),
           places=frozenset({Place.HOSPITAL})),
    Demand("agency_for_insurance", "C1", "insurance begins and ends at the agency",
           lambda _, step: step.starts and sets(step, Field.INSURANCE), places=frozenset({Place.AGENCY})),
    Demand("insured_again_on_identity", "C1", "who is insured again shows an identity document",
           lambda owner, _: owner.name == "end_insurance", _AGENT_TOO, frozenset({P.IDENTITY})),
    Demand("covered", "A9", "no amount leaves an account that does not cover it",
           lambda _, step: any(moves(step, ledger, None, Sum.AMOUNT) for ledger in _OWN),
           asks=((Check.AMOUNT_COVERED, None),)),
    Demand("heirs_paid_at_the_agency", "C3", "without a card the heirs are paid at the agency",
           lambda _, step: step.starts and sets(step, Field.ACCOUNT, Account.CANCELLED),
           places=frozenset({Place.AGENCY})),
    Demand("own_costs_at_hospitals", "L6", "own costs come up where somebody is treated",
           lambda owner, _: owner.name == "pay_own_costs", places=frozenset({Place.HOSPITAL})),
    Demand("released_at_an_outlet", "L8", "a report is released in person at an outlet, or by telephone",
           lambda owner, step: owner.name == "release_loss" and step.at is not At.MENU,
           places=frozenset({Place.OUTLET, Place.HOTLINE})),
    Demand("injury_at_the_agency", "U4", "an injury at work is recognised by the agency",
           lambda _, step: sets(step, Field.INJURY, Injury.RECOGNISED), places=frozenset({Place.AGENCY})),
    Demand("sent_on_with_cause", "A2", "the office sends a case on only where the next step has its ground",
           lambda _, __: True, ways=sent_on_with_cause),
    Demand("comes_again_with_cause", "A2", "only who lacked a paper comes again: not who is refused for good",
           lambda _, step: _applies(_, step) or sets(step, Field.CARD, Card.EXCHANGED), ways=comes_again_with_cause),
)  # fmt: skip


def unmet(demand: Demand, owner: Procedure, step: Step, steps: Steps) -> list[str]:
    """What the step lacks of the demand, in words."""
    lacking = demand.ways(owner, step, steps) if demand.ways else []
    shut_out = [who.value for who in sorted(demand.also, key=lambda who: who.value) if who not in step.who]
    if shut_out:
        lacking.append(f"does not let in {' and '.join(shut_out)}")
    strangers = [who.value for who in step.who if who not in demand.who]
    if strangers:
        lacking.append(f"may be done by {' and '.join(strangers)}")
    papers = {*step.papers, *(_OF_HEIRS if step.who == (Who.HEIR,) else ())}
    lacking += [f"without {paper.value}" for paper in sorted(demand.papers - papers, key=lambda paper: paper.value)]
    if demand.places and step.place not in demand.places:
        lacking.append(f"at {step.place.value if step.place else 'no place'}")
    for check, value in demand.asks:
        asked = [guard for guard in step.guards if guard.check is check]
        if step.at is At.HERE and check is Check.SAME_BANK:
            continue  # the same counter as the step before, which asked
        if not any(value is None or value in guard.values for guard in asked):
            lacking.append(f"does not ask for {check.value}")
    return lacking


@dataclass(frozen=True, slots=True)
class Unmet:
    """A step that is accepted somewhere without what a rule demands."""

    demand: Demand
    step: str
    lacking: tuple[str, ...]


def ask_all(steps: Steps, accepted: Iterable[str]) -> list[Unmet]:
    """Every demand of every accepted step."""
    return [
        Unmet(demand, name, tuple(lacking))
        for name in sorted(accepted)
        for demand in DEMANDS
        if demand.of(*steps[name]) and (lacking := unmet(demand, *steps[name], steps))
    ]
