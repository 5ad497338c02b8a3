"""What does not belong to a visit: money, machines out of work, servers on duty, refusals by rule."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from sim.engines.counting_columns import LEDGERS
from sim.metrics.counting import Bools, Ints, areas, block_lengths
from sim.metrics.names import DAY_MS, Names


@dataclass(frozen=True)
class FlowsResult:
    """Totals after the warm-up (balances: at the end of the run)."""

    movements: Ints  # [from ledger, to ledger]
    fen: Ints  # [from ledger, to ledger]
    balances: Ints  # [ledger]
    stops: Ints  # [station, 0 breakdown or 1 refill]
    down: Ints  # [station] ms, all its machines together
    group_busy: Ints  # [station, server group] ms * servers
    group_capacity: Ints  # [station, server group] ms * servers
    refusals: Ints  # [rule, step]; one more of each for unknown ones
    time: Ints  # [1] measured time

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class Flows:
    """The totals while compiled code counts them."""

    def __init__(self, names: Names) -> None:
        self._from, stations = names.warm_up_ms, max(1, len(names.stations))
        self._width = max((len(s.servers) for s in names.stations), default=1)
        groups = (stations, self._width, 2)
        self._money = np.zeros((LEDGERS, LEDGERS, 2), dtype=np.int64)
        self._balances = np.zeros(LEDGERS, dtype=np.int64)
        self._stops, self._down = np.zeros((2, stations, 2), dtype=np.int64)
        self._refusals = np.zeros((len(names.rules) + 1, len(names.steps) + 1), dtype=np.int64)
        self._busy, self._on_duty, self._duty = (np.zeros(groups, dtype=np.int64) for _ in range(3))

    def tables(self) -> dict[str, Ints]:
        """Tables of compiled code."""
        return {
            "money": self._money, "balances": self._balances, "stops": self._stops, "down": self._down,
            "refusals": self._refusals, "busy": self._busy, "on_duty": self._on_duty, "duty": self._duty,
        }  # fmt: skip

    @property
    def unlimited(self) -> Bools:
        """Stations with servers without number."""
        return np.asarray((self._duty[:, :, 1] > 0).any(axis=1))

    def _area(self, levels: Ints, end_ms: int) -> Ints:
        """Integral over what is counted; 0 of a run that ended before the warm-up did."""
        return areas(levels[..., None, :], DAY_MS, max(end_ms, self._from))[..., 0]

    def result(self, end_ms: int) -> FlowsResult:
        """The totals as of a run that ended at end_ms."""
        return FlowsResult(
            movements=self._money[:, :, 0].copy(),
            fen=self._money[:, :, 1].copy(),
            balances=self._balances.copy(),
            stops=self._stops.copy(),
            down=self._area(self._down, end_ms),
            group_busy=self._area(self._busy, end_ms),
            group_capacity=self._area(self._on_duty, end_ms),
            refusals=self._refusals.copy(),
            time=block_lengths(1, DAY_MS, self._from, end_ms),
        )
