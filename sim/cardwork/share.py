"""Whose cards are replayed: everybody's, nobody's, or those of a share of the people."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from sim.errors import MistakeError
from sim.sample import keyed

AUTO = "auto"
FEW = 2_000
"""Scenarios with at most this many people have all their cards replayed unless somebody says otherwise."""
SOME = "1%"
_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?) ?%")
_SEED = 0


class ShareError(MistakeError):
    """Not a share of people."""


def share_of(text: str) -> float:
    """`all`, `none` or a percentage, as 0 to 1."""
    if text in {"all", "none"}:
        return float(text == "all")
    found = _SHARE.fullmatch(text)
    if found is None or float(found[1]) > 100:
        raise ShareError(f'"{text}" is no share of the people; allowed: all, none, auto, or a percentage such as 1%')
    return float(found[1]) / 100


def share_for(cards: str, people: int) -> float:
    """The share of people meant by all, none, a percentage or auto; ShareError for anything else."""
    if cards != AUTO:
        try:
            return share_of(cards)
        except ShareError as error:
            raise ShareError(f"--cards: {error}") from error
    return 1.0 if people <= FEW else share_of(SOME)


def chosen(numbers: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """Which people belong to a share: by their number alone."""
    return np.asarray(keyed(numbers, _SEED) < share)
