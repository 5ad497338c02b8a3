"""Where the page of a run is made: a process beside, which loads the drawing library while the run is played.

Loading it takes longer than many runs do.  Where it is at hand, or there is one processor only, nothing is gained by
a second process, and this one draws.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Self

from sim.replications.spread import map_unordered
from sim.replications.workers import Crew, ExecutorCrew, HereExecutor, LocalCrew, cores

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from reports.info import RunInfo
    from sim.metrics.tables import Tables

_LIBRARY = "matplotlib.figure"


class Studio:
    """Takes orders for pages while it is open."""

    def __enter__(self) -> Self:
        here = cores() == 1 or _LIBRARY in sys.modules
        self._crew: Crew = ExecutorCrew(HereExecutor()) if here else LocalCrew(1)
        if not here:
            self._crew.submit(_load, None)
        return self

    def __exit__(self, *_: object) -> None:
        self._crew.close()

    def report(self, tables: Tables, info: RunInfo, path: Path, lang: str) -> None:
        """Write the report of a run, whole or not at all; whatever goes wrong there is raised here."""
        list(map_unordered(self._crew, _report, [(tables, info, path, lang)]))


def _load(_: None) -> None:
    """Have everything at hand, what the library loads with its first picture too.

    Where there is no home it makes do with a temporary folder, and is not to talk of that each time.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from reports.page import environment  # noqa: PLC0415 - the drawing library takes long to load
    from reports.picture import drawn  # noqa: PLC0415 - as above

    environment().get_template("report.html")
    drawn("first", "", "", "", _draw_a_word)


def _draw_a_word(figure: Figure) -> None:
    figure.text(0, 0, "word")


def _report(order: tuple[Tables, RunInfo, Path, str]) -> None:
    """Do what `Studio.report` says."""
    from reports.page import write_report  # noqa: PLC0415 - as above

    write_report(*order)
