"""Ctrl-C waits for the next pause between events, so that no file is left half-written; a second one does not."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_AGAIN_S = 0.05


@contextmanager
def not_lost() -> Iterator[None]:
    """Raise Ctrl-C again where it came while a C library had called back into Python.

    Nothing can be raised from there: Python prints it and goes on.  Compiling an engine is half a minute of such calls.
    """
    before = sys.unraisablehook

    def again(lost: UnraisableHookArgs) -> None:
        if lost.exc_type is KeyboardInterrupt:
            threading.Timer(_AGAIN_S, _thread.interrupt_main).start()  # by then the library has gone on
        else:
            before(lost)

    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = before


class Interruptible:
    """While it is entered, Ctrl-C is only noted; `check` raises it at a moment when nothing is half done."""

    def __init__(self) -> None:
        self.asked = False
        self._restore = ExitStack()

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            before = signal.signal(signal.SIGINT, self._ask)
            self._restore.callback(signal.signal, signal.SIGINT, before)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore.close()

    def check(self) -> None:
        """Raise KeyboardInterrupt if it was asked for."""
        if self.asked:
            raise KeyboardInterrupt

    def _ask(self, *_: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
