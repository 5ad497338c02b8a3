"""Requests to the office with their literal answers: for each step one that is allowed, and one for each refusal."""

from __future__ import annotations

from typing import Any

from sim.office.fields import NEVER, Reason
from sim.procedures.model import Paper, Who
from tests.office.desk import BEIZHOU, CLINIC, ELSEWHERE, RIVERSIDE

Case = tuple[str, dict[str, str | int], dict[str, Any], str]
AGENT: dict[str, Any] = {"who": Who.AGENT}
OTHER: dict[str, Any] = {"who": Who.OTHER}
BOSS: dict[str, Any] = {"who": Who.EMPLOYER}
HEIR: dict[str, Any] = {"who": Who.HEIR}


def no(*papers: str, **more: Any) -> dict[str, Any]:
    """Leave these papers at home."""
    return {"without": tuple(Paper(paper) for paper in papers)} | more


def ended(how: str) -> dict[str, str | int]:
    """Give an employee whose employer came to an end."""
    return {"employer_end": how}


ACTIVE: dict[str, str | int] = {"card": "active", "card_bank": 0, "medical_fen": 50_000, "financial_fen": 30_000}
ISSUED: dict[str, str | int] = {"card": "issued", "card_bank": 0}
READY: dict[str, str | int] = {"application": "ready", "outlet": 0}
SUBMITTED: dict[str, str | int] = {"application": "submitted"}
PRODUCTION: dict[str, str | int] = {"application": "in_production"}
OLD: dict[str, str | int] = {"old_card": "held"}
ENDED: dict[str, str | int] = ACTIVE | {"insurance": "ended"}
NOTICED: dict[str, str | int] = ENDED | {"cancellation": "noticed"}
DEAD: dict[str, str | int] = {"insurance_end": "died", "card": "holder_died", "card_bank": 0}
CLOSED: dict[str, str | int] = {"account": "closed"}
LEFT: dict[str, str | int] = {"insurance": "ended"}
HIRED: dict[str, str | int] = {"employment": "hired"}
MOVED: dict[str, str | int] = {"account": "moved"}
NO_ACCOUNT: dict[str, str | int] = {"account": "none"}
LOST: dict[str, str | int] = {"card": "lost", "card_bank": 0}
PHONED: dict[str, str | int] = {"card": "temporary_loss", "card_bank": 0}
CANCELLED: dict[str, str | int] = {"card": "withdrawn", "account": "open", "card_bank": 0}
VALID: dict[str, str | int] = {"temporary": "valid", "medical_fen": 50_000}
FLEXIBLE: dict[str, str | int] = {"employment": "flexible"}
EXPIRED: dict[str, str | int] = {"card": "expired"}
NOBODY: dict[str, str | int] = {}
COSTS: dict[str, str | int] = ACTIVE | {"claimable_fen": 8_000}
CLAIM: dict[str, str | int] = ACTIVE | {"claimed_fen": 8_000}
EARLIER: dict[str, str | int] = ACTIVE | {"generation": "earlier"}
EXCHANGING: dict[str, str | int] = EARLIER | READY | {"reason": "new_generation"}
FORMER: dict[str, str | int] = {"former_bank": 0, "former_fen": 700}
DAMAGED: dict[str, str | int] = {"card": "damaged", "card_bank": 0, "financial_fen": 30_000}
ACCOUNT_ONLY: dict[str, str | int] = {"card": "withdrawn", "card_bank": 0, "financial_fen": 30_000}

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
    ("lose_card.lose", ACTIVE, {}, "done"),
    ("lose_card.lose", LOST, {}, "refused L1"),
    ("lose_card.lose", ACTIVE | {"lost_at": 0}, {}, "refused L1"),
    ("damage_card.damage", ACTIVE, {}, "done"),
    ("damage_card.damage", LOST, {}, "refused L1"),
    ("damage_card.damage", ACTIVE | {"lost_at": 0}, {}, "refused L1"),
    ("find_card.find", ACTIVE | {"lost_at": 0}, {}, "done"),
    ("find_card.find", PHONED, {}, "done"),
    ("find_card.find", CANCELLED, {}, "refused L8"),
    ("release_loss.outlet", PHONED, {}, "done"),
    ("release_loss.outlet", LOST, {}, "done"),
    ("release_loss.outlet", LOST, AGENT, "refused L8"),
    ("release_loss.outlet", LOST, no("identity"), "refused L8"),
    ("release_loss.outlet", LOST | SUBMITTED, {}, "refused L8"),
    ("release_loss.outlet", ACTIVE, {}, "refused L8"),
    ("release_loss.menu", {}, OTHER, "done"),
    ("release_loss.agent", PHONED, {}, "done"),
    ("release_loss.agent", LOST, {}, "refused L8"),
    ("release_loss.agent", PHONED, AGENT, "refused L8"),
    ("release_loss_bank.release", LOST, {}, "done"),
    ("release_loss_bank.release", LOST, {"station": RIVERSIDE}, "refused L3"),
    ("release_loss_bank.release", ACTIVE, {}, "refused L8"),
    ("release_loss_bank.release", LOST | SUBMITTED, {}, "refused L8"),
    ("release_loss_bank.release", LOST, no("identity"), "refused L8"),
    ("report_loss.menu", {}, OTHER, "done"),
    ("report_loss.agent", ACTIVE, {}, "done"),
    ("report_loss.agent", ACTIVE, OTHER, "refused L1"),
    ("report_loss.agent", LOST, {}, "refused L1"),
    ("report_loss.agent", ACTIVE, no("agent_identity", **AGENT), "refused A6"),
    ("report_loss.term_over", ACTIVE, {}, "done"),
    ("report_loss.lapse", PHONED | {"reported_at": -24 * 3_600_000}, {}, "done"),
    ("report_loss.lapse", PHONED, {}, "refused L2"),
    ("report_loss.lapse", LOST, {}, "refused L2"),
    ("report_loss_outlet.report", ACTIVE, {}, "done"),
    ("report_loss_outlet.report", ACTIVE, no("identity", bringing=(Paper.HOUSEHOLD_REGISTER,)), "done"),
    ("report_loss_outlet.report", ACTIVE, no("identity"), "refused L1"),
    ("report_loss_outlet.report", {}, {}, "refused L1"),
    ("report_loss_outlet.report", ACTIVE, no("identity", **AGENT), "refused A6"),
    ("formal_loss.report", PHONED, {}, "done"),
    ("formal_loss.report", ACTIVE, {}, "refused L2"),
    ("formal_loss.report", PHONED, no("identity"), "refused L2"),
    ("formal_loss.report", PHONED, no("identity", **AGENT), "refused A6"),
    ("report_loss_bank.report", ACTIVE, {}, "done"),
    ("report_loss_bank.report", ACTIVE, {"station": RIVERSIDE}, "refused L3"),
    ("report_loss_bank.report", LOST, {}, "refused L3"),
    ("report_loss_bank.report", ISSUED, {}, "refused L3"),
    ("report_loss.bank_side", {}, {}, "done"),
    ("report_loss_outlet.bank_side", {}, {}, "done"),
    ("report_loss_bank.report", ACTIVE, no("identity", **AGENT), "refused A6"),
    *[
        (f"replace.{step}", states, how, answer)
        for step in ("apply", "same_visit")
        for states, how, answer in (
            (LOST, {}, "done"),
            (PHONED, {"reason": Reason.STOLEN}, "done"),
            (LOST, no("identity", bringing=(Paper.HOUSEHOLD_REGISTER,)), "done"),
            (LOST, no("identity"), "refused L4"),
            (LOST, {"reason": Reason.DAMAGED}, "refused L4"),
            (ACTIVE, {}, "refused L4"),
            (LOST | CLOSED, {}, "refused P6"),
            (LOST | SUBMITTED, {}, "refused P2"),
            (LOST, {"station": RIVERSIDE}, "done"),
            (LOST | FORMER, {"station": RIVERSIDE}, "refused L5"),
            (LOST, no("identity", **AGENT), "refused A6"),
        )
    ],
    ("replace_damaged.apply", ACTIVE, {}, "done"),
    ("replace_damaged.apply", ACTIVE, no("card"), "refused L4"),
    ("replace_damaged.apply", LOST, {}, "refused L4"),
    ("replace_damaged.apply", ACTIVE | CLOSED, {}, "refused P6"),
    ("replace_damaged.apply", ACTIVE | SUBMITTED, {}, "refused P2"),
    ("replace_damaged.apply", ACTIVE | FORMER, {"station": RIVERSIDE}, "refused L5"),
    ("replace_damaged.apply", ACTIVE, no("identity", **AGENT), "refused A6"),
    ("exchange.apply", OLD, {}, "done"),
    ("exchange.apply", OLD, no("identity"), "refused A5"),
    ("exchange.apply", OLD | FORMER | {"card_bank": 0}, {"station": RIVERSIDE}, "refused L5"),
    ("exchange.apply", OLD, no("matching_photo"), "refused A5"),
    ("exchange.apply", OLD, no("old_card"), "refused A5"),
    ("exchange.apply", {}, {}, "refused A5"),
    ("exchange.apply", OLD | CLOSED, {}, "refused P6"),
    ("exchange.apply", OLD | MOVED, {}, "refused P5"),
    ("exchange.apply", OLD | NO_ACCOUNT, {}, "refused P4"),
    ("exchange.apply", OLD | ACTIVE, {}, "refused P2"),
    ("exchange.apply", OLD, no("agent_identity", **AGENT), "refused A6"),
    ("exchange_generation.apply", EARLIER, {}, "done"),
    ("exchange_generation.apply", EARLIER, AGENT, "done"),
    ("exchange_generation.apply", EARLIER, no("card"), "refused A5"),
    ("exchange_generation.apply", EARLIER, no("identity"), "refused A5"),
    ("exchange_generation.apply", ACTIVE, {}, "refused A5"),
    ("exchange_generation.apply", EARLIER | {"card": "lost"}, {}, "refused A5"),
    ("exchange_generation.apply", EARLIER | CLOSED, {}, "refused P6"),
    ("exchange_generation.apply", EARLIER | SUBMITTED, {}, "refused P2"),
    ("exchange_generation.apply", EARLIER | FORMER, {"station": RIVERSIDE}, "refused L5"),
    ("exchange_generation.apply", EARLIER, no("agent_identity", **AGENT), "refused A6"),
    ("reapply.apply", CANCELLED, {}, "done"),
    ("reapply.apply", CANCELLED | FORMER, {"station": RIVERSIDE}, "refused L5"),
    ("reapply.apply", CANCELLED, no("identity"), "refused A4"),
    ("reapply.apply", ACTIVE, {}, "refused C4"),
    ("reapply.apply", CANCELLED | CLOSED, {}, "refused P6"),
    ("reapply.apply", CANCELLED | MOVED, {}, "refused P5"),
    ("reapply.apply", CANCELLED | NO_ACCOUNT, {}, "refused P4"),
    ("reapply.apply", CANCELLED | SUBMITTED, {}, "refused P2"),
    ("reapply.apply", CANCELLED, no("identity", **AGENT), "refused A6"),
    ("temporary_card.lost", LOST, {"station": RIVERSIDE}, "done"),
    ("temporary_card.lost", LOST, {}, "refused L7"),
    ("temporary_card.lost", LOST | SUBMITTED, {}, "refused L7"),
    ("temporary_card.lost", LOST | PRODUCTION, {}, "done"),
    ("temporary_card.lost", LOST, no("urgency_note", station=RIVERSIDE), "refused L7"),
    ("temporary_card.lost", ACTIVE, {"station": RIVERSIDE}, "refused L7"),
    ("temporary_card.lost", LOST | READY, {"station": RIVERSIDE}, "refused L7"),
    ("temporary_card.lost", LOST | VALID, {"station": RIVERSIDE}, "refused L7"),
    ("temporary_card.lost", LOST, no("identity", **AGENT), "refused A6"),
    ("temporary_card.applied", SUBMITTED, {}, "done"),
    ("temporary_card.applied", SUBMITTED | {"card": "withdrawn", "account": "open"}, {}, "done"),
    ("temporary_card.applied", SUBMITTED | {"old_card": "handed_in"}, {}, "done"),
    ("temporary_card.applied", EARLIER | SUBMITTED, {}, "refused L7"),
    ("temporary_card.applied", {}, {}, "refused L7"),
    ("temporary_card.applied", SUBMITTED | OLD, {}, "refused L7"),
    ("temporary_card.applied", SUBMITTED | LOST, {}, "refused L7"),
    ("temporary_card.applied", SUBMITTED, no("identity", **AGENT), "refused A6"),
    ("temporary_card.not_eligible", NO_ACCOUNT, {}, "done"),
    ("temporary_card.not_eligible", {}, {}, "refused L7"),
    ("temporary_card.not_eligible", NO_ACCOUNT | OLD, {}, "refused L7"),
    ("temporary_card.not_eligible", NO_ACCOUNT, no("identity", **AGENT), "refused A6"),
    ("temporary_card.extend", VALID, {}, "done"),
    ("temporary_card.extend", {"temporary": "extended"}, {}, "refused L7"),
    ("temporary_card.give_back", VALID, {}, "done"),
    ("temporary_card.give_back", {"temporary": "expired"}, {}, "refused L7"),
    ("temporary_card.give_back", VALID, no("identity", **AGENT), "refused A6"),
    ("temporary_card.declare_lost", VALID, {}, "done"),
    ("temporary_card.declare_lost", VALID, no("identity"), "refused L7"),
    ("temporary_card.declare_lost", {"temporary": "lost"}, {}, "refused L7"),
    ("temporary_card.declare_lost", VALID, no("identity", **AGENT), "refused A6"),
    ("temporary_card.term_over", {}, {}, "done"),
    ("temporary_card.longest_over", {}, {}, "done"),
    ("temporary_card.expire", VALID, {}, "done"),
    ("temporary_card.expire", {"temporary": "returned"}, {}, "refused L7"),
    ("settle_temporary.settle", VALID, {"fen": 50_000}, "done"),
    ("settle_temporary.settle", VALID, {"fen": 50_001}, "refused U1"),
    ("settle_temporary.settle", VALID, {"fen": 100, "station": ELSEWHERE}, "refused L7"),
    ("settle_temporary.settle", {"temporary": "expired"}, {}, "refused L7"),
    ("settle_temporary.settle", VALID | CLOSED, {}, "refused U1"),
    ("settle_temporary.settle", VALID | NO_ACCOUNT, {"fen": 1}, "refused U1"),
    ("settle_temporary.settle", VALID | NO_ACCOUNT, {"fen": 0}, "done"),
    ("settle_temporary.settle", {"temporary": "lost", "medical_fen": 50_000}, {"fen": 1}, "refused L7"),
    ("settle_temporary.settle", VALID, no("identity", **AGENT), "refused A6"),
    ("pay_own_costs.pay", {}, {"fen": 100}, "done"),
    ("pay_own_costs.pay", {}, OTHER, "refused L6"),
    ("pay_own_costs.pay", {}, no("identity", **AGENT), "refused A6"),
    ("cost_window.paid", {}, {}, "done"),
    *[
        (f"cost_window.{step}", states, {"fen": 100}, answer)
        for step in ("counts", "latest_counts")
        for states, answer in (
            (LOST, "done"),
            (PHONED, "done"),
            (DAMAGED, "done"),
            (ACTIVE | {"lost_at": 0}, "done"),
            (ACTIVE, "refused L6"),
            (ISSUED, "refused L6"),
        )
    ],
    ("cost_window.look_again", {}, {}, "done"),
    ("cost_window.no_longer", {}, {}, "done"),
    ("reimburse.claim", COSTS, {}, "done"),
    ("reimburse.claim", COSTS | LOST, {}, "done"),
    ("reimburse.claim", CLAIM, {}, "refused L6"),
    ("reimburse.claim", LOST | {"cost_fen": 5}, {}, "refused L6"),
    ("reimburse.claim", ACTIVE, {}, "refused L6"),
    ("reimburse.claim", COSTS | {"bank": "closed"}, {}, "refused L6"),
    ("reimburse.claim", COSTS, no("receipts"), "refused L6"),
    ("reimburse.claim", COSTS, no("identity", **AGENT), "refused A6"),
    *[
        (f"reimburse.{step}", states, how, answer)
        for step in ("pay_out", "reject")
        for states, how, answer in (
            (CLAIM, {"fen": 8_000}, "done"),
            (CLAIM, {"fen": 8_001}, "refused L6"),
            (COSTS, {"fen": 8_000}, "refused L6"),
        )
    ],
    ("cancel.notice", ENDED, {}, "done"),
    ("cancel.notice", ACTIVE, {}, "refused C1"),
    ("cancel.notice", ENDED | MOVED, {}, "refused P5"),
    ("cancel.notice", ENDED | DEAD, HEIR, "done"),
    ("cancel.notice", ENDED | DEAD, no("kinship", **HEIR), "refused C2"),
    ("cancel.notice", ENDED | DEAD, {}, "refused C2"),
    ("cancel.notice", ENDED | DEAD, AGENT, "refused C2"),
    ("cancel.notice", ENDED, HEIR, "refused C2"),
    ("cancel.notice", {"insurance": "ended"}, {}, "refused C2"),
    ("cancel.notice", ENDED | READY, {}, "refused C2"),
    ("cancel.notice", ENDED | {"cancellation": "account_cancelled"}, {}, "refused C5"),
    ("cancel.notice", ENDED | {"cancellation": "paid"}, {}, "done"),
    ("cancel.notice", ENDED, no("identity", **AGENT), "refused A6"),
    ("cancel.withdraw", NOTICED, {}, "done"),
    ("cancel.withdraw", ENDED, {}, "refused C2"),
    ("cancel.withdraw", NOTICED | MOVED, {}, "refused P5"),
    ("cancel.withdraw", NOTICED | {"insurance": "insured"}, {}, "refused C1"),
    ("cancel.withdraw", NOTICED | READY, {}, "refused C2"),
    ("cancel.withdraw", NOTICED, no("notice"), "refused C2"),
    ("cancel.withdraw", NOTICED, no("card"), "refused C2"),
    ("cancel.withdraw", NOTICED, {"station": RIVERSIDE}, "refused C2"),
    ("cancel.withdraw", NOTICED, {"station": BEIZHOU}, "refused C2"),
    ("cancel.withdraw", NOTICED | DEAD, HEIR, "done"),
    ("cancel.withdraw", NOTICED | DEAD, {}, "refused C2"),
    ("cancel.withdraw", NOTICED, no("identity", **AGENT), "refused A6"),
    ("cancel.cancel_account", {"cancellation": "card_withdrawn", "insurance": "ended"}, {}, "done"),
    ("cancel.cancel_account", {"cancellation": "noticed", "insurance": "ended"}, {}, "refused C2"),
    ("cancel.cancel_account", {"cancellation": "card_withdrawn"}, {}, "refused C1"),
    ("cancel.cancel_account", MOVED | {"cancellation": "card_withdrawn"}, {}, "refused P5"),
    ("cancel.pay_out", {"cancellation": "account_cancelled", "approved_at": -30 * 86_400_000}, {}, "done"),
    ("cancel.pay_out", {"cancellation": "account_cancelled", "approved_at": 0}, {}, "refused C3"),
    ("cancel.pay_out", {"cancellation": "paid", "approved_at": -30 * 86_400_000}, {}, "refused C2"),
    *[
        (f"end_insurance.{step}", states, how, answer)
        for step, proof in (("insured_elsewhere", "insured_elsewhere"), ("emigrated", "emigration"))
        for states, how, answer in (
            (FLEXIBLE, {}, "done"),
            (FLEXIBLE, AGENT, "done"),
            (FLEXIBLE, no("agent_identity", **AGENT), "refused A6"),
            (FLEXIBLE, no(proof), "refused C1"),
            (FLEXIBLE, BOSS, "refused C1"),
            (FLEXIBLE | MOVED, {}, "refused P5"),
            (FLEXIBLE | LEFT, {}, "refused C1"),
            (FLEXIBLE | {"insurance": "never_insured"}, {}, "refused C1"),
            (HIRED, {}, "refused P3"),
        )
    ],
    ("end_insurance.insured_elsewhere", {}, {}, "refused C1"),
    ("end_insurance.emigrated", {}, {}, "done"),
    ("end_insurance.insured_again", {"insurance": "ended"}, {}, "done"),
    ("end_insurance.insured_again", {}, {}, "refused C1"),
    ("end_insurance.insured_again", LEFT | CLOSED, {}, "refused P6"),
    ("end_insurance.insured_again", {"insurance": "ended"}, no("agent_identity", **AGENT), "refused A6"),
    ("end_insurance.insured_again", DEAD, {}, "refused C1"),
    ("death.dies", ACTIVE, {}, "done"),
    ("death.dies", DEAD, {}, "refused C1"),
    ("death.report", ACTIVE | {"died_at": 0}, HEIR, "done"),
    ("death.report", ACTIVE | {"died_at": 0}, no("death_certificate", **HEIR), "refused C1"),
    ("death.report", ACTIVE | {"died_at": 0}, no("heir_identity", **HEIR), "refused C1"),
    ("death.report", ACTIVE | {"died_at": 0}, AGENT, "refused C1"),
    ("death.report", ACTIVE, HEIR, "refused C1"),
    ("death.report", DEAD, HEIR, "refused C1"),
    ("death.stop_card", ACTIVE | {"insurance_end": "died"}, {}, "done"),
    ("death.stop_card", ACTIVE, {}, "refused C1"),
    ("death.loss_final", PHONED | {"insurance_end": "died"}, {}, "done"),
    ("death.loss_final", PHONED, {}, "refused C1"),
    ("death.loss_final", LOST | {"insurance_end": "died"}, {}, "refused L2"),
    ("death.close_account", LOST | {"insurance_end": "died"}, HEIR, "done"),
    ("death.close_account", LOST | {"insurance_end": "died"}, no("kinship", **HEIR), "refused C3"),
    ("death.close_account", LOST | {"died_at": 0}, HEIR, "refused C1"),
    ("death.close_account", DEAD, HEIR, "refused C2"),
    (
        "death.close_account",
        LOST | {"insurance_end": "died", "cancellation": "account_cancelled"},
        HEIR,
        "refused C3",
    ),
    ("cancel.inherit", DEAD | {"financial_fen": 500}, HEIR, "done"),
    ("cancel.inherit", DEAD, HEIR, "refused C3"),
    ("cancel.inherit", DEAD | {"financial_fen": 500}, HEIR | {"station": RIVERSIDE}, "refused C3"),
    ("cancel.inherit", ACTIVE | {"died_at": 0}, HEIR, "refused C1"),
    ("hire.begin", {"employment": "none", "insurance_end": "died"}, {}, "refused C1"),
    # a holder who has died cannot come; an agent's mandate ends when the death is recorded
    ("settle.hospital", ACTIVE | {"died_at": 0}, {"fen": 100, "who": Who.OTHER}, "done"),
    ("settle.hospital", ACTIVE | DEAD, {"fen": 100, "who": Who.OTHER}, "refused L1"),
    ("apply.hand_in", {"died_at": 0}, {}, "refused A1"),
    ("apply.hand_in", {"died_at": 0}, AGENT, "done"),
    ("apply.hand_in", {"insurance_end": "died"}, AGENT, "refused A1"),
    *[
        (f"bank_account.{step}", states, how, answer)
        for step in ("withdraw", "close")
        for states, how, answer in (
            (ACCOUNT_ONLY, {"fen": 30_000}, "done"),
            (DAMAGED, {"fen": 30_000}, "done"),
            (ACCOUNT_ONLY, {"station": RIVERSIDE}, "refused C5"),
            (ACCOUNT_ONLY, no("identity"), "refused C5"),
            (ACCOUNT_ONLY, AGENT, "refused C5"),
            (ACTIVE, {}, "refused C5"),
            (ACCOUNT_ONLY | {"bank": "closed"}, {}, "refused C5"),
        )
    ],
    ("bank_account.withdraw", ACCOUNT_ONLY, {"fen": 30_001}, "refused A9"),
    ("bank_account.close", ACCOUNT_ONLY | {"reserved_fen": 1}, {}, "refused C5"),
    ("bank_account.close", ACCOUNT_ONLY | {"claimed_fen": 1}, {}, "refused C5"),
    *[
        (f"bank_account.{step}", states, how, answer)
        for step in ("withdraw_former", "close_former")
        for states, how, answer in (
            (FORMER, {"fen": 700}, "done"),
            (FORMER, {"station": RIVERSIDE}, "refused C5"),
            (FORMER, no("identity"), "refused C5"),
            (NOBODY, {}, "refused C5"),
        )
    ],
    ("bank_account.withdraw_former", FORMER, {"fen": 701}, "refused A9"),
    ("bank_account.inherit_former", FORMER | DEAD, HEIR, "done"),
    ("bank_account.inherit_former", FORMER | DEAD, HEIR | {"station": RIVERSIDE}, "refused C5"),
    ("bank_account.inherit_former", FORMER | DEAD, no("kinship", **HEIR), "refused C5"),
    ("bank_account.inherit_former", FORMER | {"died_at": 0}, HEIR, "refused C1"),
    ("reopen_account.reopen", CLOSED, {}, "done"),
    ("reopen_account.reopen", {"account": "cancelled"}, BOSS, "done"),
    ("reopen_account.reopen", {}, {}, "refused P6"),
    ("reopen_account.reopen", DEAD | CLOSED, BOSS, "refused C1"),
    ("reopen_account.reopen", CLOSED, no("identity", **AGENT), "refused A6"),
    ("transfer.out", ACTIVE, {}, "done"),
    ("transfer.out", CLOSED, {}, "refused P6"),
    ("transfer.out", MOVED, {}, "refused P5"),
    ("transfer.out", ACTIVE, no("identity", **AGENT), "refused A6"),
    ("transfer.into", MOVED, {"fen": 100}, "done"),
    ("transfer.into", {}, {}, "refused P5"),
    ("transfer.into", MOVED, no("identity", **AGENT), "refused A6"),
    *[
        (f"employer_ends.{step}", states, {}, answer)
        for step in ("dissolved", "approved", "deregistered", "merged")
        for states, answer in ((NOBODY, "done"), (FLEXIBLE, "refused P7"))
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
    ("deregister_employer.flag_late", {}, {}, "done"),
    ("deregister_employer.flag_late", {"employment": "employer_gone"}, {}, "refused P7"),
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
    *[
        (step, states, how, answer)
        for step, rule in (
            ("pension.handle", "U2"),
            ("training.enrol", "U3"),
            ("working_capacity.assess", "U4"),
            ("job_registration.job", "U3"),
        )
        for states, how, answer in (
            (ACTIVE, {}, "done"),
            (ISSUED, {}, f"refused {rule}"),
            (PHONED, {}, f"refused {rule}"),
            (ACTIVE, no("card"), f"refused {rule}"),
            (ACTIVE, no("identity", **AGENT), "refused A6"),
        )
    ],
    ("job_registration.job", ACTIVE | {"employment": "unemployed"}, {}, "refused U3"),
    ("job_registration.unemployed", ACTIVE | {"employment": "employer_gone"}, {}, "done"),
    ("job_registration.unemployed", ACTIVE, {}, "refused U3"),
    ("job_registration.unemployed", ACTIVE, no("identity", **AGENT), "refused A6"),
    ("unemployment_benefit.draw", ACTIVE | {"employment": "unemployed"}, {"fen": 100}, "done"),
    ("unemployment_benefit.draw", ACTIVE, {}, "refused U3"),
    ("unemployment_benefit.draw", ACTIVE, no("identity", **AGENT), "refused A6"),
    ("online_service.authenticate", ACTIVE, {}, "done"),
    ("online_service.authenticate", PHONED, {}, "refused U5"),
    ("online_service.serve", ACTIVE, {}, "done"),
    ("online_service.serve", ACTIVE, OTHER, "refused U5"),
    ("enquire_hotline.menu", {}, OTHER, "done"),
    ("enquire_hotline.agent", {}, OTHER, "done"),
]
