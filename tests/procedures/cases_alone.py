"""Refusals for one reason alone: all else is as it must be, so that each row of a table is asked by itself."""

from __future__ import annotations

from tests.office.desk import DAY
from tests.procedures.states import (
    ACTIVE,
    AGENT,
    BOSS,
    EXCHANGING,
    HEIR,
    JOBLESS,
    LEFT,
    LOST,
    NO_ACCOUNT,
    OLD,
    PHONED,
    SUBMITTED,
    TRAINED,
    VALID,
    Case,
    at_work,
    ended,
    no,
)

_NO_CARD: dict[str, str | int] = {"card": "none", "bank": "none"}
_DIED: dict[str, str | int] = {"insurance_end": "died"}

CASES: list[Case] = [
    ("cancel.withdraw", LEFT | {"cancellation": "noticed", "card_bank": 0}, {}, "refused C2"),
    ("collect.exchange", EXCHANGING | {"reason": "lost"}, {}, "refused A5"),
    ("collect.exchange_here", EXCHANGING | {"reason": "lost"}, {}, "refused A5"),
    ("death.stop_card", LOST | _DIED, {}, "refused C1"),
    ("death.close_account", LOST | _DIED | {"account": "moved"}, HEIR, "refused C1"),
    ("death.close_account", LOST | _DIED | NO_ACCOUNT, HEIR, "refused C1"),
    *[(step, at_work(work) | ended(end), BOSS, answer)
      for step, ends in (("deregister_employer.with_approval", ("dissolved", "former_dissolved")),
                         ("deregister_employer.at_tax_office", ("merged", "former_otherwise")))
      for work in ("none", "hired", "employed", "retired")
      for end, answer in (*((end, "done") for end in ends), ("none", "refused P7"))],
    ("deregister_employer.with_approval", {"employer_end": "former_otherwise"}, BOSS, "refused P7"),
    ("deregister_employer.at_tax_office", {"employer_end": "former_dissolved"}, BOSS, "refused P7"),
    *[(f"employer_ends.{how}", ended(end), {}, "refused P7")
      for how in ("dissolved", "approved", "deregistered", "merged")
      for end in ("dissolved", "approved", "deregistered", "merged", "former_dissolved", "former_otherwise")],
    ("exchange.apply", OLD | SUBMITTED, {}, "refused P2"),
    ("job_registration.unemployed", _NO_CARD | {"employment": "employer_gone"}, {}, "refused U3"),
    ("job_registration.unemployed", LOST | {"employment": "employer_gone"}, {}, "refused U3"),
    ("pension.confirm", LOST | {"pension": "drawing"}, {}, "refused U2"),
    ("qualification.examine", LOST | TRAINED | {"card": "lost"}, {}, "refused U3"),
    ("reimburse.pay_out", ACTIVE, {}, "refused L6"),
    ("reimburse.reject", ACTIVE, {}, "refused L6"),
    ("release_loss.agent", PHONED | SUBMITTED, {}, "refused L8"),
    ("report_loss.lapse", LOST | {"reported_at": -DAY}, {}, "refused L2"),
    ("temporary_card.applied", SUBMITTED | VALID, {}, "refused L7"),
    ("temporary_card.not_eligible", NO_ACCOUNT | ACTIVE, {}, "refused L7"),
    ("temporary_card.not_eligible", NO_ACCOUNT | VALID, {}, "refused L7"),
    ("unemployment_benefit.draw", JOBLESS | {"card": "lost"}, {"fen": 100}, "refused U3"),
    ("working_capacity.benefit", LOST | {"injury": "recognised", "capacity": "partly_lost"}, {"fen": 100},
     "refused U4"),
    ("bank_transfer.send", ACTIVE, no("identity", fen=100), "refused U6"),
    ("temporary_card.extend", VALID, AGENT, "refused L7"),
    ("online_service.serve", ACTIVE, AGENT, "refused U5"),
    ("online_service.certificate", ACTIVE, AGENT, "refused U5"),
    ("online_service.report_loss", ACTIVE, AGENT, "refused L1"),
    ("find_card.find", LOST, AGENT, "done"),
    *[(step, {}, AGENT, "done")
      for step in ("enquire_hotline.menu", "enquire_hotline.agent", "release_loss.menu", "report_loss.menu")],
]  # fmt: skip
