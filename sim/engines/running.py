"""What is known of a run in progress, whichever engine plays it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Sink = Callable[[np.ndarray], None]
"""Takes the log in chunks of shape (rows, 8), int64."""
Progress = Callable[[int, int], bool]
"""Called after each EVERY events with simulated ms and events so far; True stops the run."""
EVERY = 20_000
WORTH_A_THREAD = 100_000
"""People from which a run gains more by a second thread than the thread costs."""


class HowFar:
    """Where a compiled loop was when it last came back to Python."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.events = 0
