"""When somebody reaches the statutory retirement age."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from cardemu.identifiers import Sex
from sim.identities import Identities
from sim.office.fields import Age, Field
from sim.prepare import prepare
from sim.procedures.rule_table import STORIES
from sim.region import region_of
from sim.retirement import retires_on

MAN, WOMAN = Sex.MALE, Sex.FEMALE
LIFE = STORIES / "life.toml"


@pytest.mark.parametrize(
    ("birth", "sex", "women_from", "day"),
    [
        ("1964-12-31", MAN, 55, "2024-12-31"),  # before the raise: 60 years
        ("1965-01-01", MAN, 55, "2025-02-01"),  # 60 years and 1 month
        ("1965-04-30", MAN, 55, "2025-05-30"),
        ("1965-05-01", MAN, 55, "2025-07-01"),  # 60 years and 2 months
        ("1976-08-31", MAN, 55, "2039-07-31"),  # 62 years and 11 months
        ("1976-09-01", MAN, 55, "2039-09-01"),  # 63 years, and no more
        ("1990-02-28", MAN, 55, "2053-02-28"),
        ("1969-12-01", WOMAN, 55, "2024-12-01"),
        ("1970-01-01", WOMAN, 55, "2025-02-01"),
        ("1981-09-01", WOMAN, 55, "2039-09-01"),  # 58 years
        ("1974-12-01", WOMAN, 50, "2024-12-01"),
        ("1975-02-28", WOMAN, 50, "2025-03-28"),  # 50 years and 1 month
        ("1975-03-01", WOMAN, 50, "2025-05-01"),  # 50 years and 2 months
        ("1984-11-01", WOMAN, 50, "2039-11-01"),  # 55 years
        ("1965-11-30", MAN, 55, "2026-02-28"),  # February has no 30th
    ],
)
def test_the_age_is_raised_by_a_month_for_some_months_of_birth(birth: str, sex: Sex, women_from: int, day: str) -> None:
    """The table published with the decision of 2024: first and last month of birth of a step."""
    assert retires_on(date.fromisoformat(birth), sex, women_from) == date.fromisoformat(day)


def test_of_unknown_sex_the_later_age_counts() -> None:
    """Nobody is taken to be of age who may not be."""
    assert retires_on(date(1970, 1, 1), None) == retires_on(date(1970, 1, 1), MAN)


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ([], Age.WORKING),
        (["birth=1965-11-02", 'sex="male"'], Age.RETIREMENT),  # 2026-02-02, before the run begins on 2 March
        (["birth=1966-01-02", 'sex="male"'], Age.WORKING),
        (["birth=1966-01-02", 'sex="female"'], Age.RETIREMENT),
        (["birth=1990-01-02", 'age="retirement"'], Age.RETIREMENT),
        (['employment="retired"'], Age.RETIREMENT),
    ],
)
def test_the_record_of_a_person_says_of_age_by_birth_unless_the_file_says_it(said: list[str], age: Age) -> None:
    """U2: whoever is nothing said of has not reached the age; who is retired has."""
    _, compiled = prepare(LIFE, [f"people.mei_lan.{what}" for what in said])
    assert compiled.program.cohorts[0].record[Field.AGE] == age


def test_a_region_says_the_age_of_its_women() -> None:
    """Born in 1974 a woman has reached 50, not 55."""
    said = ["people.mei_lan.birth=1974-01-02", 'people.mei_lan.sex="female"']
    ages = [
        prepare(LIFE, [*said, f"region.women_retire_from={years}"])[1].program.cohorts[0].record[Field.AGE]
        for years in (50, 55)
    ]
    assert ages == [Age.RETIREMENT, Age.WORKING]


def test_whoever_may_claim_a_pension_has_a_number_of_that_age() -> None:
    """The citizen numbers of a cohort of retirement age say 63 years or more."""
    loaded, compiled = prepare(LIFE, ['people.mei_lan.age="retirement"'])
    known = Identities(compiled.program.cohorts, region_of(loaded), compiled.program.start).of(np.arange(1))
    assert 2026 - known.birth[0].astype("datetime64[Y]").astype(int) - 1970 >= 63
