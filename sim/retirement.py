"""When somebody reaches the statutory retirement age (U2): China's, raised step by step since 1 January 2025.

Decision of the Standing Committee of the National People's Congress of 13 September 2024: men from 60 to 63 years,
women from 55 to 58, by a month for every four months of birth; women whose age was 50, to 55, by a month for every two.
Which of the two ages holds for a woman depends on her work, which no record says: a region's parameter.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from cardemu.identifiers import Sex

MEN, WOMEN = 60, 55


class _Raised(NamedTuple):
    """From this year of birth on the age rises by a month for every `step` months of birth, by `most` at most."""

    born: int
    step: int
    most: int


_RAISED = {60: _Raised(1965, 4, 36), 55: _Raised(1970, 4, 36), 50: _Raised(1975, 2, 60)}
HIGHEST = 63
"""Whoever is as old as this, in years, has reached it, man or woman."""


def retires_on(birth: date, sex: Sex | None, women_from: int = WOMEN) -> date:
    """The day on which the age is reached; of unknown sex the later one.  `women_from`: 50 or 55, before the raise."""
    years = women_from if sex is Sex.FEMALE else MEN
    raised = _RAISED[years]
    born = (birth.year - raised.born) * 12 + birth.month - 1
    later = 0 if born < 0 else min(born // raised.step + 1, raised.most)
    month = birth.year * 12 + birth.month - 1 + years * 12 + later
    return _day(month // 12, month % 12 + 1, birth.day)


def _day(year: int, month: int, day: int) -> date:
    """That day of a month, or its last."""
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1
