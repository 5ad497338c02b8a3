"""Cohorts: what people have before they first come."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.engines.demand import arrivals as blocks
from sim.log import Event
from sim.office.fields import Ledger
from sim.run import prepare
from tests.engines.programs import arrivals, compiled, play, trace

_TOWN = """
[cohorts.holders]
size = 10
card = "active"
[banks.north]
bank = "northern"
weight = 3
[banks.south]
bank = "southern"
[hospitals.main]
online = true
[pharmacies.corner]
online = true
[demand.buys]
procedure = "settle.pharmacy"
cohort = "holders"
amount = "1 yuan"
rate = "1 per h"
"""


def test_a_card_is_of_a_bank_by_the_weight_of_its_outlets_or_else_of_its_branches(tmp_path: Path) -> None:
    """Three branches to one are three cards of four; where outlets belong to banks, their weights alone count."""
    branches = compiled(tmp_path, _TOWN).program.cohorts[0]
    assert (branches.banks, branches.bank_cumulative) == ((0, 1), (0.75, 1.0))
    outlets = "".join(
        f'[outlets.{bank}]\nbank = "{bank}"\ncounters = 1\nweight = {weight}\n'
        for bank, weight in (("southern", 4), ("northern", 1))
    )
    issued = compiled(tmp_path, _TOWN + outlets).program.cohorts[0]
    assert (issued.banks, issued.bank_cumulative) == ((0, 1), (0.2, 1.0))


def test_what_people_have_at_the_end_is_noted_when_the_last_has_left(tmp_path: Path) -> None:
    """A run of an hour drains for a minute more: the balance of who came at its end is that of 61 minutes."""
    demand = arrivals(tmp_path, "a.csv", "time", "3599")
    text = _TOWN.replace('rate = "1 per h"\n', demand) + '[procedures.settle]\ntill_time = "61 s"\n'
    text = text.replace('card = "active"\n', 'card = "active"\nmedical_balance = "5 yuan"\n')
    made = compiled(tmp_path, text.replace("online = true\n", "online = true\ncounters = 1\n"), "run.drain=true")
    assert trace(play(made), Event.LEAVE, Event.BALANCE) == [
        (3_660_000, 0, "LEAVE", int(Event.DONE), 61_000),
        (3_660_000, -1, "BALANCE", int(Ledger.MEDICAL), 400),
        (3_660_000, -1, "BALANCE", int(Ledger.FINANCIAL), 0),
    ]


def test_a_demand_of_several_cohorts_takes_everybody_once_before_anybody_twice(tmp_path: Path) -> None:
    """In a common permuted order: 100 arrivals of cohorts of 30 and 70 with others between them are all of them."""
    file = tmp_path / "city.toml"
    file.write_text(
        '[run]\nstart = 2026-03-02\nduration = "1 d"\n[stations.s]\ncounters = 1\nservice = "1 s"\n'
        "[cohorts.a]\nsize = 30\n[cohorts.b]\nsize = 50\n[cohorts.c]\nsize = 70\n"
        '[demand.d]\nenters = "s"\ncohort = ["c", "a"]\nrate = "200 per h"\ncount = 200\n',
        encoding="utf-8",
    )
    program = prepare(file, ())[1].program
    people = np.concatenate([block.person for block in blocks(program, 1, 0)])
    both = [*range(30), *range(80, 150)]
    assert sorted(people[:100].tolist()) == both
    assert sorted(people[100:].tolist()) == both
