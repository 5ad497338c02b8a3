"""Cohorts: what people have before they first come."""

from __future__ import annotations

from pathlib import Path

from tests.engines.programs import compiled

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
