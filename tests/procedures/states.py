"""States of records and ways to ask, as the cases of the procedures use them."""

from __future__ import annotations

from typing import Any

from sim.procedures.model import Paper, Who

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


def at_work(employment: str) -> dict[str, str | int]:
    """Give somebody of this employment."""
    return {"employment": employment}


def card(state: str) -> dict[str, str | int]:
    """Give somebody whose card is as told."""
    return {"card": state}


def account(state: str) -> dict[str, str | int]:
    """Give somebody whose account is as told."""
    return {"account": state}


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
JOBLESS: dict[str, str | int] = ACTIVE | {"employment": "unemployed"}
OF_AGE: dict[str, str | int] = ACTIVE | {"age": "retirement"}
TRAINED: dict[str, str | int] = ACTIVE | {"trainings": 1}
