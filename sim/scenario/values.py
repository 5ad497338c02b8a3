"""Values a scenario resolves to: plain frozen dataclasses in the engines' units, free of any validation library.

Times are milliseconds, money is fen, times of day are milliseconds since midnight.  Anybody may import this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DAY_MS = 86_400_000
UNLIMITED = -1
"""Count of a server group that never runs out of servers."""

DistKind = Literal[
    "constant",
    "exponential",
    "erlang",
    "uniform",
    "triangular",
    "lognormal",
    "gamma",
    "weibull",
    "hyperexponential",
    "empirical",
    "never",
]
WaitKind = Literal["plain", "workdays", "next"]


@dataclass(frozen=True, slots=True)
class Dist:
    """A distribution of durations (ms), money (fen) or plain numbers; the key that holds it says which.

    | kind             | a     | b     | c    | values | weights                   |
    |------------------|-------|-------|------|--------|---------------------------|
    | constant         | value |       |      |        |                           |
    | exponential      | mean  |       |      |        |                           |
    | erlang           | mean  | k     |      |        |                           |
    | uniform          | low   | high  |      |        |                           |
    | triangular       | low   | mode  | high |        |                           |
    | lognormal        | mean  | cv    |      |        |                           |
    | gamma            | mean  | cv    |      |        |                           |
    | weibull          | mean  | shape |      |        |                           |
    | hyperexponential |       |       |      | means  | shares, sum 1             |
    | empirical        |       |       |      | values | shares, scaled to sum 1   |
    | never            |       |       |      |        |                           |

    `shift` is added to whatever comes of it (the chip's time, on top of a machine's).
    `mean` is the mean of the whole (of an erlang: of the sum of its k phases); `cv` is standard deviation / mean.
    """

    kind: DistKind
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    shift: float = 0.0

    @property
    def constant(self) -> bool:
        """Whether it is one fixed value (`a`)."""
        return self.kind == "constant"


NEVER = Dist("never")
"""Infinite patience; also the default where nothing is given."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause before a step.

    plain: `dist` ms from now.  workdays: the `dist`-th working day after today, at `clocks[0]` if given.  next: the
    next of `clocks` (ms of the day), on a working day.
    """

    kind: WaitKind
    dist: Dist = Dist("constant")
    clocks: tuple[int, ...] = ()


ParameterValue = Dist | Wait | float | int
"""Value of a procedure's parameter: TIME is Dist, WAIT is Wait, SHARE and RATE float, COUNT and MONEY (fen) int."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a number of a scenario comes from: P published, D derived from published, A assumption."""

    key: str
    value: str
    mark: str
    source: str
    note: str = ""
    default: bool = False  # a procedure's own default, not written in the scenario


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be said about a scenario that can be played, in both languages."""

    en: str
    zh: str

    def __str__(self) -> str:
        """English, as on the console."""
        return self.en


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read, as named to the user, with the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A value to compare a metric with: a time in ms, a rate in events per ms, or a plain number or share."""

    value: float
    unit: Literal["time", "rate", "plain"] = "plain"


def expand(name: str, count: int) -> tuple[str, ...]:
    """Names of the stations of a table with `count`: X itself, or X-001, X-002, ... when there are several."""
    if count == 1:
        return (name,)
    width = max(3, len(str(count)))
    return tuple(f"{name}-{number:0{width}d}" for number in range(1, count + 1))
