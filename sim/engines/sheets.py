"""Memory for a log that is handed on sheet by sheet: large pages, used again as soon as nobody keeps what is on them.

A log costs more in fresh memory than in writing: of ordinary pages the kernel hands out 512 for a sheet, one by one,
each after a trap.  So a sheet is in large pages where the kernel has such.  When the last reference to a sheet, and to
every part of it, has gone, its memory is the next to be given, in this run or a later one of the process; a sink that
keeps nothing gets the same sheet again and again.  What is spare after a log was kept stays with the process up to
half a gigabyte, but the kernel may take it back when memory is short.
"""

from __future__ import annotations

import contextlib
import mmap
import weakref
from typing import TYPE_CHECKING

import numpy as np

from sim.engines.compiled_world import CHUNK

if TYPE_CHECKING:
    from sim.beside import Beside

_PAGE_BYTES = 1 << 21
_PAGE_WORDS = _PAGE_BYTES // 8
_ROW_WORDS = 8
_WORDS = CHUNK * _ROW_WORDS
_TOUCHED = 1_024
"""Words of a page that are written to get it: enough for NumPy to let other threads run meanwhile."""
_AT_HAND = 2
"""Sheets' memory that is certain to be wanted again soon; more of it the kernel may take."""
_MOST_SPARE = 128


class _Memory:
    """Memory for a sheet: large pages, or as many ordinary ones where the kernel has no large ones."""

    def __init__(self) -> None:
        self.room = mmap.mmap(-1, 8 * _WORDS + _PAGE_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.first = -np.frombuffer(self.room, dtype=np.uint8).ctypes.data % _PAGE_BYTES
        self.advise("MADV_HUGEPAGE")
        for page in self.words().reshape(-1, _PAGE_WORDS):
            page[:_TOUCHED] = 0  # now the kernel provides the page; meanwhile another thread can run

    def words(self) -> np.ndarray:
        """All of it."""
        return np.frombuffer(self.room, dtype=np.int64, count=_WORDS, offset=self.first)

    def advise(self, advice: str) -> None:
        """Tell the kernel, which need not know of such."""
        if hasattr(mmap, advice):
            with contextlib.suppress(OSError):  # it is advice
                self.room.madvise(getattr(mmap, advice), self.first, 8 * _WORDS)


_spare: list[_Memory] = []


def _give_back(memory: _Memory) -> None:
    if len(_spare) >= _AT_HAND:
        memory.advise("MADV_FREE")
    if len(_spare) < _MOST_SPARE:
        _spare.append(memory)


def _provide() -> None:
    _spare.append(_Memory())


class Sheets:
    """Gives sheets of (CHUNK, 8) whole numbers, one after another."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside
        self._provide = _provide
        self._given = 0

    def blank(self) -> np.ndarray:
        """A sheet of which nobody keeps anything.  While somebody keeps all of them, one is got ready beside."""
        while True:
            with contextlib.suppress(IndexError):
                memory = _spare.pop()
                break
            self._provide()
            self._provide = self._beside.soon(_provide) if self._given else _provide
        self._given += 1
        words = memory.words()
        weakref.finalize(words, _give_back, memory).atexit = False  # parts of the sheet keep these words alive
        return words.reshape(CHUNK, _ROW_WORDS)
