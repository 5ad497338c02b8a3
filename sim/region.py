"""The region of a scenario's people: a division code that is no real place's, and whether its numbers suffice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardemu.identifiers import CARDS_PER_LETTER
from cardemu.people import capacity

if TYPE_CHECKING:
    from sim.program import Program
    from sim.scenario.load import Loaded

DEFAULT_REGION = "9900"
"""Division codes that begin with 99 are assigned to no place."""
_MOST_CARDS = 26 * CARDS_PER_LETTER
_CARDS_EACH = 10
"""assumed: nobody needs more than ten cards within one run; the number space is divided so."""


def region_of(loaded: Loaded) -> str:
    """Division code of the scenario's region, a neutral one if it names none."""
    region = loaded.scenario.region
    return region.division if region is not None and region.division else DEFAULT_REGION


def room(program: Program, region: str) -> str:
    """Why the region has no room for the numbers of this scenario's people; empty if it has."""
    most = min(capacity(region), _MOST_CARDS // _CARDS_EACH)
    number = people_of(program)
    return f"{number:,} people, but numbers for {most:,} only" if number > most else ""


def people_of(program: Program) -> int:
    """How many people the cohorts have together."""
    return sum(row.size for row in program.cohorts)
