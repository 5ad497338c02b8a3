"""Files that are written whole or not at all, whatever stops the program meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LONG_BYTES = 200
_DEVICES = ("dev", "proc")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path to write to; what is written there gets the name `path` at the end, unless something was raised.

    A link is followed, so that it stays a link.  What is no file (a pipe, /dev/stdout, /dev/full) is written to as it
    is: putting a file in its place would take it away from everybody.
    """
    if path.exists() and (not path.is_file() or path.absolute().parts[1] in _DEVICES):
        with _naming(path):
            yield path
        return
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name if _short(target) else ''}.{os.getpid()}.partial")
    try:
        with _naming(path):
            yield part
            part.replace(target)
    finally:
        with suppress(OSError):  # where nothing can be written nothing can be removed, and there is nothing
            part.unlink(missing_ok=True)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Errors of the system name the file the user knows, not the one in between, or none."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _short(path: Path) -> bool:
    """Whether there is room for more in the name; file systems take 255 bytes."""
    return len(os.fsencode(path.name)) < _LONG_BYTES


def leftovers(path: Path) -> list[Path]:
    """What a program that was killed while it wrote this file has left beside it."""
    head, tail = f".{path.name}.", ".partial"
    found = (one for one in path.parent.iterdir() if one.name.startswith(head) and one.name.endswith(tail))
    return [one for one in found if one.name.removeprefix(head).removesuffix(tail).isdecimal()]


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file whole or not at all, and have it on the disk; text in UTF-8.  Raises OSError."""
    data = content.encode() if isinstance(content, str) else content
    with whole(path) as part, part.open("wb") as file:
        file.write(data)
        file.flush()
        if part.is_file():
            os.fsync(file.fileno())
