"""Tables as compiled code finds them: a list of (address, rows) pairs."""

from __future__ import annotations

import numpy as np

from sim.engines.compiled_world import AHEAD_WIDTHS, AS_WORDS, WIDTHS, Ahead, Plain, Single, World
from sim.engines.counting_columns import COUNTS_WIDTHS, LEAN_WIDTHS, Counts, Cube, Keyed, Lean, Span

_BYTES = 8
Tables = World | Plain | Single | Ahead | Counts | Cube | Span | Keyed | Lean
_WIDTHS: dict[type[Tables], tuple[int, ...]] = {
    World: WIDTHS, Ahead: AHEAD_WIDTHS, Counts: COUNTS_WIDTHS, Lean: LEAN_WIDTHS,
}  # fmt: skip


def widths_of(tables: type[Tables]) -> tuple[int, ...]:
    """Columns of each table of one kind of world: plain words where nothing else is said."""
    return _WIDTHS.get(tables) or (AS_WORDS,) * len(tables._fields)


def pairs_of(tables: Tables) -> np.ndarray:
    """Addresses and rows of all tables, as compiled code reads them."""
    for name, table, width in zip(tables._fields, tables, widths_of(type(tables)), strict=True):
        if not table.flags.c_contiguous or (width > 0 and table.shape[1:] != (width,)) or table.itemsize != _BYTES:
            raise TypeError(f"table {name} has another shape than compiled code expects")
    return np.array([(table.ctypes.data, len(table)) for table in tables], dtype=np.int64)
