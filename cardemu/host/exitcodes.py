"""Exit codes of every program of the package, said here and nowhere else (docs/output.md)."""

from __future__ import annotations

FINE = 0
REFUSED = LOST = 1
"""A card differs or says no; or workers were lost."""
USAGE = 2
"""The user's file or command, or a place that cannot be written to."""
NOT_JUDGED = 3
"""Nothing differs, but not all of a card could be judged."""
OWN_FAULT = 70
"""A fault of our own (EX_SOFTWARE of sysexits.h)."""
LATE = 97
"""Kept for a load driver that was late; no command of ours ends with it."""
BROKEN_RULE = 98
"""A rule of a procedure is broken: a story ended otherwise than the rules say, or the log contradicts itself."""
NOT_MET = 99
"""An expectation of the scenario is not met."""
INTERRUPTED = 130
"""By Ctrl-C (128 and the number of the signal)."""
