"""How compiled code sees the world: one address, from which each table is found when it is asked for.

Passing some thirty arrays to every compiled function by value would cost more than what the functions do.  So the
world is a list of (address, rows) pairs in memory, and `w.case` in compiled code builds the array in place, without
counting references: Python keeps the tables alive while compiled code runs.
"""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.extending import infer_getattr, intrinsic, lower_builtin, lower_getattr_generic, models, register_model
from numba.np.arrayobj import make_array, populate_array

from sim.engines.compiled_tables import Tables, widths_of
from sim.engines.compiled_world import AS_WORDS, Ahead, Plain, Single, World
from sim.engines.counting_columns import Counts, Cube, Keyed, Lean, Span

Row = np.ndarray
"""In compiled code: a row or list of whole numbers."""
Words = np.ndarray
"""In compiled code: whole numbers from an address on, not counted, indexed from 0 up only: what C does."""
Table = np.ndarray
"""In compiled code: rows of whole numbers."""
Reals = np.ndarray
"""In compiled code: a list of broken numbers."""
_Function = TypeVar("_Function", bound=Callable[..., Any])
_BYTES = 8
_HERE = Path(__file__).parent
_OUTSIDE = ("log.py", "program.py", "procedures/model.py", "office/fields.py", "office/rows.py", "office/interest.py")
_BESIDE = ("clock.py", "demand.py", "draws.py", "machines.py", "near_log.py", "philox.py", "samplers.py")


class WordsType(types.Type):
    """The type of Words."""

    def __init__(self) -> None:
        super().__init__(name="Words")


class WorldType(types.Type):
    """The type in compiled code of a named tuple of tables, each a list (width 0) or rows of some width."""

    def __init__(self, tables: type[Tables]) -> None:
        self.positions = {name: at for at, name in enumerate(tables._fields)}
        self.widths = widths_of(tables)
        super().__init__(name=tables.__name__)

    def table(self, name: str) -> Any:
        """The type of the array of a table, None if there is no such table."""
        position = self.positions.get(name)
        if position is None:
            return None
        width = self.widths[position]
        return _REALS if name in _BROKEN else _WORDS if width == AS_WORDS else _ROW if width == 0 else _TABLE


_ROW, _TABLE, _REALS = types.int64[::1], types.int64[:, ::1], types.float64[::1]
_WORDS = WordsType()
_BROKEN = ("reals", "uniforms")
"""Lists of broken numbers; all other tables hold whole ones."""
_WORLDS = {kind: WorldType(kind) for kind in (World, Plain, Single, Ahead, Counts, Cube, Span, Keyed, Lean)}
_TYPES = {
    **{kind.__name__: world for kind, world in _WORLDS.items()},
    "int": types.int64, "float": types.float64, "bool": types.boolean,
    "None": types.void, "tuple[int, int]": types.UniTuple(types.int64, 2),  # type: ignore[no-untyped-call]
    "Row": _ROW, "Table": _TABLE, "Reals": _REALS, "Words": _WORDS,
}  # fmt: skip


@register_model(WordsType)
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


@lower_getattr_generic(WorldType)  # type: ignore[no-untyped-call, untyped-decorator]
def _table_of(context: Any, builder: Any, kind: Any, address: Any, name: str) -> Any:
    """Build the array of a table from its address and number of rows."""
    position = kind.positions[name]
    width = kind.widths[position]
    word = ir.IntType(64)
    pairs = builder.inttoptr(address, word.as_pointer())
    data = builder.load(cgutils.gep_inbounds(builder, pairs, 2 * position))  # type: ignore[no-untyped-call]
    rows = builder.load(cgutils.gep_inbounds(builder, pairs, 2 * position + 1))  # type: ignore[no-untyped-call]
    for load in (data, rows):  # tables move only between two calls from Python
        load.set_metadata("invariant.load", builder.module.add_metadata([]))
    if width == AS_WORDS:
        return data
    array = make_array(kind.table(name))(context, builder)  # type: ignore[no-untyped-call]
    shape, strides = [rows], [word(_BYTES)]
    if width:
        shape.append(word(width))
        strides.insert(0, word(_BYTES * width))
    populate_array(  # type: ignore[no-untyped-call]
        array,
        data=builder.inttoptr(data, array.data.type),
        shape=shape,
        strides=strides,
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


def _digest() -> str:
    """What compiled code is made from.  Numba itself looks only at the file of the function it caches."""
    sources = [
        *sorted(_HERE.glob("compiled*.py")),
        *sorted(_HERE.glob("counting*.py")),
        *(_HERE / name for name in _BESIDE),
    ]
    sources += [_HERE.parent / name for name in _OUTSIDE]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


class _Cache(FunctionCache):
    """Compiled code on disk, found again only if none of its sources has changed."""

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        return (*super()._index_key(sig, codegen), _digest())  # type: ignore[no-untyped-call]


class Entry:
    """A function Python calls, compiled with everything it calls, once for a machine: kept on disk."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._dispatcher: Any = njit(error_model="numpy", nogil=True)(function)
        self._cache: Any = _Cache(function)  # type: ignore[no-untyped-call]
        self._signature = _signature(function)

    @property
    def ready(self) -> bool:
        """Whether the code is at hand or on disk; loads it."""
        if not self._dispatcher.signatures:
            found = self._cache.load_overload(self._signature, self._dispatcher.targetctx)
            if found is None:
                return False
            self._dispatcher.add_overload(found)
        return True

    def prepare(self) -> None:
        """Load the code or, failing that, compile it."""
        if not self.ready:
            _compile_callees(self._dispatcher.py_func)
            self._dispatcher.compile(self._signature)
            self._cache.flush()
            self._cache.save_overload(self._signature, self._dispatcher.overloads[self._signature.args])

    def __call__(self, *arguments: int) -> Any:
        """Run it."""
        self.prepare()
        self._dispatcher.disable_compile()
        return self._dispatcher(*arguments)
