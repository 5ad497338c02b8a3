"""What steps leave in a record, to the letter: what is not named here must be as before."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from sim.log import LEADS
from sim.office.fields import NEVER, Card, Field, Ledger, Reason
from sim.office.record import STATES, new_record
from tests.office.desk import DAY, HOUR, Desk
from tests.procedures.states import (
    ACTIVE,
    BOSS,
    CANCELLED,
    DEAD,
    EARLIER,
    HEIR,
    ISSUED,
    JOBLESS,
    LOST,
    MOVED,
    NO_ACCOUNT,
    NOTICED,
    OF_AGE,
    OLD,
    PHONED,
    PRODUCTION,
    READY,
    SUBMITTED,
    TRAINED,
    VALID,
)

NOW = 10 * HOUR
Words = dict[str, str | int]
Money = tuple[Ledger, Ledger, int]


class Left(NamedTuple):
    """A record, a step asked for at a time, and what differs afterwards; money moved and lead times."""

    step: str
    states: Words
    left: Words
    how: Mapping[str, Any] = MappingProxyType({})
    money: tuple[Money, ...] = ()
    leads: tuple[tuple[str, int], ...] = ()
    at: int = NOW


_EMPLOYER_S: Words = dict.fromkeys(("unemployment_insurance", "injury_insurance", "maternity_insurance"), "insured")
_NO_EMPLOYER_S: Words = dict.fromkeys(_EMPLOYER_S, "not_insured")
_NONE: Words = _NO_EMPLOYER_S | {"pension_insurance": "not_insured"}
_OUT: Words = {"insurance": "ended", "cancellation": "noticed"}
"""Insured elsewhere since the start of the run, with a notice of cancellation; nothing is insured here any more."""
_IN: Words = {"insurance": "insured", "insurance_end": "none", "insurance_ended_at": NEVER, "cancellation": "none"}
_FOUND: Words = {
    "card": "active", "reported_at": NEVER, "lost_at": NEVER, "hot_until": NOW, "temporary": "expired",
}  # fmt: skip
_MEANWHILE: Words = {"lost_at": 0, "temporary": "valid"}
_EXTENDED: Words = {"lost_at": 0, "temporary": "extended"}
_REPORTED: Words = {"reported_at": NOW, "hot_at": NOW}
_LEADS = (("loss_to_report", NOW - HOUR), ("exposure", 0))
_HAND: Words = {
    "card": "issued", "card_before": "issued", "bank": "inactive", "application": "none", "lost_at": NEVER,
    "damaged_at": NEVER, "hot_at": NEVER, "hot_until": NEVER, "temporary": "returned", "reason": "none",
}  # fmt: skip
_WAITING: Words = LOST | READY | {"lost_at": 0, "damaged_at": 0, "hot_until": 0, "reason": "lost"}
_FILED: Words = {"application": "submitted", "outlet": 0, "applied_at": NOW}
_TAKEN: Words = {"card": "damaged", "card_before": "damaged", "bank": "account_only"}
_GIVEN: Words = {"temporary": "valid", "temporary_at": NOW}
_ASKED: Words = ACTIVE | {"capacity": "requested"}
_HOLDER_DIED: Words = {
    "insurance": "ended", "insurance_end": "died", "insurance_ended_at": NOW, "employment": "none",
    "application": "none", "reason": "none", **_NONE,
}  # fmt: skip

LEFT: tuple[Left, ...] = (
    # P3, P4, P6, P5: who insures whom in what; a notice of cancellation has lost its ground
    *(Left("hire.begin", {"employment": "none", "assessed_at": 0, "employer_end": end, "employers": 2},
           {"employment": "hired", "hired_at": NOW, "employers": 3, "assessed_at": NEVER, "employer_end": former})
      for end, former in (("none", "none"), ("dissolved", "former_dissolved"), ("merged", "former_otherwise"),
                          ("approved", "former_otherwise"), ("deregistered", "former_otherwise"))),
    Left("register_employer.missing", {"employment": "hired"},
         {"late": 1, "premium_fen": 100_000, "assessed_at": NOW}),
    Left("register_employer.register", _OUT | {"employment": "hired"},
         _IN | _EMPLOYER_S | {"employment": "employed", "pension_insurance": "insured"}, BOSS),
    Left("register_employer.open_account", NO_ACCOUNT, {"account": "open"}),
    Left("register_flexible.register", _OUT | {"employment": "none"},
         _IN | {"employment": "flexible", "pension_insurance": "insured"}),
    Left("register_flexible.register", JOBLESS, _IN | {"employment": "flexible", "registration": "none"}),
    Left("register_flexible.open_account", NO_ACCOUNT, {"account": "open"}),
    Left("reopen_account.reopen", _OUT | {"account": "closed"}, _IN | {"account": "open"}),
    Left("transfer.into", _OUT | MOVED, _IN | {"account": "open", "transfer": "into", "medical_fen": 100,
         "balance_at": NOW}, {"fen": 100}, ((Ledger.ELSEWHERE, Ledger.MEDICAL, 100),)),
    Left("transfer.out", _OUT | {"medical_fen": 900},
         {"account": "moved", "transfer": "out", "cancellation": "none", "medical_fen": 0, "balance_at": NOW},
         money=((Ledger.MEDICAL, Ledger.ELSEWHERE, 900),)),
    Left("end_insurance.insured_again", _OUT, _IN),
    # C1, P7: what ends with an insurance, an employer, a job, a working life
    *(Left("end_insurance.insured_elsewhere", _EMPLOYER_S | {"employment": before, "registration": "none"},
         _NONE | {"insurance": "ended", "insurance_end": "elsewhere", "insurance_ended_at": NOW, "employment": "none"})
      for before in ("flexible", "unemployed", "employer_gone")),
    Left("end_insurance.emigrated", {},
         _NONE | {"insurance": "ended", "insurance_end": "emigrated", "insurance_ended_at": NOW, "employment": "none"}),
    Left("employer_ends.dissolved", {}, {"employer_end": "dissolved", "employer_ended_at": NOW}),
    Left("employer_ends.approved", {}, {"employer_end": "approved", "employer_ended_at": NOW}),
    Left("employer_ends.deregistered", {}, {"employer_end": "deregistered", "employer_ended_at": NOW}),
    Left("employer_ends.merged", {}, {"employer_end": "merged", "employer_ended_at": NOW}),
    Left("deregister_employer.with_approval", {"employer_end": "dissolved"}, {}, BOSS),
    Left("deregister_employer.at_tax_office", {"employer_end": "merged"}, {}, BOSS),
    Left("deregister_employer.employee_goes", {"employer_end": "merged", "registration": "job"},
         _NO_EMPLOYER_S | {"employment": "employer_gone", "registration": "none"}),
    Left("deregister_employer.duty_done", {"employer_end": "former_dissolved", "employer_ended_at": 0},
         {"employer_end": "none", "employer_ended_at": NEVER}),
    Left("job_ends.leave", {"registration": "job"}, _NO_EMPLOYER_S | {"employment": "none", "registration": "none"}),
    Left("pension.claim", OF_AGE, _NONE | {"employment": "retired", "pension": "drawing"}),
    # C1, C3, L2: a death
    Left("death.report", PRODUCTION | {"died_at": 0, "temporary": "valid"}, _HOLDER_DIED | {"temporary": "expired"},
         HEIR),
    Left("death.report", PRODUCTION | {"died_at": 0, "temporary": "extended"}, _HOLDER_DIED | {"temporary": "expired"},
         HEIR),
    *(Left("death.report", PRODUCTION | {"died_at": 0, "bank": before}, _HOLDER_DIED | {"bank": "frozen"}, HEIR)
      for before in ("inactive", "active", "reported")),
    Left("death.stop_card", ACTIVE | {"insurance_end": "died"}, {"card": "holder_died", "hot_at": NOW}),
    Left("death.loss_final", PHONED | {"insurance_end": "died"}, {"card": "lost"}),
    Left("death.close_account", LOST | {"insurance_end": "died", "medical_fen": 100_000},
         {"account": "cancelled", "medical_fen": 0, "balance_at": 360 * DAY}, HEIR,
         ((Ledger.MEDICAL, Ledger.CASH, 100_000), (Ledger.FUND, Ledger.CASH, 350)), at=360 * DAY),
    Left("bank_account.close_former", {"former_bank": 0, "former_fen": 700}, {"former_bank": -1, "former_fen": 0},
         {"fen": 700}, ((Ledger.FORMER, Ledger.CASH, 700),)),
    Left("bank_account.inherit_former", DEAD | {"former_bank": 0, "former_fen": 700},
         {"former_bank": -1, "former_fen": 0}, HEIR, ((Ledger.FORMER, Ledger.CASH, 700),)),
    # A4, A5, A7, L4: a card is applied for and made
    Left("exchange.apply", OLD, _FILED | {"old_card": "handed_in", "reason": "exchange"}),
    Left("exchange_generation.apply", EARLIER, _FILED | {"reason": "new_generation"}),
    Left("reapply.apply", CANCELLED, _FILED | {"reason": "reapply"}),
    Left("replace.apply", PHONED, _FILED | {"card": "lost", "bank": "reported", "reason": "stolen"},
         {"reason": Reason.STOLEN}),
    Left("replace.same_visit", PHONED, _FILED | {"card": "lost", "bank": "reported", "reason": "stolen"},
         {"reason": Reason.STOLEN}),
    Left("replace_damaged.apply", ACTIVE, _FILED | _TAKEN | {"reason": "damaged"}),
    Left("produce.ask_instant", SUBMITTED, {"application": "in_production", "card_serial": 1, "outlet": 0}),
    Left("produce.at_hand", PRODUCTION, {"application": "ready"}, leads=(("application_to_ready", NOW),)),
    # A3, A5, L5: a card is handed over
    Left("collect.collect", _WAITING | {"temporary": "valid"}, _HAND, leads=(("application_to_hand", NOW),)),
    Left("collect.collect", _WAITING | {"temporary": "extended"}, _HAND, leads=(("application_to_hand", NOW),)),
    Left("collect.over_the_counter", _WAITING | {"temporary": "valid"}, _HAND, leads=(("application_to_hand", NOW),)),
    Left("collect.over_the_counter", _WAITING | {"temporary": "extended"}, _HAND,
         leads=(("application_to_hand", NOW),)),
    *(Left(f"collect.{step}", EARLIER | READY | {"reason": "new_generation"},
           {"card": "exchanged", "card_before": "exchanged", "bank": "account_only"})
      for step in ("exchange", "exchange_here")),
    Left("collect.replaced", {"reported_at": 0, "cost_fen": 40, "claimable_fen": 2},
         {"reported_at": NEVER, "cost_fen": 0, "claimable_fen": 42}, leads=(("report_to_hand", NOW),)),
    # V1, V3: a card in hand is activated; C2: it is taken in
    Left("activate_bank.social", ISSUED, {"card": "active", "card_before": "active"}),
    *(Left(f"activate_pharmacy.{step}", ISSUED | {"old_card": old}, {"card": "active", "card_before": "active"})
      for step, old in (("new_card", "inserted"), ("new_card_only", "none"))),
    Left("cancel.withdraw", NOTICED | {"fen_days": 7},
         {"cancellation": "card_withdrawn", "card": "withdrawn", "card_before": "withdrawn", "bank": "account_only",
          "approved_at": NOW, "medical_fen": 0, "balance_at": NOW, "reserved_fen": 50_000, "fen_days": 0,
          "reserved_fen_days": 7}, money=((Ledger.MEDICAL, Ledger.RESERVED, 50_000),)),
    # L1, L2, L7, L8: a loss is reported, lapses, is released
    Left("online_service.report_loss", ACTIVE | {"lost_at": HOUR}, _REPORTED | {"card": "temporary_loss"},
         leads=_LEADS),
    Left("report_loss_outlet.report", ACTIVE | {"lost_at": HOUR}, _REPORTED | {"card": "lost"}, leads=_LEADS),
    Left("formal_loss.report", PHONED, {"card": "lost"}),
    Left("report_loss.lapse", PHONED | {"reported_at": -DAY, "temporary": "valid"},
         {"card": "active", "reported_at": NEVER, "hot_until": NOW, "temporary": "expired"}),
    Left("report_loss.lapse", PHONED | {"reported_at": -DAY, "temporary": "extended"},
         {"card": "active", "reported_at": NEVER, "hot_until": NOW, "temporary": "expired"}),
    *(Left(f"release_loss.{step}", PHONED | given, _FOUND)
      for step in ("outlet", "agent") for given in (_MEANWHILE, _EXTENDED)),
    Left("release_loss_bank.release", ACTIVE | {"bank": "reported"}, {"bank": "active"}),
    Left("find_card.find", ACTIVE | {"lost_at": 0, "damaged_at": 0}, {"lost_at": NEVER}),
    Left("lose_card.lose", ACTIVE | {"damaged_at": 0}, {"lost_at": NOW}),
    Left("damage_card.damage", ACTIVE, {"damaged_at": NOW}),
    Left("death.card_not_found", DEAD, {"card": "lost"}, HEIR),
    Left("apply.send_back", SUBMITTED, {"application": "returned", "reason": "none"}),
    # L7: the temporary card
    Left("temporary_card.lost", LOST, _GIVEN, {"station": 1}),
    Left("temporary_card.applied", SUBMITTED, _GIVEN),
    Left("temporary_card.not_eligible", NO_ACCOUNT, _GIVEN),
    Left("temporary_card.extend", VALID, {"temporary": "extended"}),
    Left("temporary_card.give_back", VALID, {"temporary": "returned"}),
    Left("temporary_card.declare_lost", VALID, {"temporary": "lost"}),
    Left("temporary_card.expire", VALID, {"temporary": "expired"}),
    # U1 to U6, L6: uses and what they leave
    Left("settle.pharmacy", ACTIVE, {"medical_fen": 49_900, "balance_at": NOW}, {"fen": 100},
         ((Ledger.MEDICAL, Ledger.PROVIDER, 100),)),
    Left("settle_temporary.settle", VALID, {"medical_fen": 49_900, "balance_at": NOW}, {"fen": 100},
         ((Ledger.MEDICAL, Ledger.PROVIDER, 100),)),
    Left("purchase.pay", ACTIVE, {"financial_fen": 29_900}, {"fen": 100}, ((Ledger.FINANCIAL, Ledger.CASH, 100),)),
    Left("pay_own_costs.pay", {}, {"cost_at": NOW}, {"fen": 100}),
    Left("reimburse.reject", ACTIVE | {"claimed_fen": 8_000}, {"claimed_fen": 0}, {"fen": 8_000},
         ((Ledger.CLAIMS, Ledger.FUND, 8_000),)),
    Left("reimburse.reject", ACTIVE | {"claimed_fen": 8_000}, {"claimed_fen": 3_000}, {"fen": 5_000},
         ((Ledger.CLAIMS, Ledger.FUND, 5_000),)),
    Left("job_registration.unemployed", ACTIVE | {"employment": "employer_gone", "benefit_months": 5},
         {"employment": "unemployed", "registration": "unemployed", "benefit_months": 0}),
    Left("job_registration.job", ACTIVE, {"registration": "job"}),
    Left("unemployment_benefit.draw", JOBLESS, {"financial_fen": 30_100, "benefit_months": 1, "benefit_at": NOW},
         {"fen": 100}, ((Ledger.FUND, Ledger.FINANCIAL, 100),)),
    Left("online_service.certificate", ACTIVE, {"certificates": 1}),
    Left("pension.confirm", ACTIVE | {"pension": "drawing"}, {"confirmed_at": NOW}),
    Left("training.enrol", ACTIVE, {"training": "enrolled"}),
    Left("training.complete", ACTIVE | {"training": "enrolled"}, {"training": "completed", "trainings": 1}),
    Left("training.give_up", ACTIVE | {"training": "enrolled"}, {"training": "none"}),
    Left("qualification.award", TRAINED | {"qualifications": 4}, {"qualifications": 5}),
    Left("work_injury.recognise", ACTIVE, {"injury": "recognised", "injuries": 1}, BOSS),
    Left("working_capacity.assess", ACTIVE, {"capacity": "requested"}),
    *(Left(f"working_capacity.{grade}", _ASKED, {"capacity": grade})
      for grade in ("lost", "largely_lost", "partly_lost", "unimpaired")),
    Left("working_capacity.benefit", ACTIVE | {"injury": "recognised", "capacity": "partly_lost"},
         {"injury": "paid", "financial_fen": 30_100}, {"fen": 100}, ((Ledger.FUND, Ledger.FINANCIAL, 100),)),
)  # fmt: skip


_WORDS = STATES | {"card_before": Card}


def difference(desk: Desk, case: Left) -> str:
    """In what the record, the money or the lead times differ from what must be left; "" if in nothing."""
    record = new_record(**case.states)
    wanted = list(record)
    for name, value in case.left.items():
        wanted[Field[name.upper()]] = value if isinstance(value, int) else int(_WORDS[name][value.upper()])
    verdict = desk.ask(record, case.step, desk.request(case.step, **case.how), case.at)
    if not verdict.accepted:
        return f"refused: {verdict.why}"
    wrong = [f"{field.name} {record[field]}, not {wanted[field]}" for field in Field if record[field] != wanted[field]]
    leads = tuple((LEADS[number], ms) for number, ms in verdict.leads)
    moved = tuple((Ledger(source), Ledger(target), fen) for source, target, fen in verdict.money)
    wrong += [f"leads {leads}"] if leads != case.leads else []
    wrong += [f"money {moved}"] if moved != case.money else []
    return "; ".join(wrong)
