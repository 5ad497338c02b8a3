"""Which rows of a log are kept: all of them, or those of a keyed share of people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.errors import Problem, ScenarioError

FULL, SAMPLE, NONE = "full", "sample", "none"
SHARE = 0.01
_ALLOWED = "full, sample, sample:SHARE such as sample:0.1, or none"
_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


@dataclass(frozen=True, slots=True)
class LogKept:
    """How much of the log of replication 0 is kept; the metrics always count everything."""

    kind: str = FULL
    share: float = 1.0

    def __str__(self) -> str:
        """As the user writes it."""
        return self.kind if self.kind != SAMPLE else f"{SAMPLE}:{self.share:g}"

    def rows(self, chunk: np.ndarray, seed: int) -> np.ndarray:
        """The rows to keep, in order.

        A person is kept or not, with all his cases and money; who has no person number, by the number of the case.
        Rows that belong to nobody (servers on duty, machines) are all kept.  The choice depends on the number and the
        seed alone, so the same people are in the log of a changed scenario.
        """
        if self.kind == FULL:
            return chunk
        person, case = chunk[:, 2], chunk[:, 1]
        number = np.where(person >= 0, person, case)
        return chunk[(number < 0) | (keyed(number, seed) < self.share)]


FULL_LOG = LogKept()


def keyed(number: np.ndarray, seed: int) -> np.ndarray:
    """Numbers in [0, 1) looked up by number and seed: SplitMix64 (Steele, Lea & Flood, OOPSLA 2014)."""
    z = number.astype(np.uint64) * np.uint64(2) + np.uint64(1)
    z = z * np.uint64(_STEP) + np.uint64(seed)
    for shift, factor in ((30, _FIRST), (27, _SECOND)):
        z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    z ^= z >> np.uint64(31)
    return np.asarray((z >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def read_log_kept(text: str) -> LogKept:
    """What `--log` says; raises ScenarioError."""
    kind, colon, share = text.partition(":")
    if kind in (FULL, NONE) and not colon:
        return LogKept(kind)
    if kind == SAMPLE:
        try:
            value = float(share) if colon else SHARE
        except ValueError:
            value = -1.0
        if 0.0 < value <= 1.0:
            return LogKept(SAMPLE, value)
    raise ScenarioError((Problem("--log", "", None, f'"{text}" is not a kind of log', _ALLOWED),))
