"""Synthetic people: any number of them, each a pure function of seed, region and index, none of them real.

Their citizen numbers begin with 99, which no division of the country has (GB/T 2260), so no number can be anybody's.
No two people of a region share a number, by construction: every birth date, sequence and division code of the region is
a slot, common ages having more slots than rare ones; a keyed permutation of all slots (a Feistel network over a power
of four, walked on until it lands on a slot) gives each index its own.  Regions of one scenario must not begin alike:
9903 contains 990301.  Name and ethnicity are drawn by a hash of the index and prove nothing about anybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cardemu.columns import digits_of, texts_of
from cardemu.identifiers import CITIZEN_CHECKS, CITIZEN_WEIGHTS, Sex

REFERENCE = date(2026, 1, 1)
"""Everybody is born before this day, unless another one is given."""

AGE_WEIGHTS = (55, 64, 60, 52, 53, 65, 88, 70, 66, 81, 86, 72, 52, 52, 35, 22, 14, 8, 3)
"""Relative numbers of people by age, five years each from 0 to 94.  assumed: roughly the census of 2020."""

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚"
GIVEN = "安宁平和清明文华春秋晨晓雨云山川林竹松柏兰菊梅荷星月阳光国庆建新志远思源立诚可欣子涵家乐天成海波江帆"

ETHNICITIES = (1, 8, 5, 3, 6, 11, 7, 15, 4, 2)
"""Codes of GB/T 3304: Han, then Zhuang, Uygur, Hui, Miao, Manchu, Yi, Tujia, Tibetan, Mongol."""
ETHNICITY_SHARES = (0.915, 0.014, 0.009, 0.009, 0.008, 0.008, 0.007, 0.007, 0.005, 0.018)
"""assumed: rounded from the census of 2020; the last also stands for all others."""

SEQUENCES = 999  # 001 to 999; odd ones are men's
ROUNDS = 6

Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Person:
    """One synthetic person, as a card application shows them."""

    citizen_number: str
    name: str
    sex: Sex
    birth: date
    ethnicity: str
    """Two digits, GB/T 3304."""


@dataclass(frozen=True)
class People:
    """Many synthetic people, column by column."""

    citizen_number: npt.NDArray[np.str_]
    name: npt.NDArray[np.str_]
    sex: npt.NDArray[np.int8]
    birth: npt.NDArray[np.datetime64]
    ethnicity: npt.NDArray[np.int8]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.citizen_number)


@dataclass(frozen=True)
class _Slots:
    """All citizen numbers of a region: day d (from `first_day`) has those from ends[d - 1] to ends[d] - 1."""

    first_day: np.datetime64
    ends: Integers
    first_division: int
    divisions: int

    @property
    def capacity(self) -> int:
        return int(self.ends[-1])


@lru_cache(maxsize=16)
def _slots(region: str, reference: date) -> _Slots:
    if not re.fullmatch(r"99\d{0,4}", region, re.ASCII):
        raise ValueError(f"region {region!r} must be 99 and up to four more digits, so that nobody's number begins so")
    years = 5 * len(AGE_WEIGHTS)
    last = np.datetime64(reference, "D")
    first = np.datetime64(date(reference.year - years, reference.month, 1), "D")
    days = int((last - first).astype(np.int64))
    age = (np.arange(days)[::-1] / 365.2425).astype(np.int64)
    weights = np.array(AGE_WEIGHTS)[np.minimum(age // 5, len(AGE_WEIGHTS) - 1)]
    divisions = 10 ** (6 - len(region))
    per_day = divisions * SEQUENCES * weights // max(AGE_WEIGHTS)
    return _Slots(first, np.cumsum(per_day), int(region.ljust(6, "0")), divisions)


def capacity(region: str, reference: date = REFERENCE) -> int:
    """Return how many people a region can have: 21 million with a code of six digits, 100 times that with four."""
    return _slots(region, reference).capacity


def birth_days(region: str, reference: date = REFERENCE) -> tuple[date, date]:
    """Return the first and the last day on which anybody of a region can be born."""
    slots = _slots(region, reference)
    last = slots.first_day + np.timedelta64(len(slots.ends) - 1, "D")
    return slots.first_day.astype(date), last.astype(date)


def _mix(words: Words, key: int) -> Words:
    """Return 64 well-mixed bits of each word (the finaliser of SplitMix64, Steele, Lea & Flood 2014)."""
    mixed = words + np.uint64((key * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _permute(index: Integers, size: int, key: int) -> Integers:
    """Return the place of each index in a keyed permutation of range(size).

    A Feistel network permutes a power of four not below `size`; what lands beyond `size` is sent through again, which
    keeps the whole a permutation.
    """
    half = np.uint64(((size - 1).bit_length() + 1) // 2)
    mask = (np.uint64(1) << half) - np.uint64(1)
    place = index.astype(np.uint64)
    outside = np.ones(place.shape, dtype=bool)
    while outside.any():
        word = place[outside]
        left, right = word >> half, word & mask
        for turn in range(ROUNDS):
            left, right = right, left ^ (_mix(right, key * ROUNDS + turn) & mask)
        place[outside] = (left << half) | right
        outside = place >= np.uint64(size)
    return place.astype(np.int64)


def _share(index: Integers, key: int, purpose: int) -> npt.NDArray[np.float64]:
    """Return a number in [0, 1) for each index and purpose."""
    return (_mix(_mix(index.astype(np.uint64), key), purpose) >> np.uint64(11)) / 2.0**53


def _numbers(division: Integers, birth: npt.NDArray[np.datetime64], sequence: Integers) -> npt.NDArray[np.str_]:
    """Compose citizen numbers."""
    day = birth.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    year = day.astype("datetime64[Y]")
    date8 = (
        (year.astype(np.int64) + 1970) * 10_000
        + ((month - year).astype(np.int64) + 1) * 100
        + ((day - month).astype(np.int64) + 1)
    )
    digits = digits_of((division * 10**8 + date8) * 1000 + sequence, len(CITIZEN_WEIGHTS))
    text = np.empty((len(division), 18), dtype=np.uint32)
    text[:, :17] = digits + ord("0")
    total = digits @ np.array(CITIZEN_WEIGHTS)
    text[:, 17] = np.array([ord(check) for check in CITIZEN_CHECKS])[total % 11]
    return texts_of(text)


def _names(index: Integers, key: int) -> npt.NDArray[np.str_]:
    """Return a surname and one or two characters; one in five has one."""
    surnames, given = np.array(list(SURNAMES)), np.array(list(GIVEN))
    # the square makes the first surnames, which are the common ones, more frequent
    surname = surnames[(_share(index, key, 1) ** 2 * len(surnames)).astype(np.int64)]
    first = given[(_share(index, key, 2) * len(given)).astype(np.int64)]
    second = given[(_share(index, key, 3) * len(given)).astype(np.int64)]
    second = np.where(_share(index, key, 4) < 0.2, "", second)
    return np.strings.add(np.strings.add(surname, first), second)


def people(seed: int, region: str, indices: npt.ArrayLike, reference: date = REFERENCE) -> People:
    """Return the people of `region` with these indices, whole columns at once.

    `region` is 99 and up to four more digits: the beginning of its division codes.
    """
    slots = _slots(region, reference)
    try:
        index = np.atleast_1d(np.asarray(indices, dtype=np.int64))
    except OverflowError as error:
        raise ValueError(f"region {region} has people 0 to {slots.capacity - 1}, not {indices!r}") from error
    if index.size and not 0 <= int(index.min()) <= int(index.max()) < slots.capacity:
        raise ValueError(f"region {region} has people 0 to {slots.capacity - 1}, not {index.min()} to {index.max()}")
    key = seed * 1_000_003 + slots.first_division
    slot = _permute(index, slots.capacity, key)
    day = np.searchsorted(slots.ends, slot, side="right")
    within = slot - np.where(day > 0, slots.ends[day - 1], 0)
    division, sequence = slots.first_division + within % slots.divisions, within // slots.divisions + 1
    birth = slots.first_day + day
    bounds = np.cumsum(ETHNICITY_SHARES)[:-1]
    ethnicity = np.array(ETHNICITIES)[np.searchsorted(bounds, _share(index, key, 5), side="right")]
    sex = np.where(sequence % 2 == 1, int(Sex.MALE), int(Sex.FEMALE))
    return People(
        _numbers(division, birth, sequence),
        _names(index, key),
        sex.astype(np.int8),
        birth,
        ethnicity.astype(np.int8),
    )


def person(seed: int, region: str, index: int, reference: date = REFERENCE) -> Person:
    """Return one person; for many, `people` is faster by far."""
    one = people(seed, region, [index], reference)
    return Person(
        str(one.citizen_number[0]),
        str(one.name[0]),
        Sex(int(one.sex[0])),
        one.birth[0].astype(date),
        f"{one.ethnicity[0]:02d}",
    )
