"""Ways in which no visit can end, whatever is drawn: a share of them is 0 for certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.engines.counting_columns import Ending
from sim.metrics.measures import Question, measure_all
from sim.metrics.names import Names
from sim.metrics.names_tables import names_from_tables, tables_of_names
from sim.prepare import prepare
from sim.run import Plan
from tests.replications.runs import outcome

HEAD = '[run]\nstart = 2026-03-02\nduration = "8 h"\nreplications = {}\n'
COME = '[demand.people]\nenters = "desk"\nrate = "6 per h"\n'
DESK = '[stations.desk]\ncounters = 2\nservice = {{dist = "exponential", mean = "5 min"}}\n{}\n'


def _scenario(folder: Path, more: str = "", come: str = COME, replications: int = 1) -> Path:
    path = folder / "desk.toml"
    path.write_text(HEAD.format(replications) + DESK.format(more) + come, encoding="utf-8")
    return path


def _names(path: Path) -> Names:
    return prepare(path, ())[1].names


@pytest.mark.parametrize(
    ("more", "possible"),
    [
        ("", set()),
        ('patience = "10 min"', {Ending.ABANDONED}),
        ('patience = {dist = "exponential", mean = "3 h"}', {Ending.ABANDONED}),
        ("capacity = 5", {Ending.BLOCKED}),
        ("balk = {queue_per_counter = 2, share = 0.5}", {Ending.BALKED}),
        ("balk = {queue_per_counter = 2, share = 0}", set()),
    ],
)
def test_what_a_place_does_not_know_cannot_happen_there(tmp_path: Path, more: str, possible: set[Ending]) -> None:
    """Without patience nobody gives up, without capacity nobody is blocked, without `balk` nobody is put off."""
    names = _names(_scenario(tmp_path, more))
    (desk,) = names.stations
    asked = {Ending.ABANDONED, Ending.BLOCKED, Ending.BALKED, Ending.SELF_SERVICE}
    assert set(desk.never) == asked - possible
    tables = {table.name: list(zip(*table.columns.values(), strict=True)) for table in tables_of_names(names)}
    assert names_from_tables(tables.__getitem__).stations[0].never == desk.never


def test_patience_may_come_from_a_file(tmp_path: Path) -> None:
    """A column `patience`: who stands in the file may give up."""
    (tmp_path / "day.csv").write_text("time,patience\n07:00,300\n", encoding="utf-8")
    come = '[demand.people]\nenters = "desk"\nfile = {arrivals = "day.csv"}\n'
    assert Ending.ABANDONED not in _names(_scenario(tmp_path, come=come)).stations[0].never


@pytest.mark.parametrize(("more", "high"), [("", 0.0), ('patience = "7 h"', 0.30850)])
def test_nobody_gives_up_for_certain_only_where_nobody_can(tmp_path: Path, more: str, high: float) -> None:
    """Ten replications in which nobody gave up: 0 for certain without patience, else up to 30.85 %."""
    done = outcome(_scenario(tmp_path, more, replications=10), Plan(engine="reference"))
    (found,) = measure_all(done.results, [Question("abandoned.share")])
    assert (found.value, found.interval.low) == (0.0, 0.0)
    assert found.interval.high == pytest.approx(high, abs=5e-6)
    assert (found.interval.note == "cannot happen here") is (not more)


def test_runs_in_which_nobody_came_are_not_said_to_hold_nothing_random(tmp_path: Path) -> None:
    """One person in a hundred years comes at a moment that is random, though no run of eight hours shows it."""
    come = COME.replace("6 per h", "0.01 per year")
    done = outcome(_scenario(tmp_path, come=come, replications=3), Plan(engine="reference"))
    assert not done.tables.nothing_random


def test_a_run_folder_without_the_column_is_read_as_before(tmp_path: Path) -> None:
    """Nothing is ruled out of a run that an earlier version wrote."""
    names = _names(_scenario(tmp_path))
    tables = {table.name: list(zip(*table.columns.values(), strict=True)) for table in tables_of_names(names)}
    tables["stations"] = [row[:-1] for row in tables["stations"]]
    assert names_from_tables(tables.__getitem__).stations[0].never == ()
