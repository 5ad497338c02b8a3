"""What a scenario says and nothing would come of: said, instead of dropped without a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.prepare import prepare

Fail = Callable[..., list[str]]
DESK = '[stations.a]\ncounters = 1\nservice = "1 s"\n'
COME = '[demand.x]\nenters = "a"\nrate = "1 per h"\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            DESK + "count = 3\n" + COME,
            'demand.x.enters: "a" is 3 stations with a queue each, and nothing says how people share among them; allow',
        ),
        (
            DESK + 'then = "b"\n' + DESK.replace(".a]", ".b]") + "count = 2\n" + COME,
            'stations.a.then: "b" is 2 stations with a queue each, and nothing says how',
        ),
        (DESK + COME + "where = {a = 1}\n", "demand.x.where: has no effect beside enters"),
        (DESK + COME + "agent_share = 0.5\n", "demand.x.agent_share: has no effect beside enters"),
        (
            DESK.replace("= 1\n", '= [{count = 1, skills = ["x"]}]\n', 1) + COME,
            "stations.a.counters[0].skills: a plain station has one business, which every counter does",
        ),
        (DESK + 'last_ticket = "16:00"\n' + COME, "stations.a.last_ticket: has no effect where doors never close"),
        (
            '[hours.w]\nweekdays = ["09:00-12:00"]\n' + DESK + 'hours = "w"\nlast_ticket = "12:30"\n' + COME,
            "stations.a.last_ticket: is at no time within the opening hours",
        ),
        (DESK + "gather = 5\n" + COME, "stations.a.service: has no effect beside gather"),
        (
            "[hotlines.h]\nagents = 1\nlines = 5\ncapacity = 9\n" + DESK + COME,
            "hotlines.h.capacity: and lines are both given",
        ),
        (
            '[hospitals.h]\nrefresh_offset = "1 h"\n' + DESK + COME,
            "hospitals.h.refresh_offset: has no effect without refresh",
        ),
        (
            '[outlets.o]\ncounters = 1\ninstant = {refill = "5 min"}\n' + DESK + COME,
            "outlets.o.instant.refill: has no effect without consumables",
        ),
    ],
)
def test_what_would_have_no_effect_is_a_mistake(problems: Fail, text: str, why: str) -> None:
    """Everybody in the first of three halls, counters that serve nobody, keys of another kind of demand."""
    found = problems(text)
    assert any(why in line for line in found), found


def test_priorities_stand_in_the_file_or_in_the_scenario(problems: Fail) -> None:
    """Those of the file used to be dropped."""
    text = DESK + 'priorities = ["old", "young"]\n[demand.x]\nenters = "a"\npriorities = {old = 0.5}\n'
    assert problems(text + 'file = {arrivals = "x.csv"}\n', x_csv="time,priority\n1,old\n") == [
        "x.csv:1: priority: is given for each arrival, and demand.x.priorities for all; allowed: one of them"
    ]


def test_a_roster_of_a_plain_station_names_no_skills(problems: Fail) -> None:
    """Its counters would serve nobody."""
    text = '[stations.a]\ncounters = {file = "x.csv"}\nservice = "1 s"\n' + COME
    assert problems(text, x_csv="time,servers,skills\n08:00,1,apply\n") == [
        "x.csv:2: skills: at a plain station every counter serves everybody; allowed: an empty cell"
    ]


def test_a_demand_of_which_nobody_comes_is_said(tmp_path: Path) -> None:
    """A run of a weekend, people who come on working days."""
    path = tmp_path / "s.toml"
    run = '[run]\nstart = 2026-03-07\nduration = "1 d"\n'
    path.write_text(run + DESK + COME + 'on = "workdays"\n', encoding="utf-8")
    assert [str(note) for note in prepare(path, ())[0].notes] == ["nobody comes of demand.x in the whole run"]
