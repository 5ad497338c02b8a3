"""The end of the opening hours, services broken off, and people put off by the crowd, as literal traces."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.log import Event
from sim.program import Closing
from tests.engines.programs import arrivals, compiled, play, trace

_HOURS = '[hours.short]\ndaily = ["00:00-00:10", "00:30-00:50"]\n'
_LEAVES = '[stations.desk]\ncounters = [{count = 1, preempt = true}]\nhours = "short"\n'
_SHOWN = (Event.START, Event.END, Event.PREEMPT, Event.TURNED_AWAY, Event.CAPACITY)


def _desk(tmp_path: Path, station: str, *rows: str, header: str = "time,service") -> str:
    """A scenario of one desk and people who come when the rows say."""
    return f'{_HOURS}[demand.people]\nenters = "desk"\n{arrivals(tmp_path, "a.csv", header, *rows)}{station}'


def test_nobody_waits_through_the_lunch_break_at_a_plain_station(tmp_path: Path) -> None:
    """Who came before the break is served before it, as in a hall, unless the file says that the queue is kept."""
    text = _desk(tmp_path, '[stations.desk]\ncounters = 1\nhours = "short"\n', "580,60", "599,60")
    assert trace(play(compiled(tmp_path, text)), Event.START) == [
        (580_000, 0, "START", 0, 0),
        (640_000, 1, "START", 0, 41_000),
    ]
    kept = trace(play(compiled(tmp_path, text + 'closing = "keep"\n')), Event.START)
    assert kept[1] == (1_800_000, 1, "START", 0, 1_201_000)


def test_only_a_factory_keeps_its_queue_over_night_unless_told_otherwise(tmp_path: Path) -> None:
    """Cards may wait for the next morning, people may not."""
    text = (
        f'{_HOURS}[stations.desk]\ncounters = 1\nservice = "1 s"\nhours = "short"\n'
        '[factories.works]\nmachines = 1\nhours = "short"\n'
        '[outlets.hall]\ncounters = 1\nhours = "short"\n[hotlines.line]\nagents = 1\nhours = "short"\n'
        '[demand.people]\nenters = "desk"\nrate = "1 per min"\n'
    )
    stations = {row.name: row.closing for row in compiled(tmp_path, text).program.stations}
    assert {name: stations[name] for name in ("desk", "hall", "line", "works")} == {
        "desk": Closing.SERVE_INSIDE, "hall": Closing.SERVE_INSIDE, "line": Closing.SERVE_INSIDE, "works": Closing.KEEP,
    }  # fmt: skip


def test_who_is_broken_off_at_closing_time_is_sent_home_where_the_waiting_are(tmp_path: Path) -> None:
    """He does not stay in the closed hall until it opens again."""
    text = _desk(tmp_path, _LEAVES + 'closing = "turn away"\n', "590,60", "595,60", "1800,5")
    assert trace(play(compiled(tmp_path, text)), *_SHOWN)[:7] == [
        (0, -1, "CAPACITY", 0, 1),
        (590_000, 0, "START", 0, 0),
        (600_000, 1, "TURNED_AWAY", 0, 5_000),
        (600_000, -1, "CAPACITY", 0, 0),
        (600_000, 0, "PREEMPT", 0, 10_000),
        (600_000, 0, "TURNED_AWAY", 0, 0),
        (1_800_000, -1, "CAPACITY", 0, 1),
    ]


def test_who_is_inside_at_closing_time_is_finished_where_those_inside_are_served(tmp_path: Path) -> None:
    """Servers who otherwise break off their service at the end of duty finish it, whether or not anybody waits."""
    for rows in (("590,60",), ("590,60", "595,60")):
        log = trace(play(compiled(tmp_path, _desk(tmp_path, _LEAVES, *rows))), Event.PREEMPT, Event.END)
        assert log == [(650_000 + 60_000 * n, n, "END", 0, 60_000) for n in range(len(rows))]


def test_who_is_broken_off_waits_for_the_servers_where_the_queue_is_kept(tmp_path: Path) -> None:
    """The rest of his service comes first when they are back."""
    text = _desk(tmp_path, _LEAVES + 'closing = "keep"\n', "590,60", "595,60")
    assert trace(play(compiled(tmp_path, text)), Event.START, Event.END, Event.PREEMPT) == [
        (590_000, 0, "START", 0, 0),
        (600_000, 0, "PREEMPT", 0, 10_000),
        (1_800_000, 0, "START", 0, 1_200_000),
        (1_850_000, 0, "END", 0, 50_000),
        (1_850_000, 1, "START", 0, 1_255_000),
        (1_910_000, 1, "END", 0, 60_000),
    ]


def test_after_the_last_ticket_the_place_is_not_closed_yet(tmp_path: Path) -> None:
    """Who is broken off by a change of servers between the last ticket and closing time still waits."""
    station = (
        '[stations.desk]\ncounters = [{count = 1, hours = ["00:00-00:06", "00:08-00:10"], preempt = true}]\n'
        'hours = "short"\nclosing = "turn away"\nlast_ticket = "00:05"\n'
    )
    text = _desk(tmp_path, station, "290,90")
    assert trace(play(compiled(tmp_path, text)), Event.PREEMPT, Event.TURNED_AWAY, Event.END) == [
        (360_000, 0, "PREEMPT", 0, 70_000),
        (500_000, 0, "END", 0, 20_000),
    ]


def test_only_the_servers_who_are_said_to_break_off_do(tmp_path: Path) -> None:
    """Two groups go at the same moment: one finishes what it has begun, the other does not."""
    groups = ", ".join(f'{{count = 1, hours = ["00:00-00:10"], preempt = {preempt}}}' for preempt in ("false", "true"))
    text = _desk(tmp_path, f"[stations.desk]\ncounters = [{groups}]\n", "590,60", "591,60")
    assert trace(play(compiled(tmp_path, text)), Event.PREEMPT, Event.END) == [
        (600_000, 1, "PREEMPT", 1, 9_000),
        (650_000, 0, "END", 0, 60_000),
    ]


def test_who_comes_again_after_a_broken_off_service_is_served_anew(tmp_path: Path) -> None:
    """What was left of the service belongs to the visit that is over."""
    station = (
        '[stations.desk]\ncounters = [{count = 1, hours = ["00:00-00:10", "00:30-01:00"], preempt = true}]\n'
        'patience = "2 min"\nreturns = {share = 1, after = "20 min", at_most = 1}\n'
    )
    log = trace(play(compiled(tmp_path, _desk(tmp_path, station, "590,60"))), Event.PREEMPT, Event.ABANDON, Event.END)
    assert [row[2:] for row in log] == [("PREEMPT", 0, 10_000), ("ABANDON", 0, 120_000), ("END", 0, 60_000)]


@pytest.mark.parametrize(
    ("limit", "waiting"), [("0", 0), ("0.499", 1), ("0.5", 1), ("0.501", 2), ("1", 2), ("1.001", 3), ("9", 4)]
)
def test_a_crowd_is_measured_in_fractions_of_a_person_for_each_counter(
    tmp_path: Path, limit: str, waiting: int
) -> None:
    """Two counters and six people: who finds a counter free joins, then as many as the limit allows for two."""
    rows = ("0,60", "1,60", "2,60", "3,60", "4,60", "5,60")
    station = f"[stations.desk]\ncounters = 2\nbalk = {{queue_per_counter = {limit}, share = 1}}\n"
    log = trace(play(compiled(tmp_path, _desk(tmp_path, station, *rows))), Event.BALK)
    assert [row[1] for row in log] == list(range(2 + waiting, 6))


def test_a_limit_below_one_person_does_not_send_everybody_away(tmp_path: Path) -> None:
    """0.9 for one counter is reached with one person waiting, not with nobody."""
    station = "[stations.desk]\ncounters = 1\nbalk = {queue_per_counter = 0.9, share = 1}\n"
    log = trace(play(compiled(tmp_path, _desk(tmp_path, station, "0,60", "1,60", "2,60"))), Event.BALK, Event.JOIN)
    assert [row[1:3] for row in log] == [(0, "JOIN"), (1, "JOIN"), (2, "BALK")]


def test_a_free_counter_of_ones_own_is_worth_more_than_the_crowd(tmp_path: Path) -> None:
    """Whoever may board the service in progress, or completes the group, need not wait and is not put off."""
    balk = "balk = {queue_per_counter = 0, share = 1}\n"
    text = _desk(
        tmp_path, f"[stations.desk]\ncounters = 1\nbatch = {{size = 2, join = true}}\n{balk}", "0,9", "1,9", "2,9"
    )
    assert [row[1:3] for row in trace(play(compiled(tmp_path, text)), Event.BALK, Event.START)] == [
        (0, "START"), (1, "START"), (2, "BALK"),
    ]  # fmt: skip
    balk = "balk = {queue_per_counter = 1, share = 1}\n"
    text = _desk(tmp_path, f'[stations.desk]\ncounters = "unlimited"\ngather = 2\n{balk}', "0,0", "1,0", "2,0")
    log = play(compiled(tmp_path, text))
    assert [row[1:3] for row in trace(log, Event.BALK, Event.START)] == [(0, "START"), (1, "START")]


def test_where_nobody_waits_at_closing_time_the_servers_go_at_once(tmp_path: Path) -> None:
    """Also one who is still serving is off duty from then on: he takes nobody else."""
    text = _desk(tmp_path, '[stations.desk]\ncounters = 2\nhours = "short"\n', "590,60")
    assert trace(play(compiled(tmp_path, text)), Event.CAPACITY, Event.END)[:4] == [
        (0, -1, "CAPACITY", 0, 2),
        (600_000, -1, "CAPACITY", 0, 0),
        (650_000, 0, "END", 0, 60_000),
        (1_800_000, -1, "CAPACITY", 0, 2),
    ]


def test_patience_after_a_break_is_another_number_than_before(tmp_path: Path) -> None:
    """The same person: never served he gives up after one time, broken off after another."""
    waits = []
    for hours in ('["00:00-00:01"]', '["00:00-00:10"]'):
        station = (
            f"[stations.desk]\ncounters = [{{count = 1, hours = {hours}, preempt = true}}]\n"
            'patience = {dist = "exponential", mean = "1 min"}\n'
        )
        log = trace(play(compiled(tmp_path, _desk(tmp_path, station, "590,60"))), Event.ABANDON)
        waits += [value for *_, value in log]
    assert len(waits) == 2
    assert waits[0] != waits[1]


def test_of_two_at_work_the_one_who_began_last_is_broken_off(tmp_path: Path) -> None:
    """One of two servers leaves at 600 s."""
    (tmp_path / "staff.csv").write_text("time,servers\n0,2\n600,1\n", encoding="utf-8")
    station = '[stations.desk]\ncounters = {file = "staff.csv", preempt = true}\n'
    log = trace(play(compiled(tmp_path, _desk(tmp_path, station, "500,300", "550,300"))), Event.PREEMPT, Event.END)
    assert log == [
        (600_000, 1, "PREEMPT", 0, 50_000),
        (800_000, 0, "END", 0, 300_000),
        (1_050_000, 1, "END", 0, 250_000),
    ]


def test_while_nobody_is_on_duty_the_crowd_is_measured_as_for_one(tmp_path: Path) -> None:
    """Two may wait before the counter opens, the third is put off."""
    station = (
        '[stations.desk]\ncounters = [{count = 1, hours = ["00:30-01:00"]}]\n'
        "balk = {queue_per_counter = 2, share = 1}\n"
    )
    log = trace(play(compiled(tmp_path, _desk(tmp_path, station, "0,60", "1,60", "2,60"))), Event.BALK, Event.JOIN)
    assert [row[1:3] for row in log] == [(0, "JOIN"), (1, "JOIN"), (2, "BALK")]
