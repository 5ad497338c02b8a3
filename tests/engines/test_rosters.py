"""Who is on duty by a roster file, and whether what comes can be served by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.compile.feasibility import overloads
from sim.errors import ScenarioError
from sim.log import Event
from sim.program import Change
from tests.engines.programs import compiled, play, trace

HOUR, DAY = 3_600_000, 86_400_000
TWO_DAYS = '[run]\nstart = 2026-03-02\nduration = "2 d"\n'
ROSTERED = '[stations.desk]\ncounters = {file = "s.csv"}\nservice = "1 min"\n[demand.x]\nenters = "desk"\n'


@pytest.mark.parametrize(
    ("rows", "changes"),
    [
        ("08:00,3\n22:00,1\n", [(0, 1), (8 * HOUR, 3), (22 * HOUR, 1), (DAY + 8 * HOUR, 3), (DAY + 22 * HOUR, 1)]),
        ("00:00,1\n08:00,3\n", [(0, 1), (8 * HOUR, 3), (DAY, 1), (DAY + 8 * HOUR, 3)]),
        ("08:00,3\n24:00,1\n", [(0, 1), (8 * HOUR, 3), (DAY, 1), (DAY + 8 * HOUR, 3)]),
        ("08:00,3\n", [(0, 3)]),
    ],
)
def test_a_roster_of_times_of_day_holds_for_every_day(tmp_path: Path, rows: str, changes: list[object]) -> None:
    """At two in the morning who came on at ten in the evening, on the first day too, where nobody used to be there."""
    (tmp_path / "s.csv").write_text("time,servers\n" + rows, encoding="utf-8")
    made = compiled(tmp_path, ROSTERED + 'rate = "1 per h"\n', head=TWO_DAYS)
    duty: list[tuple[int, int]] = []
    for t, _, _, _, servers in trace(play(made), Event.CAPACITY):
        if not duty or duty[-1][1] != servers:
            duty.append((t, servers))
    assert duty == changes


def test_a_roster_with_one_moment_twice_a_day_is_refused(tmp_path: Path) -> None:
    """00:00 and 24:00 are the same."""
    (tmp_path / "s.csv").write_text("time,servers\n00:00,1\n08:00,3\n24:00,2\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"s.csv:4: time: is 00:00 of the next day, which is given already"):
        compiled(tmp_path, ROSTERED + 'rate = "1 per h"\n')


def day(tmp_path: Path, demand: str, counters: int = 1, more: str = "") -> list[str]:
    """What is said of the load of a desk that is open for a day."""
    text = f'[stations.desk]\ncounters = {counters}\nservice = "10 min"\n{more}[demand.x]\nenters = "desk"\n{demand}'
    head = '[run]\nstart = 2026-03-02\nduration = "1 d"\noverload = "allow"\n'
    return overloads(compiled(tmp_path, text, head=head).program)


def test_the_overload_check_judges_what_is_played(tmp_path: Path) -> None:
    """Rows after the end, `count` and `until` that end the demand, the file's own service times, companions."""
    (tmp_path / "late.csv").write_text(
        "time\n" + "".join(f"{second}\n" for second in range(0, 10 * 86400, 3600)), encoding="utf-8"
    )
    (tmp_path / "quick.csv").write_text(
        "time,service\n" + "".join(f"{second},60\n" for second in range(0, 86400, 300)), encoding="utf-8"
    )
    (tmp_path / "slow.csv").write_text(
        "time,service\n" + "".join(f"{second},7200\n" for second in range(0, 86400, 3600)), encoding="utf-8"
    )
    (tmp_path / "patient.csv").write_text(
        "time,patience\n" + "".join(f"{second},60\n" for second in range(0, 86400, 300)), encoding="utf-8"
    )
    (tmp_path / "counts.csv").write_text("from,until,count\n0,86400,100\n86400,172800,10000\n", encoding="utf-8")
    assert day(tmp_path, 'file = {arrivals = "late.csv"}\n') == []
    assert day(tmp_path, 'file = {counts = "counts.csv"}\n') == []
    assert day(tmp_path, 'file = {arrivals = "quick.csv"}\n') == []
    assert day(tmp_path, 'file = {arrivals = "patient.csv"}\n') == []
    assert day(tmp_path, 'rate = "20 per h"\ncount = 100\n') == []
    assert day(tmp_path, 'rate = "20 per h"\nuntil = 2026-03-02T06:00:00\n') == []
    assert day(tmp_path, 'file = {arrivals = "slow.csv"}\n') == [
        "desk: the demand brings 48.0 hours of work a day, the servers on duty can do 24.0; the queue would only grow"
    ]
    assert day(tmp_path, 'file = {arrivals = "slow.csv"}\ncount = 12\n') == []
    assert day(tmp_path, 'file = {arrivals = "late.csv"}\nbatch = 10\n') != []
    assert day(tmp_path, 'rate = "20 per h"\n') != []


def test_those_who_come_together_share_the_times_of_their_row(tmp_path: Path) -> None:
    """Two a row used to read past the end of the table."""
    (tmp_path / "two.csv").write_text("time,service\n10,1\n20,2\n", encoding="utf-8")
    text = '[stations.desk]\ncounters = 4\nservice = "9 s"\n[demand.x]\nenters = "desk"\nbatch = 2\n'
    made = compiled(tmp_path, text + 'file = {arrivals = "two.csv"}\n')
    ends = [(t, value) for t, _, _, _, value in trace(play(made), Event.END)]
    assert ends == [(11_000, 1000), (11_000, 1000), (22_000, 2000), (22_000, 2000)]


def test_a_saturday_that_makes_up_for_a_holiday_has_the_hours_of_a_friday(tmp_path: Path) -> None:
    """14 February 2026 is worked, the Sunday after it begins the holidays: open that day only, as on Fridays."""
    text = (
        '[hours.office]\nweekdays = "09:00-17:00"\nfri = "09:00-16:00"\n'
        '[stations.desk]\ncounters = 1\nservice = "1 min"\nhours = "office"\n'
        '[demand.x]\nenters = "desk"\nrate = "1 per h"\n'
    )
    program = compiled(tmp_path, text, head='[run]\nstart = 2026-02-14\nduration = "3 d"\n').program
    changes = program.timetables[program.stations[0].timetable].changes
    opened, closed = (
        [t_ms for t_ms, what, *_ in changes if what == wanted] for wanted in (Change.DOOR_OPEN, Change.DOOR_CLOSE)
    )
    assert (opened, closed) == ([9 * HOUR], [0, 16 * HOUR])
