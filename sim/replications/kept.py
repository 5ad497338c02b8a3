"""A file that only grows: what is finished is kept in it, part by part, and nothing that is kept is lost.

Each part has its length and its digest before it.  A program that was killed while it wrote leaves a broken end, which
is cut off before the file grows again.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Lies:
    """Where a part lies in a file: all that is in memory of a part nobody looks at."""

    path: Path
    begin: int
    length: int

    def read(self) -> bytes:
        """The part."""
        with self.path.open("rb") as file:
            file.seek(self.begin)
            return file.read(self.length)


class GrowingFile:
    """Parts are added at its end.  Each is on the disk before `add` returns.  Raises NotKeptError."""

    def __init__(self, path: Path, magic: bytes) -> None:
        self._path = path
        with writing(path):
            self._file: BinaryIO = path.open("ab", buffering=0)
        try:
            self._end = self._file.tell()
            if self._end == 0:
                self._write(magic)
        except NotKeptError:
            self._file.close()
            raise

    def add(self, part: bytes) -> Lies:
        """Append a part, as `packed` makes it; returns where it lies."""
        begin = self._end
        self._write(part)
        return Lies(self._path, begin, len(part))

    def _write(self, content: bytes) -> None:
        with writing(self._path):
            left = memoryview(content)
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        self._end += len(content)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def whole_parts(path: Path, magic: bytes, take: Callable[[bytes, Lies], None]) -> None:
    """Hand over the content of each whole part of a file and where it lies, then cut off a broken end.

    One part is in memory at a time.  No file: no parts.  What `take` raises passes through, with the file as it was.
    Raises RowsError for a file of another kind.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        head, size = file.read(len(magic)), path.stat().st_size
        if head != magic and not magic.startswith(head):
            raise RowsError(f"{path} is no file of replications")
        whole = len(magic) if head == magic else 0
        for content, lies in _parts(file, path, size) if whole else ():
            take(content, lies)
            whole = lies.begin + lies.length
    if whole < size:
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


def _parts(file: BinaryIO, path: Path, size: int) -> Iterator[tuple[bytes, Lies]]:
    """Whole parts and where each lies, up to the first that is not whole."""
    while True:
        begin, head = file.tell(), file.read(_LENGTH + _DIGEST)
        length = int.from_bytes(head[:_LENGTH], "little")
        if len(head) < _LENGTH + _DIGEST or begin + len(head) + length > size:
            return
        content = file.read(length)
        if hashlib.sha256(content).digest() != head[_LENGTH:]:
            return
        yield zlib.decompress(content), Lies(path, begin, len(head) + length)
