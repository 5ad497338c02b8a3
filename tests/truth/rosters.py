"""Rosters and probes of the scenarios with swinging demand, worked out from the staffing formulas.

A probe is a person who needs no time and waits at most a millisecond: whether he waits tells whether all servers are
busy at that moment, and nobody else notices him.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from sim.theory import erlang, time_varying

START = datetime(2026, 3, 2)
DAY_MS = 86_400_000
FIRST_DAY, LAST_DAY = 2, 21
"""Days on which the yearly swing, squeezed into a day, is probed: two days before are the warm-up."""

CYCLE = 314
"""Staffing periods in a cycle of 2 pi services: as near to 0.02 services as divides it."""
SWING = time_varying.SineRate(100.0, 20.0)
PHASES = np.linspace(0.0, 2 * math.pi, CYCLE, endpoint=False)

HALF_HOURS = 48
OUTLET = time_varying.SineRate(32.0, 32.0, 2 * math.pi / 24)
"""People an hour; services of half an hour."""
OUTLET_SERVICE_RATE = 2.0
PROBES = 10

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Levels:
    """The staff that delays at most a share of the people at the peak, by Feldman et al. 2008."""

    delayed: float
    staff: int


PEAK = (Levels(0.1, 129), Levels(0.3, 121), Levels(0.5, 115), Levels(0.9, 102))


def clock(ms: int) -> str:
    """Return a time of day as rosters write it."""
    return (START + timedelta(milliseconds=ms)).time().isoformat(timespec="milliseconds")


def moment(day: int, ms: int) -> str:
    """Return a moment as arrivals files write it."""
    return (START + timedelta(days=day, milliseconds=ms)).isoformat(sep=" ", timespec="milliseconds")


def daily(staff: Whole) -> str:
    """Return a roster for every day: periods of equal length, only the changes written."""
    lines = ["time,servers"]
    for k, servers in enumerate(staff.tolist()):
        if k == 0 or servers != staff[k - 1]:
            lines.append(f"{clock(round(k * DAY_MS / len(staff)))},{servers}")
    return "\n".join(lines) + "\n"


def probes(moments: Iterable[str]) -> str:
    """Return an arrivals file of probes."""
    return "time,service,patience\n" + "".join(f"{when},0,0.001\n" for when in moments)


def square_root(*, offered_load: bool) -> Whole:
    """Return the square-root staff for one tenth delayed: on the offered load (MOL) or on the rate itself (PSA)."""
    load = (SWING.offered_load(1.0) if offered_load else SWING)(PHASES)
    return time_varying.square_root_staffing(load, erlang.garnett_beta(0.1, 0.5))


def every_day(step: int) -> str:
    """Return one probe a day, a second after a step of the roster."""
    at = round(step * DAY_MS / CYCLE) + 1000
    return probes(moment(day, at) for day in range(FIRST_DAY, LAST_DAY + 1))


def peak_days(level: Levels) -> list[int]:
    """Return the days on which this much staff is on duty."""
    turn = PEAK.index(level)
    return [day for day in range(FIRST_DAY, FIRST_DAY + 24) if day % len(PEAK) == turn]


def peak_roster() -> str:
    """Return the roster that tries one level after the other, a day each."""
    days = sorted((day, level.staff) for level in PEAK for day in peak_days(level))
    first = (0, days[0][1])
    return "time,servers\n" + "".join(f"{moment(day, 0)},{staff}\n" for day, staff in (first, *days))


def peak_probes(level: Levels) -> str:
    """Return a probe at 9 o'clock, three eighths of the cycle: there the offered load is highest."""
    return probes(moment(day, DAY_MS * 3 // 8) for day in peak_days(level))


def half_hours(method: str) -> Whole:
    """Return the staff of each half-hour for one tenth delayed, by Erlang C on what the method takes for the load."""
    edges = np.arange(2 * HALF_HOURS + 1) / 2
    how: time_varying.Summary = "average" if method.endswith("avg") else "maximum"
    if method.startswith("mol"):
        load = OUTLET.offered_load(OUTLET_SERVICE_RATE)
        loads = time_varying.period_values(load, edges, how)
    else:
        lag = 1 / OUTLET_SERVICE_RATE if method.startswith("lag") else 0.0
        loads = time_varying.period_values(OUTLET, edges, how, lag=lag) / OUTLET_SERVICE_RATE
    return time_varying.delay_staffing(loads, 0.1)[HALF_HOURS:]


def half_hour_probes(period: int) -> str:
    """Return ten probes in a half-hour of the second day, as close together as the people of that half-hour come."""
    begin, end = period / 2, (period + 1) / 2
    fine = np.linspace(begin, end, 2001)
    total = np.concatenate(([0.0], np.cumsum((OUTLET(fine[1:]) + OUTLET(fine[:-1])) / 2)))
    hours = np.interp((np.arange(PROBES) + 0.5) / PROBES * total[-1], total, fine)
    return probes(moment(1, round(hour * 3_600_000)) for hour in hours.tolist())


WORST = {"sipp_avg": 34, "sipp_max": 32, "lag_avg": 34, "mol_max": 15}
"""Half-hour of the day in which most people wait, by method (lagged maxima give the staff of MOL maxima)."""
EXTREMES = {"least": 38, "most": 239}
MOST_BY_RATE = 201
"""Step of the cycle with the fewest and the most people delayed."""


def files() -> dict[str, str]:
    """Return every roster and probe file by name."""
    texts = {
        "mol.csv": daily(square_root(offered_load=True)),
        "mol_least.csv": every_day(EXTREMES["least"]),
        "mol_most.csv": every_day(EXTREMES["most"]),
        "psa.csv": daily(square_root(offered_load=False)),
        "psa_least.csv": every_day(EXTREMES["least"]),
        "psa_most.csv": every_day(MOST_BY_RATE),
        "peak.csv": peak_roster(),
    }
    texts |= {f"peak_{level.staff}.csv": peak_probes(level) for level in PEAK}
    for method, period in WORST.items():
        texts[f"{method}.csv"] = daily(half_hours(method))
        texts[f"{method}_worst.csv"] = half_hour_probes(period)
    return texts
