"""CSV files of arrivals, counts and servers: exact times, encodings, and bad rows named by line."""

from __future__ import annotations

import time
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.tablefile import ENCODINGS
from sim.errors import ScenarioError
from sim.scenario.csv_demand import read_arrivals, read_counts, read_staff
from sim.scenario.csv_times import Local

LOCAL = Local(date(2026, 3, 2))
HOUR = 3_600_000
HINT = '; or time = "..." beside the file where the column has another name; then further columns do no harm'


def problems_of(text: str | bytes, **kinds: object) -> list[str]:
    """Lines of the error that reading arrivals gives."""
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ScenarioError) as caught:
        read_arrivals("day.csv", content, LOCAL, **kinds)  # type: ignore[arg-type]
    return str(caught.value).split("\n")


@pytest.mark.parametrize(
    ("cells", "ms"),
    [
        ("1\n2.5\n3.001", [1000, 2500, 3001]),
        ("0.0005\n0.0015\n0.002500001\n.5\n7.", [0, 2, 3, 500, 7000]),
        ("1000000000.0005\n1000000000.001500000", [1_000_000_000_000, 1_000_000_000_002]),
        (
            "2026-03-02 09:10\n2026-03-03T09:10:30.250\n2026-03-03 09:10:30.250500",
            [33_000_000, 119_430_250, 119_430_250],
        ),
        ("08:30\n08:30:15\n9:00:00.125", [30_600_000, 30_615_000, 32_400_125]),
    ],
)
def test_times_are_exact_milliseconds(cells: str, ms: list[int]) -> None:
    """Seconds, moments or times of day; finer than a millisecond is rounded half to even."""
    arrivals = read_arrivals("day.csv", f"time\n{cells}\n".encode(), LOCAL)
    assert arrivals.times_ms.tolist() == ms
    assert arrivals.times_ms.dtype == "int64"


@given(st.lists(st.decimals(0, 10**9, places=9), min_size=1, max_size=30))
def test_decimal_seconds_are_rounded_half_to_even_however_large(numbers: list[Decimal]) -> None:
    """Never off by one through floating point."""
    text = "time\n" + "\n".join(f"{number:f}" for number in numbers)
    expected = sorted(int((number * 1000).to_integral_value(ROUND_HALF_EVEN)) for number in numbers)
    assert read_arrivals("day.csv", text.encode(), LOCAL).times_ms.tolist() == expected


def test_all_columns_of_arrivals_are_read_in_order_of_time() -> None:
    """Rows of equal time keep the order of the file; empty cells are -1."""
    text = (
        "time;service;patience;priority;b.service;a.patience\n20;3;;ordinary;1;9\n10;1.5;60;elderly;;\n20;2;;;0.25;8\n"
    )
    arrivals = read_arrivals("day.csv", text.encode(), LOCAL, ["a", "b"], ["elderly", "ordinary"])
    assert arrivals.times_ms.tolist() == [10_000, 20_000, 20_000]
    assert arrivals.service_ms is not None
    assert arrivals.patience_ms is not None
    assert arrivals.priority is not None
    assert arrivals.station_service_ms is not None
    assert arrivals.station_patience_ms is not None
    assert arrivals.service_ms.tolist() == [1500, 3000, 2000]
    assert arrivals.patience_ms.tolist() == [60_000, -1, -1]
    assert arrivals.priority.tolist() == [0, 1, -1]
    assert arrivals.priority_names == ("elderly", "ordinary")
    assert arrivals.station_service_ms["b"].tolist() == [-1, 1000, 250]
    assert arrivals.station_patience_ms["a"].tolist() == [-1, 9000, 8000]


@pytest.mark.parametrize(
    "content",
    [
        "time,priority\n1,老人\n".encode(),
        "\ufefftime,priority\n1,老人\n".encode(),
        "time;priority\r\n1;老人\r\n".encode("gb18030"),
        'time\tpriority\n"1"\t"老人"\n'.encode(),
        "time, priority\n\n1, 老人".encode(),
        "time\tpriority\r\n1\t老人\r\n".encode("utf-16"),
        "time\tpriority\r\n1\t老人\r\n".encode("utf-16-le"),
        "time,priority\n1,老人\n".encode("utf-16-be"),
    ],
)
def test_encodings_and_separators_are_recognised(content: bytes) -> None:
    """UTF-8, UTF-16 with and without their mark, GB 18030; comma, semicolon, tab; quotation marks; blank lines."""
    arrivals = read_arrivals("day.csv", content, LOCAL, priorities=["普通", "老人"])
    assert arrivals.priority is not None
    assert (arrivals.times_ms.tolist(), arrivals.priority.tolist()) == ([1000], [1])


def test_bad_cells_are_named_by_line_all_at_once() -> None:
    """Mixed forms of time, words, negative numbers, unknown classes."""
    text = "time,service,priority\n1,1,old\n08:30,x,young\n-1,-2,\n1e3,nan,old\n,5,\n99999999999,1_0,old\n"
    allowed = "allowed: seconds such as 12.5"
    assert problems_of(text, priorities=["old"]) == [
        f'day.csv:3: time: "08:30" is not a number of seconds; {allowed}',
        f'day.csv:4: time: "-1" is not a number of seconds; {allowed}',
        f'day.csv:5: time: "1e3" is not a number of seconds; {allowed}',
        f'day.csv:6: time: "" is not a number of seconds; {allowed}',
        f'day.csv:7: time: "99999999999" is too large; {allowed}',
        f'day.csv:3: service: "x" is not a number of seconds; {allowed}',
        f'day.csv:4: service: "-2" is not a number of seconds; {allowed}',
        f'day.csv:5: service: "nan" is not a number of seconds; {allowed}',
        f'day.csv:7: service: "1_0" is not a number of seconds; {allowed}',
        'day.csv:3: priority: unknown priority class "young"; allowed: old',
    ]


def test_bad_moments_are_named() -> None:
    """Without a time of day, with a time zone, not a moment."""
    text = "time\n2026-03-02 09:00\n2026-03-02\n2026-03-02T09:00+08:00\n2026-02-30 09:00\n20260302T0900\n"
    form = (
        'allowed: seconds such as 12.5; a time of day, "HH:MM" or "HH:MM:SS" from "00:00" to "24:00"; or a moment '
        'such as "2026-03-02 09:10:30" or "2026/3/2 9:10"'
    )
    assert problems_of(text) == [
        f'day.csv:3: time: "2026-03-02" is a date without a time of day; {form}',
        (
            'day.csv:4: time: "2026-03-02T09:00+08:00" has a time zone; times are local; allowed: zone = "ignore" '
            'beside the file where the times are local all the same, or zone = "+08:00" to convert them'
        ),
        f'day.csv:5: time: "2026-02-30 09:00" is not a time; {form}',
        f'day.csv:6: time: "20260302T0900" is not a time; {form}',
    ]


def test_only_the_first_twenty_bad_cells_are_listed() -> None:
    """The rest is counted."""
    lines = problems_of("time\n" + "x\n" * 50)
    assert len(lines) == 21
    assert lines[-1] == "day.csv: and 30 more bad cells or rows"


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", ["day.csv: is empty; allowed: time"]),
        (b"time\n", ["day.csv:1: has a heading but no rows; allowed: at least one row"]),
        (b"a\0b", ["day.csv: is not a text file; allowed: CSV in UTF-8, UTF-16 and GB 18030"]),
        (b"time\n\xff\xff", [f"day.csv: is none of {ENCODINGS}; allowed: CSV in {ENCODINGS}"]),
        (b'time\n"1"2\n', ["day.csv:2: is not CSV: ',' expected after '\"'"]),
        (
            b"when,time,time\n1,2,3\n",
            [
                'day.csv:1: unknown column "when"; allowed: patience, priority, service, time',
                f"day.csv:1: time: column stands twice; allowed: each column once{HINT}",
            ],
        ),
        (
            b"service\n1\n",
            [f"day.csv:1: time: column is missing; allowed: time, service, patience, priority{HINT}"],
        ),
        (
            b"time,service\n1\n2,3\n4,5,6\n",
            [
                "day.csv:2: has 1 cells; allowed: 2 cells as in the heading",
                "day.csv:4: has 3 cells; allowed: 2 cells as in the heading",
            ],
        ),
    ],
)
def test_wrong_files_are_refused(content: bytes, lines: list[str]) -> None:
    """Empty, binary, neither encoding, not CSV, wrong headings, wrong row lengths."""
    assert problems_of(content) == lines


def test_counts_are_read_and_checked() -> None:
    """Intervals with whole counts."""
    counts = read_counts("c.csv", b"from,until,count\n08:00,09:00,12\n09:00,10:00,0\n", LOCAL)
    assert counts.from_ms.tolist() == [8 * HOUR, 9 * HOUR]
    assert counts.until_ms.tolist() == [9 * HOUR, 10 * HOUR]
    assert counts.count.tolist() == [12, 0]
    with pytest.raises(ScenarioError) as caught:
        read_counts("c.csv", b"from,until,count\n0,60,1.5\n60,120,-1\n", LOCAL)
    assert str(caught.value) == (
        'c.csv:2: count: "1.5" is not a whole number; allowed: a whole number, 0 or more\n'
        'c.csv:3: count: "-1" is not a whole number; allowed: a whole number, 0 or more'
    )
    with pytest.raises(ScenarioError, match=r"c.csv:3: until: is not later than from; allowed: a later time"):
        read_counts("c.csv", b"from,until,count\n0,60,1\n60,60,1\n", LOCAL)


def test_servers_change_from_time_to_time() -> None:
    """Times of day hold every day; each group of skills has its own order of time."""
    text = b"time,servers,skills\n08:00,3,apply collect\n08:00,1,\n12:00,0,apply collect\n"
    staff = read_staff("s.csv", text, LOCAL, ["apply", "collect"])
    assert staff.times_ms.tolist() == [8 * HOUR, 8 * HOUR, 12 * HOUR]
    assert staff.servers.tolist() == [3, 1, 0]
    assert staff.skills == (("apply", "collect"), (), ("apply", "collect"))
    assert staff.daily
    assert not read_staff("s.csv", b"time,servers\n0,1\n", LOCAL).daily


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"time,servers\n09:00,1\n08:00,2\n", "s.csv:3: time: is not later than the row before it"),
        (b"time,servers\n09:00,0\n", "s.csv:1: servers: there are no servers at any time"),
        (b"time,servers,skills\n09:00,1,aply\n", 's.csv:2: skills: unknown business "aply", did you mean "apply"?'),
    ],
)
def test_wrong_timetables_of_servers_are_refused(text: bytes, why: str) -> None:
    """Out of order, nobody ever there, unknown skills."""
    with pytest.raises(ScenarioError) as caught:
        read_staff("s.csv", text, LOCAL, ["apply"])
    assert str(caught.value).startswith(why)


@pytest.mark.slow
def test_two_hundred_thousand_rows_take_about_a_second() -> None:
    """A million rows must not take more than a few seconds; the limit leaves room for slow machines."""
    text = "time,service\n" + "".join(f"{number * 0.0625:.4f},300.5\n" for number in range(200_000))
    begin = time.process_time()
    arrivals = read_arrivals("day.csv", text.encode(), LOCAL)
    assert time.process_time() - begin < 5
    assert arrivals.times_ms[:3].tolist() == [0, 62, 125]
    assert len(arrivals.times_ms) == 200_000
