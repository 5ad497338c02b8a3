"""Files of the user's, read with bounds: how large they may be, how deep, and that they end.

What cannot be read is an OSError with the file's name, as for a file that is not there, or, where the content is
wrong, a ValueError.  Nothing is read before its size is known to be sound.
"""

from __future__ import annotations

import codecs
import errno
import json
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

TEXT_BYTES = 16_000_000
"""More than any script, card, description or table of people of ours has."""
RECORDING_BYTES = 200_000_000
"""Minutes of several channels."""


def read_bytes(path: Path, most: int = TEXT_BYTES) -> bytes:
    """A regular file's content; OSError naming the file when it is a device, a pipe or larger than `most` bytes."""
    found = path.stat()  # before it is opened: a pipe nobody writes to would never open
    if stat.S_ISDIR(found.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "is a device or a pipe, not a file", str(path))
    if found.st_size > most:
        raise _too_large(path, most)
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise _too_large(path, most)
    return data


def _too_large(path: Path, most: int) -> OSError:
    return OSError(errno.EFBIG, f"is larger than {most / 1e6:.0f} MB, more than is read", str(path))


def decode(data: bytes, errors: str = "strict") -> str:
    """A file's bytes as text: UTF-8, or UTF-16 where its mark says so, as Windows writes it; UnicodeDecodeError.

    The mark is no part of the text.
    """
    return data.decode("utf-16" if is_marked_utf16(data) else "utf-8-sig", errors)


def is_marked_utf16(data: bytes) -> bool:
    """Whether a file begins with the byte-order mark of UTF-16 in either order."""
    return data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def read_text(path: Path, errors: str = "strict") -> str:
    """A text file's content, with the line ends of text; OSError as `read_bytes`, UnicodeDecodeError."""
    return decode(read_bytes(path), errors).replace("\r\n", "\n")


def parse_json(text: str | bytes) -> Any:
    """JSON; ValueError when it is none, repeats a key, is nested too deeply or has a number nobody can mean."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key in found if sum(other == key for other, _ in pairs) > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return found


def parse_toml(text: str) -> dict[str, Any]:
    """TOML; ValueError when it is none or nested too deeply."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
