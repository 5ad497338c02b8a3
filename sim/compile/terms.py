"""Terms that run when the run begins, turned into source rows: of whoever is in the middle of something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.compile.rows import WAITS
from sim.procedures.running import running, term_value
from sim.program import NONE, Action, SourceRow, TermRow, WaitKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sim.procedures.model import Procedure
    from sim.procedures.running import Running
    from sim.program import CohortRow
    from sim.scenario.schema import Scenario


class TermCompiler:
    """Builds one source row for each term of each cohort."""

    def __init__(
        self, scenario: Scenario, catalogue: Mapping[str, Procedure], entry: Callable[[str], int], priority: int
    ) -> None:
        self._values = scenario.procedures
        self._catalogue = catalogue
        self._entry = entry
        self._priority = priority

    def compile(self, cohorts: Sequence[CohortRow], key: Callable[[str], int]) -> Iterator[SourceRow]:
        """All terms, cohort by cohort."""
        for number, cohort in enumerate(cohorts):
            for row in running(cohort.record):
                step = f"{row.procedure}.{row.to}"
                name = f"{step} of {cohort.name}"
                yield SourceRow(
                    name=name,
                    key=key(name),
                    action=Action(self._entry(step)),
                    cohort=number,
                    term=self._term(row, cohort.size),
                    priority=self._priority,
                )

    def _term(self, row: Running, size: int) -> TermRow:
        move = row.move(self._catalogue)
        if move is None:
            return TermRow(WaitKind.PLAIN, 0, size)
        wait = term_value(self._values, row, move.wait or "")
        kind = WaitKind.DATES if move.dates else WAITS[wait.kind]
        return TermRow(kind, round(wait.dist.a), size, wait.clocks[0] if wait.clocks else NONE)
