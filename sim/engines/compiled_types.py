"""How compiled code sees the world: one address, from which each table is found when it is asked for.

Passing some thirty arrays to every compiled function by value would cost more than what the functions do.  So the
world is a list of (address, rows) pairs in memory, and `w.case` in compiled code is the place of a pair: Python keeps
the tables alive while compiled code runs.  Nothing is checked or counted there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from threading import RLock
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.core.dispatcher import Dispatcher
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.extending import infer_getattr, intrinsic, lower_builtin, lower_getattr_generic, models, register_model
from numba.np.arrayobj import make_array, populate_array

from sim.engines.compiled_columns import HEAP_WIDTH
from sim.engines.compiled_tables import Tables, widths_of
from sim.engines.compiled_world import AS_WORDS, Ahead, Plain, Single, World
from sim.engines.counting_columns import Counts, Cube, Keyed, Lean, Span
from sim.engines.kernels import KernelCache

Row = np.ndarray
"""In compiled code: a list of whole numbers that is an array by itself."""
Words = np.ndarray
"""In compiled code: whole numbers from an address on, a row of a table for instance; neither counted nor checked, what
C does.  Index -1 is the number before the first one."""
Table = np.ndarray
"""In compiled code: the heap of the World, a table of rows as wide as its."""
Reals = np.ndarray
"""In compiled code: a list of broken numbers."""
_Function = TypeVar("_Function", bound=Callable[..., Any])
_BYTES = 8


class WordsType(types.Type):
    """The type of Words."""

    def __init__(self) -> None:
        super().__init__(name="Words")


class TableType(types.Type):
    """The type of a table of the World: rows of some width, or a list (width 0); its value is where its pair is.

    A row is Words, a list holds whole numbers.  Row -1 is the one before the first.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__(name=f"Table of {width}" if width else "List")


class WorldType(types.Type):
    """The type in compiled code of a named tuple of tables, each a list (width 0) or rows of some width."""

    def __init__(self, tables: type[Tables]) -> None:
        self.positions = {name: at for at, name in enumerate(tables._fields)}
        self.widths = widths_of(tables)
        super().__init__(name=tables.__name__)

    def table(self, name: str) -> Any:
        """The type of a table, None if there is no such table."""
        position = self.positions.get(name)
        if position is None:
            return None
        width = self.widths[position]
        return _REALS if name in _BROKEN else _WORDS if width == AS_WORDS else TableType(width)


_ROW, _REALS = types.int64[::1], types.float64[::1]
_WORDS = WordsType()
_BROKEN = ("reals", "uniforms")
"""Lists of broken numbers; all other tables hold whole ones."""
_WORLDS = {kind: WorldType(kind) for kind in (World, Plain, Single, Ahead, Counts, Cube, Span, Keyed, Lean)}
_TYPES = {
    **{kind.__name__: world for kind, world in _WORLDS.items()},
    "int": types.int64, "float": types.float64, "bool": types.boolean,
    "None": types.void, "tuple[int, int]": types.UniTuple(types.int64, 2),  # type: ignore[no-untyped-call]
    "Row": _ROW, "Table": TableType(HEAP_WIDTH), "Reals": _REALS, "Words": _WORDS,
}  # fmt: skip


@register_model(WordsType)
@register_model(TableType)
@register_model(WorldType)
class _WorldModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.IntType(64))  # type: ignore[no-untyped-call]


@infer_getattr
class _WorldAttributes(AttributeTemplate):
    key = WorldType

    def generic_resolve(self, kind: Any, name: str) -> Any:  # type: ignore[override]
        return kind.table(name)


@infer_global(operator.getitem)  # type: ignore[no-untyped-call]
class _GetWord(AbstractTemplate):
    def generic(self, args: Any, _kwargs: Any) -> Any:
        words, at = args
        if isinstance(words, WordsType) and isinstance(at, types.Integer):
            return signature(types.int64, words, types.int64)  # type: ignore[no-untyped-call]
        return None


@infer_global(operator.setitem)  # type: ignore[no-untyped-call]
class _SetWord(AbstractTemplate):
    def generic(self, args: Any, _kwargs: Any) -> Any:
        words, at, value = args
        if isinstance(words, WordsType) and isinstance(at, types.Integer) and isinstance(value, types.Integer):
            return signature(types.void, words, types.int64, types.int64)  # type: ignore[no-untyped-call]
        return None


def _word(builder: Any, address: Any, at: Any) -> Any:
    pointer = builder.inttoptr(address, ir.IntType(64).as_pointer())
    return builder.gep(pointer, [at], inbounds=True)


@lower_builtin(operator.getitem, WordsType, types.int64)  # type: ignore[no-untyped-call, untyped-decorator]
def _get_word(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
    return builder.load(_word(builder, *values))


@lower_builtin(operator.setitem, WordsType, types.int64, types.int64)  # type: ignore[no-untyped-call, untyped-decorator]
def _set_word(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
    builder.store(values[2], _word(builder, *values[:2]))


def _data(builder: Any, pair: Any) -> Any:
    """Where a table is: it moves only between two calls from Python."""
    data = builder.load(builder.inttoptr(pair, ir.IntType(64).as_pointer()))
    data.set_metadata("invariant.load", builder.module.add_metadata([]))
    return data


def _row(builder: Any, kind: TableType, table: Any, at: Any) -> Any:
    """The address of a row."""
    return builder.add(_data(builder, table), builder.mul(at, ir.Constant(ir.IntType(64), _BYTES * (kind.width or 1))))


@infer_global(operator.getitem)  # type: ignore[no-untyped-call]
class _GetFromTable(AbstractTemplate):
    def generic(self, args: Any, _kwargs: Any) -> Any:
        table, at = args
        if not isinstance(table, TableType):
            return None
        if _is_cell(at):
            return signature(types.int64, table, _CELL)  # type: ignore[no-untyped-call]
        return signature(_WORDS if table.width else types.int64, table, types.int64)  # type: ignore[no-untyped-call]


@infer_global(operator.setitem)  # type: ignore[no-untyped-call]
class _SetInTable(AbstractTemplate):
    def generic(self, args: Any, _kwargs: Any) -> Any:
        table, at, value = args
        if not isinstance(table, TableType) or not isinstance(value, types.Integer):
            return None
        place = _CELL if _is_cell(at) else types.int64
        return signature(types.void, table, place, types.int64)  # type: ignore[no-untyped-call]


@infer_global(len)  # type: ignore[no-untyped-call]
class _RowsOfTable(AbstractTemplate):
    def generic(self, args: Any, _kwargs: Any) -> Any:
        return signature(types.int64, *args) if isinstance(args[0], TableType) else None  # type: ignore[no-untyped-call]


_CELL = types.UniTuple(types.int64, 2)  # type: ignore[no-untyped-call]


def _is_cell(at: Any) -> bool:
    return isinstance(at, types.BaseTuple)


@lower_builtin(operator.getitem, TableType, types.int64)  # type: ignore[no-untyped-call, untyped-decorator]
def _get_row(_context: Any, builder: Any, signature: Any, values: Any) -> Any:
    row = _row(builder, signature.args[0], *values)
    return row if signature.args[0].width else builder.load(builder.inttoptr(row, ir.IntType(64).as_pointer()))


@lower_builtin(operator.getitem, TableType, types.UniTuple)  # type: ignore[no-untyped-call, untyped-decorator]
def _get_cell(_context: Any, builder: Any, signature: Any, values: Any) -> Any:
    at, column = cgutils.unpack_tuple(builder, values[1], 2)  # type: ignore[no-untyped-call]
    return builder.load(_word(builder, _row(builder, signature.args[0], values[0], at), column))


@lower_builtin(operator.setitem, TableType, types.int64, types.int64)  # type: ignore[no-untyped-call, untyped-decorator]
def _set_in_list(_context: Any, builder: Any, signature: Any, values: Any) -> Any:
    row = _row(builder, signature.args[0], *values[:2])
    builder.store(values[2], builder.inttoptr(row, ir.IntType(64).as_pointer()))


@lower_builtin(operator.setitem, TableType, types.UniTuple, types.int64)  # type: ignore[no-untyped-call, untyped-decorator]
def _set_cell(_context: Any, builder: Any, signature: Any, values: Any) -> Any:
    at, column = cgutils.unpack_tuple(builder, values[1], 2)  # type: ignore[no-untyped-call]
    builder.store(values[2], _word(builder, _row(builder, signature.args[0], values[0], at), column))


@lower_builtin(len, TableType)  # type: ignore[no-untyped-call, untyped-decorator]
def _rows(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
    return _data(builder, builder.add(values[0], ir.Constant(ir.IntType(64), _BYTES)))


@lower_getattr_generic(WorldType)  # type: ignore[no-untyped-call, untyped-decorator]
def _table_of(context: Any, builder: Any, kind: Any, address: Any, name: str) -> Any:
    """Where the pair of a table is, or the table itself: Words, or an array of broken numbers built in place."""
    position = kind.positions[name]
    width = kind.widths[position]
    word = ir.IntType(64)
    pair = builder.add(address, word(2 * position * _BYTES))
    if name not in _BROKEN:
        return _data(builder, pair) if width == AS_WORDS else pair
    array = make_array(kind.table(name))(context, builder)  # type: ignore[no-untyped-call]
    populate_array(  # type: ignore[no-untyped-call]
        array,
        data=builder.inttoptr(_data(builder, pair), array.data.type),
        shape=[_data(builder, builder.add(pair, word(_BYTES)))],
        strides=[word(_BYTES)],
        itemsize=word(_BYTES),
        meminfo=None,
    )
    return array._getvalue()  # noqa: SLF001 - how Numba's own array functions return one


def _at(kind: WorldType) -> Any:
    """What takes the address of pairs for the tables they stand for."""

    def typed(_context: Any, _address: Any) -> Any:
        def generate(_context: Any, _builder: Any, _signature: Any, values: Any) -> Any:
            return values[0]

        return kind(types.int64), generate

    return intrinsic(typed)


def _fetched(_context: Any, words: Any, _at: Any) -> Any:

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        flag, byte = ir.IntType(32), ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
        first = _data(builder, values[0]) if isinstance(words, TableType) else values[0]
        place = builder.bitcast(_word(builder, first, values[1]), byte)
        builder.call(prefetch, [place, flag(0), flag(3), flag(1)])

    return types.void(words, types.int64), generate


fetch = cast("Callable[[Words, int], None]", intrinsic(_fetched))
"""In compiled code: bring the line of the cache that a number of a row or list is in close, before it is asked for."""
world_at = cast("Callable[[int], World]", _at(_WORLDS[World]))
plain_at = cast("Callable[[int], Plain]", _at(_WORLDS[Plain]))
single_at = cast("Callable[[int], Single]", _at(_WORLDS[Single]))
ahead_at = cast("Callable[[int], Ahead]", _at(_WORLDS[Ahead]))
counts_at = cast("Callable[[int], Counts]", _at(_WORLDS[Counts]))
cube_at = cast("Callable[[int], Cube]", _at(_WORLDS[Cube]))
span_at = cast("Callable[[int], Span]", _at(_WORLDS[Span]))
keyed_at = cast("Callable[[int], Keyed]", _at(_WORLDS[Keyed]))
lean_at = cast("Callable[[int], Lean]", _at(_WORLDS[Lean]))


def _signature(function: Callable[..., Any]) -> Any:
    names = dict(function.__annotations__)
    result = _TYPES[names.pop("return")]
    return result(*(_TYPES[name] for name in names.values()))


_INNER: Any = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Only compiled code calls these, so they need no way in from Python."""
_signatures: dict[Any, Any] = {}
"""Of every function compiled code may call: the types it is compiled for, and no others."""


def compiled(function: _Function) -> _Function:
    """Let compiled code call a function, for the types its annotations name.

    Nothing is compiled until an entry is that needs it and is not on disk.
    """
    part = njit(**_INNER)(function)
    _signatures[part] = _signature(function)
    return cast("_Function", part)


def inlined(function: _Function) -> _Function:
    """As `compiled`, in place wherever it is called."""
    part = njit(**_INNER, forceinline=True)(function)
    _signatures[part] = _signature(function)
    return cast("_Function", part)


def _compile_callees(function: Callable[..., Any]) -> None:
    """Compile what a function calls, callees first."""
    for name in function.__code__.co_names:
        part = function.__globals__.get(name)
        if isinstance(part, Dispatcher) and part in _signatures and not part.signatures:
            _compile_callees(part.py_func)
            part.compile(_signatures[part])
            part.disable_compile()


_LOCK = RLock()
"""One for all entries, which share what they call: threads of a worker compile one after the other."""


class Entry:
    """A function Python calls, compiled with everything it calls, once for a machine: kept on disk."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._dispatcher: Any = njit(error_model="numpy", nogil=True)(function)
        self._cache = KernelCache(function)
        self._signature = _signature(function)
        self._run: Any = None  # the dispatcher, as soon as it has its code

    @property
    def ready(self) -> bool:
        """Whether the code is at hand or on disk; loads it."""
        with _LOCK:
            if self._run is None:
                found = self._cache.load_overload(self._signature, self._dispatcher.targetctx)
                if found is None:
                    return False
                self._dispatcher.add_overload(found)
                self._now_ready()
            return True

    def _now_ready(self) -> None:
        self._dispatcher.disable_compile()
        self._run = self._dispatcher

    def prepare(self) -> None:
        """Load the code or, failing that, compile it."""
        with _LOCK:
            if not self.ready:
                _compile_callees(self._dispatcher.py_func)
                self._dispatcher.compile(self._signature)
                self._cache.save_overload(self._signature, self._dispatcher.overloads[self._signature.args])
                self._now_ready()

    def __call__(self, *arguments: int) -> Any:
        """Run it."""
        if self._run is None:
            self.prepare()
        return self._run(*arguments)
