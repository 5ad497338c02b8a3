"""Lists of varying length, one behind the other: whole numbers in one array, broken ones in another."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


class Lists:
    """Collects lists and says where each begins and ends.  Equal lists share their place."""

    def __init__(self) -> None:
        self._ints: list[np.ndarray] = []
        self._int_count = 0
        self._reals: list[float] = []
        self._seen: dict[tuple[object, ...], tuple[int, int]] = {}

    def whole(self, numbers: Iterable[int]) -> tuple[int, int]:
        """First position, and the one after the last, of a list of whole numbers."""
        key = tuple(int(number) for number in numbers)
        place = self._seen.get(("whole", *key))
        if place is None:
            place = self.array(np.array(key, dtype=np.int64))
            self._seen["whole", *key] = place
        return place

    def array(self, numbers: np.ndarray) -> tuple[int, int]:
        """The same for a long list that is an array already."""
        first = self._int_count
        self._ints.append(numbers.astype(np.int64))
        self._int_count += len(numbers)
        return first, self._int_count

    def broken(self, numbers: Iterable[float]) -> tuple[int, int]:
        """The same for a list of broken numbers."""
        key = tuple(float(number) for number in numbers)
        place = self._seen.get(("broken", *key))
        if place is None:
            first = len(self._reals)
            self._reals += key
            place = self._seen["broken", *key] = first, len(self._reals)
        return place

    def int_array(self) -> np.ndarray:
        """All whole numbers, and one more so that there is at least one."""
        return np.concatenate([*self._ints, np.zeros(1, dtype=np.int64)])

    def real_array(self) -> np.ndarray:
        """All broken numbers, and one more."""
        return np.array([*self._reals, 0.0], dtype=np.float64)
