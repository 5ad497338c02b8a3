"""When a loss can be reported by telephone, in words: when a hotline of the scenario is open and somebody is there."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sim.scenario.schema import Scenario
from sim.scenario.schema_people import HoursTable
from sim.scenario.schema_places import HotlineTable
from sim.scenario.units import clock_text
from sim.scenario.values import DAY_MS

HOURS = "hotlines.hours"
"""How a published text names them."""
_REPORT = "report_loss"
_ALWAYS = "always"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

Intervals = tuple[tuple[int, int], ...]


def hotline_hours(scenario: Scenario, language: str) -> str:
    """In English or Chinese, to stand in brackets after "by telephone"; public holidays are not told of."""
    lines = [table for table in scenario.hotlines.values() if table.offers is None or _REPORT in table.offers]
    week = [_joined(span for table in lines for span in _staffed(scenario, table, day)) for day in range(len(_DAYS))]
    zh = language == "zh"
    if all(spans == ((0, DAY_MS),) for spans in week):
        return "随时" if zh else "at any hour"
    if not any(week):
        return "未设热线" if zh else "where there is a hotline"
    parts = []
    for spans, days in groupby(range(len(_DAYS)), key=lambda day: week[day]):
        numbers = list(days)
        if spans:
            parts.append(_part(spans, numbers, zh=zh))
    return ("、" if zh else ", ").join(parts)


def _part(spans: Intervals, days: list[int], *, zh: bool) -> str:
    """The hours of days that follow one another."""
    names, to = (_DAYS_ZH, "至") if zh else (_DAYS, " to ")
    which = names[days[0]] if len(days) == 1 else f"{names[days[0]]}{to}{names[days[-1]]}"
    if len(days) == len(_DAYS):
        which = "每天" if zh else "daily"
    hours = [f"{clock_text(first)}-{clock_text(until)}" for first, until in spans]
    return which + "、".join(hours) if zh else f"{which} {' and '.join(hours)}"


def _staffed(scenario: Scenario, table: HotlineTable, weekday: int) -> Intervals:
    """When a hotline is open on a weekday and an agent is there, of one group or another."""
    doors = _of(scenario, table.hours, weekday)
    counters = table.agents
    if counters is None or counters.file:
        return doors
    duty = (
        span
        for group in counters.groups
        if group.count != 0
        for span in (doors if group.hours == "" else _of(scenario, group.hours, weekday))
    )
    return _joined(
        (max(a, first), min(b, until))
        for a, b in _joined(duty)
        for first, until in doors
        if max(a, first) < min(b, until)
    )


def _of(scenario: Scenario, hours: str | Intervals, weekday: int) -> Intervals:
    if not isinstance(hours, str):
        return hours
    return ((0, DAY_MS),) if hours == _ALWAYS else scenario.hours.get(hours, HoursTable()).of(weekday)


def _joined(spans: Iterable[tuple[int, int]]) -> Intervals:
    """In order, those that touch as one."""
    found: list[tuple[int, int]] = []
    for first, until in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((first, until))
    return tuple(found)
