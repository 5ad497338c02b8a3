"""Lines found by their keys, as Python owns them: they are filled by compiled code (`counting_keyed`)."""

from __future__ import annotations

import numpy as np

from sim.engines.compiled_tables import pairs_of
from sim.engines.counting_columns import (
    BITS,
    EXACT,
    FOREVER,
    KEYED_HEAD,
    LATER,
    MASK,
    NO_KEY,
    ROOM,
    SHIFT,
    USED,
    WAITING_KEYS,
    Keyed,
)

_FEWEST = 256
_WORD_BITS = 64


class KeyedTable:
    """A table of lines found by their keys.  `most`: lines from which on somebody must look at it."""

    def __init__(self, line_bits: int, buckets: int = EXACT, most: int = FOREVER) -> None:
        self._line_bits, self._buckets, self._most = line_bits, buckets, most
        self._tables = self._empty(_FEWEST)
        self._pairs = pairs_of(self._tables)

    def _empty(self, lines: int) -> Keyed:
        head = np.zeros(KEYED_HEAD, dtype=np.int64)
        head[MASK] = lines - 1
        head[SHIFT] = _WORD_BITS - (lines - 1).bit_length()
        head[ROOM] = min(lines // 2, self._most)
        head[BITS] = self._buckets
        words = np.zeros((lines, 1 << self._line_bits), dtype=np.int64)
        words[:, 0] = NO_KEY
        return Keyed(head, words, np.zeros(LATER, dtype=np.int64))

    def __len__(self) -> int:
        return int(self._tables.head[USED])

    @property
    def address(self) -> int:
        """Where compiled code finds it, also when it has grown."""
        return int(self._pairs.ctypes.data)

    @property
    def full(self) -> bool:
        """Whether it asks for room."""
        return bool(self._tables.head[USED] >= self._tables.head[ROOM])

    @property
    def capacity(self) -> int:
        """Lines there are, used or not."""
        return len(self._tables.lines)

    def used(self) -> np.ndarray:
        """The lines in use, in no order."""
        lines = self._tables.lines
        return np.asarray(lines[lines[:, 0] != NO_KEY])

    def waiting(self) -> np.ndarray:
        """Keys that are not counted yet."""
        return np.asarray(self._tables.later[: self._tables.head[WAITING_KEYS]])

    def grow(self) -> None:
        """Make room for twice as many lines."""
        self._fill(self._tables, 2 * self.capacity)

    def refill(self, lines: np.ndarray, buckets: int) -> None:
        """Have these lines instead, their values in other buckets, and no limit; keys that wait are dropped."""
        self._buckets, self._most = buckets, FOREVER
        head = np.zeros(KEYED_HEAD, dtype=np.int64)
        head[MASK], head[USED] = len(lines) - 1, len(lines)
        self._fill(
            Keyed(head, lines, np.zeros(LATER, dtype=np.int64)), max(_FEWEST, 1 << (4 * len(lines)).bit_length())
        )

    def _fill(self, old: Keyed, lines: int) -> None:
        from sim.engines.counting_keyed import move_lines  # noqa: PLC0415 - takes a moment to load

        new = self._empty(lines)
        old_pairs, new_pairs = pairs_of(old), pairs_of(new)
        move_lines(int(old_pairs.ctypes.data), int(new_pairs.ctypes.data), self._line_bits)
        new.head[WAITING_KEYS] = old.head[WAITING_KEYS]
        new.later[:] = old.later
        self._tables = new
        self._pairs[:] = new_pairs
