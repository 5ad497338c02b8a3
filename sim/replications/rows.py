"""Rows: what finished replications measured, merged with `+`, kept in a file that only grows.

A row belongs to a key: what was played (content hash of the program, seed) and what was counted.  Rows of different
keys are never put together.  A program that was killed while it wrote leaves a broken end, which is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Self

from sim.metrics.cube import Selection
from sim.metrics.fold import Result
from sim.metrics.names import Names
from sim.replications.codec import UnreadableRowError, decode, encode, first
from sim.replications.kept import GrowingFile, RowsError, holds_parts, whole_parts
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


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one key by number of the replication."""

    key: Key
    rows: Mapping[int, Row] = field(default_factory=dict)

    @classmethod
    def of(cls, key: Key, rows: Iterable[Row]) -> Self:
        """Rows in whatever order they came."""
        return cls(key, {row.replication: row for row in rows})

    def __add__(self, other: Rows) -> Rows:
        """Both together; raises RowsError for unequal keys or two different rows of one replication."""
        difference = self.key.difference(other.key)
        if difference:
            raise RowsError(f"these rows do not go together: {difference}")
        for number in self.rows.keys() & other.rows.keys():
            if self.rows[number].encoded(self.key) != other.rows[number].encoded(self.key):
                raise RowsError(f"replication {number} is there twice and differs")
        return Rows(self.key, {**self.rows, **other.rows})

    def in_order(self, count: int | None = None) -> list[Row]:
        """Rows by number, the first `count` at most, up to the first that is missing."""
        found: list[Row] = []
        while len(found) in self.rows and (count is None or len(found) < count):
            found.append(self.rows[len(found)])
        return found


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
    found = Rows(key)

    def take(part: bytes) -> None:
        nonlocal found
        try:
            row = row_of(part, key, names, f"{path} holds replications that cannot go on")
        except UnreadableRowError as error:
            raise RowsError(f"{path} holds something else than rows") from error
        found += Rows(key, {row.replication: row})

    whole_parts(path, _MAGIC, take)
    return found
