"""An office for tests: a few stations with round numbers, and requests written in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sim.calendar import Calendar
from sim.office.fields import Facility, Reason
from sim.office.office import Office
from sim.office.rows import HOLDERS_CARD_BIT
from sim.office.verdict import WHO_INDEX, Attempt, Verdict, paper_mask
from sim.procedures.catalogue import all_steps
from sim.procedures.model import Paper, Who

HOUR = 3_600_000
DAY = 24 * HOUR
HERE, RIVERSIDE, CLINIC, ELSEWHERE, BEIZHOU = 0, 1, 2, 3, 4
"""Stations: an outlet of bank 0 with a machine, one of bank 1, an offline terminal; a hospital in another city, and a
branch of bank 0 there."""


@dataclass(frozen=True)
class Place:
    """A station as the office sees it."""

    bank: int = -1
    facilities: frozenset[int] = frozenset({int(Facility.IN_THIS_CITY)})
    refresh_ms: int = 0
    refresh_offset_ms: int = 0


PLACES = (
    Place(0, frozenset({int(Facility.IN_THIS_CITY), int(Facility.INSTANT_ISSUE)})),
    Place(1),
    Place(refresh_ms=15 * 60_000, refresh_offset_ms=0),
    Place(facilities=frozenset()),
    Place(0, facilities=frozenset()),
)
NUMBERS = {
    ("cancel", "payout"): 10,
    ("cancel", "interest_rate"): 3_500,
    ("cost_window", "window"): 1,
    ("cost_window", "taken"): 0,
    ("transfer", "interest_rate"): 3_500,
    ("deregister_employer", "approval_deadline"): 30 * DAY,
    ("deregister_employer", "duty_deadline"): 30 * DAY,
    ("register_employer", "deadline"): 30 * DAY,
    ("register_employer", "premium"): 100_000,
    ("death", "interest_rate"): 3_500,
    ("release_loss", "by_telephone"): 0,
    ("report_loss", "validity"): 24 * HOUR,
    ("temporary_card", "validity"): 60 * DAY,
    ("temporary_card", "longest"): 180 * DAY,
    ("unemployment_benefit", "between_payments"): 28 * DAY,
}


class Desk:
    """The office with all procedures; the run starts on Monday, 2 March 2026."""

    def __init__(self) -> None:
        """Build it."""
        self.steps = all_steps()
        self.index = {f"{owner.name}.{step.name}": number for number, (owner, step) in enumerate(self.steps)}
        self.office = Office(self.steps, NUMBERS, Calendar(date(2026, 3, 2), 400), PLACES)

    def request(
        self,
        step: str,
        *,
        who: Who = Who.HOLDER,
        without: tuple[Paper, ...] = (),
        bringing: tuple[Paper, ...] = (),
        station: int = HERE,
        fen: int = 0,
        reason: Reason = Reason.NONE,
    ) -> Attempt:
        """Say what somebody asks for; he brings all the step needs, less `without`, plus `bringing`.

        A card is his own.
        """
        papers = self.office.papers_for(self.index[step], WHO_INDEX[who]) | HOLDERS_CARD_BIT
        papers = papers & ~paper_mask(without) | paper_mask(bringing)
        return Attempt(WHO_INDEX[who], papers, station, fen, int(reason))

    def ask(self, record: list[int], step: str, request: Attempt | None = None, at: int = 10 * HOUR) -> Verdict:
        """Put a request to the office."""
        return self.office.attempt(record, self.index[step], request or self.request(step), at)

    def answer(self, record: list[int], step: str, request: Attempt | None = None, at: int = 10 * HOUR) -> str:
        """Put a request to the office; "done" or "refused A3"."""
        verdict = self.ask(record, step, request, at)
        return "done" if verdict.accepted else f"refused {self.office.rules[verdict.rule]}"
