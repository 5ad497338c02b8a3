"""Who the people of a scenario are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cardemu.identifiers import Sex, read_citizen_number
from sim.errors import ScenarioError
from sim.identities import Identities
from sim.office.fields import Age, Employment, Field
from sim.prepare import prepare
from sim.procedures.rule_table import STORIES
from sim.region import region_of
from tests.cardwork.runs import story_run

TOWN = Path(__file__).parents[1] / "scenarios" / "cities" / "ningbo.toml"
LIFE = STORIES / "life.toml"


def _identities(path: Path, overrides: list[str]) -> Identities:
    loaded, compiled = prepare(path, overrides)
    return Identities(compiled.program.cohorts, region_of(loaded), compiled.program.start)


@pytest.mark.slow
def test_a_person_of_a_story_is_who_the_file_says() -> None:
    """Name, sex and birth: in the citizen number, and not only in the file."""
    said = ['people.mei_lan.sex="female"', "people.mei_lan.birth=1990-05-17", 'people.ou_yang.sex="male"']
    known = _identities(LIFE, said).of(np.arange(6))
    assert known.name.tolist() == ["梅兰", "宁涛", "欧阳", "潘丽", "秦可", "任毅"]
    read = read_citizen_number(known.citizen_number[0])
    assert (read.birth, read.sex) == (date(1990, 5, 17), Sex.FEMALE)
    assert read_citizen_number(known.citizen_number[2]).sex is Sex.MALE


def test_twins_of_one_file_have_different_numbers() -> None:
    """Two people of one birth and sex."""
    said = [f"people.{who}.{what}" for who in ("mei_lan", "pan_li") for what in ('sex="male"', "birth=2001-12-31")]
    numbers = _identities(LIFE, said).of(np.arange(6)).citizen_number.tolist()
    assert numbers[0] != numbers[3]
    assert numbers[0][:16] != numbers[3][:16] or numbers[0][16] != numbers[3][16]


@pytest.mark.slow
def test_nobody_is_at_work_as_a_child_and_no_two_share_a_number() -> None:
    """A sample of Ningbo's ten million: those whose record says that they work are 22 to 59."""
    cohorts = prepare(TOWN, [])[1].program.cohorts
    working = [
        np.arange(row.first, row.first + row.size, 97)
        for row in cohorts
        if row.record[Field.EMPLOYMENT] == Employment.EMPLOYED and row.record[Field.AGE] == Age.WORKING
    ]
    known = _identities(TOWN, []).of(np.concatenate(working))
    years = 2025 - (known.birth.astype("datetime64[Y]").astype(int) + 1970)
    assert (years.min(), years.max()) == (22, 59)
    assert len(set(known.citizen_number.tolist())) == len(known)


@pytest.mark.slow
def test_a_person_is_the_same_whoever_else_is_asked_about() -> None:
    """Alone, and among others in another order."""
    identities = _identities(TOWN, [])
    alone = identities.of(np.array([4_711_000])).citizen_number[0]
    assert identities.of(np.array([9_000_000, 4_711_000, 3])).citizen_number[1] == alone


@pytest.mark.slow
def test_the_card_bears_the_name_the_story_gives() -> None:
    """What a replay puts on the chip is the person of the file."""
    assert story_run("life").world.identities.of(np.array([3])).name.tolist() == ["潘丽"]


@pytest.mark.parametrize(
    ("said", "why"),
    [('people.mei_lan.name="' + "梅" * 26 + '"', "52 bytes"), ("people.mei_lan.birth=2031-01-01", "no citizen number")],
)
def test_a_person_who_cannot_be_is_refused_before_the_run(said: str, why: str) -> None:
    """A name no card has room for, a birth no number says."""
    with pytest.raises(ScenarioError, match=why):
        prepare(LIFE, [said])
