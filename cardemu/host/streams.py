"""Standard output and error output that bear what shells do with them.

A character the terminal's encoding lacks (GBK, ASCII) is spelled out; a reader that has gone (`| head -1`) is no fault,
and the command goes on to its exit code; a disk that is full is said; a stream that was closed is none.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from cardemu.host.claim import OutputError


class _Stream(io.TextIOWrapper):
    """A stream whose reader may go."""

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as error:
            self._lost(error)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self._lost(error)

    def _lost(self, error: OSError) -> None:
        """Nobody gets what is written from now on; why, is said if it can be."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        if error.errno != errno.EPIPE and self.fileno() == 1:
            raise OutputError(f"standard output cannot be written to: {error.strerror}") from error


def prepare_streams() -> None:
    """Put such streams in the place of those the interpreter made."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # else the next file opened would be taken for this stream
    sys.stdout, sys.stderr = _prepared(sys.stdout, 1), _prepared(sys.stderr, 2)


def _prepared(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:
        return _Stream(io.BufferedWriter(io.FileIO(number, "w", closefd=False)), "utf-8", "backslashreplace")
    if not isinstance(stream, io.TextIOWrapper):
        return stream  # a program that runs us has put something of its own there
    buffering = stream.line_buffering
    return _Stream(stream.detach(), stream.encoding, "backslashreplace", line_buffering=buffering)


def flush_streams() -> None:
    """Write out what is waiting; raises OutputError."""
    with suppress(ValueError):  # closed
        sys.stderr.flush()
        sys.stdout.flush()
