"""CSV files as people's programs write them: read as they are, and nothing in them is guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest

from sim.errors import ScenarioError
from sim.scenario.csv_demand import Counts, read_arrivals, read_counts, read_staff
from sim.scenario.csv_text import Layout
from sim.scenario.csv_times import Local
from sim.scenario.load import Loaded
from sim.scenario.units import WrongValueError, interval

LOCAL = Local(date(2026, 3, 2))
HOUR, DAY = 3_600_000, 86_400_000
Load = Callable[..., Loaded]
DESK = '[stations.a]\ncounters = 1\nservice = "1 s"\n'


def arrivals_ms(text: str, local: Local = LOCAL, **named: tuple[str, ...]) -> list[int]:
    """Moments of a file of arrivals."""
    found: list[int] = read_arrivals("x.csv", text.encode(), local, layout=Layout(named)).times_ms.tolist()
    return found


def counts_of(text: str, *, means: bool = False) -> Counts:
    """A file of counts."""
    return read_counts("x.csv", text.encode(), LOCAL, means=means)


def wrong(read: Callable[[], object]) -> str:
    """What reading says is wrong."""
    with pytest.raises(ScenarioError) as caught:
        read()
    return str(caught.value)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-02 08:00",
        "2026-03-02 8:00",
        "2026/3/2 8:00",
        "2026/03/02 08:00:00",
        "2026.3.2 8:00:00.000",
        "2026-3-2T08:00",
        "2026年3月2日 8:00",
        "２０２６/３/２ ８：００",
        "2026-03-02T08:00:00.0000000",
    ],
)
def test_a_moment_is_read_as_programs_write_it(cell: str) -> None:
    """Spreadsheets, databases, ticket machines; all mean eight in the morning."""
    assert arrivals_ms(f"time\n{cell}\n") == [8 * HOUR]


@pytest.mark.parametrize("cell", ["3/2/2026 8:00", "2026/3-2 8:00", "2026-03-02 8:60", "2026-03-02 24:01", "20260302"])
def test_a_moment_that_may_mean_two_things_or_nothing_is_refused(cell: str) -> None:
    """Month and day in doubt, mixed signs, no such time."""
    assert "is not a time" in wrong(lambda: arrivals_ms(f"time\n2026-03-02 8:00\n{cell}\n"))


def test_midnight_is_the_end_of_a_day_where_an_interval_ends() -> None:
    """24:00 and 00:00; a time of day beside a moment is of the same day; a date alone is its beginning."""
    for text in (
        "from,until,count\n22:00,24:00,5\n",
        "from,until,count\n22:00,00:00,5\n",
        "from,until,count\n2026-03-02 22:00,2026-03-02 24:00,5\n",
        "from,until,count\n2026-03-02 22:00,00:00,5\n",
        "date,from,until,count\n2026/3/2,22:00,0:00,5\n",
        "from,until,count\n2026-03-02 22:00,2026-03-03,5\n",
    ):
        counts = counts_of(text)
        assert (counts.from_ms.tolist(), counts.until_ms.tolist()) == ([22 * HOUR], [DAY])
    text = "from,until,count\n2026-03-02 22:00,2026-03-02 00:00,5\n"
    assert "is not later than from" in wrong(lambda: counts_of(text))
    text = "from,until,count\n0,08:00,5\n"
    assert "until: has times of day, from has seconds" in wrong(lambda: counts_of(text))


def test_an_offset_is_worth_what_the_scenario_says() -> None:
    """Refused unasked; taken for a habit of the program; or converted into the scenario's own time."""
    text = "time\n2026-03-02T00:30:00Z\n2026-03-02T08:30+08:00\n2026-03-02 08:30\n"
    complaint = wrong(lambda: arrivals_ms(text))
    assert 'x.csv:2: time: "2026-03-02T00:30:00Z" has a time zone; times are local' in complaint
    assert 'zone = "ignore"' in complaint
    assert arrivals_ms(text, Local(LOCAL.start, ignore=True)) == [HOUR // 2, 17 * HOUR // 2, 17 * HOUR // 2]
    assert arrivals_ms(text, Local(LOCAL.start, 480)) == [17 * HOUR // 2] * 3


def test_intervals_in_one_cell_and_rows_of_totals_are_called_what_they_are() -> None:
    """9:00-10:00 is an hour and not a time zone ten hours west of Greenwich; what is ignored is the end then."""
    read = partial(read_counts, "x.csv", b"from,count\n2026/3/2 9:00-10:00,5\n", every_ms=HOUR)
    said = wrong(partial(read, LOCAL))
    assert '"2026/3/2 9:00-10:00" is an interval, or has a time zone; allowed: zone = "ignore"' in said
    assert read(Local(LOCAL.start, ignore=True)).from_ms.tolist() == [9 * HOUR]
    for cell in ("9:00~10:00", "9:00—9:30", "2026/3/2 9:00至10:00", "9:00 - 9:30"):
        assert "is an interval, not a time" in wrong(partial(arrivals_ms, f"time\n{cell}\n")), cell
    for cell in ("合计", "总计：", "Total"):
        assert "is a row of totals" in wrong(partial(arrivals_ms, f"time\n2026/3/2 9:00\n{cell}\n")), cell


def test_numbers_are_read_as_spreadsheets_write_them() -> None:
    """12.0, thousands with a comma; a fraction of a person only where means are meant; nothing longer than is sense."""
    text = 'from,until,count\n08:00,09:00,12.0\n09:00,10:00,"1,234"\n'
    assert counts_of(text).count.tolist() == [12, 1234]
    text = "from,until,count\n08:00,09:00,6.3\n"
    assert '"6.3" is not a whole number' in wrong(lambda: counts_of(text))
    assert counts_of(text, means=True).count.tolist() == [6.3]
    assert read_staff("x.csv", b"time,servers\n08:00,3.0\n", LOCAL).servers.tolist() == [3]
    for number in ("1,23", "12,34,567", "-1", "1e3", ""):
        text = f'from,until,count\n08:00,09:00,"{number}"\n'
        assert "is not a whole number" in wrong(partial(counts_of, text))
    text = "from,until,count\n08:00,09:00," + "9" * 5000 + "\n"
    assert "is too large" in wrong(lambda: counts_of(text))


def test_empty_rows_and_trailing_separators_are_no_mistake() -> None:
    """As spreadsheets leave them; a cell with something in it that belongs to no column is one."""
    assert arrivals_ms("time,service,,\n1,2,,\n,,,\n3,4,,\n") == [1000, 3000]
    assert arrivals_ms("time,service\n1,2,\n3,4,,\n") == [1000, 3000]
    assert "has 3 cells" in wrong(lambda: arrivals_ms("time,service\n1,2,x\n"))


def test_date_and_time_stand_in_two_columns() -> None:
    """Under our names without a word, under others by naming both."""
    assert arrivals_ms("date,time\n2026/3/2,8:00\n2026/3/3,9:00\n") == [8 * HOUR, DAY + 9 * HOUR]
    text = "No;日期;取号时间;窗口\n1;2026-03-02;08:00:00;5\n"
    assert arrivals_ms(text, time=("日期", "取号时间")) == [8 * HOUR]
    assert "column is missing; allowed: No, 日期, 取号时间, 窗口" in wrong(lambda: arrivals_ms(text, time=("时间",)))


def test_a_wrong_first_row_does_not_make_the_others_wrong() -> None:
    """The form of a column is that of the first cell that has one; one of another form is said to be that."""
    text = "时间,窗口数\n8点半,4\n12:00,2\n"
    said = wrong(
        lambda: read_staff("x.csv", text.encode(), LOCAL, None, Layout({"time": ("时间",), "servers": ("窗口数",)}))
    )
    assert 'x.csv:2: 时间: "8点半" is not a time' in said
    assert "12:00" not in said.replace('"HH:MM"', "")
    assert '"8:00" has no date, and other rows have one' in wrong(lambda: arrivals_ms("time\n2026/3/2 8:00\n8:00\n"))
    assert '"2026/3/2 8:00" has a date, and other rows' in wrong(lambda: arrivals_ms("time\n8:00\n2026/3/2 8:00\n"))


def test_what_stands_in_a_column_is_listed_where_no_row_is_wanted() -> None:
    """The cell asked for is spelt otherwise, most often."""
    text = "time,业务\n8:00,申领\n9:00,挂失\n10:00,申领\n"
    said = wrong(lambda: read_arrivals("x.csv", text.encode(), LOCAL, layout=Layout(only={"业务": "领卡"})))
    assert said == 'x.csv:1: has no row with 业务 = "领卡"; allowed: 业务 = "申领", "挂失"'


def test_columns_that_do_not_count_are_left_alone_only_where_a_mapping_says_which_count() -> None:
    """Without one, `servce` is a slip of the pen."""
    text = "time,servce\n1,5\n"
    assert 'did you mean "service"?' in wrong(lambda: arrivals_ms(text))
    assert arrivals_ms(text, time=("time",)) == [1000]


def test_an_export_is_read_without_a_script(scenario: Load) -> None:
    """Foreign headings, GB 18030, semicolons, intervals by their beginnings, other halls in the same file."""
    export = '大厅;开始;办理量;备注\n1;2026/3/2 8:00;12.0;\n2;2026/3/2 8:00;99;\n1;2026/3/2 8:30;"1,005";x\n'
    loaded = scenario(
        DESK + '[demand.x]\nenters = "a"\nfile = {counts = "x.csv", from = "开始", every = "30 min", count = "办理量", '
        'only = {"大厅" = 1}}\n',
        x_csv=export,
    )
    counts = loaded.counts["x"]
    assert counts.from_ms.tolist() == [8 * HOUR, 8 * HOUR + HOUR // 2]
    assert counts.until_ms.tolist() == [8 * HOUR + HOUR // 2, 9 * HOUR]
    assert counts.count.tolist() == [12, 1005]


def test_a_roster_has_names_of_its_own_for_its_columns(scenario: Load) -> None:
    """Skills in another order are the same skills."""
    loaded = scenario(
        '[stations.a]\nservice = "1 s"\ncounters = {file = "x.csv", time = ["day", "at"], servers = "open"}\n'
        '[demand.x]\nenters = "a"\nrate = "1 per h"\n',
        x_csv="day,at,open,by\n2026-03-02,08:00,3,N\n",
    )
    assert loaded.staff["stations.a"].times_ms.tolist() == [8 * HOUR]
    text = b"time,servers,skills\n08:00,3,b a\n09:00,0,a b\n"
    assert read_staff("x.csv", text, LOCAL).skills == (("a", "b"), ("a", "b"))


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("08:00,09:00,1\n08:00,09:00,1\n", "x.csv:3: from: is the same interval as on line 2"),
        ("08:30,09:30,1\n08:00,09:00,1\n", "x.csv:2: from: overlaps the interval on line 3"),
    ],
)
def test_intervals_that_count_people_twice_are_refused(rows: str, why: str) -> None:
    """Repeated or overlapping, also out of order."""
    assert why in wrong(lambda: counts_of(f"from,until,count\n{rows}"))


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ('{counts = "x.csv", time = "t"}', "demand.x.file.time: means nothing for a file of counts; allowed: no time"),
        ('{arrivals = "x.csv", from = "t"}', "demand.x.file.from: means nothing for a file of arrivals"),
        ('{arrivals = "x.csv", placed = "even"}', "demand.x.file.placed: means nothing for a file of arrivals"),
        ('{counts = "x.csv", every = "1 h", until = "u"}', "demand.x.file.until: and every are both given"),
        ('{counts = "x.csv", counts_are = "means", placed = "even"}', "demand.x.file.placed: numbers that vary"),
        ('{counts = "x.csv", zone = "CST"}', 'demand.x.file.zone: "CST" is not a time zone'),
        ('{counts = "x.csv", from = [], only = {a = "b"}}', "demand.x.file.from: an array names no column"),
    ],
)
def test_keys_that_would_be_ignored_are_mistakes(problems: Callable[..., list[str]], file: str, why: str) -> None:
    """Of the other kind of file, against each other, or without sense."""
    found = problems(DESK + f'[demand.x]\nenters = "a"\nfile = {file}\n', x_csv="from,until,count,t\n0,1,1,1\n")
    assert any(why in one for one in found), found


def test_what_says_when_people_come_stands_once(problems: Callable[..., list[str]]) -> None:
    """A profile or hours beside a file, or beside a sine, used to be dropped without a word."""
    text = '[profiles.p]\nclock = {"08:00-09:00" = 2}\n' + DESK
    demand = '[demand.x]\nenters = "a"\nprofile = "p"\non = "workdays"\nfile = {counts = "x.csv"}\n'
    assert problems(text + demand, x_csv="from,until,count\n0,1,1\n") == [
        (
            "city.toml:8: demand.x.profile: has no effect beside file: the file says when people come; "
            "allowed: profile or file, not both"
        ),
        (
            "city.toml:9: demand.x.on: has no effect beside file: the file says when people come; "
            "allowed: on or file, not both"
        ),
    ]
    demand = '[demand.x]\nenters = "a"\nprofile = "p"\nrate = "2 per h"\n'
    sine = 'sine = {amplitude = "1 per h", period = "24 h"}\n'
    assert "has no effect beside sine" in "".join(problems(text + demand + sine))


def test_rows_outside_the_run_are_said(scenario: Load) -> None:
    """Before it, after it, an interval over its end, a time of day in a run of several days; a roster's too."""
    text = DESK.replace("counters = 1", 'counters = {file = "s.csv"}') + (
        '[demand.x]\nenters = "a"\nfile = {arrivals = "x.csv"}\n'
        '[demand.y]\nenters = "a"\nfile = {counts = "y.csv"}\n'
        '[demand.z]\nenters = "a"\nfile = {counts = "z.csv"}\n'
    )
    loaded = scenario(
        text,
        "run.duration=2 d",
        x_csv="time,service\n2026-03-01 10:00,1\n2026-03-02 10:00,2\n2026-03-04 00:00,3\n2026-03-05 00:00,4\n",
        y_csv="from,until,count\n2026-03-03 23:00,2026-03-04 01:00,8\n",
        z_csv="from,until,count\n08:00,09:00,5\n",
        s_csv="time,servers\n2026-02-01 08:00,3\n2026-03-01 08:00,1\n2026-03-02 08:00,2\n2026-04-01 08:00,9\n",
    )
    arrivals = loaded.arrivals["x"]
    assert arrivals.service_ms is not None
    assert (arrivals.times_ms.tolist(), arrivals.service_ms.tolist()) == ([10 * HOUR], [2000])
    assert loaded.staff["stations.a"].times_ms.tolist()[:2] == [0, 8 * HOUR]
    assert loaded.staff["stations.a"].servers.tolist()[:2] == [1, 2]
    run = "the run (2026-03-02 00:00 to 2026-03-04 00:00)"
    assert [note.en for note in loaded.notes] == [
        f"x.csv: 3 of 4 arrivals are outside {run} and do not come: 1 before it, 2 after its end",
        f"y.csv: 4 of 8 people are outside {run} and do not come: 4 after its end",
        "z.csv: its times of day are those of the run's first day; on the other days nobody comes from it",
        f"s.csv: 2 of 4 rows are outside {run} and have no effect",
    ]
    span = "2026-03-02 00:00 至 2026-03-04 00:00"
    assert [note.zh for note in loaded.notes] == [
        f"x.csv：4 人次中有 3 人次在运行期（{span}）之外，不会到来：开始之前 1，结束之后 2",
        f"y.csv：8 人次中有 4 人次在运行期（{span}）之外，不会到来：结束之后 4",
        "z.csv：其中的时刻只指运行的第一天，其余各天没有人从这个文件到来",
        f"s.csv：4 行中有 2 行在运行期（{span}）之外，不起作用",
    ]


def test_a_file_wholly_outside_the_run_is_refused(problems: Callable[..., list[str]]) -> None:
    """Last year's, most often; also where the demand's own from and until leave nothing of it."""
    text = '[stations.a]\ncounters = {file = "s.csv"}\nservice = "1 s"\n'
    text += '[demand.x]\nenters = "a"\nfile = {arrivals = "x.csv"}\n'
    text += '[demand.y]\nenters = "a"\nuntil = 2026-03-02T08:00:00\nfile = {counts = "y.csv"}\n'
    run, hours = "2026-03-02 00:00 to 2026-03-07 00:00", "2026-03-02 00:00 to 2026-03-02 08:00"
    lie = "they are from 2025-03-02 10:00 to 2025-03-02 11:00"
    end = "they are from 2026-03-02 08:00 to 2026-03-02 09:00"
    assert problems(
        text,
        x_csv="time\n2025-03-02 10:00\n2025-03-02 11:00\n",
        y_csv="from,until,count\n08:00,09:00,5\n",
        s_csv="time,servers\n2027-03-02 10:00,3\n",
    ) == [
        f"s.csv: time: nobody is on duty at any time in the run; allowed: rows from {run}",
        f"x.csv: time: none of its 2 arrivals come in the run: {lie}; allowed: times from {run}",
        f"y.csv: from: nobody of its 5 people come in the run: {end}; allowed: times from {hours}",
    ]


def test_how_many_more_there_are_stands_behind_the_list(problems: Callable[..., list[str]]) -> None:
    """It used to stand before it, as of line 0."""
    text = DESK + '[demand.x]\nenters = "a"\nfile = {arrivals = "x.csv"}\n'
    found = problems(text, x_csv="time\n1\n" + "x\n" * 50)
    assert found[0] == 'x.csv:3: time: "x" is not a number of seconds; allowed: seconds such as 12.5'
    assert found[-1] == "x.csv: and 30 more bad cells or rows"
    assert len(found) == 21


def test_midnight_ends_an_interval_of_a_scenario_too() -> None:
    """As in a CSV file; the whole day from midnight to midnight; an interval over midnight stays a mistake."""
    assert interval("22:00-00:00") == (22 * HOUR, DAY)
    assert interval("00:00-00:00") == (0, DAY)
    with pytest.raises(WrongValueError, match="does not end after it begins"):
        interval("22:00-02:00")


def test_the_separator_is_that_of_the_heading_whatever_stands_in_the_rows() -> None:
    """Remarks full of semicolons are one cell of a file with commas."""
    assert arrivals_ms("when,remark\n10,a;b;c\n20,d;e;f\n", time=("when",)) == [10_000, 20_000]


def test_intervals_longer_than_the_rows_are_apart_are_told_once() -> None:
    """Counts of every five minutes read as of every ten: one sentence with the length they have, not twenty."""
    text = "from,count\n" + "".join(f"2026-03-02 08:{minute:02d},3\n" for minute in range(0, 60, 5))
    assert wrong(lambda: read_counts("x.csv", text.encode(), LOCAL, every_ms=600_000)) == (
        "x.csv:1: from: 11 of 12 rows begin less than every = 10 min after another, most of them 5 min; "
        'allowed: every = "5 min"'
    )
    two = "from,count\n2026-03-02 08:00,3\n2026-03-02 08:05,3\n2026-03-02 09:00,3\n"
    assert "x.csv:3: from: overlaps the interval on line 2" in wrong(
        lambda: read_counts("x.csv", two.encode(), LOCAL, every_ms=600_000)
    )
