"""What is said of opening hours, rosters, skills and demand that do not fit together."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.log import Event
from sim.prepare import prepare
from tests.engines.programs import compiled, play, trace

WEEK = '[run]\nstart = 2026-03-02\nduration = "7 d"\n'
"""From a Monday on."""
HOURS = '[hours.day]\nweekdays = ["08:00-12:00", "13:00-17:00"]\n'
DESK = '[stations.desk]\nhours = "day"\nservice = "1 min"\ncounters = {file = "s.csv"}\n'
COME = '[demand.x]\nenters = "desk"\nrate = "6 per h"\nhours = "day"\n'


def told(tmp_path: Path, text: str, head: str = WEEK) -> list[str]:
    """The notes of a scenario."""
    path = tmp_path / "scenario.toml"
    path.write_text(head + HOURS + text, encoding="utf-8")
    return [note.en for note in prepare(path, ())[0].notes]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "08:00,2\n17:00,0\n",
            [
                (
                    "46 of 126 server hours on duty are at times when the doors are closed (such as 2026-03-02 "
                    "12:00 to 13:00); they count as time on duty, and nobody comes in then"
                )
            ],
        ),
        ("08:00,2\n12:00,0\n13:00,2\n17:00,0\n", ["32 of 112 server hours"]),
        ("2026-03-02,2\n", ["256 of 336 server hours"]),
        (
            "2026-03-02 08:00,2\n2026-03-06 12:00,0\n",
            [
                "128 of 200 server hours",
                (
                    "nobody is on duty in 4 of the 40 hours "
                    "when the doors are open (such as 2026-03-06 13:00 to 17:00); who comes then waits"
                ),
            ],
        ),
    ],
)
def test_who_is_on_duty_while_it_is_closed_is_said_with_the_hours(
    tmp_path: Path, rows: str, expected: list[str]
) -> None:
    """Lunch, the weekend, the nights: a roster knows no opening hours; and hours without anybody on duty."""
    (tmp_path / "s.csv").write_text("time,servers\n" + rows, encoding="utf-8")
    notes = told(tmp_path, DESK + COME)
    assert len(notes) == len(expected)
    for note, text in zip(notes, expected, strict=True):
        assert note.startswith(f"stations.desk: {text}")


def test_a_roster_that_fits_is_not_spoken_of(tmp_path: Path) -> None:
    """Counters that follow the hours, and a roster that is there from opening to closing on the days it is open."""
    times = ("08:00,1", "12:00,0", "13:00,1", "17:00,0")
    rows = "time,servers\n" + "".join(f"2026-03-0{day} {time}\n" for day in range(2, 7) for time in times)
    (tmp_path / "s.csv").write_text(rows, encoding="utf-8")
    assert told(tmp_path, DESK + COME) == []
    assert told(tmp_path, DESK.replace('{file = "s.csv"}', "2") + COME) == []


def test_a_place_that_never_closes_wants_staff_only_when_somebody_comes(tmp_path: Path) -> None:
    """Without opening hours nights without staff matter only to people who come at night."""
    (tmp_path / "s.csv").write_text("time,servers\n08:00,1\n17:00,0\n", encoding="utf-8")
    desk = DESK.replace('hours = "day"\n', "")
    assert told(tmp_path, desk + COME) == []
    assert told(tmp_path, desk + COME.replace('hours = "day"\n', "")) == [
        (
            "stations.desk: nobody is on duty in 105 of the 168 hours when the doors are open (such as "
            "2026-03-02 00:00 to "
            "08:00); who comes then waits"
        )
    ]


def test_people_who_come_while_it_is_closed_are_announced(tmp_path: Path) -> None:
    """As many as are turned away when it is played: 6 an hour in the 16 hours of a day without opening."""
    desk = DESK.replace('{file = "s.csv"}', "2")
    come = COME.replace('hours = "day"\n', "")
    day = WEEK.replace("7 d", "1 d")
    assert told(tmp_path, desk + come, day) == [
        (
            "demand.x: about 96 of 144 people come while the doors are closed (to stations.desk, such as "
            "2026-03-02 00:00 "
            "to 08:00) and are turned away"
        )
    ]
    played = compiled(tmp_path, HOURS + desk + come, head=day)
    away = [len(list(trace(play(played, replication=one), Event.TURNED_AWAY))) for one in range(20)]
    assert 88 <= sum(away) / len(away) <= 104


@pytest.mark.parametrize(
    ("counters", "expected"),
    [
        (
            '[{count = 2, skills = ["cancel"]}, {count = 1, hours = "09:00-10:00"}]',
            (
                "outlets.hall: nobody who can do apply, collect, produce is on duty in 35 of the 40 hours when "
                "the doors "
                "are open (such as 2026-03-02 08:00 to 09:00); who comes then waits"
            ),
        ),
        (
            '[{count = 2, skills = ["cancel"]}]',
            (
                "outlets.hall: nobody who can do apply, collect, produce is on duty at any time when the doors "
                "are open: "
                "who comes waits in vain"
            ),
        ),
    ],
)
def test_a_business_nobody_on_duty_can_do_is_named(tmp_path: Path, counters: str, expected: str) -> None:
    """Skills that are there for an hour a day, or never."""
    text = (
        f'[outlets.hall]\nhours = "day"\ncounters = {counters}\n[banks.b]\n[factories.f]\nmachines = 3\n'
        '[hospitals.h]\n[pharmacies.p]\n[demand.x]\nprocedure = "apply"\nrate = "3 per h"\nhours = "day"\n'
    )
    assert expected in told(tmp_path, text)


def test_a_window_in_which_the_place_is_closed_measures_nothing(tmp_path: Path) -> None:
    """An expectation from 18:00 to 20:00 of a hall that closes at 17:00; one that reaches into the hours is fine."""
    desk = DESK.replace('{file = "s.csv"}', "2") + COME
    expect = (
        '[[expect]]\nmetric = "wait.mean"\nstation = "desk"\nat_most = "1 h"\n'
        'from = "2026-03-02 {}"\nuntil = "2026-03-02 20:00"\n'
    )
    assert told(tmp_path, desk + expect.format("16:00")) == []
    assert told(tmp_path, desk + expect.format("18:00")) == [
        "expect[0]: desk is closed in the whole of its window (2026-03-02 18:00 to 20:00)"
    ]


def test_places_of_one_kind_share_a_note(tmp_path: Path) -> None:
    """Four tables with the same hours and the same roster: one line."""
    (tmp_path / "s.csv").write_text("time,servers\n08:00,2\n17:00,0\n", encoding="utf-8")
    text = "".join(DESK.replace("desk", name) for name in ("desk", "b", "c", "d")) + COME
    notes = told(tmp_path, text)
    assert len(notes) == 1
    assert notes[0].startswith("stations.desk, stations.b, stations.c and 1 more: 46 of 126 server hours")
