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
from sim.stories import StoryResult

_CLASSES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (CubeResult, DaytimeResult, FlowsResult, ProgressResult, Result, Selection, StoryResult)
}
_TYPES = ("<i8", "<f8", "|b1")
_LENGTH = 8


class UnreadableRowError(ValueError):
    """Bytes that are no row of ours."""


def encode(value: object) -> bytes:
    """Bytes of a result, a story's outcome, or tuples, mappings, texts and numbers of these."""
    arrays: list[bytes] = []
    text = json.dumps(_out(value, arrays), ensure_ascii=False, separators=(",", ":")).encode()
    return len(text).to_bytes(_LENGTH, "little") + text + b"".join(arrays)


def decode(content: bytes, names: Names) -> Any:
    """The value again; `names` takes the place of every Names in it.  Raises UnreadableRowError."""
    length = int.from_bytes(content[:_LENGTH], "little")
    try:
        form = json.loads(content[_LENGTH : _LENGTH + length])
        return _Decoder(content, _LENGTH + length, names).value(form)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UnreadableRowError("this is no row of replications") from error


def _out(value: object, arrays: list[bytes]) -> object:
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
            arrays.append(np.ascontiguousarray(value).astype(kind, copy=False).tobytes())
            return ["array", kind, list(value.shape)]
        case Distribution():
            table = [_out(column, arrays) for column in value.table()]
            return ["distribution", value.bits, value.limit, value.exact, *table]
        case tuple() | list():
            return ["tuple", *(_out(item, arrays) for item in value)]
        case dict():
            return ["mapping", *([_out(k, arrays), _out(v, arrays)] for k, v in value.items())]
        case _ if is_dataclass(value) and type(value).__name__ in _CLASSES:
            return [type(value).__name__, *(_out(getattr(value, f.name), arrays) for f in fields(value))]
    raise TypeError(f"{type(value).__name__} cannot be stored")


class _Decoder:
    """Reads the JSON form and takes the arrays from behind it in their order."""

    def __init__(self, content: bytes, at: int, names: Names) -> None:
        self._content, self._at, self._names = content, at, names

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
                return self._distribution(*rest)
            case "tuple":
                return tuple(self.value(item) for item in rest)
            case "mapping":
                return dict(self._pairs(rest))
        return _CLASSES[kind](*(self.value(item) for item in rest))

    def _pairs(self, rest: list[Any]) -> Iterator[tuple[Any, Any]]:
        for key, item in rest:
            yield self.value(key), self.value(item)

    def _array(self, kind: str, shape: list[int]) -> np.ndarray[Any, Any]:
        if kind not in _TYPES:
            raise UnreadableRowError(f"arrays of {kind} are never stored")
        count = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(self._content, np.dtype(kind), count, self._at)
        self._at += array.nbytes
        return array.reshape(shape).copy()

    def _distribution(self, bits: int, limit: int, exact: bool, *table: Any) -> Distribution:
        group, kept, count = (self.value(column) for column in table)
        made = Distribution(bits, limit, exact=exact)
        made.add_counted(group, kept, count)
        made.table()
        return made
