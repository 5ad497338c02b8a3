"""Synthetic people: nobody twice, nobody real, the same ones every time."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.identifiers import Sex, read_citizen_number
from cardemu.people import ETHNICITY_SHARES, GIVEN, SURNAMES, Person, _permute, capacity, people, person

REGIONS = st.from_regex(r"99[0-9]{0,4}", fullmatch=True)
SEEDS = st.integers(0, 2**63 - 1)

FIRST_TWO = [
    Person("990325194104180204", "李晨远", Sex.FEMALE, date(1941, 4, 18), "08"),
    Person("990301194510030825", "余柏安", Sex.FEMALE, date(1945, 10, 3), "01"),
]


def test_the_first_people_of_a_region() -> None:
    """The same seed, region and index give the same person on every machine and in every version."""
    assert [person(1, "9903", index) for index in range(2)] == FIRST_TWO


@given(SEEDS, REGIONS, st.data())
def test_a_person_is_consistent(seed: int, region: str, data: st.DataObject) -> None:
    """The citizen number is right, begins with the region, never is an assigned one, and tells birth and sex."""
    index = data.draw(st.integers(0, capacity(region) - 1))
    somebody = person(seed, region, index)
    number = read_citizen_number(somebody.citizen_number)
    assert number.division.startswith(region)
    assert number.division.startswith("99")
    assert (number.birth, number.sex) == (somebody.birth, somebody.sex)
    assert date(1931, 1, 1) <= somebody.birth < date(2026, 1, 1)
    assert somebody.name[0] in SURNAMES
    assert 2 <= len(somebody.name) <= 3
    assert set(somebody.name[1:]) <= set(GIVEN)
    assert 1 <= int(somebody.ethnicity) <= 56


@given(st.integers(1, 3000), st.integers(0, 2**63 - 1))
def test_the_permutation_is_one(size: int, key: int) -> None:
    """Every index has a place of its own, for any size and key: so no two people share a number."""
    assert np.sort(_permute(np.arange(size), size, key)).tolist() == list(range(size))


@given(SEEDS, REGIONS, st.integers(0, 10**6))
def test_neighbours_never_share_a_number(seed: int, region: str, begin: int) -> None:
    """Two hundred people in a row have two hundred numbers."""
    indices = np.arange(begin, begin + 200)
    assert len(set(people(seed, region, indices).citizen_number.tolist())) == 200


@pytest.mark.slow
def test_every_number_of_the_smallest_region_is_given_once() -> None:
    """All 20.7 million people of a single division code: as many numbers as people, so a region of 15 million fits."""
    size = capacity("990301")
    assert size == 20_674_721
    taken = np.zeros(size, dtype=bool)
    for begin in range(0, size, 2_000_000):
        taken[_permute(np.arange(begin, min(begin + 2_000_000, size)), size, 12345)] = True
    assert taken.all()


@pytest.mark.slow
def test_half_a_million_people_have_half_a_million_numbers_and_plausible_ages() -> None:
    """Numbers are unique as text, half are men's, and ages follow the weights."""
    many = people(3, "9903", np.arange(500_000))
    assert len(np.unique(many.citizen_number)) == len(many) == 500_000
    assert float(np.mean(many.sex == int(Sex.MALE))) == pytest.approx(0.5, abs=0.005)
    assert float(np.mean(many.ethnicity == 1)) == pytest.approx(ETHNICITY_SHARES[0], abs=0.002)
    age = (np.datetime64("2026-01-01") - many.birth).astype(np.int64) / 365.2425
    assert float(np.mean((age >= 30) & (age < 35))) == pytest.approx(88 / 998, abs=0.002)
    assert float(np.mean(age < 5)) == pytest.approx(55 / 998, abs=0.002)
    assert len(np.unique(many.name)) > 50_000


def test_columns_and_single_people_agree() -> None:
    """Asking for many gives the same people as asking for each."""
    some = people(9, "990302", [5, 17, 4])
    for row, index in enumerate((5, 17, 4)):
        one = person(9, "990302", index)
        assert one.citizen_number == some.citizen_number[row]
        assert one.name == some.name[row]
        assert one.ethnicity == f"{some.ethnicity[row]:02d}"


def test_another_seed_gives_other_people() -> None:
    """The seed decides who is where."""
    assert person(1, "9903", 0) != person(2, "9903", 0)


def test_names_fit_the_card() -> None:
    """The card stores names in GB 2312's characters, two bytes each."""
    assert len((SURNAMES + GIVEN).encode("gb2312")) == 2 * len(SURNAMES + GIVEN)
    assert len(set(SURNAMES)) == len(SURNAMES)
    assert len(set(GIVEN)) == len(GIVEN)
    assert sum(ETHNICITY_SHARES) == pytest.approx(1.0)


@pytest.mark.parametrize("region", ["3302", "330200", "98", "9", "9903011", "99a"])
def test_a_region_of_real_people_is_refused(region: str) -> None:
    """Only codes that begin with 99 are nobody's."""
    with pytest.raises(ValueError, match=f"region '{region}' must be 99 and up to four more digits"):
        person(1, region, 0)


def test_people_beyond_the_last_are_refused() -> None:
    """The message says how many there are."""
    with pytest.raises(ValueError, match="has people 0 to 20674720, not 20674721 to 20674721"):
        person(1, "990301", 20_674_721)
    with pytest.raises(ValueError, match="not -1 to 3"):
        people(1, "990301", [3, -1])


def test_nobody_is_born_after_the_day_of_reference() -> None:
    """A scenario of an earlier year gives its own day."""
    early = people(1, "9903", np.arange(5000), date(2020, 6, 15))
    assert early.birth.max() < np.datetime64("2020-06-15")
    assert early.birth.min() >= np.datetime64("1925-06-01")


@pytest.mark.parametrize("index", [-1, 20_674_721, 10**20])
def test_a_number_nobody_has_is_refused_however_large(index: int) -> None:
    """The message says which numbers there are, also for one that fits into no machine word."""
    with pytest.raises(ValueError, match=f"region 990301 has people 0 to 20674720, not .*{index}"):
        person(1, "990301", index)
