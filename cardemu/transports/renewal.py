"""Fresh cards while others are served: a signal takes those in the readers out and puts the next ones in."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOGGER = logging.getLogger(__name__)
NOT_SAVED = "what is written to these cards is not saved"


def next_cards() -> str:
    """What to do for the next cards, in words."""
    return f"kill -USR1 {os.getpid()} puts the next cards in"


@contextmanager
def on_signal(renew: Callable[[], None]) -> Iterator[None]:
    """Call `renew` for each SIGUSR1, in a thread of its own; what it raises is logged, and the cards stay.

    Signals are only heard in the main thread; elsewhere, and where there is no such signal, nothing happens.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGUSR1"):
        yield
        return
    asked, over = threading.Event(), threading.Event()

    def listen() -> None:
        while not over.is_set():
            asked.wait()
            asked.clear()
            if not over.is_set():
                _renewed(renew)

    listener = threading.Thread(target=listen, name="next cards", daemon=True)
    listener.start()
    before = signal.signal(signal.SIGUSR1, lambda *_: asked.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR1, before)
        over.set()
        asked.set()
        listener.join()


def _renewed(renew: Callable[[], None]) -> None:
    try:
        renew()
    except Exception:  # a file that is gone or wrong; the user reads it and may ask again
        LOGGER.exception("no next cards")
    else:
        LOGGER.warning("the next cards are in")
