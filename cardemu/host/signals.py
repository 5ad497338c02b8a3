"""Ctrl-C and the signals that ask a program to end, which all mean the same: finish what is half done, then end."""

from __future__ import annotations

import signal
import threading


def heed_signals() -> None:
    """Let Ctrl-C raise KeyboardInterrupt, also where a shell started this program in its background, with it ignored.

    SIGTERM (kill, a service manager, a batch system) and SIGHUP (the terminal was closed) do what Ctrl-C does at that
    moment; SIGHUP not where it is ignored on purpose (nohup).
    """
    if threading.current_thread() is not threading.main_thread():
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _as_ctrl_c)


def _as_ctrl_c(*_: object) -> None:
    signal.raise_signal(signal.SIGINT)
