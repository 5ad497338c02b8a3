"""Numbers of the people and cards of a run: valid, synthetic, unique."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from cardemu.identifiers import read_bank_card_number, read_card_identification, read_card_number, read_citizen_number
from sim.engines.draws import BANK_DRAW, Draws
from sim.errors import ScenarioError
from sim.log import Event
from sim.office.fields import Field
from sim.procedures.rule_table import STORIES
from sim.registry import Registry
from sim.run import play, prepare

TOWN = Path(__file__).parent / "data" / "town.toml"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The run folder of two weeks in the town."""
    folder = tmp_path_factory.mktemp("runs") / "town"
    loaded, compiled = prepare(TOWN, ['run.duration="14 d"'])
    play(loaded, compiled, folder=folder)
    connection = duckdb.connect()
    for table in ("persons", "cards"):
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM '{folder}/names/{table}.parquet'")
    return connection


def test_every_number_of_a_run_is_valid_synthetic_and_its_own(database: duckdb.DuckDBPyConnection) -> None:
    """Check characters hold, nobody lives in a real place, and no number is given twice."""
    citizens = [row[0] for row in database.execute("SELECT citizen_number FROM persons").fetchall()]
    cards = database.execute("SELECT card_number, card_identification, bank_card_number FROM cards").fetchall()
    assert len(citizens) > 1000
    assert len(cards) > 500
    assert len(set(citizens)) == len(citizens)
    for column in zip(*cards, strict=True):
        assert len(set(column)) == len(column)
    assert all(read_citizen_number(number).division.startswith("99") for number in citizens)
    for number, code, bank in cards:
        assert read_card_number(number) == number
        assert read_card_identification(bytes.fromhex(code)).region == "990000"
        assert read_bank_card_number(bank).startswith("88888")


def test_a_new_card_has_new_numbers_and_the_same_person(database: duckdb.DuckDBPyConnection) -> None:
    """L5 and P1: holders who replace get serial 2 and keep their only citizen number."""
    again = database.execute(
        "SELECT count(*), min(serial) FROM cards JOIN persons USING (person) WHERE cohort = 'holders'"
    ).fetchone()
    assert again is not None
    assert again[0] > 50
    assert again[1] == 2


def test_a_real_division_code_and_a_crowd_beyond_the_numbers_are_refused() -> None:
    """Both in one message each, before anything is played."""
    with pytest.raises(ScenarioError, match="may be a real place"):
        prepare(TOWN, ['region.division="3302"'])
    with pytest.raises(ScenarioError, match="numbers for 20,"):
        prepare(TOWN, ['region.division="990312"', "cohorts.holders.size=24_000_000"])


def test_a_new_card_is_of_the_bank_where_it_was_applied_for_or_of_the_one_before() -> None:
    """Three cards of one person: of his first bank, of that of an outlet where he applied, and of that again."""
    program = prepare(TOWN, ())[1].program
    registry, draws = Registry(program, "9900", 1, 0), Draws(program, 1, 0)
    steps = {row.name: number for number, row in enumerate(program.steps)}
    cohort = next(row for row in program.cohorts if row.record[Field.CARD_BANK] < 0 and row.banks == (0, 1))
    people = range(cohort.first, cohort.first + cohort.size)
    person = next(n for n in people if draws.person_share(n, BANK_DRAW) <= cohort.bank_cumulative[0])
    outlet = next(at for at, row in enumerate(program.stations) if row.bank == 1)
    order, apply = steps["produce.accept"], steps["apply.hand_in"]
    for t_ms, step, station in ((10, order, -1), (20, apply, outlet), (30, order, -1), (40, order, -1)):
        registry.add(np.array([(t_ms, 1, person, step, station, Event.DONE, 0, 0)], dtype=np.int64))
    cards = registry.tables()[1].columns
    assert cards["t_ms"].tolist() == [10, 30, 40]
    assert cards["serial"].tolist() == [cohort.record[Field.CARD_SERIAL] + n for n in (1, 2, 3)]
    assert [number[5:8] for number in cards["bank_card_number"].tolist()] == ["000", "001", "001"]


def test_a_card_made_at_once_elsewhere_is_of_the_bank_of_the_outlet_that_makes_it() -> None:
    """Applied for at an outlet of bank 0, made at the counter of one of bank 1: the number is bank 1's."""
    program = prepare(STORIES / "application.toml", ())[1].program
    registry = Registry(program, "9900", 1, 0)
    steps = {row.name: number for number, row in enumerate(program.steps)}
    outlets = [next(at for at, row in enumerate(program.stations) if row.bank == bank) for bank in (0, 1)]
    for t_ms, step, station in ((10, "apply.hand_in", outlets[0]), (20, "produce.ask_instant", outlets[1])):
        registry.add(np.array([(t_ms, 1, 0, steps[step], station, Event.DONE, 0, 0)], dtype=np.int64))
    (number,) = registry.tables()[1].columns["bank_card_number"].tolist()
    assert number[5:8] == "001"
