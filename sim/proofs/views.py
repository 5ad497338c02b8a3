"""Views of a person: what is followed together; and how people begin.

A view leaves the rest of the record open, so it reaches at least all that a person can reach: what holds in a view
holds.  Every field is followed in some view; what couples two fields is followed together.  `whole` follows all.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.office.fields import Field
from sim.proofs.abstraction import DECLARED, Kind
from sim.proofs.paths import Tables, View

F = Field

_PRODUCTION = ("apply.check", "produce.accept", "produce.arrive")
_LAPSE = ("report_loss.term_over",)

VIEWS: tuple[View, ...] = (
    View(
        "card",
        frozenset({F.ACCOUNT, F.INSURANCE, F.CARD, F.CARD_BEFORE, F.BANK, F.APPLICATION, F.CANCELLATION, F.OLD_CARD, F.REPORTED_AT}),
        frozenset({*_PRODUCTION, *_LAPSE}),
    ),
    View(
        "temporary card",
        frozenset({
            F.ACCOUNT, F.CARD, F.CARD_BEFORE, F.APPLICATION, F.OLD_CARD, F.REPORTED_AT, F.TEMPORARY, F.TEMPORARY_AT,
        }),
        frozenset({*_LAPSE, "temporary_card.term_over", "temporary_card.longest_over"}),
    ),
    View(
        "money",
        frozenset({
            F.ACCOUNT, F.INSURANCE, F.CARD, F.CARD_BEFORE, F.BANK, F.CANCELLATION, F.REPORTED_AT, F.REPLACED_AT,
            F.COST_FEN, F.CLAIMED, F.MEDICAL_FEN, F.FINANCIAL_FEN, F.APPROVED_AT,
        }),
        frozenset({*_LAPSE, "reimburse.pay_out", "cancel.pay_out"}),
    ),
    View(
        "employment",
        frozenset({
            F.ACCOUNT, F.INSURANCE, F.EMPLOYMENT, F.EMPLOYER_END, F.HIRED_AT, F.EMPLOYER_ENDED_AT, F.LATE,
        }),
        frozenset(),
    ),
)  # fmt: skip
"""What is followed together."""

BEGINNINGS: tuple[Mapping[str, str | int], ...] = (
    {"account": "none", "employment": "none", "insurance": "never_insured"},
    {"account": "none", "employment": "none", "insurance": "never_insured", "old_card": "held"},
    {"medical_fen": 1},
    {"medical_fen": 1, "old_card": "held"},
)
"""People as they begin: not yet insured; insured with a balance; each with and without an old card."""

BEGINNINGS_OF_SCENARIOS: tuple[Mapping[str, str | int], ...] = (
    {"insurance": "ended", "card": "active", "medical_fen": 1},
    {"account": "none", "employment": "none", "insurance": "never_insured", "medical_fen": 1},
)
"""What a scenario may begin with besides, and no procedure may reach."""


def whole(tables: Tables) -> View:
    """Everything that is kept of a person, and every case that waits."""
    kept = frozenset(field for field, how in DECLARED.items() if how.kind is not Kind.DROPPED)
    return View("whole person", kept, frozenset(tables.waits))
