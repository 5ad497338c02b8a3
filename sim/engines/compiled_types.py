"""How compiled code sees the world: one address, from which each table is found when it is asked for.

Passing some thirty arrays to every compiled function by value would cost more than what the functions do.  So the
world is a list of (address, rows) pairs in memory, and `w.case` in compiled code builds the array in place, without
counting references: Python keeps the tables alive while compiled code runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model
from numba.np.arrayobj import make_array, populate_array

from sim.engines.compiled_world import WIDTHS, World

Row = np.ndarray
"""In compiled code: a row or list of whole numbers."""
Table = np.ndarray
"""In compiled code: rows of whole numbers."""
Reals = np.ndarray
"""In compiled code: a list of broken numbers."""
_Function = TypeVar("_Function", bound=Callable[..., Any])
_BYTES = 8
_HERE = Path(__file__).parent
_OUTSIDE = ("log.py", "program.py", "procedures/model.py", "office/fields.py", "office/rows.py", "office/interest.py")
_BESIDE = ("clock.py", "demand.py", "draws.py", "machines.py", "philox.py", "samplers.py")


def _forget_outdated() -> None:
    """Delete compiled code that is older than one of the files it was made from.

    Numba's cache looks only at the file of the function itself, not at the functions and constants it took in.
    """
    folder = _HERE / "__pycache__"
    indices = list(folder.glob("compiled_*.nbi"))
    if not indices or not os.access(folder, os.W_OK):
        return
    sources = [*_HERE.glob("compiled*.py"), *(_HERE / name for name in _BESIDE)]
    sources += [_HERE.parent / name for name in _OUTSIDE]
    newest = max(source.stat().st_mtime for source in sources)
    if min(index.stat().st_mtime for index in indices) < newest:
        for index in indices:
            index.unlink(missing_ok=True)


_forget_outdated()


class WorldType(types.Type):
    """The type of `w` in compiled code."""

    def __init__(self) -> None:
        super().__init__(name="World")


WORLD = WorldType()
_ROW, _TABLE, _REALS = types.int64[::1], types.int64[:, ::1], types.float64[::1]
_TABLES = {
    name: _REALS if name == "reals" else _ROW if width == 0 else _TABLE
    for name, width in zip(World._fields, WIDTHS, strict=True)
}
_TYPES = {
    "World": WORLD, "int": types.int64, "float": types.float64, "bool": types.boolean, "None": types.void,
    "tuple[int, int]": types.UniTuple(types.int64, 2),  # type: ignore[no-untyped-call]
    "Row": _ROW, "Table": _TABLE, "Reals": _REALS,
}  # fmt: skip


@register_model(WorldType)
class _WorldModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.IntType(64))  # type: ignore[no-untyped-call]


@infer_getattr
class _WorldAttributes(AttributeTemplate):
    key = WorldType

    def generic_resolve(self, _kind: Any, name: str) -> Any:  # type: ignore[override]
        return _TABLES.get(name)


@lower_getattr_generic(WorldType)  # type: ignore[no-untyped-call, untyped-decorator]
def _table_of(context: Any, builder: Any, _kind: Any, address: Any, name: str) -> Any:
    """Build the array of a table from its address and number of rows."""
    position = World._fields.index(name)
    word = ir.IntType(64)
    pairs = builder.inttoptr(address, word.as_pointer())
    data = builder.load(cgutils.gep_inbounds(builder, pairs, 2 * position))  # type: ignore[no-untyped-call]
    rows = builder.load(cgutils.gep_inbounds(builder, pairs, 2 * position + 1))  # type: ignore[no-untyped-call]
    kind = _TABLES[name]
    array = make_array(kind)(context, builder)  # type: ignore[no-untyped-call]
    shape, strides = [rows], [word(_BYTES)]
    if kind is _TABLE:
        shape.append(word(WIDTHS[position]))
        strides.insert(0, word(_BYTES * WIDTHS[position]))
    populate_array(  # type: ignore[no-untyped-call]
        array,
        data=builder.inttoptr(data, array.data.type),
        shape=shape,
        strides=strides,
        itemsize=word(_BYTES),
        meminfo=None,
    )
    return array._getvalue()  # noqa: SLF001 - how Numba's own array functions return one


@intrinsic
def _world_at(_context: Any, _address: Any) -> Any:
    """The world whose pairs begin at an address."""

    def generate(_context: Any, _builder: Any, _signature: Any, values: Any) -> Any:
        return values[0]

    return WORLD(types.int64), generate


world_at = cast("Callable[[int], World]", _world_at)


def compiled(function: _Function) -> _Function:
    """Compile a function for the types its annotations name, once and for all calls."""
    names = dict(function.__annotations__)
    result = _TYPES[names.pop("return")]
    signature = result(*(_TYPES[name] for name in names.values()))
    return cast("_Function", njit(signature, cache=True, error_model="numpy")(function))


def pairs_of(world: World) -> np.ndarray:
    """Addresses and rows of all tables, as compiled code reads them."""
    for name, table, width in zip(World._fields, world, WIDTHS, strict=True):
        if not table.flags.c_contiguous or (table.ndim == 2 and table.shape[1] != width) or table.itemsize != _BYTES:
            raise TypeError(f"table {name} has another shape than compiled code expects")
    return np.array([(table.ctypes.data, len(table)) for table in world], dtype=np.int64)
