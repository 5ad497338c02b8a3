"""One case for each value a guard names: who has it is let in, or refused, like those with the others."""

from __future__ import annotations

from typing import Any

from tests.procedures.states import (
    ACTIVE,
    HEIR,
    JOBLESS,
    LEFT,
    LOST,
    NO_ACCOUNT,
    NOTICED,
    OLD,
    PHONED,
    READY,
    SUBMITTED,
    TRAINED,
    Case,
)


def _of(**states: str | int) -> dict[str, str | int]:
    return states


_ISSUED = _of(card="issued")
_RETURNED = _of(application="returned")
_CANCELLED = _of(account="cancelled")
_EXTENDED = _of(temporary="extended", medical_fen=50_000)
_DIED = _of(insurance_end="died")
_FEN: dict[str, Any] = {"fen": 100}

CASES: list[Case] = [
    ("activate_bank.financial", ACTIVE | {"bank": "inactive"}, {}, "done"),
    ("activate_pharmacy.new_card_only", _ISSUED | {"old_card": "inserted"}, {}, "refused V3"),
    ("apply.hand_in", _ISSUED, {}, "refused P2"),
    ("apply.hand_in", _of(card="damaged"), {}, "refused L4"),
    ("cancel.notice", NOTICED | {"cancellation": "card_withdrawn"}, {}, "refused C5"),
    ("cancel.notice", LEFT | ACTIVE | _ISSUED, {}, "done"),
    ("cancel.notice", LEFT | ACTIVE | _RETURNED, {}, "done"),
    ("cancel.withdraw", NOTICED | _ISSUED, {}, "done"),
    ("cancel.withdraw", NOTICED | _RETURNED, {}, "done"),
    *[(f"collect.{step}", READY | {"card": card}, {}, "refused P2")
      for step in ("collect", "over_the_counter") for card in ("issued", "active", "temporary_loss")],
    *[("death.close_account", _DIED | {"card": card, "card_bank": 0}, HEIR, "refused C2")
      for card in ("issued", "active", "temporary_loss")],
    ("death.close_account", LOST | _DIED | {"account": "closed"}, HEIR, "done"),
    ("death.close_account", LOST | _DIED | {"cancellation": "card_withdrawn"}, HEIR, "refused C3"),
    ("exchange.apply", OLD | _CANCELLED, {}, "refused P6"),
    ("exchange.apply", OLD | _ISSUED, {}, "refused P2"),
    ("exchange.apply", OLD | PHONED, {}, "refused P2"),
    ("exchange_generation.apply", ACTIVE | {"generation": "earlier"} | _CANCELLED, {}, "refused P6"),
    *[(step, LOST | _CANCELLED, {}, "refused P6") for step in ("replace.apply", "replace.same_visit")],
    ("replace_damaged.apply", ACTIVE | _CANCELLED, {}, "refused P6"),
    ("transfer.out", _CANCELLED, {}, "refused P6"),
    ("transfer.into", NO_ACCOUNT, _FEN, "done"),
    ("settle_temporary.settle", _EXTENDED, _FEN, "done"),
    ("settle_temporary.settle", _EXTENDED | _CANCELLED, _FEN, "refused U1"),
    *[(step, _ISSUED | {"card_bank": 0}, {}, "done")
      for step in ("damage_card.damage", "find_card.find", "lose_card.lose", "online_service.report_loss",
                   "report_loss_outlet.report")],
    *[("hire.begin", _of(employment=work), {}, "refused P3") for work in ("hired", "retired")],
    *[("job_registration.unemployed", ACTIVE | {"employment": work}, {}, "refused U3")
      for work in ("hired", "retired")],
    *[("job_registration.job", ACTIVE | {"employment": work}, {}, "refused U3")
      for work in ("none", "employer_gone", "retired")],
    ("register_flexible.register", {"employment": "hired"}, {}, "refused P4"),
    *[("qualification.examine", TRAINED | {"qualifications": grade}, {}, "done") for grade in range(1, 5)],
    *[("qualification.award", TRAINED | {"qualifications": grade}, {}, "done") for grade in range(4)],
    *[("unemployment_benefit.draw", JOBLESS | {"benefit_months": month}, _FEN, "done") for month in range(1, 24)],
    *[("working_capacity.benefit", ACTIVE | {"injury": "recognised", "capacity": capacity}, _FEN, "done")
      for capacity in ("largely_lost", "lost")],
    ("reimburse.claim", _of(claimable_fen=8_000, bank="none"), {"fen": 8_000}, "refused L6"),
    *[(f"release_loss.{step}", PHONED | _RETURNED, {}, "done") for step in ("outlet", "agent")],
    ("release_loss_bank.release", ACTIVE | _RETURNED | {"bank": "reported"}, {}, "done"),
    *[("temporary_card.lost", {"card": card, "card_bank": 0}, {"station": 1}, "done")
      for card in ("temporary_loss", "damaged")],
    ("temporary_card.lost", LOST | _EXTENDED, {"station": 1}, "refused L7"),
    ("temporary_card.applied", _of(application="in_production"), {}, "done"),
    ("temporary_card.applied", SUBMITTED | {"card": "expired"}, {}, "done"),
    ("temporary_card.applied", SUBMITTED | _EXTENDED, {}, "refused L7"),
    ("temporary_card.not_eligible", NO_ACCOUNT | {"old_card": "handed_in"}, {}, "done"),
    ("temporary_card.not_eligible", NO_ACCOUNT | _EXTENDED, {}, "refused L7"),
    ("temporary_card.give_back", _EXTENDED, {}, "done"),
    ("temporary_card.declare_lost", _EXTENDED, {}, "done"),
]  # fmt: skip
