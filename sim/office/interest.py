"""Interest on the medical balance: simple, reckoned on the sum of daily balances, actual days over 360 (C3).

assumed: as banks reckon interest on demand deposits in renminbi: the balance at the end of each day is summed up
(fen times days), the day of payout does not count, and a year's rate is divided by 360.  A fraction of a fen is
rounded to the nearest, half to even.  Everything is integer, so every engine pays the same fen.
"""

from __future__ import annotations

DAYS_OF_A_YEAR = 360
PPM = 1_000_000


def interest_fen(fen_days: int, rate_ppm: int) -> int:
    """Interest on a sum of daily balances at a yearly rate in millionths."""
    divisor = DAYS_OF_A_YEAR * PPM
    whole, rest = divmod(fen_days * rate_ppm, divisor)
    if 2 * rest > divisor or (2 * rest == divisor and whole & 1):
        whole += 1
    return whole
