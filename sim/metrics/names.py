"""What the numbers in the log stand for: stations, steps, rules, demand, procedures and the calendar of the run.

The log holds integers only.  Metrics, tables and files need the words behind them and nothing else of the program, so
this is the whole of what they are given.  Positions in the tuples are the numbers in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, unique

import numpy as np
from numpy.typing import NDArray

from sim.calendar import kinds_of
from sim.engines.counting_columns import Ending
from sim.procedures.model import Place

DAY_MS = 86_400_000
_WEEKEND = 5


@unique
class Role(Enum):
    """What a server group is; it decides where its work is counted."""

    COUNTER = "counter"  # people: counters, telephone agents
    SELF_SERVICE = "self_service"  # the hotline's own voice: a call it ends needs no agent and waits for none
    MACHINE = "machine"  # card printers and the like


@dataclass(frozen=True, slots=True)
class ServerGroup:
    """One group of equal servers at a station; its position is `code` in START, END, FREE and CAPACITY rows."""

    name: str
    role: Role = Role.COUNTER


@dataclass(frozen=True, slots=True)
class StationName:
    """One station.  `group` is the scenario's table entry: `X` for the stations X-001, X-002, ... of `count = ...`."""

    name: str
    group: str
    kind: Place
    title: str = ""
    title_zh: str = ""
    servers: tuple[ServerGroup, ...] = (ServerGroup("servers"),)
    bank: str = ""
    district: str = ""
    opening_min: int = 0  # minutes it is open during the whole run
    group_title: str = ""  # of all stations of the group together
    group_title_zh: str = ""
    never: tuple[Ending, ...] = ()  # how no visit here can end, whatever is drawn

    @property
    def serves(self) -> str:
        """Who or what waits here: "people", "calls" or "cards"."""
        if self.kind is Place.HOTLINE:
            return "calls"
        return "cards" if self.kind is Place.FACTORY or self.is_annex else "people"

    @property
    def is_annex(self) -> bool:
        """Whether it belongs to another place (its machine), so that whoever is there came to that place."""
        return self.kind is not Place.FACTORY and all(group.role is Role.MACHINE for group in self.servers)


@dataclass(frozen=True, slots=True)
class StepName:
    """One step, in the numbering of the log (all procedures one after the other)."""

    procedure: str
    step: str
    title: str = ""
    title_zh: str = ""
    business: str = ""  # counter skill; empty: the procedure's name

    @property
    def counter_business(self) -> str:
        """The business as counters and expectations name it."""
        return self.business or self.procedure


@dataclass(frozen=True, slots=True)
class RuleName:
    """One rule of the procedures, as REFUSED rows number them."""

    rule: str
    why: str = ""
    why_zh: str = ""


@dataclass(frozen=True, slots=True)
class ProcedureName:
    """One procedure and its steps in the order of its rule."""

    name: str
    title: str = ""
    title_zh: str = ""
    steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """Everything a reader of the log needs to know to turn numbers into words and times into dates."""

    stations: tuple[StationName, ...]
    steps: tuple[StepName, ...] = ()
    rules: tuple[RuleName, ...] = ()
    sources: tuple[str, ...] = ()
    procedures: tuple[ProcedureName, ...] = ()
    start: date = date(2026, 1, 1)
    duration_ms: int = DAY_MS
    warm_up_ms: int = 0
    title: str = ""
    title_zh: str = ""
    day_kinds: tuple[int, ...] = ()  # sim.calendar.DayKind of the days, by the scenario's calendar

    @property
    def days(self) -> int:
        """Calendar days the run touches (the last may be a part of a day)."""
        return max(1, -(-self.duration_ms // DAY_MS))

    def kinds_of_days(self) -> NDArray[np.int64]:
        """`DayKind` of every day; by the weekday alone where no calendar has laid it out."""
        weekday = self.start.weekday()
        kinds = kinds_of((weekday + np.arange(self.days)) % 7 < _WEEKEND, weekday)
        kinds[: len(self.day_kinds)] = self.day_kinds[: self.days]
        return kinds
