"""People who move between cities: their rows picked out of a log."""

from __future__ import annotations

import numpy as np

from sim.engines.kernels import kernel
from sim.log import Event
from sim.office.fields import Ledger

_ARRIVE, _DONE, _MONEY = int(Event.ARRIVE), int(Event.DONE), int(Event.MONEY)
_ELSEWHERE = int(Ledger.ELSEWHERE)
_LEDGER_BITS = 4


@kernel()
def picked(rows: np.ndarray, into_source: int, out_step: int, into_step: int) -> np.ndarray:
    """Numbers of the rows in which somebody comes with a transfer, a transfer is done, or its money moves."""
    out = np.empty(len(rows), dtype=np.int64)
    count = 0
    for number in range(len(rows)):
        kind = rows[number, 5]
        if kind == _MONEY:
            code = rows[number, 6]
            wanted = code >> _LEDGER_BITS == _ELSEWHERE or code & 15 == _ELSEWHERE
        elif kind == _DONE:
            wanted = rows[number, 3] == out_step or rows[number, 3] == into_step
        else:
            wanted = kind == _ARRIVE and rows[number, 6] == into_source
        if wanted:
            out[count] = number
            count += 1
    return out[:count].copy()
