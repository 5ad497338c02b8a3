"""What a record says besides who the person is, as values of data elements."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.card import Card
from cardemu.identifiers import citizen_number
from cardemu.people import person
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.batch import Batch
from cardemu.personalisation.data import elements, items, placed, values_of
from cardemu.personalisation.personalise import personalise
from cardemu.personalisation.script import predictable
from cardemu.personalisation.standing import (
    Standing,
    State,
    background,
    employment_record,
    months_between,
    standing_values,
    usual_values,
)
from cardemu.products import names, product
from cardemu.terminal.keyholder import Hsm

REGION = "990301"
NUMBER = citizen_number("990301", date(1990, 3, 7), 2)
DAY = date(2026, 3, 2)
FULL = Standing(
    State.UNEMPLOYED,
    employers=2,
    employed_on=date(2020, 5, 6),
    registration="unemployed",
    last_registration="unemployed",
    registered_on=date(2026, 1, 5),
    insurances=("110", "310"),
    insured_before=True,
    paid_months=3,
    benefit_from=date(2026, 1, 10),
    benefit_last=date(2026, 2, 10),
    benefit_months=2,
    benefit_fen=150_000,
    trainings=[date(2019, 1, 1), date(2021, 2, 2), date(2025, 3, 3)],
    qualifications=[date(2019, 6, 1), date(2025, 6, 1)],
    injuries=[date(2018, 1, 1), date(2018, 2, 2), date(2019, 3, 3), date(2024, 4, 4)],
    degree="10",
    assessed_on=date(2024, 6, 4),
    injury_paid_on=date(2024, 7, 1),
    injury_paid_fen=900_000,
    moved_out_on=date(2022, 1, 1),
    moved_in_on=date(2023, 1, 1),
)


@pytest.mark.parametrize(
    ("birth", "state", "kinds"),
    [
        (date(2015, 1, 1), "6", ["390"]),
        (date(1990, 3, 7), "1", ["110", "310", "210", "410"]),
        (date(1950, 1, 1), "4", ["310"]),
    ],
)
def test_who_is_known_by_his_papers_alone_is_at_school_employed_or_retired(
    birth: date, state: str, kinds: list[str]
) -> None:
    """By age: a child with residents' insurance, an employee with all insurances, a pensioner."""
    values = usual_values(citizen_number("990301", birth, 2), REGION, "20260302")
    assert values["work.state"] == state
    assert [values[f"insurance.kind_{n}"] for n in range(1, 5) if f"insurance.kind_{n}" in values] == kinds


def test_an_employee_has_paid_since_the_month_after_his_first_day_of_work() -> None:
    """Born in 1990, at work on 1 July 2012, insured on 1 August; 163 months ended up to March 2026."""
    values = usual_values(NUMBER, REGION, "20260302")
    assert values["work.first_employed_on"] == "20120701"
    assert values["insurance.first_insured_on"] == "20120801"
    assert values["insurance.paid_months"] == "0163"
    wage = int(values["insurance.wage"])
    assert int(values["insurance.pension_account"]) == 163 * (wage * 8 // 100)


def test_a_record_keeps_the_newest_where_the_chip_has_few_places() -> None:
    """Two trainings, two qualifications, three injuries, the newest first; each qualification a grade higher."""
    values = standing_values(FULL, background(NUMBER, REGION, DAY), REGION)
    assert values["work.training"].split("^")[2] == "20250303"
    assert values["work.training:2"].split("^")[2] == "20210202"
    assert "work.training:3" not in values
    assert [values[name].split("^")[1:4:2] for name in ("work.qualification", "work.qualification:2")] == [
        ["4", "20250601"],
        ["5", "20190601"],
    ]
    assert [
        values[name].split("^")[3] for name in ("insurance.injury", "insurance.injury:2", "insurance.injury:3")
    ] == [
        "20240404",
        "20190303",
        "20180202",
    ]


def test_what_is_not_so_is_not_said() -> None:
    """Without employer, registration, benefit or injury none of their values is there, not even empty."""
    values = standing_values(Standing(), background(NUMBER, REGION, DAY), REGION)
    assert all(values.values())
    assert not {name for name in values if name.startswith(("work.employer", "insurance.kind", "insurance.benefit"))}
    assert values["work.state"] == "5"


def test_a_pension_that_has_ended_is_said_to_have_ended() -> None:
    """Drawn from March, not any more from May: the benefit has its last day and another state; the retirement stays."""
    known = background(NUMBER, REGION, DAY)
    drawn = Standing(State.RETIRED, insured_before=True, retired_on=date(2026, 3, 2))
    over = replace(drawn, state=State.NONE, pension_ended_on=date(2026, 5, 4))
    assert standing_values(drawn, known, REGION)["insurance.benefit"] == "110^990301^20260302^^^101^20260302"
    assert standing_values(over, known, REGION)["insurance.benefit"] == "110^990301^20260302^20260504^^201^20260504"
    assert standing_values(over, known, REGION)["insurance.retired_on"] == "20260302"


def test_a_pension_without_contributions_is_on_the_chip() -> None:
    """Who draws one without ever having paid has retired all the same."""
    values = standing_values(
        Standing(State.RETIRED, retired_on=date(2026, 3, 2)), background(NUMBER, REGION, DAY), REGION
    )
    assert (values["insurance.retired_on"], values["insurance.pension_from"]) == ("20260302", "20260302")
    assert "insurance.paid_months" not in values


@pytest.mark.parametrize(
    ("standing", "says"),
    [
        (Standing(State.NONE, employers=1, insured_before=True), ("", "")),
        (Standing(State.EMPLOYED, employers=1, insurances=("110", "310"), insured_before=True), (REGION, "11")),
        (Standing(State.RETIRED, employers=1, insurances=("310",), insured_before=True), (REGION, "21")),
        (Standing(State.MINOR, insurances=("390",)), (REGION, "91")),
    ],
)
def test_the_medical_file_says_insured_exactly_of_whoever_is(standing: Standing, says: tuple[str, str]) -> None:
    """Place and class of medical insurance go when it ends; a child is a resident, and not at work."""
    values = standing_values(standing, background(NUMBER, REGION, DAY), REGION)
    assert (values.get("insurance.medical_region", ""), values.get("insurance.medical_class", "")) == says


def test_months_end_and_are_then_paid() -> None:
    """From 31 January to 1 February a month has ended; within February none; never less than none."""
    assert months_between(date(2026, 1, 31), date(2026, 2, 1)) == 1
    assert months_between(date(2026, 2, 1), date(2026, 2, 28)) == 0
    assert months_between(date(2025, 11, 30), date(2026, 2, 1)) == 3
    assert months_between(date(2026, 2, 1), date(2025, 2, 1)) == 0


def test_an_employment_that_ended_names_job_days_and_employer() -> None:
    """As a record of the chip's list; the first and the second employer are different ones."""
    known = background(NUMBER, REGION, DAY)
    job, first, last, employer = employment_record(known, 1, date(2020, 1, 2), date(2021, 3, 4))
    assert (job, first, last) == (known.values["work.occupation"], "20200102", "20210304")
    assert employer == known.employer(1)[0] != known.employer(2)[0]


@pytest.mark.parametrize("name", names())
@given(index=st.integers(0, 1_000_000))
def test_anybodys_record_fits_every_product(name: str, index: int) -> None:
    """No value is too long, or has a character the chip cannot take."""
    made, holder = product(name), person(1, REGION, index)
    assert elements(made, usual_values(holder.citizen_number, REGION, "20260302"))
    assert elements(made, standing_values(FULL, background(holder.citizen_number, REGION, DAY), REGION))


@pytest.mark.parametrize("name", names())
def test_second_and_third_records_are_written_alike_by_conversation_and_in_batches(name: str) -> None:
    """A full record, cell by cell; every occurrence in its own place."""
    made, holder = product(name), person(1, REGION, 3)
    serial = bytes.fromhex("00000003")
    values = values_of(holder, REGION, serial, "20260302", 3)
    values |= placed(made, standing_values(FULL, background(holder.citizen_number, REGION, DAY), REGION))
    wanted = items(made, values)
    spoken, audit = Card.initialised(made.template, predictable(), REGION, serial), Audit("test")
    personalise(spoken, made, wanted, Hsm(made.template.roots), audit, REGION)
    assert audit.complete
    assert Batch(made, REGION).card(predictable(), serial, wanted).memory.cells == spoken.memory.cells
