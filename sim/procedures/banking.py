"""Rows that the uses of the financial function have in common (U6, A9, L3)."""

from typing import Any

from sim.office.fields import Bank, Field
from sim.procedures.model import Kind
from sim.procedures.shared import assumed, covered, none_of, one_of

BANK_COUNTER: dict[str, Any] = {"dist": "lognormal", "mean": "3 min", "cv": 0.6}

FINANCIAL_ACTIVE = (
    none_of(Field.BANK, Bank.REPORTED, rule="L3", why="The loss has been reported to the bank."),
    one_of(Field.BANK, Bank.ACTIVE, rule="U6", why="The financial function is not active."),
)
"""The bank looks at its own side only: a loss reported to the social security side alone changes nothing (L3)."""

NO_OVERDRAFT = covered(
    Field.FINANCIAL_FEN, rule="A9", why="The account does not cover this, and there is no overdraft."
)

BANK_TIME = assumed(
    "counter_time",
    Kind.TIME,
    BANK_COUNTER,
    "at the bank's counter",
    "counter time of banks for this business is not published",
)
