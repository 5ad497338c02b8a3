"""Results as bytes and back, without executing anything: a file from somebody else can be read safely.

A value becomes JSON (what it is) and a run of arrays (the numbers).  Only the classes listed here can come out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from sim.metrics.counting import Distribution
from sim.metrics.cube import CubeResult, Selection
from sim.metrics.daytime import DaytimeResult
from sim.metrics.flows import FlowsResult
from sim.metrics.fold import Result
from sim.metrics.names import Names
from sim.metrics.progress import ProgressResult
from sim.metrics.replicated import Part
from sim.stories import StoryResult

_CLASSES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (CubeResult, DaytimeResult, FlowsResult, Part, ProgressResult, Result, Selection, StoryResult)
}
_TYPES = ("<i8", "<f8", "|b1")
_SMALL = ("|u1", "<u2", "<u4")
"""Types of the columns of distributions, which are most of a row."""
_LENGTH = 8


class UnreadableRowError(ValueError):
    """Bytes that are no row of ours."""


def encode(value: object) -> bytes:
    """Bytes of a result, a story's outcome, or tuples, mappings, texts and numbers of these."""
    encoder = _Encoder()
    text = json.dumps(encoder.form(value), ensure_ascii=False, separators=(",", ":")).encode()
    return len(text).to_bytes(_LENGTH, "little") + text + b"".join(encoder.arrays)


def decode(content: bytes, names: Names | None = None) -> Any:
    """The value again; `names` takes the place of every Names in it.  Raises UnreadableRowError."""
    try:
        form, at = _form(content)
        return _Decoder(content, at, names).value(form)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UnreadableRowError("this is no row of replications") from error


def first(content: bytes) -> tuple[Any, ...]:
    """The first of the encoded values, if it is a tuple of plain ones: whatever form another version gave the others.

    Raises UnreadableRowError.
    """
    try:
        (_, (_, *values), *_), _ = _form(content)
    except (ValueError, TypeError) as error:
        raise UnreadableRowError("this is no row of replications") from error
    return tuple(values)


def _form(content: bytes) -> tuple[Any, int]:
    """The JSON form, and where the arrays begin."""
    end = _LENGTH + int.from_bytes(content[:_LENGTH], "little")
    return json.loads(content[_LENGTH:end]), end


class _Encoder:
    """Makes the JSON form and puts the arrays one behind the other."""

    def __init__(self) -> None:
        self.arrays: list[bytes] = []
        self._known: dict[tuple[str, bytes], int] = {}  # numbers of distributions

    def form(self, value: object) -> object:
        """JSON form: plain values as they are, everything else as [kind, ...]."""
        match value:
            case None | bool() | int() | float() | str():
                return value
            case Names():
                return ["names"]
            case np.ndarray():
                kind = value.dtype.newbyteorder("<").str
                if kind not in _TYPES:
                    raise TypeError(f"arrays of {value.dtype} cannot be stored")
                return self._array(value, kind)
            case Distribution():
                return self._distribution(value)
            case tuple() | list():
                return ["tuple", *(self.form(item) for item in value)]
            case dict():
                return ["mapping", *([self.form(k), self.form(v)] for k, v in value.items())]
            case _ if is_dataclass(value) and type(value).__name__ in _CLASSES:
                return [type(value).__name__, *(self.form(getattr(value, f.name)) for f in fields(value))]
        raise TypeError(f"{type(value).__name__} cannot be stored")

    def _array(self, values: np.ndarray[Any, Any], kind: str) -> list[object]:
        self.arrays.append(np.ascontiguousarray(values).astype(kind, copy=False).tobytes())
        return ["array", kind, list(values.shape)]

    def _distribution(self, value: Distribution) -> list[object]:
        """Groups with their lengths, then what each value has more than the one before it in its group, and counts.

        Often nobody loses patience, and all waits are waits of those who were served: the same is not stored twice.
        """
        group, kept, count = value.table()
        first = np.flatnonzero(np.diff(group, prepend=-1))
        steps = np.diff(kept, prepend=0)
        steps[first] = kept[first]
        columns = (group[first], np.diff(first, append=len(group)), steps, count)
        before = len(self.arrays)
        table = [self._array(column, _smallest(column)) for column in columns]
        form = ["distribution", value.bits, value.limit, value.exact, *table]
        content = repr(form), b"".join(self.arrays[before:])
        if content in self._known:
            del self.arrays[before:]
            return ["again", self._known[content]]
        self._known[content] = len(self._known)
        return form


def _smallest(values: np.ndarray[Any, Any]) -> str:
    """The smallest type that holds these numbers, none of which is negative."""
    most = int(values.max(initial=0))
    return next((kind for kind in _SMALL if most <= np.iinfo(kind).max), "<i8")


class _Decoder:
    """Reads the JSON form and takes the arrays from behind it in their order."""

    def __init__(self, content: bytes, at: int, names: Names | None) -> None:
        self._content, self._at, self._names = content, at, names
        self._distributions: list[Distribution] = []

    def value(self, form: Any) -> Any:
        """The value of a form."""
        if not isinstance(form, list):
            return form
        kind, *rest = form
        match kind:
            case "names":
                return self._names
            case "array":
                return self._array(*rest)
            case "distribution":
                self._distributions.append(self._distribution(*rest))
                return self._distributions[-1]
            case "again":
                return self._distributions[rest[0]]
            case "tuple":
                return tuple(self.value(item) for item in rest)
            case "mapping":
                return dict(self._pairs(rest))
        return _CLASSES[kind](*(self.value(item) for item in rest))

    def _pairs(self, rest: list[Any]) -> Iterator[tuple[Any, Any]]:
        for key, item in rest:
            yield self.value(key), self.value(item)

    def _array(self, kind: str, shape: list[int]) -> np.ndarray[Any, Any]:
        if kind not in (*_TYPES, *_SMALL):
            raise UnreadableRowError(f"arrays of {kind} are never stored")
        count = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(self._content, np.dtype(kind), count, self._at)
        self._at += array.nbytes
        return array.reshape(shape).copy()

    def _distribution(self, bits: int, limit: int, exact: bool, *table: Any) -> Distribution:
        groups, sizes, steps, count = (self._array(*column).astype(np.int64) for _, *column in table)
        if int(sizes.sum()) != len(steps):
            raise UnreadableRowError("a distribution says of another number of values which group they are in")
        end, sums = np.cumsum(sizes), np.cumsum(steps)
        before = (sums - steps)[end - sizes]
        made = Distribution(bits, limit, exact=exact)
        made.add_counted(np.repeat(groups, sizes), sums - np.repeat(before, sizes), count)
        made.table()
        return made
