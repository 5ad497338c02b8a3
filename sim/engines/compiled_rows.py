"""Rows of the log as plain stations write them: each at once, past the caches.

A row is a line of memory.  Written number by number, it would first be read; a log that is kept would cost twice as
much.  Where a processor has no such stores, these are ordinary ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.engines.compiled_types import Words, WordsType
from sim.log import COLUMNS

_WORD, _INDEX = ir.IntType(64), ir.IntType(32)
_ROW = ir.VectorType(_WORD, len(COLUMNS))
_ROW_BYTES = 64
_PERSON = COLUMNS.index("person")
_GIVEN = [column for column in range(len(COLUMNS)) if column != _PERSON]


@intrinsic
def _write(
    _context: Any,
    _log: Any,
    _at: Any,
    _t: Any,
    _case: Any,
    _step: Any,
    _station: Any,
    _kind: Any,
    _code: Any,
    _value: Any,
) -> Any:
    def generate(_target: Any, builder: Any, _signature: Any, values: Any) -> Any:
        nobody = [-1 if column == _PERSON else 0 for column in range(len(COLUMNS))]
        row = ir.Constant(_ROW, nobody)
        for column, value in zip(_GIVEN, values[2:], strict=True):
            row = builder.insert_element(row, value, ir.Constant(_INDEX, column))
        rows = builder.inttoptr(values[0], _ROW.as_pointer())
        store = builder.store(row, builder.gep(rows, [values[1]]), align=_ROW_BYTES)
        store.set_metadata("nontemporal", builder.module.add_metadata([ir.Constant(_INDEX, 1)]))
        return ir.Constant(_WORD, 0)

    return types.int64(WordsType(), *[types.int64] * 8), generate


@intrinsic
def _finish(_context: Any) -> Any:
    def generate(_target: Any, builder: Any, _signature: Any, _values: Any) -> Any:
        builder.fence("seq_cst")
        return ir.Constant(_WORD, 0)

    return types.int64(), generate


write_row = cast("Callable[[Words, int, int, int, int, int, int, int, int], int]", _write)
"""Write row `at` of a log: t_ms, case, step, station, kind, code, value; of nobody in particular."""
rows_are_written = cast("Callable[[], int]", _finish)
"""Wait until other threads can read the rows."""
