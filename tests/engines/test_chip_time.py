"""The chip's time in machines: a slower chip makes the queue longer, in both engines alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cardemu.personalisation.script import personalisation_time_ms, prepersonalisation_time_ms
from cardemu.products import product
from sim.compile.compiler import Compiled
from sim.compile.rows import dist_row, mean
from sim.engines.draws import Draws
from sim.errors import ScenarioError
from sim.log import LEADS, Event
from sim.program import DistKind
from sim.scenario.schema_chip import ChipTime
from sim.scenario.values import Dist
from tests.engines.programs import compiled, play

TOWN = """
[cohorts.new]
size = 5000
[hours.window]
weekdays = ["09:00-17:00"]
[outlets.hall]
bank = "icbc"
counters = 30
hours = "window"
service = "2 min"
INSTANT
[factories.line]
machines = 1
hours = "window"
FACTORY
[banks.icbc]
[demand.first]
procedure = "apply"
cohort = "new"
rate = "25 per h"
hours = "window"
[procedures.apply]
instant_share = SHARE
[procedures.collect]
at_bank_share = 0
at_hospital_share = 0
at_pharmacy_share = 0
"""
HEAD = '[run]\nstart = 2026-03-02\nduration = "5 d"\n'


def town(tmp_path: Path, instant: str = "", factory: str = "", share: float = 1.0) -> Compiled:
    """People who apply for a card, made at the counter or in the factory."""
    machine = f"instant = {{machines = 1, {instant}}}" if instant else ""
    text = TOWN.replace("INSTANT", machine).replace("FACTORY", factory).replace("SHARE", str(share))
    return compiled(tmp_path, text, head=HEAD)


def mean_lead_ms(program: Compiled, name: str) -> float:
    """Mean of a lead time in the log."""
    log = play(program)
    leads = log[(log[:, 5] == Event.LEAD) & (log[:, 6] == LEADS.index(name)), 7]
    assert len(leads) > 300
    return float(leads.mean())


def service_times(program: Compiled, station: str) -> np.ndarray:
    """Service times at a station."""
    number = next(n for n, row in enumerate(program.program.stations) if row.name == station)
    log = play(program)
    times: np.ndarray = log[(log[:, 5] == Event.END) & (log[:, 4] == number), 7]
    assert len(times) > 300
    return times


def test_a_slower_chip_gives_longer_lead_times(tmp_path: Path) -> None:
    """Blank chips at the default rate with slow memory cost half a minute each, and the queue more than that."""
    fast = town(tmp_path, 'service = "100 s", chip_time = {product = "generation-3"}')
    slow = town(
        tmp_path,
        'service = "100 s", chip_time = '
        '{product = "generation-3", blank = true, photo_bytes = 4096, ta1 = "11", page_write_us = 10000}',
    )
    quick, long = (mean_lead_ms(one, "application_to_ready") for one in (fast, slow))
    assert long - quick > 34_000 + 20_000


def test_the_service_time_is_the_machines_and_the_chips(tmp_path: Path) -> None:
    """A constant service gives the sum, to the millisecond, in the instant machine and in the factory."""
    chip_ms = personalisation_time_ms(product("generation-2"))
    at_counter = town(tmp_path, 'service = "100 s", chip_time = {product = "generation-2"}')
    assert set(service_times(at_counter, "hall.machine").tolist()) == {100_000 + chip_ms}
    central = town(tmp_path, factory='service = "2.4 s"\nchip_time = {product = "generation-2"}', share=0)
    assert set(service_times(central, "line").tolist()) == {2_400 + chip_ms}
    parallel = town(tmp_path, factory='service = "2.4 s"\nchip_time = {product = "generation-2", heads = 10}', share=0)
    assert set(service_times(parallel, "line").tolist()) == {2_400 + (chip_ms + 5) // 10}


def test_without_a_service_time_the_procedures_own_is_taken(tmp_path: Path) -> None:
    """The same people draw the same times, each longer by the chip's."""
    plain = service_times(town(tmp_path, "consumables = 0"), "hall.machine")
    timed = service_times(town(tmp_path, 'chip_time = {product = "generation-1"}'), "hall.machine")
    chip_ms = personalisation_time_ms(product("generation-1"))
    assert timed.min() >= chip_ms
    assert plain.min() + chip_ms == timed.min()


def test_the_time_is_that_of_the_products_script() -> None:
    """Pre-personalisation counts for blank chips; what is given replaces the product's timing."""
    kind = product("generation-3")
    assert ChipTime(product="generation-3").time_ms == personalisation_time_ms(kind)
    assert ChipTime(product="generation-3", blank=True).time_ms == (
        personalisation_time_ms(kind) + prepersonalisation_time_ms(kind)
    )
    slow = replace(kind, timing=replace(kind.timing, page_write_us=9_000, ta1=0x11))
    given = ChipTime.model_validate({"product": "generation-3", "page_write_us": 9_000, "ta1": "11"})
    assert given.time_ms == personalisation_time_ms(slow) > personalisation_time_ms(kind)
    assert (
        ChipTime(product="generation-3", photo_bytes=2048, heads=4).time_ms == personalisation_time_ms(kind, 2048) / 4
    )


SHIFTED = [
    Dist("constant", 1000.0),
    Dist("exponential", 1000.0),
    Dist("erlang", 1000.0, 3.0),
    Dist("uniform", 500.0, 1500.0),
    Dist("triangular", 500.0, 900.0, 1500.0),
    Dist("lognormal", 1000.0, 0.5),
    Dist("gamma", 1000.0, 0.5),
    Dist("weibull", 1000.0, 1.5),
    Dist("hyperexponential", values=(500.0, 2000.0), weights=(0.5, 0.5)),
    Dist("empirical", values=(500.0, 2000.0), weights=(0.5, 0.5)),
]


@pytest.mark.parametrize("dist", SHIFTED, ids=lambda dist: dist.kind)
def test_every_distribution_can_be_shifted(dist: Dist, tmp_path: Path) -> None:
    """Each draw is longer by the shift, and so is the mean."""
    plain, shifted = dist_row(dist), dist_row(replace(dist, shift=250.0))
    assert mean(shifted) == pytest.approx(mean(plain) + 250)
    program = replace(town(tmp_path).program, dists=(plain, shifted))
    draws = Draws(program, 1, 0)
    for person in range(50):
        before, after = (draws.person_number(person, number, 7) for number in (0, 1))
        assert after - before == 250


def test_nothing_becomes_something_by_a_shift() -> None:
    """What never comes does not come later either."""
    assert dist_row(Dist("never", shift=5.0)).kind is DistKind.NEVER


@pytest.mark.slow
def test_both_engines_play_it_alike(tmp_path: Path) -> None:
    """The same log, row for row."""
    from tests.engines.test_agreement import assert_same  # noqa: PLC0415 - compiles when imported

    made = town(
        tmp_path,
        'service = {dist = "lognormal", mean = "100 s", cv = 0.3}, chip_time = {product = "generation-2"}',
        'chip_time = {product = "generation-3", blank = true}',
        share=0.5,
    )
    assert len(assert_same(made.program)) > 5_000


@pytest.mark.parametrize(
    ("chip_time", "message"),
    [
        ('{product = "generation-4"}', 'unknown card product "generation-4", did you mean "generation-3"?'),
        ("{}", "product: is missing"),
        ('{product = "generation-3", ta1 = "F0"}', 'ta1: "F0" is no rate; allowed: two hexadecimal digits'),
        ('{product = "generation-3", photo_bytes = 5000}', "photo_bytes: 5000 bytes do not fit on the chip"),
        ('{product = "generation-3", heads = 0}', "heads"),
        ('{product = "generation-3", page_write = 5}', 'unknown key "page_write", did you mean "page_write_us"?'),
    ],
)
def test_mistakes_are_explained(tmp_path: Path, chip_time: str, message: str) -> None:
    """Where, what, and what is allowed."""
    with pytest.raises(ScenarioError) as caught:
        town(tmp_path, f"chip_time = {chip_time}")
    assert message in str(caught.value)
    assert "outlets.hall.instant.chip_time" in str(caught.value)
