"""Terms that run since before the run: when they are over, of whom, and in both engines alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.log import Event
from sim.program import LONGEST_AGO_MS, Program
from sim.run import prepare
from tests.engines.test_agreement import assert_same

_DAY, _HOUR = 86_400_000, 3_600_000
_PLACES = """
[run]
start = 2026-03-02
duration = "70 d"
[outlets.a]
counters = 1
"""


def _program(tmp_path: Path, text: str) -> Program:
    file = tmp_path / "city.toml"
    file.write_text(_PLACES + text, encoding="utf-8")
    return prepare(file, ())[1].program


def _moments(program: Program, log: np.ndarray, step: str) -> list[int]:
    """When a step was done."""
    number = next(at for at, row in enumerate(program.steps) if row.name == step)
    return [int(t_ms) for t_ms in log[(log[:, 5] == Event.DONE) & (log[:, 3] == number), 0]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "step", "at_ms"),
    [
        ('[people.p]\nemployment = "hired"\n', "register_employer.overdue", 31 * _DAY),
        ('[people.p]\nemployment = "hired"\nbegun_ago = "12 d"\n', "register_employer.overdue", 19 * _DAY),
        ('[people.p]\nemployment = "hired"\nbegun_ago = "60 d"\n', "register_employer.overdue", 0),
        ('[people.p]\ncard = "temporary_loss"\nbegun_ago = "5 h"\n', "report_loss.lapse", 19 * _HOUR),
        ('[people.p]\ncard = "lost"\ntemporary = "valid"\nbegun_ago = "59 d"\n', "temporary_card.expire", _DAY),
        ('[people.p]\ncard = "lost"\ntemporary = "extended"\nbegun_ago = "179 d"\n', "temporary_card.expire", _DAY),
        ('[people.p]\nemployer_end = "dissolved"\nbegun_ago = "1 d"\n', "deregister_employer.flag_late", 30 * _DAY),
        ('[people.p]\nemployer_end = "merged"\n', "deregister_employer.flag_late", 31 * _DAY),
    ],
)
def test_a_term_that_began_before_the_run_is_over_at_its_moment(
    tmp_path: Path, text: str, step: str, at_ms: int
) -> None:
    """30 dates for an employer, 24 hours for a telephone report, 60 days for a temporary card, from when it began."""
    program = _program(tmp_path, text)
    assert _moments(program, assert_same(program), step) == [at_ms]


@pytest.mark.slow
def test_the_balance_of_an_account_cancelled_before_the_run_is_paid_after_ten_working_days(tmp_path: Path) -> None:
    """Make-up Saturdays count, the holidays of New Year 2026 (15 to 23 February) do not.

    Approved on Wednesday, 11 February: 12, 13, 14, 24 to 28 February, 2 and 3 March.  Approved on Friday, 27 February:
    28 February, 2 to 6 and 9 to 12 March.  What was due before the run is paid when it begins.
    """
    for days, due_ms in ((19, _DAY), (3, 10 * _DAY), (30, 0)):
        text = f'card = "withdrawn"\ncancellation = "account_cancelled"\nbegun_ago = "{days} d"\n'
        program = _program(tmp_path, f'[people.p]\n{text}reserved_balance = "300 yuan"\n')
        log = assert_same(program)
        assert _moments(program, log, "cancel.pay_out") == [due_ms]
        moved = log[log[:, 5] == Event.MONEY][:, 7].tolist()
        assert 30_000 in moved


@pytest.mark.slow
def test_drawn_beginnings_belong_to_the_person_and_change_with_the_replication(tmp_path: Path) -> None:
    """Each of a cohort has his own; both engines have the same; nobody is forgotten."""
    text = '[cohorts.c]\nsize = 400\nemployment = "hired"\nbegun_ago = {dist = "uniform", low = "0 d", high = "30 d"}\n'
    program = _program(tmp_path, text)
    first, second = (
        _moments(program, assert_same(program, replication=number), "register_employer.overdue") for number in (0, 1)
    )
    assert len(first) == len(second) == 400
    assert first != second
    days = np.array(first) // _DAY
    assert days.min() == 1
    assert days.max() == 30
    assert np.all(np.array(first) % _DAY == 0)
    assert np.bincount(days)[1:].min() > 3


@pytest.mark.slow
def test_what_is_drawn_longer_ago_than_anything_still_runs_is_over_at_the_start(tmp_path: Path) -> None:
    """An exponential time has no end; the calendar that is laid out has."""
    text = '[cohorts.c]\nsize = 50\nemployment = "hired"\nbegun_ago = {dist = "exponential", mean = "2000 d"}\n'
    program = _program(tmp_path, text)
    moments = _moments(program, assert_same(program), "register_employer.overdue")
    assert LONGEST_AGO_MS == 400 * _DAY
    assert len(moments) == 50
    assert moments.count(0) > 40


@pytest.mark.slow
def test_the_end_of_a_term_is_nobody_who_comes(tmp_path: Path) -> None:
    """It begins with a FORK of its own case: no demand, nobody at a door."""
    program = _program(tmp_path, '[cohorts.c]\nsize = 9\nemployment = "hired"\n')
    log = assert_same(program)
    assert not (log[:, 5] == Event.ARRIVE).any()
    forks = log[log[:, 5] == Event.FORK]
    assert len(forks) == 9
    assert np.array_equal(forks[:, 1], forks[:, 7])


@pytest.mark.slow
def test_what_is_not_paid_of_the_premiums_stays_due(tmp_path: Path) -> None:
    """Every second is paid, as the share says; money moves only where it is paid, and nowhere else."""
    text = '[cohorts.c]\nsize = 400\nemployment = "hired"\n[procedures.register_employer]\npremium = "7 yuan"\n'
    program = _program(tmp_path, f"{text}paid_share = 0.5\n")
    log = assert_same(program)
    paid = len(_moments(program, log, "register_employer.collect_premium"))
    assert len(_moments(program, log, "register_employer.overdue")) == 400
    assert 160 < paid < 240
    assert log[log[:, 5] == Event.MONEY, 7].tolist() == [700] * paid
