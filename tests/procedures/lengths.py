"""How long terms are, and how high sums and rates, where a scenario says nothing: literal, in the office's units.

Times in ms, working days, fen, millionths a year; a word by its position among those to choose from.
"""

from __future__ import annotations

from sim.compile.steps import office_numbers
from sim.procedures.catalogue import catalogue, numbers_needed
from sim.procedures.rule_table import STORIES
from sim.run import prepare
from tests.office.desk import DAY, HOUR

LENGTHS: dict[tuple[str, str], int] = {
    ("cancel", "interest_rate"): 500,
    ("cancel", "payout"): 10,
    ("cost_window", "taken"): 0,
    ("cost_window", "window"): 1,
    ("death", "interest_rate"): 500,
    ("deregister_employer", "approval_deadline"): 30 * DAY,
    ("deregister_employer", "duty_deadline"): 30 * DAY,
    ("register_employer", "deadline"): 30 * DAY,
    ("register_employer", "premium"): 100_000,
    ("release_loss", "by_telephone"): 0,
    ("report_loss", "validity"): 24 * HOUR,
    ("temporary_card", "longest"): 180 * DAY,
    ("temporary_card", "validity"): 60 * DAY,
    ("transfer", "interest_rate"): 500,
    ("unemployment_benefit", "between_payments"): 28 * DAY,
}


def lengths() -> dict[tuple[str, str], int]:
    """What the office goes by in a scenario that says nothing of it."""
    loaded, _ = prepare(STORIES / "lengths.toml", ())
    numbers = office_numbers(catalogue(), tuple(catalogue()), loaded.scenario.procedures)
    return {key: number for key, number in numbers if key in numbers_needed()}
