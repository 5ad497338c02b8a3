"""The card's persistent memory: cells of bytes, written page by page through a journal.

Only what differs from the product's image is kept (a card is a template plus what differs).  A command collects its
writes and hands them over at the end; they reach memory as single page writes, and power may go after any of them
(`Power`).  More than one page goes through a journal first - entries, one commit mark, the pages, clearing - and
`recover`, run at every reset, finishes a marked journal and drops an unmarked one.  So after a power cut memory is
what it was before the command or after it, never between (SPEC-7 asks for it; C2).

assumed: one page write happens whole or not at all, as with the shadow pages of smart-card memories.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, unique

PAGE_BYTES = 32
"""Bytes one memory write can change (assumed; how long one takes is a parameter of the product)."""


@unique
class Cell(IntEnum):
    """The card's own cells; file contents follow from `files.FIRST_FILE`."""

    LIFE = 0  # stage, then a bit per blocked DF, lowest file number first
    TREE = 1  # file headers
    KEYS = 2  # key table
    TRIES = 3  # tries left: PIN, then each key of the table
    PIN = 4  # PIN padded with F to 8 bytes, or nothing
    ACCOUNT = 5  # medical account and the proof of the last transaction
    IDENTITY = 6  # 13 historical bytes and 3 bytes region


class PowerCutError(Exception):
    """The card has no power: it was torn out, or never reset.  No answer exists; `reset` brings it back."""


class Power:
    """How many more page writes happen before the power goes; endless unless armed."""

    __slots__ = ("armed", "left", "used")

    def __init__(self) -> None:
        self.armed = False
        self.left = 0
        self.used = 0

    def cut_after(self, writes: int) -> None:
        """Let this many more page writes happen; the last one is the last."""
        self.armed = True
        self.left = writes

    def before_write(self) -> None:
        """No write happens without power."""
        if self.armed and self.left == 0:
            message = "power cut before a memory write"
            raise PowerCutError(message)

    def after_write(self) -> None:
        """Count a write that happened; the power may go now."""
        self.used += 1
        if self.armed:
            self.left -= 1
            if self.left == 0:
                message = "power cut after a memory write"
                raise PowerCutError(message)


class Page:
    """One page to write: where, what, and the cell's whole length afterwards."""

    __slots__ = ("cell", "data", "offset", "total")

    def __init__(self, cell: int, total: int, offset: int, data: bytes) -> None:
        self.cell = cell
        self.total = total
        self.offset = offset
        self.data = data


def pages(cell: int, old: bytes, new: bytes) -> list[Page]:
    """The page writes that turn `old` into `new`; at least one when they differ."""
    if old == new:
        return []
    total = len(new)
    sized = old if len(old) == total else old[:total].ljust(total, b"\x00")
    changed = [
        Page(cell, total, offset, new[offset : offset + PAGE_BYTES])
        for offset in range(0, total, PAGE_BYTES)
        if new[offset : offset + PAGE_BYTES] != sized[offset : offset + PAGE_BYTES]
    ]
    return changed or [Page(cell, total, 0, new[:PAGE_BYTES])]


class Memory:
    """The cells of one card.  `image` is shared by all cards of a product and never written."""

    __slots__ = ("cells", "committed", "image", "journal")

    def __init__(self, image: Mapping[int, bytes]) -> None:
        self.image = image
        self.cells: dict[int, bytes] = {}
        self.journal: list[Page] | None = None
        self.committed = False

    def read(self, cell: int) -> bytes:
        """The bytes of a cell; a cell nobody wrote and the image does not know is empty."""
        value = self.cells.get(cell)
        return self.image.get(cell, b"") if value is None else value

    def commit(self, staged: Mapping[int, bytes], power: Power) -> None:
        """Write what a command collected, all or nothing."""
        journal = [page for cell, new in staged.items() for page in pages(cell, self.read(cell), new)]
        if not journal:
            return
        if len(journal) == 1:
            cell = journal[0].cell
            power.before_write()
            self._keep(cell, staged[cell])  # no other page of it differs
            power.after_write()
            return
        self.journal = []
        for page in journal:
            power.before_write()
            self.journal.append(page)
            power.after_write()
        power.before_write()
        self.committed = True
        power.after_write()
        self._redo(power)

    def recover(self, power: Power) -> None:
        """Finish or drop what a power cut left behind.  May itself be cut; the next reset goes on."""
        if self.journal is None:
            return
        if self.committed:
            self._redo(power)
            return
        power.before_write()
        self.journal = None
        power.after_write()

    def _redo(self, power: Power) -> None:
        journal = self.journal or []
        for page in journal:
            power.before_write()
            self._apply(page)
            power.after_write()
        power.before_write()
        self.journal = None
        self.committed = False
        for cell in {page.cell for page in journal}:
            self._keep(cell, self.read(cell))
        power.after_write()

    def _apply(self, page: Page) -> None:
        sized = self.read(page.cell)[: page.total].ljust(page.total, b"\x00")
        self.cells[page.cell] = sized[: page.offset] + page.data + sized[page.offset + len(page.data) :]

    def _keep(self, cell: int, value: bytes) -> None:
        """Hold what a cell has; what equals the image needs no bytes of its own (an accounting matter)."""
        if value == self.image.get(cell, b""):
            self.cells.pop(cell, None)
        else:
            self.cells[cell] = value
