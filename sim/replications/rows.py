"""Rows: what finished replications measured, merged with `+`, kept in a file that only grows.

A row belongs to a key: what was played (content hash of the program, seed) and what was counted.  Rows of different
keys are never put together.  A program that was killed while it wrote leaves a broken end, which is left out.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self, TypeVar, overload

from sim.metrics.cube import Selection
from sim.metrics.fold import Result
from sim.metrics.names import Names
from sim.replications.codec import UnreadableRowError, decode, encode, first
from sim.replications.kept import GrowingFile, Lies, RowsError, holds_parts, packed, unpacked, whole_parts
from sim.stories import StoryResult

ROWS_FILE = "replications.rows"
_MAGIC = b"cardmill rows 1\n"


@dataclass(frozen=True, slots=True)
class Key:
    """What rows must have in common to be put together."""

    content_hash: str  # of the program
    seed: int
    counted: str  # digest of names, selections and thresholds
    code: str  # digest of the simulator's own files

    def difference(self, other: Key) -> str:
        """In words, why rows of the two do not go together; empty if they do."""
        if self.content_hash != other.content_hash:
            return "they were played from another scenario"
        if self.seed != other.seed:
            return f"they were played with seed {other.seed}, not {self.seed}"
        if self.counted != other.counted:
            return "other things were counted in them"
        return "" if self.code == other.code else "they were played by another version of Cardmill"


def key_of(
    content_hash: str,
    seed: int,
    names: Names,
    selections: Sequence[Selection],
    thresholds_ms: Sequence[int],
    *,
    checked: bool = False,
) -> Key:
    """The key of a run's rows."""
    counted = hashlib.sha256(repr((names, sorted(map(repr, selections)), sorted(thresholds_ms), checked)).encode())
    return Key(content_hash, seed, counted.hexdigest(), code_digest())


@cache
def code_digest() -> str:
    """SHA-256 over the simulator's files: rows of two versions may differ, and are not mixed."""
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parent.parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Row:
    """What one replication measured."""

    replication: int
    events: int
    result: Result
    stories: tuple[StoryResult, ...] = ()
    violations: tuple[str, ...] = ()

    def encoded(self, key: Key) -> bytes:
        """Bytes of the row, with its key."""
        what = (key.content_hash, key.seed, key.counted, key.code)
        return encode((what, self.replication, self.events, self.result, self.stories, self.violations))


def key_in(content: bytes) -> Key:
    """The key alone, which every version puts first; raises UnreadableRowError."""
    try:
        return Key(*first(content))
    except TypeError as error:
        raise UnreadableRowError("this is no row of replications") from error


def decoded(content: bytes, names: Names) -> tuple[Key, Row]:
    """Key and row of these bytes; raises UnreadableRowError."""
    what, replication, events, result, stories, violations = decode(content, names)
    return Key(*what), Row(replication, events, result, stories, violations)


def row_of(content: bytes, key: Key, names: Names, otherwise: str) -> Row:
    """The row of these bytes; raises UnreadableRowError, or RowsError with `otherwise` and why it has another key.

    The key is looked at first: what another version wrote need not be readable.
    """
    difference = key.difference(key_in(content))
    if difference:
        raise RowsError(f"{otherwise}: {difference}")
    return decoded(content, names)[1]


T_co = TypeVar("T_co", covariant=True)


class Numbered(Sequence[T_co]):
    """What is read anew by its number each time it is looked at, so that one at a time is in memory."""

    def __init__(self, numbers: Sequence[int], read: Callable[[int], T_co]) -> None:
        self._numbers, self._read = numbers, read

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> T_co: ...

    @overload
    def __getitem__(self, at: slice) -> Numbered[T_co]: ...

    def __getitem__(self, at: int | slice) -> T_co | Numbered[T_co]:
        if isinstance(at, slice):
            return Numbered(self._numbers[at], self._read)
        return self._read(self._numbers[at])


class _Packed(Mapping[int, Row]):
    """Rows by number; in memory is of each its packed bytes, or only where they lie in the file."""

    def __init__(self, names: Names, parts: dict[int, bytes | Lies]) -> None:
        self.names, self.parts = names, parts

    def __getitem__(self, number: int) -> Row:
        return decoded(unpacked(self.part(number)), self.names)[1]

    def __iter__(self) -> Iterator[int]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)

    def __contains__(self, number: object) -> bool:
        return number in self.parts

    def part(self, number: int) -> bytes:
        """The packed bytes of a row."""
        part = self.parts[number]
        return part.read() if isinstance(part, Lies) else part


class Rows:
    """Rows of one key by number of the replication, each read when it is looked at: however many, they take no room."""

    def __init__(self, key: Key, names: Names, parts: Mapping[int, bytes | Lies] | None = None) -> None:
        self.key = key
        self._packed = _Packed(names, dict(parts or {}))

    @classmethod
    def of(cls, key: Key, names: Names, rows: Iterable[Row]) -> Self:
        """Rows in whatever order they came."""
        return cls(key, names, {row.replication: packed(row.encoded(key)) for row in rows})

    @property
    def rows(self) -> Mapping[int, Row]:
        """The rows by number."""
        return self._packed

    def add(self, number: int, part: bytes | Lies) -> None:
        """One more; raises RowsError for two different rows of one replication."""
        before = self._packed.part(number) if number in self._packed else None
        self._packed.parts[number] = part
        if before is not None and unpacked(before) != unpacked(self._packed.part(number)):
            raise RowsError(f"replication {number} is there twice and differs")

    def __add__(self, other: Rows) -> Rows:
        """Both together; raises RowsError for unequal keys or two different rows of one replication."""
        difference = self.key.difference(other.key)
        if difference:
            raise RowsError(f"these rows do not go together: {difference}")
        both = Rows(self.key, self._packed.names, self._packed.parts)
        for number, part in other._packed.parts.items():
            both.add(number, part)
        return both

    def without(self, number: int) -> Rows:
        """All but one."""
        parts = {other: part for other, part in self._packed.parts.items() if other != number}
        return Rows(self.key, self._packed.names, parts)

    def in_order(self, count: int | None = None) -> Sequence[Row]:
        """Rows by number, the first `count` at most, up to the first that is missing."""
        end = next(number for number in itertools.count() if number not in self._packed or number == count)
        return Numbered(range(end), self._packed.__getitem__)

    def all(self) -> Sequence[Row]:
        """Rows by number, whether some are missing or not."""
        return Numbered(sorted(self._packed), self._packed.__getitem__)


class RowFile(GrowingFile):
    """The file of rows in a run folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _MAGIC)


def holds_rows(folder: Path) -> bool:
    """Whether a replication is kept in a folder."""
    return holds_parts(folder / ROWS_FILE, _MAGIC)


def read_rows(path: Path, key: Key, names: Names) -> Rows:
    """The whole rows of a file; a broken end is cut off.  No file: no rows.

    Raises RowsError for rows of another key, or a file of another kind.
    """
    found = Rows(key, names)

    def take(content: bytes, lies: Lies) -> None:
        try:
            row = row_of(content, key, names, f"{path} holds replications that cannot go on")
        except UnreadableRowError as error:
            raise RowsError(f"{path} holds something else than rows") from error
        found.add(row.replication, lies)

    whole_parts(path, _MAGIC, take)
    return found
