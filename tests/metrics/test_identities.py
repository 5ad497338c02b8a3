"""Every identity is seen to be broken when it is broken."""

from __future__ import annotations

import numpy as np
import pytest

from sim.metrics.identities import check_identities
from tests.metrics.metric_logs import E, in_order, log_of, queue_log, row

AT = {"station": 0}
SOUND = queue_log(np.array([0, 5, 20]), np.array([10, 10, 10]))


def changed(number: int, **columns: int) -> list[tuple[int, ...]]:
    """The sound log with some columns of one row changed."""
    place = {"t": 0, "case": 1, "station": 4, "kind": 5, "value": 7}
    cells = list(SOUND[number])
    for name, value in columns.items():
        cells[place[name]] = value
    return [*SOUND[:number], tuple(cells), *SOUND[number + 1 :]]


def test_a_sound_log_breaks_nothing() -> None:
    """Three people, one server; in any chunks."""
    log = in_order(SOUND)
    assert check_identities([log], drained=True) == []
    assert check_identities(np.array_split(log, 7), drained=True) == []


@pytest.mark.parametrize(
    ("rows", "finding"),
    [
        (changed(8, value=4), "wait is not the time since the ticket: 1 times, as case 1: 4 ms, 5 ms"),
        (changed(9, value=11), "service is not the time since START: 1 times, as case 1: 11 ms, 10 ms"),
        (changed(8, station=1), "leaves another queue than it joined: 1 times, as case 1: 0, 1 at 10 ms"),
        (changed(9, value=11), "offered load: 1 times, as station 0: busy 30, services 31 ms"),
        (changed(8, value=4), "Little's law: 1 times, as station 0: L*T = 35, sum of stays 34 ms"),
        (changed(7, kind=E.DONE), "waits without a ticket: 1 times, as case 1: 5 ms at 10 ms"),
        (changed(3, kind=E.DONE), "leaves out of a queue or a service: 1 times, as case 0 at 10 ms"),
        (changed(3, case=77), "service ends that did not start: 1 times, as case 77 at 10 ms"),
        ([*SOUND, row(99, 1, E.LEAVE)], "leaves twice: 1 times, as case 1 at 99 ms"),
        ([*SOUND, row(99, 8, E.LEAVE)], "leaves without having begun: 1 times, as case 8 at 99 ms"),
        ([*SOUND, row(99, 1, E.ARRIVE)], "case begins twice: 1 times, as case 1 at 99 ms"),
        ([*SOUND, row(99, 1, E.FORK, value=2)], "case begins twice: 1 times, as case 2 at 99 ms"),
        ([*SOUND, row(99, 1, E.JOIN, **AT)], "joins without being there: 1 times, as case 1 at 99 ms"),
        ([*SOUND, row(99, 1, E.ABANDON, **AT)], "leaves a queue without a ticket: 1 times, as case 1 ABANDON at 99 ms"),
        ([row(0, 5, E.ARRIVE), row(0, 5, E.JOIN, **AT), row(1, 5, E.JOIN, **AT)], "joins a queue while in one"),
        ([row(0, 5, E.ARRIVE)], "never leaves: 1 times, as case 5"),
        ([row(9, 1, E.MONEY, code=0), row(8, 1, E.MONEY)], "time runs backwards: 1 times, as 8 ms after 9 ms"),
    ],
)
def test_a_broken_identity_is_found(rows: list[tuple[int, ...]], finding: str) -> None:
    """Each way to break a log gives a finding that names the case."""
    backwards = "backwards" in finding
    found = check_identities([log_of(rows) if backwards else in_order(rows)], drained=True)
    assert any(line.startswith(finding) for line in found), found


def test_money_adds_up_per_person_and_ledger() -> None:
    """Opening 100, 30 spent, 5 in: the balance is 75 fen; 74 is an error, and a missing balance too."""
    flows = [row(1, 4, E.MONEY, code=0 * 16 + 3, value=30), row(2, 4, E.MONEY, code=2 * 16 + 0, value=5)]
    assert check_identities([log_of([*flows, row(3, 4, E.BALANCE, value=75)])], {(4, 0): 100}) == []
    wrong = check_identities([log_of([*flows, row(3, 4, E.BALANCE, value=74)])], {(4, 0): 100})
    assert wrong == ["money: 1 times, as person 4 ledger 0: balance 74, opening and flows give 75 fen"]
    missing = check_identities([log_of([*flows, row(3, 5, E.BALANCE, value=0)])], {(4, 0): 100})
    assert missing == ["no balance: 1 times, as person 4 ledger 0"]


def test_money_owed_is_part_of_the_conservation() -> None:
    """Of claims (ledger 6) a balance is told only where something is owed: 100 claimed, 40 paid, 60 are still owed."""
    flows = [row(1, 4, E.MONEY, code=2 * 16 + 6, value=100), row(2, 4, E.MONEY, code=6 * 16 + 1, value=40)]
    closing = [row(3, 4, E.BALANCE, value=0), row(3, 4, E.BALANCE, code=1, value=40)]
    owed = row(3, 4, E.BALANCE, code=6, value=60)
    assert check_identities([log_of([*flows, *closing, owed])]) == []
    lost = check_identities([log_of([*flows, *closing])])
    assert lost == ["money: 1 times, as person 4 ledger 6: balance 0, opening and flows give 60 fen"]
    paid = row(2, 4, E.MONEY, code=6 * 16 + 2, value=60)
    assert check_identities([log_of([*flows, paid, *closing])]) == []


def test_examples_are_limited() -> None:
    """A log that is wrong everywhere is reported in one line with five examples."""
    (line,) = check_identities([log_of([row(0, n, E.LEAVE) for n in range(100)])])
    assert line.startswith("leaves without having begun: 100 times, as case 0 at 0 ms; ")
    assert line.count(";") == 4
