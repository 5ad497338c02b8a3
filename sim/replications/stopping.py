"""When to stop replicating: as soon as the intervals are as narrow as asked for, and stay so.

An interval that happens to be narrow once proves nothing: stopping at the first such moment gives intervals that miss
the truth too often.  So the conditions must hold for some more replications as well (Hoad, Robinson & Davies, JORS 61,
2010, 1632: 5 up to a hundred replications, in proportion beyond), and there is a minimum.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sim.errors import Problem, ScenarioError
from sim.metrics.catalogue import Unit, is_maximum
from sim.metrics.intervals import NOTHING
from sim.metrics.measures import Question
from sim.metrics.names import Names
from sim.metrics.replicated import Part
from sim.metrics.units import difference_in_words, in_words
from sim.replications.asked import Asked, Over, read_asked
from sim.replications.rows import Row
from sim.scenario import units
from sim.scenario.sizes import MAX_REPLICATIONS
from sim.scenario.units import WrongValueError
from sim.theory.output import look_ahead

LEAST, MOST = 5, 1000
K_LIMIT = 5
"""Replications to look ahead, up to a hundred of them (the value their authors recommend)."""
OPTION = "--until"
ALLOWED = "ci(METRIC) < LIMIT, such as ci(wait.p90) < 30 s or ci(wait.mean at haishu) < 5 %; several joined by and"
_FORM = re.compile(r"\s*ci\s*\(\s*(?P<asked>[^()]*?)\s*\)\s*<=?\s*(?P<limit>[^<>]+?)\s*")
_LIMITS = {
    Unit.TIME: units.DURATION,
    Unit.RATE: units.RATE,
    Unit.SHARE: "a number between 0 and 1",
    Unit.COUNT: "a number",
    Unit.LEVEL: "a number",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """Half the width of a 95 % interval must be below a limit."""

    text: str
    asked: Asked
    limit: float  # in the metric's natural unit, or a share of the value
    relative: bool

    def width(self, over: Over) -> float:
        """Half the interval's width in the unit of the limit; NaN if there is no interval yet."""
        half = over.interval().half_width
        if not self.relative:
            return half
        value = abs(over.value)
        return half / value if value else (0.0 if half == 0.0 else float("nan"))

    def in_words(self, width: float) -> str:
        """A width in the condition's unit."""
        return in_words(width, Unit.SHARE) if self.relative else difference_in_words(width, self.asked.unit)


@dataclass(frozen=True, slots=True)
class Width:
    """How wide an interval is at the end: half of it, in words, and why it is so, if there is a reason."""

    condition: str
    half: str
    note: str
    still: int  # people who still waited, or were inside, at the end, all replications together


@dataclass(frozen=True, slots=True)
class Stopped:
    """How many replications there were, and why."""

    replications: int
    reached: bool
    held_from: int | None  # replications after which the conditions held for good
    widths: tuple[Width, ...]
    interrupted: bool = False


class Stopping:
    """Is told of replications in their order and says when there are enough."""

    def __init__(self, conditions: Sequence[Condition], least: int = LEAST, most: int = MOST) -> None:
        self.conditions, self.least, self.most = tuple(conditions), least, most
        self._over = tuple(condition.asked.over() for condition in self.conditions)
        self._held_from: int | None = None
        self._count = 0

    @property
    def questions(self) -> tuple[Question, ...]:
        """What must be counted."""
        return tuple(condition.asked.question for condition in self.conditions)

    @property
    def reached(self) -> bool:
        """Whether the conditions have held for long enough."""
        held = self._held_from
        return held is not None and self._count >= max(self.least, held + int(look_ahead(K_LIMIT, held)))

    def after(self, row: Row) -> bool:
        """Whether to stop after this one."""
        return self.next([condition.asked.part(row.result) for condition in self.conditions])

    def next(self, parts: Sequence[Part]) -> bool:
        """The same, told only what the next replication adds to each condition's metric."""
        self._count += 1
        for mine, part in zip(self._over, parts, strict=True):
            mine.add(part)
        holds = all(c.width(v) < c.limit for c, v in zip(self.conditions, self._over, strict=True))
        if not holds:
            self._held_from = None
        elif self._held_from is None:
            self._held_from = self._count
        return self.reached or self._count >= self.most

    def outcome(self, *, interrupted: bool = False) -> Stopped:
        """How it ended."""
        widths = tuple(_width(c, v) for c, v in zip(self.conditions, self._over, strict=True))
        return Stopped(self._count, self.reached, self._held_from, widths, interrupted and not self.reached)


def _width(condition: Condition, over: Over) -> Width:
    width, interval = condition.width(over), over.interval()
    note = interval.note
    if math.isnan(over.value):
        note = NOTHING
    elif math.isnan(width) and not note:
        note = "0 has no percentage"
    return Width(condition.text, condition.in_words(width), note, over.still)


def read_stopping(texts: Sequence[str], names: Names, least: int = LEAST, most: int = MOST) -> Stopping | None:
    """What `--until` says; None if it says nothing.  Raises ScenarioError with all that is wrong."""
    if not texts:
        return None
    problems: list[Problem] = []
    conditions: list[Condition] = []
    for text in (part for whole in texts for part in re.split(r"\s+and\s+|;", whole)):
        try:
            conditions.append(_condition(text, names))
        except ScenarioError as error:
            problems += error.problems
    if not 2 <= least <= most <= MAX_REPLICATIONS:
        why = f"at least {least} and at most {most} replications"
        problems.append(Problem(OPTION, why, None, "cannot be", f"2 <= minimum <= maximum <= {MAX_REPLICATIONS:,}"))
    if problems:
        raise ScenarioError(tuple(problems))
    return Stopping(conditions, least, most)


def _condition(text: str, names: Names) -> Condition:
    form = _FORM.fullmatch(text)
    if form is None:
        raise ScenarioError((Problem(OPTION, text.strip(), None, "is no condition", ALLOWED),))
    asked = read_asked(form["asked"], names, OPTION)
    if is_maximum(asked.question.metric) and asked.share is None and not asked.typical:
        metric = asked.question.metric
        why = f"{metric} is the largest seen, which has no interval and only grows"
        raise ScenarioError((Problem(OPTION, text.strip(), None, why, f"ci(mean of {metric}), ci(p90 of {metric})"),))
    relative = form["limit"].endswith("%")
    allowed = f"{_LIMITS[asked.unit]}, or a percentage of the value"
    try:
        limit = _number(form["limit"].rstrip("% ")) / 100 if relative else _limit(form["limit"], asked.unit)
    except WrongValueError as error:
        why = f"{asked.question.metric} cannot be compared with that: {error}"
        raise ScenarioError((Problem(OPTION, text.strip(), None, why, allowed),)) from error
    if limit <= 0:
        raise ScenarioError((Problem(OPTION, text.strip(), None, "no interval is that narrow", f"more; {allowed}"),))
    return Condition(" ".join(text.split()), asked, limit, relative)


def _limit(text: str, unit: Unit) -> float:
    if unit is Unit.TIME:
        return float(units.duration(text))
    return float(units.rate(text)) if unit is Unit.RATE else _number(text)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise WrongValueError(f'"{text}" is not a number', "a number") from error
    if not math.isfinite(number):
        raise WrongValueError(f'"{text}" is no limit', "a number")
    return number
