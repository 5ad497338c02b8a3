"""The card that somebody brings: one that is lost is not there, one that is damaged is there and does not work."""

from __future__ import annotations

from typing import Any

from tests.procedures.states import (
    ACTIVE,
    AGENT,
    DEAD,
    EARLIER,
    EXCHANGING,
    HEIR,
    ISSUED,
    JOBLESS,
    NOTICED,
    OF_AGE,
    OLD,
    OTHER,
    TRAINED,
    Case,
    account,
    card,
)

_GONE: dict[str, str | int] = {"lost_at": 0}
_BROKEN: dict[str, str | int] = {"damaged_at": 0}
_INACTIVE: dict[str, str | int] = {"bank": "inactive"}
_FEN: dict[str, Any] = {"fen": 100}
_INJURED: dict[str, str | int] = ACTIVE | {"injury": "recognised", "capacity": "lost"}

USES: tuple[tuple[str, dict[str, str | int], dict[str, Any], str], ...] = (
    ("activate_bank.both", ISSUED, {}, "V1"),
    ("activate_bank.social", ISSUED, {}, "V1"),
    ("activate_bank.financial", ISSUED | _INACTIVE, {}, "V1"),
    ("activate_hospital.register", ISSUED, {}, "V2"),
    ("activate_pharmacy.new_card", ISSUED | {"old_card": "inserted"}, {}, "V3"),
    ("activate_pharmacy.new_card_only", ISSUED, {}, "V3"),
    ("settle.hospital", ACTIVE, _FEN, "U1"),
    ("settle.pharmacy", ACTIVE, _FEN, "U1"),
    ("exchange_generation.apply", EARLIER, {}, "A5"),
    ("pension.claim", OF_AGE, {}, "U2"),
    ("pension.confirm", ACTIVE | {"pension": "drawing"}, {}, "U2"),
    ("pension.enquire", ACTIVE, {}, "U2"),
    ("job_registration.unemployed", ACTIVE | {"employment": "none"}, {}, "U3"),
    ("job_registration.job", ACTIVE, {}, "U3"),
    ("unemployment_benefit.draw", JOBLESS, _FEN, "U3"),
    ("training.enrol", ACTIVE, {}, "U3"),
    ("qualification.examine", ACTIVE | TRAINED, {}, "U3"),
    ("working_capacity.assess", ACTIVE, {}, "U4"),
    ("working_capacity.benefit", _INJURED, _FEN, "U4"),
    ("online_service.authenticate", ACTIVE, {}, "U5"),
    ("online_service.for_certificate", ACTIVE, {}, "U5"),
    ("balance_enquiry.ask", ACTIVE, {}, "U6"),
    ("bank_transfer.send", ACTIVE, _FEN, "U6"),
    ("cash_deposit.deposit", ACTIVE, _FEN, "U6"),
    ("cash_withdrawal.withdraw", ACTIVE, _FEN, "U6"),
    ("purchase.pay", ACTIVE, _FEN, "U6"),
)
"""Every step that works with the chip, who may ask for it, and the rule by which a card that is not there is asked."""

HANDED_IN: tuple[tuple[str, dict[str, str | int], dict[str, Any], str], ...] = (
    ("replace_damaged.apply", ACTIVE, {}, "L4"),
    ("collect.exchange", EXCHANGING, {}, "A5"),
    ("collect.exchange_here", EXCHANGING, {}, "A5"),
    ("cancel.withdraw", NOTICED, {}, "C2"),
    ("cancel.withdraw", DEAD | {"cancellation": "noticed"}, HEIR, "C2"),
)
"""Every step at which the card itself is taken in: damaged or not."""

CASES: list[Case] = [
    *[(step, states, how, "done") for step, states, how, _ in (*USES, *HANDED_IN)],
    *[(step, states | _GONE, how, f"refused {rule}") for step, states, how, rule in (*USES, *HANDED_IN)],
    *[(step, states | _BROKEN, how, "refused L4") for step, states, how, _ in USES],
    *[(step, states | _BROKEN, how, "done") for step, states, how, _ in HANDED_IN],
    # an agent cannot bring what the holder has lost; a finder has it, and a damaged one works for nobody
    *[(step, ACTIVE | _GONE, _FEN | AGENT, "refused U1") for step in ("settle.hospital", "settle.pharmacy")],
    *[(step, ACTIVE | _GONE, _FEN | OTHER, "done") for step in ("settle.hospital", "settle.pharmacy", "purchase.pay")],
    *[(step, ACTIVE | _BROKEN, _FEN | OTHER, "refused L4") for step in ("settle.hospital", "purchase.pay")],
    # a damaged card may be lost, a lost one is not damaged; neither happens twice
    ("lose_card.lose", ACTIVE | _BROKEN, {}, "done"),
    ("lose_card.lose", ACTIVE | _GONE, {}, "refused L1"),
    ("damage_card.damage", ACTIVE | _GONE, {}, "refused L1"),
    ("damage_card.damage", ACTIVE | _BROKEN, {}, "refused L4"),
    # L8: found while an exchange for the present generation is under way, whatever has become of that
    *[(step, EARLIER | {"card": card, "application": under_way, "reason": "new_generation"}, {}, "done")
      for under_way in ("submitted", "in_production", "ready")
      for step, card in (("release_loss.outlet", "temporary_loss"), ("release_loss.outlet", "lost"),
                         ("release_loss.agent", "temporary_loss"))],
    *[(step, EARLIER | {"card": "temporary_loss", "application": "ready", "reason": reason}, {}, "refused L8")
      for step in ("release_loss.outlet", "release_loss.agent") for reason in ("lost", "stolen", "damaged")],
    ("release_loss_bank.release", EXCHANGING | {"bank": "reported"}, {}, "done"),
    ("release_loss_bank.release", EXCHANGING | {"bank": "reported", "reason": "stolen"}, {}, "refused L8"),
    # A5, L4, A4: who has or had a social security card exchanges no old medical insurance card
    *[("exchange.apply", OLD | account("open") | card(state), {}, answer)
      for state, answer in (("none", "done"), ("issued", "refused P2"), ("active", "refused P2"),
                           ("temporary_loss", "refused P2"), ("lost", "refused L4"), ("damaged", "refused L4"),
                           ("withdrawn", "refused A4"))],
    # P3: who has just been hired is registered first
    ("pension.claim", OF_AGE | {"employment": "hired"}, {}, "refused P3"),
]  # fmt: skip
