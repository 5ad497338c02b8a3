"""What open cases are in the middle of when a run ends: waiting, in the house, or gone from it and expected back.

How long somebody who still waits will have waited is not known; that it is at least what he has waited so far is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.engines import counting_columns as col
from sim.log import Event
from sim.metrics.counting import Bools, Ints


@dataclass(frozen=True, slots=True)
class Facts:
    """Waits or visits, each with where and when it began and whose it is."""

    station: Ints
    step: Ints
    source: Ints
    priority: Ints
    since_ms: Ints
    length_ms: Ints

    def where(self, mask: Bools) -> Facts:
        """Some of them."""
        return Facts(*(getattr(self, column.name)[mask] for column in fields(self)))


class Unfinished:
    """Open cases: lines of the book of cases, and which stations are menus and machines."""

    def __init__(self, lines: Ints, menu: Ints, annex: Ints) -> None:
        self._lines, self._menu, self._annex = lines, menu, annex

    def waiting(self, end_ms: int) -> Facts:
        """People in a queue, and how long the visit to the station has waited up to a moment; a menu is no queue."""
        in_line = np.isin(self._lines[:, col.KIND], (Event.JOIN, Event.PREEMPT))
        lines = self._lines[in_line & (self._menu[self._lines[:, col.STATION]] == 0)]
        at_machine = self._annex[lines[:, col.STATION]] != 0
        since = np.where(at_machine, lines[:, col.ANNEX_SINCE], lines[:, col.SINCE])
        spell = np.where(at_machine, since, lines[:, col.SPELL])
        waited = np.where(at_machine, 0, lines[:, col.WAITED])
        step = np.where(at_machine, lines[:, col.STEP], lines[:, col.JOINED_STEP])
        return self._facts(lines, lines[:, col.STATION], step, since, waited + end_ms - spell)

    def inside(self, end_ms: int) -> Facts:
        """Visits to the house that go on, and how long they have lasted up to a moment."""
        lines = self._visits()
        lines = lines[lines[:, col.VISIT_LEFT] == col.INSIDE_NOW]
        return self._visited(lines, end_ms - lines[:, col.VISIT_BEGAN])

    def visits_over(self) -> Facts:
        """Visits to the house that are over, of people who may come again: not counted before they do."""
        lines = self._visits()
        lines = lines[lines[:, col.VISIT_LEFT] != col.INSIDE_NOW]
        return self._visited(lines, lines[:, col.VISIT_LEFT] - lines[:, col.VISIT_BEGAN])

    def _visits(self) -> Ints:
        lines: Ints = self._lines[self._lines[:, col.VISIT_BEGAN] != col.OUTSIDE]
        return lines

    def _visited(self, lines: Ints, length: Ints) -> Facts:
        at, step = lines[:, col.VISIT_STATION], lines[:, col.VISIT_STEP]
        return self._facts(lines, at, step, lines[:, col.VISIT_BEGAN], length)

    @staticmethod
    def _facts(lines: Ints, station: Ints, step: Ints, since: Ints, length: Ints) -> Facts:
        return Facts(station, step, lines[:, col.SOURCE], lines[:, col.PRIORITY], since, length)
