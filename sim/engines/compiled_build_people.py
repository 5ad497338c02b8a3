"""Sources and cohorts as rows of integers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engines import compiled_columns as col
from sim.engines.compiled_lists import Lists
from sim.engines.compiled_world import table
from sim.program import NONE

if TYPE_CHECKING:
    from sim.program import ArrivalTable, Program, SourceRow


class PeopleTables:
    """Who comes, and in which state."""

    def __init__(self, program: Program, lists: Lists) -> None:
        self.lists = lists
        self.count = max((row.first + row.size for row in program.cohorts), default=0)
        self.source = table(len(program.sources), col.SOURCE_WIDTH)
        for out, row in zip(self.source, program.sources, strict=False):
            self._source(out, row)
        self.cohort = table(len(program.cohorts), col.COHORT_WIDTH)
        for out, cohort in zip(self.cohort, program.cohorts, strict=False):
            out[:] = (
                cohort.first, lists.whole(cohort.record)[0], cohort.medical, cohort.financial,
                *lists.whole(cohort.banks), lists.broken(cohort.bank_cumulative)[0], cohort.outlets,
                cohort.reserved, cohort.ago, *lists.whole(cohort.since),
            )  # fmt: skip

    def _source(self, out: np.ndarray, row: SourceRow) -> None:
        lists, action = self.lists, row.action
        out[col.SOURCE_KEY], out[col.SOURCE_STEP], out[col.SOURCE_WHO] = row.key, action.step, action.who
        out[col.SOURCE_WITHOUT], out[col.SOURCE_REASON] = action.without, action.reason
        out[col.SOURCE_AMOUNT], out[col.SOURCE_STATION] = action.amount_fen, action.station
        out[col.SOURCE_PRIORITY] = row.priority
        out[col.SHARES_FROM], out[col.SHARES_TO] = lists.broken(row.priority_cumulative)
        out[col.TABLE_PRIORITY] = NONE
        if row.table is not None:
            self._table(out, row.table)
        out[col.AMOUNT_DIST], out[col.SOURCE_CHOICE], out[col.STORY] = row.amount, row.choices, _of_itself(row)
        shares = lists.broken((row.agent_share, row.incomplete_share))[0]
        out[col.AGENT_SHARE], out[col.INCOMPLETE_SHARE] = shares, shares + 1

    def _table(self, out: np.ndarray, given: ArrivalTable) -> None:
        """Priorities and times given person by person."""
        if given.priority is not None:
            out[col.TABLE_PRIORITY] = self.lists.array(given.priority)[0]
        triples: list[int] = []
        for station, what, values in given.overrides:
            triples += (station, what, self.lists.array(values)[0])
        out[col.OVERRIDES_FROM], out[col.OVERRIDES_TO] = self.lists.array(np.array(triples, dtype=np.int64))


def _of_itself(row: SourceRow) -> int:
    """What the column STORY says of a source."""
    if row.term is not None:
        return col.IS_TERM
    return col.IS_STORY if row.story else 0
