"""A line at each counter, as literal traces: which one people join, who changes over, and when."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engines.compiled import CompiledEngine, Unsupported, is_plain, unsupported
from sim.log import Event
from tests.engines.programs import arrivals, compiled, play, trace

MOVES = (Event.START, Event.END, Event.JOCKEY)
LONG = 1000
"""Seconds of a service that does not end while the test looks on."""


def bank(
    folder: Path, counters: int, *people: str, rules: str = "jockeying = true\n", header: str = "time,service"
) -> np.ndarray:
    """Play people given by time and service (s) at counters with lines of their own."""
    demand = arrivals(folder, "a.csv", header, *people)
    desk = f'[stations.desk]\ncounters = {counters}\nqueue = "separate"\n{rules}'
    return play(compiled(folder, f'{desk}[demand.people]\nenters = "desk"\n{demand}'))


def test_people_go_to_the_leftmost_free_counter_then_to_the_leftmost_of_the_shortest_lines(tmp_path: Path) -> None:
    """Cases 0 to 2 are served at once, 3 to 6 join the lines 0, 1, 2, 0; each is called to the counter of his line."""
    people = [f"{second},{10 if second < 3 else LONG}" for second in range(7)]
    assert trace(bank(tmp_path, 3, *people, rules=""), Event.START) == [
        (0, 0, "START", 0, 0),
        (1_000, 1, "START", 1, 0),
        (2_000, 2, "START", 2, 0),
        (10_000, 3, "START", 0, 7_000),
        (11_000, 4, "START", 1, 7_000),
        (12_000, 5, "START", 2, 7_000),
        (1_010_000, 6, "START", 0, 1_004_000),
    ]


def test_the_last_of_a_line_with_two_people_more_changes_over_when_a_counter_becomes_free(tmp_path: Path) -> None:
    """Line 0 holds 2, 4 and 6, line 1 holds 3 and 5: the next of line 1 is called first, then 6 comes over, and so on.

    Case 2 finds nobody at counter 1 and is served at once.  Waits count from the first joining.
    """
    people = ("0,100", "0.5,9.5", *(f"{second},5" for second in range(1, 6)))
    assert trace(bank(tmp_path, 2, *people), *MOVES) == [
        (0, 0, "START", 0, 0),
        (500, 1, "START", 1, 0),
        (10_000, 1, "END", 1, 9_500),
        (10_000, 3, "START", 1, 8_000),
        (10_000, 6, "JOCKEY", 1, 0),
        (15_000, 3, "END", 1, 5_000),
        (15_000, 5, "START", 1, 11_000),
        (20_000, 5, "END", 1, 5_000),
        (20_000, 6, "START", 1, 15_000),
        (20_000, 4, "JOCKEY", 1, 0),
        (25_000, 6, "END", 1, 5_000),
        (25_000, 4, "START", 1, 22_000),
        (30_000, 4, "END", 1, 5_000),
        (30_000, 2, "JOCKEY", 1, 0),
        (30_000, 2, "START", 1, 29_000),
        (35_000, 2, "END", 1, 5_000),
        (100_000, 0, "END", 0, 100_000),
    ]


def test_people_come_from_the_nearest_line_and_from_the_left_of_two_equally_near(tmp_path: Path) -> None:
    """Counter 2 of five takes its own two people, then one from 1, 3, 0 and 4."""
    short = {2, 5, 6, 7, 8, 9}
    people = [f"{second},{10 if second in short else LONG}" for second in range(10)]
    log = bank(tmp_path, 5, *people)
    assert trace(log[log[:, 0] < LONG * 1_000], Event.JOCKEY) == [
        (22_000, 6, "JOCKEY", 2, 1),
        (32_000, 8, "JOCKEY", 2, 3),
        (42_000, 5, "JOCKEY", 2, 0),
        (52_000, 9, "JOCKEY", 2, 4),
    ]


def test_without_jockeying_a_counter_may_be_free_while_people_wait_elsewhere(tmp_path: Path) -> None:
    """Case 2 stands behind the long service, although counter 1 is free from the second second on."""
    log = bank(tmp_path, 2, "0,100", "0.5,1.5", "1,5", rules="")
    assert trace(log, Event.START, Event.JOCKEY)[-1] == (100_000, 2, "START", 0, 99_000)


def test_a_counter_that_wraps_up_has_somebody_there_and_attracts_people_afterwards(tmp_path: Path) -> None:
    """Counter 1 is busy until 7 s, so case 3 waits there; case 2 comes over after its second wrap-up, at 17 s."""
    log = bank(tmp_path, 2, "0,100", "0.5,1.5", "1,5", "3,5", rules='jockeying = true\nwrap_up = "5 s"\n')
    assert trace(log, Event.START, Event.JOCKEY, Event.FREE)[2:5] == [
        (7_000, 1, "FREE", 1, 5_000),
        (7_000, 3, "START", 1, 4_000),
        (17_000, 3, "FREE", 1, 5_000),
    ]
    assert trace(log, Event.JOCKEY) == [(17_000, 2, "JOCKEY", 1, 0)]


def test_who_changes_over_keeps_his_patience_and_his_waiting_time(tmp_path: Path) -> None:
    """Case 6 comes over at 10 s, 5 s after he came, and gives up 9 s after he came."""
    people = ("0,100,", "0.5,9.5,", *(f"{second},5,{9 if second == 5 else ''}" for second in range(1, 6)))
    log = bank(tmp_path, 2, *people, header="time,service,patience")
    assert trace(log, Event.JOCKEY, Event.ABANDON)[:2] == [
        (10_000, 6, "JOCKEY", 1, 0),
        (14_000, 6, "ABANDON", 0, 9_000),
    ]


def test_in_a_line_of_its_own_priority_goes_first_and_the_one_called_last_changes_over(tmp_path: Path) -> None:
    """In line 0 stand 2 (ordinary), 4 (ordinary) and 6 (elderly): 4 is the last to be called, so 4 changes over."""
    rows = ("0,100,ordinary", "0.5,9.5,ordinary", "1,5,ordinary", "2,50,ordinary", "3,5,ordinary", "4,5,ordinary")
    rules = 'jockeying = true\npriorities = ["elderly", "ordinary"]\n'
    log = bank(tmp_path, 2, *rows, "5,5,elderly", rules=rules, header="time,service,priority")
    assert trace(log, *MOVES)[2:] == [
        (10_000, 1, "END", 1, 9_500),
        (10_000, 3, "START", 1, 8_000),
        (10_000, 4, "JOCKEY", 1, 0),
        (60_000, 3, "END", 1, 50_000),
        (60_000, 5, "START", 1, 56_000),
        (65_000, 5, "END", 1, 5_000),
        (65_000, 4, "START", 1, 62_000),
        (65_000, 2, "JOCKEY", 1, 0),
        (70_000, 4, "END", 1, 5_000),
        (70_000, 2, "START", 1, 69_000),
        (75_000, 2, "END", 1, 5_000),
        (75_000, 6, "JOCKEY", 1, 0),
        (75_000, 6, "START", 1, 70_000),
        (80_000, 6, "END", 1, 5_000),
        (100_000, 0, "END", 0, 100_000),
    ]


def test_room_is_for_all_lines_together(tmp_path: Path) -> None:
    """Two served and one waiting is as many as fit."""
    log = bank(tmp_path, 2, "0,9", "1,9", "2,9", "3,9", rules="capacity = 3\n")
    assert trace(log, Event.BLOCKED) == [(3_000, 3, "BLOCKED", 0, 3)]


def test_at_closing_time_all_counters_stay_until_the_last_line_is_empty(tmp_path: Path) -> None:
    """Without jockeying counter 1 has nobody from 610 s on, but leaves with counter 0, at the last call."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "500,150", "510,100", "520,60", "600,60")
    text = (
        f'[hours.short]\ndaily = ["00:00-00:10"]\n[demand.people]\nenters = "desk"\n{demand}'
        '[stations.desk]\ncounters = 2\nqueue = "separate"\nhours = "short"\nclosing = "serve inside"\n'
    )
    kinds = (Event.START, Event.TURNED_AWAY, Event.CAPACITY)
    assert trace(play(compiled(tmp_path, text)), *kinds)[2:] == [
        (500_000, 0, "START", 0, 0),
        (510_000, 1, "START", 1, 0),
        (600_000, 3, "TURNED_AWAY", 0, 0),
        (650_000, 2, "START", 0, 130_000),
        (650_000, -1, "CAPACITY", 0, 0),
        (650_000, -1, "CAPACITY", 1, 0),
    ]


def test_lines_that_are_kept_over_a_break_are_taken_up_where_they_were(tmp_path: Path) -> None:
    """A counter that comes back calls its own line first, then somebody from a line with two people more."""
    demand = arrivals(tmp_path, "a.csv", "time,service", *(f"{700 + second},60" for second in range(5)))
    text = (
        f'[hours.broken]\ndaily = ["00:00-00:10", "00:20-01:00"]\n[demand.people]\nenters = "desk"\n{demand}'
        '[stations.desk]\ncounters = 2\nqueue = "separate"\njockeying = true\nhours = "broken"\nclosing = "keep"\n'
    )
    assert trace(play(compiled(tmp_path, text)), Event.START, Event.JOCKEY)[:3] == [
        (1_200_000, 0, "START", 0, 500_000),
        (1_200_000, 1, "START", 1, 499_000),
        (1_260_000, 2, "START", 0, 558_000),
    ]


def test_people_in_the_line_of_a_counter_that_closes_join_the_others_from_the_front(tmp_path: Path) -> None:
    """Counter 1 closes at 600 s with 3 and 5 in its line; counter 2 opens then and takes 3, and 5 stands there.

    Case 6 comes at 605 s and finds two people at counter 2 and three at counter 0; nobody else comes to counter 1.
    """
    people = ("500,200", "510,200", *(f"{second},200" for second in (520, 530, 540, 550)), "605,200")
    demand = arrivals(tmp_path, "a.csv", "time,service", *people)
    text = (
        '[stations.desk]\nqueue = "separate"\ncounters = [{count = 1}, {count = 1, hours = ["00:00-00:10"]}, '
        f'{{count = 1, hours = ["00:10-00:20"]}}]\n[demand.people]\nenters = "desk"\n{demand}'
    )
    shown = (Event.START, Event.JOCKEY, Event.CAPACITY)
    assert [entry for entry in trace(play(compiled(tmp_path, text)), *shown) if entry[0] > 0] == [
        (500_000, 0, "START", 0, 0),
        (510_000, 1, "START", 1, 0),
        (600_000, -1, "CAPACITY", 1, 0),
        (600_000, -1, "CAPACITY", 2, 1),
        (600_000, 3, "JOCKEY", 2, 1),
        (600_000, 3, "START", 2, 70_000),
        (600_000, 5, "JOCKEY", 2, 1),
        (700_000, 2, "START", 0, 180_000),
        (800_000, 5, "START", 2, 250_000),
        (900_000, 4, "START", 0, 360_000),
        (1_000_000, 6, "START", 2, 395_000),
        (1_200_000, -1, "CAPACITY", 2, 0),
    ]


def test_of_the_servers_in_a_roster_the_left_counters_are_there_first(tmp_path: Path) -> None:
    """One server, then three, then two: the third goes, and the person in his line comes over to the first."""
    (tmp_path / "staff.csv").write_text("time,servers\n00:00,1\n00:01,3\n00:02,2\n", encoding="utf-8")
    people = ("0,300", "61,300", "62,300", "63,300", "64,10", "65,10")
    demand = arrivals(tmp_path, "a.csv", "time,service", *people)
    text = '[stations.desk]\nqueue = "separate"\ncounters = {file = "staff.csv"}\n'
    log = play(compiled(tmp_path, f'{text}[demand.people]\nenters = "desk"\n{demand}'))
    assert trace(log, Event.CAPACITY, Event.JOCKEY) == [
        (0, -1, "CAPACITY", 0, 1),
        (0, -1, "CAPACITY", 1, 0),
        (0, -1, "CAPACITY", 2, 0),
        (60_000, -1, "CAPACITY", 1, 1),
        (60_000, -1, "CAPACITY", 2, 1),
        (120_000, -1, "CAPACITY", 2, 0),
        (120_000, 5, "JOCKEY", 0, 2),
    ]


def test_one_counter_with_a_line_of_its_own_is_an_ordinary_counter(tmp_path: Path) -> None:
    """The same log, row for row, with everything that can be combined with it; but never by the short loop."""
    text = (
        '[stations.desk]\ncounters = 1\nservice = {{dist = "exponential", mean = "1 min"}}\npatience = "2 min"\n'
        'wrap_up = "10 s"\ncapacity = 5\n{queue}[demand.people]\nenters = "desk"\nrate = "1 per min"\n'
    )
    separate = compiled(tmp_path, text.format(queue='queue = "separate"\njockeying = true\n'))
    np.testing.assert_array_equal(play(separate), play(compiled(tmp_path, text.format(queue=""))))
    plain = compiled(tmp_path, text.format(queue="").replace('wrap_up = "10 s"\n', ""))
    own = compiled(tmp_path, text.format(queue='queue = "separate"\n').replace('wrap_up = "10 s"\n', ""))
    assert (is_plain(plain.program), is_plain(own.program)) == (True, False)


@pytest.mark.slow
@given(st.lists(st.integers(0, 60), max_size=40), st.integers(1, 5))
def test_with_jockeying_nobody_waits_while_a_counter_is_free(
    tmp_path_factory: pytest.TempPathFactory, gaps: list[int], counters: int
) -> None:
    """So services of equal length begin when they would with one line, and the waits add up to the same time."""
    folder = tmp_path_factory.mktemp("lines")
    people = [f"{second},50" for second in np.cumsum([0, *gaps]).tolist()]
    demand = arrivals(folder, "a.csv", "time,service", *people)
    shared = f'[stations.desk]\ncounters = {counters}\n[demand.people]\nenters = "desk"\n{demand}'
    longer = ("run.overload='allow'", "run.duration='2 h'")
    own = ("stations.desk.queue='separate'", "stations.desk.jockeying=true")
    one_line, lines = (play(compiled(folder, shared, *longer, *rules)) for rules in ((), own))
    started, waited = ([log[log[:, 5] == Event.START][:, at] for log in (one_line, lines)] for at in (0, 7))
    assert started[0].tolist() == started[1].tolist()
    assert waited[0].sum() == waited[1].sum()


def test_more_lines_than_bits_are_played_by_the_readable_engine_only(tmp_path: Path) -> None:
    """62 counters with lines of their own can be played by both."""
    text = '[stations.desk]\ncounters = {}\nqueue = "separate"\nservice = "1 s"\n'
    text += '[demand.people]\nenters = "desk"\nrate = "1 per min"\n'
    assert unsupported(compiled(tmp_path, text.format(62)).program) == ()
    program = compiled(tmp_path, text.format(63)).program
    assert unsupported(program) == ("more than 62 counters with lines of their own",)
    with pytest.raises(Unsupported, match="more than 62 counters"):
        CompiledEngine(program, 1, 0, lambda _: None)
