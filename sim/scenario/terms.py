"""A region's published rules (G2), with the terms that a run of the scenario goes by.

A text may name a parameter, `{report_loss.validity}`; its value stands there in the words of the language.  So do the
hours of the telephone, `{hotlines.hours}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sim.procedures.catalogue import parameter
from sim.procedures.model import Kind, Parameter, Procedure
from sim.scenario.checks import World, is_fixed, reference
from sim.scenario.hotline_hours import HOURS, hotline_hours
from sim.scenario.schema import RULE_PARTS, RulesTable, Scenario
from sim.scenario.schema_validate import Finding
from sim.scenario.values import Dist, ParameterValue, Wait

_NAMED = re.compile(r"\{([a-z_0-9]+)\.([a-z_0-9]+)\}")
_UNITS = (
    (86_400_000, "day", "天"),
    (3_600_000, "hour", "小时"),
    (60_000, "minute", "分钟"),
    (1_000, "second", "秒"),
)
_FEN = 100
_PERCENT = 100


def part_of(rules: RulesTable, part: str, language: str) -> str:
    """The text of one part as it is written, "en" or "zh"; where one language lacks it, the other's."""
    english, chinese = str(getattr(rules, part)), str(getattr(rules, f"{part}_zh"))
    return chinese or english if language == "zh" else english or chinese


def missing_parts(rules: RulesTable) -> tuple[str, ...]:
    """Parts the region lacks."""
    return tuple(part for part in RULE_PARTS if not part_of(rules, part, "en"))


def published(scenario: Scenario, catalogue: Mapping[str, Procedure], language: str) -> dict[str, str]:
    """The five parts with the scenario's terms filled in, "en" or "zh"; a part that is missing is empty.

    The scenario has been checked: every name is known and has one value.
    """
    if scenario.region is None:
        return {}

    def words(named: re.Match[str]) -> str:
        if named[1] + "." + named[2] == HOURS:
            return hotline_hours(scenario, language)
        row = parameter(catalogue[named[1]], named[2])
        return in_words(scenario.procedures[named[1]][named[2]], row, language)

    rules = scenario.region.rules
    return {part: _NAMED.sub(words, part_of(rules, part, language)) for part in RULE_PARTS}


def check_terms(there: World) -> Iterator[Finding]:
    """Every parameter a text names must be one, and the same for everybody."""
    region = there.scenario.region
    if region is None:
        return
    known = [f"{owner.name}.{row.name}" for owner in there.catalogue.values() for row in owner.parameters]
    known.append(HOURS)
    for key in (*RULE_PARTS, *(f"{part}_zh" for part in RULE_PARTS)):
        path = ("region", "rules", key)
        for procedure, name in _NAMED.findall(getattr(region.rules, key)):
            if f"{procedure}.{name}" not in known:
                yield from reference(path, "parameter", f"{procedure}.{name}", known)
            elif f"{procedure}.{name}" != HOURS and not is_fixed(there.scenario.procedures[procedure][name]):
                why = f"{procedure}.{name} is random, and a published term is the same for everybody"
                yield Finding(path, why, "a parameter with one value")


def in_words(value: ParameterValue, row: Parameter, language: str) -> str:
    """A fixed value as people read it: "10 working days", "10个工作日"."""
    chinese = language == "zh"
    if isinstance(value, Wait):
        return _wait(value, chinese=chinese)
    if isinstance(value, Dist):
        return _time(value.a, chinese=chinese)
    if row.kind is Kind.CHOICE:
        return row.words[int(value)][chinese]
    if row.kind is Kind.MONEY:
        text = f"{value / _FEN:,.2f}".removesuffix(".00")
        return f"{text}元" if chinese else f"{text} yuan"
    if row.kind in (Kind.SHARE, Kind.RATE):
        return f"{value * _PERCENT:.6g}{'%' if chinese else ' %'}"
    return str(value)


def _wait(value: Wait, *, chinese: bool) -> str:
    if value.kind == "plain":
        return _time(value.dist.a, chinese=chinese)
    days = f"{value.dist.a:g}"
    return f"{days}个工作日" if chinese else f"{days} working day{'' if days == '1' else 's'}"


def _time(ms: float, *, chinese: bool) -> str:
    """In the largest unit of which it is a whole number, else in seconds."""
    size, one, word = next((row for row in _UNITS if ms >= row[0] and ms % row[0] == 0), _UNITS[-1])
    number = f"{ms / size:g}"
    return f"{number}{word}" if chinese else f"{number} {one}{'' if number == '1' else 's'}"
