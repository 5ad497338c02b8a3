"""What happens at a station, as literal traces: the trace is the assertion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sim.log import Event
from sim.program import NONE, DistKind, DistRow
from tests.engines.programs import arrivals, compiled, play, trace


def test_two_people_at_one_counter_are_served_in_order_of_arrival(tmp_path: Path) -> None:
    """The second waits until the first is done."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "1,5", "2,3")
    program = compiled(tmp_path, f'[stations.desk]\ncounters = 1\n[demand.people]\nenters = "desk"\n{demand}')
    assert trace(play(program)) == [
        (0, -1, "CAPACITY", 0, 1),
        (1000, 0, "ARRIVE", 0, 0),
        (1000, 0, "JOIN", 0, 0),
        (1000, 0, "START", 0, 0),
        (2000, 1, "ARRIVE", 0, 0),
        (2000, 1, "JOIN", 0, 0),
        (6000, 0, "END", 0, 5000),
        (6000, 1, "START", 0, 4000),
        (6000, 0, "LEAVE", Event.DONE, 5000),
        (9000, 1, "END", 0, 3000),
        (9000, 1, "LEAVE", Event.DONE, 7000),
    ]


def test_who_is_called_in_the_millisecond_his_patience_ends_is_still_served(tmp_path: Path) -> None:
    """A service ends before patience does; one millisecond less patience and the person is gone."""
    demand = arrivals(tmp_path, "a.csv", "time,service,patience", "0,5,60", "1,1,4", "2,1,2.999")
    text = f'[stations.desk]\ncounters = 1\npatience = "1 min"\n[demand.people]\nenters = "desk"\n{demand}'
    assert trace(play(compiled(tmp_path, text)), Event.START, Event.ABANDON) == [
        (0, 0, "START", 0, 0),
        (4999, 2, "ABANDON", 0, 2999),
        (5000, 1, "START", 0, 4000),
    ]


def test_a_full_station_blocks_and_a_crowd_puts_people_off(tmp_path: Path) -> None:
    """Capacity counts who is served; balking starts at so many waiting for each server."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "0,60", "1,60", "2,60", "3,60")
    text = f'[demand.people]\nenters = "desk"\n{demand}[stations.desk]\ncounters = 1\n'
    blocked = trace(play(compiled(tmp_path, text + "capacity = 2\n")), Event.BLOCKED)
    assert blocked == [(2000, 2, "BLOCKED", 0, 2), (3000, 3, "BLOCKED", 0, 2)]
    balked = trace(play(compiled(tmp_path, text + "balk = {queue_per_counter = 2, share = 1}\n")), Event.BALK)
    assert balked == [(3000, 3, "BALK", 0, 2)]


def test_elderly_people_are_called_first_and_in_their_own_order(tmp_path: Path) -> None:
    """Priority first, then ticket."""
    rows = ("0,9,ordinary", "1,9,ordinary", "2,9,elderly", "3,9,elderly")
    demand = arrivals(tmp_path, "a.csv", "time,service,priority", *rows)
    desk = '[stations.desk]\ncounters = 1\npriorities = ["elderly", "ordinary"]\n'
    text = f'[demand.people]\nenters = "desk"\n{demand}{desk}'
    called = [case for _, case, _, _, _ in trace(play(compiled(tmp_path, text)), Event.START)]
    assert called == [0, 2, 3, 1]


def test_the_last_come_is_the_first_served_where_the_discipline_says_so(tmp_path: Path) -> None:
    """LIFO takes the latest ticket."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "0,9", "1,9", "2,9", "3,9")
    text = f'[demand.people]\nenters = "desk"\n{demand}[stations.desk]\ncounters = 1\ndiscipline = "lifo"\n'
    assert [case for _, case, _, _, _ in trace(play(compiled(tmp_path, text)), Event.START)] == [0, 3, 2, 1]


def test_at_closing_time_those_inside_are_served_and_later_ones_turned_away(tmp_path: Path) -> None:
    """The counter stays on for the people inside, and goes when the last of them is called."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "500,90", "550,60", "599,60", "600,60")
    text = (
        f'[hours.short]\ndaily = ["00:00-00:10"]\n[demand.people]\nenters = "desk"\n{demand}'
        '[stations.desk]\ncounters = 1\nhours = "short"\nclosing = "serve inside"\n'
    )
    kinds = (Event.START, Event.TURNED_AWAY, Event.CAPACITY)
    assert trace(play(compiled(tmp_path, text)), *kinds) == [
        (0, -1, "CAPACITY", 0, 1),
        (500_000, 0, "START", 0, 0),
        (590_000, 1, "START", 0, 40_000),
        (600_000, 3, "TURNED_AWAY", 0, 0),
        (650_000, 2, "START", 0, 51_000),
        (650_000, -1, "CAPACITY", 0, 0),
    ]


def test_a_place_that_turns_away_sends_the_waiting_home_at_closing(tmp_path: Path) -> None:
    """Who is being served is finished."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "500,200", "550,60")
    text = (
        f'[hours.short]\ndaily = ["00:00-00:10"]\n[demand.people]\nenters = "desk"\n{demand}'
        '[stations.desk]\ncounters = 1\nhours = "short"\nclosing = "turn away"\n'
    )
    assert trace(play(compiled(tmp_path, text)), Event.END, Event.TURNED_AWAY, Event.CAPACITY) == [
        (0, -1, "CAPACITY", 0, 1),
        (600_000, 1, "TURNED_AWAY", 0, 50_000),
        (600_000, -1, "CAPACITY", 0, 0),
        (700_000, 0, "END", 0, 200_000),
    ]


def test_a_queue_that_is_kept_waits_for_the_servers_to_come_back(tmp_path: Path) -> None:
    """Plain stations keep their queue through the break."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "590,60", "595,60")
    text = (
        f'[demand.people]\nenters = "desk"\n{demand}'
        '[stations.desk]\ncounters = [{count = 1, hours = ["00:00-00:10", "00:30-01:00"]}]\n'
    )
    assert trace(play(compiled(tmp_path, text)), Event.START, Event.END) == [
        (590_000, 0, "START", 0, 0),
        (650_000, 0, "END", 0, 60_000),
        (1_800_000, 1, "START", 0, 1_205_000),
        (1_860_000, 1, "END", 0, 60_000),
    ]


def test_a_service_is_broken_off_when_its_server_leaves_and_taken_up_again_first(tmp_path: Path) -> None:
    """Only the rest of the service is left, and the person does not lose his turn."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "590,60", "595,60")
    text = (
        f'[demand.people]\nenters = "desk"\n{demand}'
        '[stations.desk]\ncounters = [{count = 1, hours = ["00:00-00:10", "00:30-01:00"], preempt = true}]\n'
    )
    assert trace(play(compiled(tmp_path, text)), Event.START, Event.END, Event.PREEMPT) == [
        (590_000, 0, "START", 0, 0),
        (600_000, 0, "PREEMPT", 0, 10_000),
        (1_800_000, 0, "START", 0, 1_200_000),
        (1_850_000, 0, "END", 0, 50_000),
        (1_850_000, 1, "START", 0, 1_255_000),
        (1_910_000, 1, "END", 0, 60_000),
    ]


def test_who_was_broken_off_may_lose_patience_before_the_server_comes_back(tmp_path: Path) -> None:
    """Patience begins anew when the service is broken off."""
    demand = arrivals(tmp_path, "a.csv", "time,service,patience", "590,60,300")
    text = (
        f'[demand.people]\nenters = "desk"\n{demand}'
        '[stations.desk]\ncounters = [{count = 1, hours = ["00:00-00:10", "00:30-01:00"], preempt = true}]\n'
    )
    assert trace(play(compiled(tmp_path, text)), Event.PREEMPT, Event.ABANDON, Event.END) == [
        (600_000, 0, "PREEMPT", 0, 10_000),
        (900_000, 0, "ABANDON", 0, 300_000),
    ]


def test_a_patience_given_by_the_file_needs_none_at_the_station(tmp_path: Path) -> None:
    """The second person's three seconds are over before the counter is free."""
    demand = arrivals(tmp_path, "a.csv", "time,service,patience", "0,5,60", "1,1,3")
    text = f'[stations.desk]\ncounters = 1\n[demand.people]\nenters = "desk"\n{demand}'
    assert trace(play(compiled(tmp_path, text)), Event.ABANDON) == [(4000, 1, "ABANDON", 0, 3000)]


def test_a_run_that_drains_goes_on_after_ten_years(tmp_path: Path) -> None:
    """Somebody is served for nine thousand days."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "0,777600000")
    text = f'[stations.desk]\ncounters = 1\n[demand.people]\nenters = "desk"\n{demand}'
    head = '[run]\nstart = 2026-03-02\nduration = "8900 d"\ndrain = true\n'
    assert trace(play(compiled(tmp_path, text, head=head)), Event.END) == [
        (777_600_000_000, 0, "END", 0, 777_600_000_000)
    ]


def test_a_counter_serves_only_what_it_can_and_specialists_go_first(tmp_path: Path) -> None:
    """The group with fewer skills is used before the one with all."""
    text = """
[demand.losses]
procedure = "report_loss_outlet"
cohort = "holders"
file = {arrivals = "losses.csv"}
[demand.first]
procedure = "apply"
cohort = "new"
file = {arrivals = "first.csv"}
[cohorts.holders]
size = 10
card = "active"
[cohorts.new]
size = 10
[outlets.a]
counters = [{count = 1}, {count = 1, skills = ["apply"]}]
service = "1 min"
[factories.f]
machines = 1
[banks.b]
[hospitals.h]
online = true
[pharmacies.p]
online = true
[procedures.report_loss_outlet]
"""
    (tmp_path / "losses.csv").write_text("time\n1\n2\n", encoding="utf-8")
    (tmp_path / "first.csv").write_text("time\n3\n4\n", encoding="utf-8")
    first: dict[int, int] = {}
    for _, case, _, group, _ in trace(play(compiled(tmp_path, text)), Event.START):
        first.setdefault(case, group)
    assert (first[0], first[2], first[3]) == (1, 0, 0), "losses go to the counter for all, applications to the other"


def test_wrap_up_keeps_the_server_after_the_person_has_gone(tmp_path: Path) -> None:
    """FREE tells how long; the next is called only then."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "0,10", "1,10")
    text = f'[demand.people]\nenters = "desk"\n{demand}[stations.desk]\ncounters = 1\nwrap_up = "5 s"\n'
    assert trace(play(compiled(tmp_path, text)), Event.START, Event.END, Event.FREE, Event.LEAVE) == [
        (0, 0, "START", 0, 0),
        (10_000, 0, "END", 0, 10_000),
        (10_000, 0, "LEAVE", Event.DONE, 10_000),
        (15_000, 0, "FREE", 0, 5_000),
        (15_000, 1, "START", 0, 14_000),
        (25_000, 1, "END", 0, 10_000),
        (25_000, 1, "LEAVE", Event.DONE, 24_000),
        (30_000, 1, "FREE", 0, 5_000),
    ]


def test_people_who_must_be_three_go_on_together(tmp_path: Path) -> None:
    """A gathering station lets the first two wait for the third."""
    demand = arrivals(tmp_path, "a.csv", "time", "0", "10", "30", "40")
    text = f'[demand.people]\nenters = "stop"\n{demand}[stations.stop]\ncounters = "unlimited"\ngather = 3\n'
    assert trace(play(compiled(tmp_path, text)), Event.START, Event.LEAVE) == [
        (30_000, 0, "START", 0, 30_000),
        (30_000, 1, "START", 0, 20_000),
        (30_000, 2, "START", 0, 0),
        (30_000, 0, "LEAVE", Event.DONE, 30_000),
        (30_000, 1, "LEAVE", Event.DONE, 20_000),
        (30_000, 2, "LEAVE", Event.DONE, 0),
    ]


def test_one_server_takes_two_together_and_a_latecomer_may_join(tmp_path: Path) -> None:
    """The latecomer's service ends with that of the one he joined; the fourth waits for the next round."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "0,10", "4,10", "5,10", "6,10")
    text = (
        f'[demand.people]\nenters = "wash"\n{demand}[stations.wash]\ncounters = 1\nbatch = {{size = 2, join = true}}\n'
    )
    assert trace(play(compiled(tmp_path, text)), Event.START, Event.END) == [
        (0, 0, "START", 0, 0),
        (4_000, 1, "START", 0, 0),
        (10_000, 0, "END", 0, 10_000),
        (10_000, 1, "END", 0, 6_000),
        (10_000, 2, "START", 0, 5_000),
        (10_000, 3, "START", 0, 4_000),
        (20_000, 2, "END", 0, 10_000),
        (20_000, 3, "END", 0, 10_000),
    ]


def test_who_is_turned_away_comes_back_within_the_opening_hours_of_another_day(tmp_path: Path) -> None:
    """The place closes at noon; the person returns the next day it is open."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "13:00,60")
    text = (
        f'[hours.morning]\nweekdays = ["09:00-12:00"]\n[demand.people]\nenters = "desk"\n{demand}'
        '[stations.desk]\ncounters = 1\nhours = "morning"\nclosing = "serve inside"\n'
        'returns = {share = 1, after = "1 h"}\n'
    )
    head = '[run]\nstart = 2026-03-06\nduration = "4 d"\n'
    log = trace(play(compiled(tmp_path, text, head=head)), Event.TURNED_AWAY, Event.RETURN, Event.START)
    assert log[0] == (13 * 3_600_000, 0, "TURNED_AWAY", 0, 0)
    monday = 3 * 86_400_000
    assert monday + 9 * 3_600_000 <= log[2][0] < monday + 12 * 3_600_000
    assert log[2][2] == "START"


def test_a_coarse_clock_rounds_every_time_up_and_ties_keep_their_order(tmp_path: Path) -> None:
    """On a clock of ten seconds, services end before arrivals of the same tick, arrivals in order of the file."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "1,5", "2,5", "11,5")
    text = f'[demand.people]\nenters = "desk"\n{demand}[stations.desk]\ncounters = 1\n'
    head = '[run]\nstart = 2026-03-02\nduration = "1 h"\nclock_step = "10 s"\n'
    assert trace(play(compiled(tmp_path, text, head=head)), Event.ARRIVE, Event.START, Event.END) == [
        (10_000, 0, "ARRIVE", 0, 0),
        (10_000, 0, "START", 0, 0),
        (10_000, 1, "ARRIVE", 0, 0),
        (20_000, 0, "END", 0, 10_000),
        (20_000, 1, "START", 0, 10_000),
        (20_000, 2, "ARRIVE", 0, 0),
        (30_000, 1, "END", 0, 10_000),
        (30_000, 2, "START", 0, 10_000),
        (40_000, 2, "END", 0, 10_000),
    ]


def test_people_who_begin_with_a_card_ready_collect_it_where_they_applied(tmp_path: Path) -> None:
    """Each has an outlet of his own, and nobody is refused by A3."""
    (tmp_path / "day.csv").write_text("time\n" + "\n".join(str(n) for n in range(60)) + "\n", encoding="utf-8")
    text = """
[cohorts.waiting]
size = 60
application = "ready"
[outlets.town]
count = 3
counters = 20
[banks.first]
[hospitals.main]
online = true
[pharmacies.corner]
online = true
[demand.pickup]
procedure = "collect"
cohort = "waiting"
file = {arrivals = "day.csv"}
"""
    log = play(compiled(tmp_path, text))
    assert (log[:, 5] == Event.REFUSED).sum() == 0
    collected = log[(log[:, 5] == Event.DONE) & (log[:, 4] >= 0)]
    assert len(collected) == 60
    assert len(set(collected[:, 4].tolist())) == 3


def test_the_next_business_at_a_kept_counter_is_no_second_visit(tmp_path: Path) -> None:
    """An instant card: hand in, start the machine, make, hand over; one ticket at the outlet, one at its machine."""
    demand = arrivals(tmp_path, "a.csv", "time", "0")
    text = f"""
[cohorts.new]
size = 5
[outlets.town]
counters = 1
service = "1 min"
instant = {{machines = 1, service = "3 min"}}
[factories.works]
machines = 1
[banks.first]
[hospitals.main]
online = true
[pharmacies.corner]
online = true
[procedures.apply]
defect_share = 0
[procedures.produce]
instant_reject_share = 0
[demand.first_card]
procedure = "apply"
cohort = "new"
{demand}
"""
    shown = (Event.JOIN, Event.START, Event.CONTINUE, Event.END, Event.FREE)
    assert [row[:3] + row[4:] for row in trace(play(compiled(tmp_path, text)), *shown)] == [
        (0, 0, "JOIN", 0),
        (0, 0, "START", 0),
        (60_000, 0, "END", 60_000),
        (60_000, 0, "CONTINUE", 0),
        (120_000, 0, "END", 60_000),
        (120_000, 0, "JOIN", 0),
        (120_000, 0, "START", 0),
        (300_000, 0, "END", 180_000),
        (300_000, 0, "FREE", 180_000),
        (300_000, 0, "CONTINUE", 0),
        (360_000, 0, "END", 60_000),
    ]


def test_a_patience_of_nothing_is_over_at_once_and_one_that_is_not_given_never(tmp_path: Path) -> None:
    """Who would have to wait and gives himself no time leaves in the moment he came; an empty cell waits for ever."""
    demand = arrivals(tmp_path, "a.csv", "time,service,patience", "0,60,0", "1,5,0", "2,5,")
    text = f'[stations.desk]\ncounters = 1\n[demand.people]\nenters = "desk"\n{demand}'
    assert trace(play(compiled(tmp_path, text)), Event.START, Event.ABANDON) == [
        (0, 0, "START", 0, 0),
        (1_000, 1, "ABANDON", 0, 0),
        (60_000, 2, "START", 0, 58_000),
    ]


def test_each_machine_is_set_up_once_for_a_batch(tmp_path: Path) -> None:
    """Two machines and three of a batch: the first two take 20 s more."""
    demand = arrivals(tmp_path, "a.csv", "time", "0", "1", "2")
    station = '[stations.works]\ncounters = 2\nservice = "60 s"\nwrap_up = "20 s"\n'
    made = compiled(tmp_path, f'{station}[demand.orders]\nenters = "works"\n{demand}')
    (row,) = made.program.stations
    row = replace(row, setup=row.wrap_up, wrap_up=NONE)
    made = replace(made, program=replace(made.program, stations=(row,)))
    assert [value for *_, value in trace(play(made), Event.END)] == [80_000, 80_000, 60_000]


def test_a_wrap_up_of_no_time_leaves_no_trace(tmp_path: Path) -> None:
    """The server is free with the end of the service."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "0,10", "1,10")
    made = compiled(
        tmp_path, f'[stations.desk]\ncounters = 1\nwrap_up = "5 s"\n[demand.people]\nenters = "desk"\n{demand}'
    )
    nothing = DistRow(DistKind.CONSTANT, 0.0)
    dists = tuple(
        nothing if at == made.program.stations[0].wrap_up else row for at, row in enumerate(made.program.dists)
    )
    made = replace(made, program=replace(made.program, dists=dists))
    assert trace(play(made), Event.START, Event.FREE) == [(0, 0, "START", 0, 0), (10_000, 1, "START", 0, 9_000)]
