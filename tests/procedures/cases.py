"""Requests to the office with their literal answers: for each step one that is allowed, and one for each refusal."""

from __future__ import annotations

from sim.office.fields import NEVER
from sim.procedures.model import Paper
from tests.office.desk import BEIZHOU, CLINIC, ELSEWHERE, RIVERSIDE
from tests.procedures import cases_alone, cases_card, cases_money, cases_use, cases_values
from tests.procedures.states import (
    ACTIVE,
    AGENT,
    BOSS,
    CANCELLED,
    CLOSED,
    DEAD,
    EXCHANGING,
    EXPIRED,
    FLEXIBLE,
    FORMER,
    HEIR,
    HIRED,
    ISSUED,
    LOST,
    MOVED,
    NO_ACCOUNT,
    NOBODY,
    OLD,
    OTHER,
    PHONED,
    PRODUCTION,
    READY,
    SUBMITTED,
    VALID,
    Case,
    at_work,
    ended,
    no,
)

CASES: list[Case] = [
    ("hire.begin", {"employment": "none"}, {}, "done"),
    ("hire.begin", {"employment": "employed"}, {}, "refused P3"),
    ("hire.begin", DEAD | {"employment": "none"}, {}, "refused C1"),
    ("register_employer.register", {"employment": "hired"}, BOSS, "done"),
    ("register_employer.register", {"employment": "hired"}, {}, "refused P3"),
    ("register_employer.register", {"employment": "hired"}, no("employment_contract", **BOSS), "refused P3"),
    ("register_employer.register", {"employment": "employed"}, BOSS, "refused P3"),
    ("register_employer.open_account", NO_ACCOUNT, {}, "done"),
    ("register_employer.open_account", {}, {}, "refused P3"),
    ("register_employer.watch", {}, {}, "done"),
    ("register_employer.term_over", {}, {}, "done"),
    ("register_employer.assess_late", {}, {}, "done"),
    ("register_employer.overdue", {"employment": "hired", "hired_at": -31 * 86_400_000}, {}, "done"),
    ("register_employer.overdue", {"employment": "hired"}, {}, "refused P3"),
    ("register_employer.overdue", {"hired_at": -40 * 86_400_000, "assessed_at": 0}, {}, "refused P3"),
    ("register_employer.collect_premium", {"premium_fen": 100_000}, {}, "done"),
    ("register_flexible.register", {"employment": "none"}, {}, "done"),
    ("register_flexible.register", {"employment": "none"}, AGENT, "done"),
    ("register_flexible.register", {"employment": "none"}, BOSS, "refused P4"),
    ("register_flexible.register", {"employment": "none"}, no("identity"), "refused P4"),
    ("register_flexible.register", {"employment": "employed"}, {}, "refused P4"),
    ("register_flexible.register", {"employment": "flexible"}, {}, "refused P4"),
    ("register_flexible.register", {"employment": "retired"}, {}, "refused P4"),
    ("register_flexible.register", {"insurance_end": "died", "died_at": NEVER, "employment": "none"}, {}, "refused C1"),
    ("register_flexible.register", DEAD | {"employment": "none"}, {}, "refused P4"),
    ("register_flexible.register", {"employment": "none"}, no("agent_identity", **AGENT), "refused A6"),
    ("register_flexible.open_account", NO_ACCOUNT, {}, "done"),
    ("register_flexible.open_account", {}, {}, "refused P4"),
    ("apply.hand_in", {}, {"station": BEIZHOU}, "refused A1"),
    ("apply.hand_in", {}, {}, "done"),
    ("apply.hand_in", {"application": "returned"}, {}, "done"),
    ("apply.hand_in", {"card": "expired"}, {}, "done"),
    ("apply.hand_in", {}, AGENT, "done"),
    *[("apply.hand_in", {}, no(paper), "refused A1") for paper in ("identity", "identity_copy", "form", "photo")],
    ("apply.hand_in", {}, OTHER, "refused A1"),
    ("apply.hand_in", {}, no("identity", **AGENT), "refused A6"),
    ("apply.hand_in", {}, no("identity", bringing=(Paper.HOUSEHOLD_REGISTER,), **AGENT), "done"),
    ("apply.hand_in", {}, no("agent_identity", bringing=(Paper.HOUSEHOLD_REGISTER,), **AGENT), "done"),
    (
        "apply.hand_in",
        {},
        no("identity", "agent_identity", bringing=(Paper.HOUSEHOLD_REGISTER,), **AGENT),
        "refused A6",
    ),
    ("apply.hand_in", {}, no("identity", bringing=(Paper.HOUSEHOLD_REGISTER,)), "refused A1"),
    ("apply.hand_in", CLOSED, {}, "refused P6"),
    ("apply.hand_in", {"account": "cancelled"}, {}, "refused P6"),
    ("apply.hand_in", MOVED, {}, "refused P5"),
    ("apply.hand_in", NO_ACCOUNT, {}, "refused P4"),
    ("apply.hand_in", ACTIVE, {}, "refused P2"),
    ("apply.hand_in", PHONED, {}, "refused P2"),
    ("apply.hand_in", SUBMITTED, {}, "refused P2"),
    ("apply.hand_in", EXPIRED | FORMER | {"card_bank": 0}, {}, "done"),
    ("apply.hand_in", EXPIRED | FORMER | {"card_bank": 0}, {"station": RIVERSIDE}, "refused L5"),
    ("apply.hand_in", LOST, {}, "refused L4"),
    ("apply.hand_in", CANCELLED, {}, "refused A4"),
    ("apply.fetch_form", {}, {}, "done"),
    ("apply.fetch_form", {}, OTHER, "refused A2"),
    ("apply.fetch_form", {}, no("agent_identity", **AGENT), "refused A6"),
    *[
        (f"apply.{step}", states, {}, answer)
        for step in ("check_now", "send_back")
        for states, answer in ((SUBMITTED, "done"), ({}, "refused A2"))
    ],
    ("apply.check", SUBMITTED, {}, "done"),
    ("produce.accept", SUBMITTED, {}, "done"),
    ("produce.accept", {"application": "returned"}, {}, "refused A2"),
    *[
        (f"produce.{step}", states, {}, answer)
        for step in ("make", "inspect", "pack", "arrive", "instant", "at_hand")
        for states, answer in ((PRODUCTION, "done"), (SUBMITTED, "refused A7"))
    ],
    ("produce.at_counter", SUBMITTED, {}, "done"),
    ("produce.at_counter", SUBMITTED, {"station": RIVERSIDE}, "refused A7"),
    ("produce.at_counter", {}, {}, "refused A2"),
    ("produce.ask_instant", SUBMITTED, {}, "done"),
    ("produce.ask_instant", SUBMITTED, {"station": RIVERSIDE}, "refused A7"),
    ("produce.ask_instant", SUBMITTED, no("identity"), "refused A7"),
    ("produce.ask_instant", {}, {}, "refused A2"),
    ("produce.ask_instant", SUBMITTED | {"card_bank": 1, "former_bank": 0, "former_fen": 700}, {}, "refused L5"),
    ("produce.ask_instant", SUBMITTED, no("agent_identity", **AGENT), "refused A6"),
    *[
        (f"collect.{step}", states, how, answer)
        for step in ("collect", "over_the_counter")
        for states, how, answer in (
            (READY, {}, "done"),
            (READY | {"card": "lost"}, {}, "done"),
            (READY | VALID, {}, "done"),
            (READY | VALID, no("temporary_card"), "refused L7"),
            (READY | {"card": "active"}, {}, "refused P2"),
            (READY, {"station": RIVERSIDE}, "refused A3"),
            (READY, OTHER, "refused A3"),
            (READY, AGENT, "refused A3"),
            (READY, no("identity"), "refused A3"),
            (PRODUCTION | {"outlet": 0}, {}, "refused A3"),
        )
    ],
    ("collect.replaced", {}, {}, "done"),
    ("collect.in_hand", {}, {}, "done"),
    *[
        (f"collect.{step}", states, how, answer)
        for step in ("exchange", "exchange_here")
        for states, how, answer in (
            (EXCHANGING, {}, "done"),
            (EXCHANGING | ISSUED, {}, "done"),
            (EXCHANGING, no("card"), "refused A5"),
            (EXCHANGING, no("identity"), "refused A5"),
            (EXCHANGING, AGENT, "refused A5"),
            (EXCHANGING, {"station": RIVERSIDE}, "refused A3"),
            (EXCHANGING | PRODUCTION, {}, "refused A3"),
            (EXCHANGING | {"card": "lost"}, {}, "refused A5"),
            (READY | {"card": "lost", "reason": "lost"}, {}, "refused A5"),
        )
    ],
    ("collect.account_stays", ACTIVE, {"station": RIVERSIDE}, "done"),
    ("collect.account_stays", ACTIVE, {}, "refused L5"),
    ("collect.account_stays", ISSUED, {"station": RIVERSIDE}, "refused L5"),
    ("collect.account_stays", ACTIVE | FORMER, {"station": RIVERSIDE}, "refused L5"),
    *[
        (f"activate_bank.{step}", states, how, answer)
        for step in ("both", "social", "financial")
        for states, how, answer in (
            (ISSUED, {}, "done"),
            (ISSUED, {"station": RIVERSIDE}, "refused V1"),
            (ISSUED, no("identity"), "refused V1"),
            (ISSUED, no("card"), "refused V1"),
            (LOST, {}, "refused V1"),
        )
    ],
    ("activate_bank.both", ISSUED, AGENT, "refused A6"),
    ("activate_bank.financial", ISSUED, AGENT, "refused A6"),
    ("activate_bank.financial", ACTIVE, {}, "refused V1"),
    ("activate_bank.social", ISSUED, AGENT, "done"),
    ("activate_bank.social", ISSUED, no("agent_identity", **AGENT), "refused A6"),
    ("activate_hospital.register", ISSUED, {}, "done"),
    ("activate_hospital.register", ACTIVE, {}, "refused V2"),
    ("activate_hospital.register", ISSUED, no("card"), "refused V2"),
    ("activate_hospital.register", ISSUED, no("agent_identity", **AGENT), "refused A6"),
    ("activate_pharmacy.old_card", ISSUED | OLD, {}, "done"),
    ("activate_pharmacy.old_card", ISSUED, {}, "refused V3"),
    ("activate_pharmacy.old_card", ISSUED | OLD, no("old_card"), "refused V3"),
    ("activate_pharmacy.old_card", ISSUED | OLD, no("identity", **AGENT), "refused A6"),
    ("activate_pharmacy.new_card", ISSUED | {"old_card": "inserted"}, {}, "done"),
    ("activate_pharmacy.new_card", ISSUED | OLD, {}, "refused V3"),
    ("activate_pharmacy.new_card", ISSUED | {"old_card": "inserted"}, no("identity", **AGENT), "refused A6"),
    ("activate_pharmacy.new_card_only", ISSUED, {}, "done"),
    ("activate_pharmacy.new_card_only", ISSUED | {"old_card": "handed_in"}, {}, "done"),
    ("activate_pharmacy.new_card_only", ISSUED | OLD, {}, "refused V3"),
    ("activate_pharmacy.new_card_only", ISSUED, no("identity", **AGENT), "refused A6"),
    ("activate_pharmacy.give_back", {"old_card": "inserted"}, {}, "done"),
    ("activate_pharmacy.give_back", OLD, {}, "refused V3"),
    *[
        (f"employer_ends.{step}", states, {}, answer)
        for step in ("dissolved", "approved", "deregistered", "merged")
        for states, answer in ((NOBODY, "done"), (HIRED, "done"), (FLEXIBLE, "refused P7"))
    ],
    ("deregister_employer.with_approval", {"employer_end": "dissolved"}, BOSS, "done"),
    ("deregister_employer.with_approval", {"employer_end": "dissolved"}, no("approval", **BOSS), "refused P7"),
    ("deregister_employer.with_approval", {"employer_end": "deregistered"}, BOSS, "refused P7"),
    ("deregister_employer.with_approval", {"employer_end": "dissolved"}, {}, "refused P7"),
    *[("deregister_employer.with_approval", ended(end), BOSS, "refused P7") for end in ("approved", "merged")],
    *[
        ("deregister_employer.at_tax_office", ended(end), how, answer)
        for end in ("approved", "merged", "deregistered")
        for how, answer in (
            (BOSS, "done"),
            (no("licence", **BOSS), "refused P7"),
            (no("end_of_employer", **BOSS), "refused P7"),
        )
    ],
    ("deregister_employer.at_tax_office", {"employer_end": "dissolved"}, BOSS, "refused P7"),
    *[
        (f"deregister_employer.{step}", states, {}, answer)
        for step in ("flag_late", "duty_done")
        for states, answer in (
            *((ended(end), "done") for end in ("dissolved", "approved", "merged", "deregistered")),
            (ended("former_dissolved"), "done"),
            (ended("former_otherwise"), "done"),
            (ended("merged") | {"employment": "none"}, "done"),
            ({}, "refused P7"),
        )
    ],
    *[
        ("deregister_employer.employee_goes", ended(end) | states, {}, answer)
        for end in ("dissolved", "approved", "merged", "deregistered")
        for states, answer in ((NOBODY, "done"), (HIRED, "done"), (at_work("none"), "refused P7"))
    ],
    *[
        ("deregister_employer.employee_goes", ended(end), {}, "refused P7")
        for end in ("none", "former_dissolved", "former_otherwise")
    ],
    ("register_employer.missing", HIRED, {}, "done"),
    ("register_employer.missing", HIRED | {"assessed_at": 0}, {}, "refused P3"),
    ("register_employer.missing", {}, {}, "refused P3"),
    ("death.card_not_found", DEAD, HEIR, "done"),
    ("death.card_not_found", DEAD, no("kinship", **HEIR), "refused C1"),
    ("death.card_not_found", DEAD | {"card": "lost"}, HEIR, "refused L1"),
    ("death.card_not_found", ACTIVE, HEIR, "refused C1"),
    *[(f"deregister_employer.{step}", {}, {}, "done") for step in ("watch_approval", "watch_duty", "term_over")],
    ("deregister_employer.close_account", {}, {}, "done"),
    ("deregister_employer.close_account", MOVED, {}, "refused P7"),
    ("change_number.ask", {}, {}, "refused P1"),
    *[
        (f"settle.{step}", states, how, answer)
        for step in ("hospital", "pharmacy")
        for states, how, answer in (
            (ACTIVE, {"fen": 50_000}, "done"),
            (ACTIVE, {"fen": 100, "station": ELSEWHERE}, "done"),
            (ACTIVE, {"fen": 100, "station": CLINIC}, "done"),
            (ACTIVE, {"fen": 100, **OTHER}, "done"),
            (ACTIVE | MOVED, {"fen": 100}, "done"),
            (ACTIVE, {"fen": 50_001}, "refused U1"),
            (ACTIVE | CLOSED, {"fen": 100}, "refused U1"),
            (ACTIVE | {"account": "cancelled"}, {"fen": 100}, "refused U1"),
            (ACTIVE, no("card"), "refused U1"),
            (ISSUED, {}, "refused V4"),
            (CANCELLED, {}, "refused V4"),
            (EXPIRED, {}, "refused V4"),
            (LOST, {}, "refused L1"),
            (PHONED, {"station": CLINIC}, "refused L1"),
            (ACTIVE | NO_ACCOUNT, {"fen": 100}, "refused U1"),
            (ACTIVE | {"cancellation": "account_cancelled", "reserved_fen": 50_000}, {"fen": 50_000}, "done"),
            (ACTIVE | {"medical_fen": 0, "reserved_fen": 50_000}, {"fen": 1}, "refused U1"),
            (ACTIVE, no("identity", **AGENT), "refused A6"),
        )
    ],
    *[
        (step, states, how, answer)
        for step in ("cash_withdrawal.withdraw", "bank_transfer.send", "purchase.pay")
        for states, how, answer in (
            (ACTIVE, {"fen": 30_000}, "done"),
            (ACTIVE | PHONED, {"fen": 100}, "done"),
            (ACTIVE, {"fen": 30_001}, "refused A9"),
            (ACTIVE | {"bank": "reported"}, {}, "refused L3"),
            (ISSUED, {}, "refused U6"),
            (ACTIVE, no("card"), "refused U6"),
        )
    ],
    *[
        (step, states, how, answer)
        for step in ("cash_deposit.deposit", "balance_enquiry.ask")
        for states, how, answer in (
            (ACTIVE, {"fen": 30_001}, "done"),
            (ACTIVE | {"bank": "reported"}, {}, "refused L3"),
            (ISSUED, {}, "refused U6"),
            (ACTIVE, no("identity", **AGENT), "refused A6"),
        )
    ],
    ("credit.ask", ACTIVE, {}, "refused A9"),
    ("foreign_currency.ask", ACTIVE, {}, "refused A9"),
    ("enquire_hotline.menu", {}, OTHER, "done"),
    ("enquire_hotline.agent", {}, OTHER, "done"),
    *cases_money.CASES,
    *cases_use.CASES,
    *cases_alone.CASES,
    *cases_card.CASES,
    *cases_values.CASES,
]
