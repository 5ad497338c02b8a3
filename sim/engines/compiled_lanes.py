"""Eight whole numbers in one vector of the machine: the servers of a station, sorted, with no branch to foresee.

A binary heap of eight costs more in wrongly foreseen branches than in anything else.  Here all places are compared at
once, and each takes what it has, what its neighbour has, or what is new; the numbers never leave the processor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model

from sim.engines.compiled_types import Words, WordsType

LANES = 8
_BYTES = 8
_WORD, _INDEX = ir.IntType(64), ir.IntType(32)
_VECTOR = ir.VectorType(_WORD, LANES)
_NOTHING = ir.Constant(_VECTOR, ir.Undefined)

Eight = np.ndarray
"""In compiled code: eight whole numbers."""


class EightType(types.Type):
    """The type of Eight."""

    def __init__(self) -> None:
        super().__init__(name="Eight")


_EIGHT = EightType()


@register_model(EightType)
class _EightModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)  # type: ignore[no-untyped-call]


def _lanes(numbers: list[int]) -> Any:
    return ir.Constant(ir.VectorType(_INDEX, LANES), numbers)


def _all(builder: Any, word: Any) -> Any:
    """The same word in every lane."""
    one = builder.insert_element(_NOTHING, word, ir.Constant(_INDEX, 0))
    return builder.shuffle_vector(one, _NOTHING, _lanes([0] * LANES))


def _place(builder: Any, words: Any, at: Any) -> Any:
    pointer = builder.inttoptr(words, _WORD.as_pointer())
    return builder.bitcast(builder.gep(pointer, [at]), _VECTOR.as_pointer())


@intrinsic
def _load(_context: Any, _words: Any, _at: Any) -> Any:
    def generate(_target: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.load(_place(builder, *values), align=_BYTES)

    return _EIGHT(WordsType(), types.int64), generate


@intrinsic
def _store(_context: Any, _words: Any, _at: Any, _eight: Any) -> Any:
    def generate(_target: Any, builder: Any, _signature: Any, values: Any) -> Any:
        builder.store(values[2], _place(builder, *values[:2]), align=_BYTES)
        return ir.Constant(_WORD, 0)

    return types.int64(WordsType(), types.int64, _EIGHT), generate


@intrinsic
def _first(_context: Any, _eight: Any) -> Any:
    def generate(_target: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.extract_element(values[0], ir.Constant(_INDEX, 0))

    return types.int64(_EIGHT), generate


@intrinsic
def _replaced(_context: Any, _sorted: Any, _what: Any, _bound: Any, _new: Any) -> Any:
    def generate(_target: Any, builder: Any, _signature: Any, values: Any) -> Any:
        moments, what = values[:2]
        bound, new = _all(builder, values[2]), _all(builder, values[3])
        following = [*range(1, LANES), LANES]
        none = ir.Constant(_VECTOR, [(1 << 63) - 1] * LANES)
        next_moments = builder.shuffle_vector(moments, none, _lanes(following))
        next_first = builder.icmp_signed("<=", next_moments, bound)
        own_first = builder.icmp_signed("<=", moments, bound)
        nexts = builder.shuffle_vector(what, what, _lanes(following))
        return builder.select(next_first, nexts, builder.select(own_first, new, what))

    return _EIGHT(_EIGHT, _EIGHT, types.int64, types.int64), generate


eight_at = cast("Callable[[Words, int], Eight]", _load)
eight_to = cast("Callable[[Words, int, Eight], int]", _store)
eight_first = cast("Callable[[Eight], int]", _first)
eight_replaced = cast("Callable[[Eight, Eight, int, int], Eight]", _replaced)
