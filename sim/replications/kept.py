"""A file that only grows: what is finished is kept in it, part by part, and nothing that is kept is lost.

Each part has its length and its digest before it.  A program that was killed while it wrote leaves a broken end, which
is cut off before the file grows again.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Self

from sim.errors import MistakeError, NotKeptError, writing

_LENGTH, _DIGEST = 8, 32


class RowsError(MistakeError):
    """Results that do not go together, or a file that holds none."""


def packed(content: bytes) -> bytes:
    """A part of a file: its length and its digest, then the content in little room."""
    small = zlib.compress(content, 1)
    return len(small).to_bytes(_LENGTH, "little") + hashlib.sha256(small).digest() + small


def unpacked(part: bytes) -> bytes:
    """The content of a whole part."""
    return zlib.decompress(memoryview(part)[_LENGTH + _DIGEST :])


class GrowingFile:
    """Parts are added at its end.  Each is on the disk before `add` returns.  Raises NotKeptError."""

    def __init__(self, path: Path, magic: bytes) -> None:
        self._path = path
        with writing(path):
            self._file: BinaryIO = path.open("ab", buffering=0)
        try:
            if self._file.tell() == 0:
                self._write(magic)
        except NotKeptError:
            self._file.close()
            raise

    def add(self, part: bytes) -> None:
        """Append a part, as `packed` makes it."""
        self._write(part)

    def _write(self, content: bytes) -> None:
        with writing(self._path):
            left = memoryview(content)
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def whole_parts(path: Path, magic: bytes, take: Callable[[bytes], None]) -> None:
    """Hand over the whole parts of a file, then cut off a broken end.  No file: no parts.

    What `take` raises passes through, with the file as it was.  Raises RowsError for a file of another kind.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    if not content.startswith(magic) and not magic.startswith(content):
        raise RowsError(f"{path} is no file of replications")
    whole = len(magic) if content.startswith(magic) else 0
    for part, end in _parts(content, whole):
        take(part)
        whole = end
    if whole < len(content):
        os.truncate(path, whole)


def holds_parts(path: Path, magic: bytes, count: int = 1) -> bool:
    """Whether so many parts stand whole in a file, as far as their lengths tell."""
    try:
        with path.open("rb") as file:
            size, end = os.fstat(file.fileno()).st_size, len(magic)
            for _ in range(count):
                file.seek(end)
                head = file.read(_LENGTH)
                end += _LENGTH + _DIGEST + int.from_bytes(head, "little")
            return end <= size
    except OSError:
        return False


def _parts(content: bytes, begin: int) -> Iterator[tuple[bytes, int]]:
    """Whole parts and where each ends, up to the first that is not whole."""
    at = begin
    while begin and at < len(content):
        head = at + _LENGTH + _DIGEST
        end = head + int.from_bytes(content[at : at + _LENGTH], "little")
        if end > len(content) or hashlib.sha256(content[head:end]).digest() != content[at + _LENGTH : head]:
            return
        yield zlib.decompress(content[head:end]), end
        at = end
