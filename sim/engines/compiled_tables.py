"""Tables as compiled code finds them: a list of (address, rows) pairs."""

from __future__ import annotations

import numpy as np

from sim.engines.compiled_world import PLAIN_WIDTHS, WIDTHS, Plain, World
from sim.engines.counting_columns import (
    COUNTS_WIDTHS,
    CUBE_WIDTHS,
    KEYED_WIDTHS,
    LEAN_WIDTHS,
    SPAN_WIDTHS,
    Counts,
    Cube,
    Keyed,
    Lean,
    Span,
)

_BYTES = 8
Tables = World | Plain | Counts | Cube | Span | Keyed | Lean
WIDTHS_OF: dict[type[Tables], tuple[int, ...]] = {
    World: WIDTHS, Plain: PLAIN_WIDTHS, Counts: COUNTS_WIDTHS, Cube: CUBE_WIDTHS, Span: SPAN_WIDTHS,
    Keyed: KEYED_WIDTHS, Lean: LEAN_WIDTHS,
}  # fmt: skip
"""Columns of the tables of each kind."""


def pairs_of(tables: Tables) -> np.ndarray:
    """Addresses and rows of all tables, as compiled code reads them."""
    for name, table, width in zip(tables._fields, tables, WIDTHS_OF[type(tables)], strict=True):
        if not table.flags.c_contiguous or (width > 0 and table.shape[1:] != (width,)) or table.itemsize != _BYTES:
            raise TypeError(f"table {name} has another shape than compiled code expects")
    return np.array([(table.ctypes.data, len(table)) for table in tables], dtype=np.int64)
