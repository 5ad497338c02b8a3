"""What a proof finds: rules that do not hold, each with the shortest way to where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.proofs.demands import DEMANDS, Unmet
from sim.proofs.liveness import Liveness
from sim.proofs.paths import Path
from sim.proofs.safety import StateRule, StepRule
from sim.proofs.space import Space
from sim.proofs.tables import View

Rule = StepRule | StateRule | Liveness


@dataclass(frozen=True, slots=True)
class Stuck:
    """States of a view from which what is due cannot be had any more."""

    space: Space
    codes: np.ndarray


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold.  `before` and `after`: the state at the last event, by variable."""

    rule: Rule
    view: str
    beginning: Mapping[str, str | int]
    way: tuple[Path, ...]
    before: Mapping[str, int]
    after: Mapping[str, int]
    count: int  # how many states or steps
    stuck: Stuck | None = None


@dataclass(frozen=True, slots=True)
class ViewResult:
    """What was found in one view."""

    view: View
    states: int
    transitions: int
    seconds: float
    asked: Sequence[Rule]
    broken: Sequence[Broken]
    accepted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """What is broken, with its story as a scenario; or why there is none: then it is not proven, not refuted."""

    found: Broken
    scenario: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """All views; steps nobody ever gets to; rows that lack what a rule demands; the stories of what is broken."""

    views: tuple[ViewResult, ...]
    unreachable: tuple[str, ...]
    unmet: tuple[Unmet, ...]
    seconds: float
    steps: int = 0
    told: tuple[Told, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not (self.unreachable or self.unmet or any(view.broken for view in self.views))

    @property
    def broken(self) -> list[Broken]:
        """What is broken, one story a rule: the shortest."""
        best: dict[str, Broken] = {}
        for found in (one for view in self.views for one in view.broken):
            known = best.get(found.rule.name)
            if known is None or len(found.way) < len(known.way):
                best[found.rule.name] = found
        return list(best.values())

    @property
    def demands(self) -> int:
        """How many demands are made of rows."""
        return len(DEMANDS)

    @property
    def asked(self) -> list[Rule]:
        """Every rule that some view could ask, once, in the order of their files."""
        return list({rule.name: rule for view in self.views for rule in view.asked}.values())
