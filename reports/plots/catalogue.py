"""All pictures of the report, in the order of the page.

To add one, add a file to this folder that exports `PLOT`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import reports.plots
from reports.drawing.model import Plot


@cache
def catalogue() -> tuple[Plot, ...]:
    """Return the `PLOT` of every module of this folder, by place on the page."""
    names = (info.name for info in pkgutil.iter_modules(reports.plots.__path__) if info.name != "catalogue")
    plots = [importlib.import_module(f"reports.plots.{name}").PLOT for name in names]
    return tuple(sorted(plots, key=lambda plot: plot.place))
