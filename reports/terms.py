"""What studies call a metric: by its name on the command line in English, by the trade's term in Chinese.

`wait.mean at hotlines` reads 服务热线：平均等待时间 there.  The terms are in `wording/terms.zh.toml`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING

from reports.drawing.labels import where
from reports.phrases import value
from reports.steps import step_title
from reports.words import WORDING, flatten
from sim.metrics.catalogue import Unit
from sim.metrics.units import difference_in_words, in_words
from sim.procedures.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.words import Words
    from sim.metrics.tables import Tables
    from sim.replications.asked import Asked

_ASKED = re.compile(r"(?:(?P<between>mean|p\d\d) of )?(?P<metric>\S+)(?: (?P<threshold>\d.*?))?(?: at (?P<place>\S+))?")
_CONDITION = re.compile(r"\s*ci\s*\(\s*(?P<asked>[^()]*?)\s*\)\s*<=?\s*(?P<limit>[^<>]+?)\s*")
_WORKDAYS = re.compile(r"([\d.]+) workdays?")
_NUMBER = re.compile(r"\d[\d,]*")
_PARTS_PER_STEP = 4


@cache
def terms() -> dict[str, str]:
    """The Chinese terms by dotted key."""
    return flatten(tomllib.loads((WORDING / "terms.zh.toml").read_text(encoding="utf-8")))


def named(asked: Asked, words: Words, places: dict[str, str] | None = None) -> str:
    """Name of what was asked for; `places` names places of the scenario."""
    return _in_chinese(asked.text, asked.question.station, words, places) if words.language == "zh" else asked.text


def condition(text: str, words: Words) -> str:
    """A condition for stopping, `ci(wait.mean) < 30 s`."""
    found = _CONDITION.fullmatch(text)
    if words.language != "zh" or found is None:
        return text
    metric, limit = _in_chinese(found["asked"], "", words, None), value(found["limit"], words)
    return terms()["form.condition"].format(metric=metric, limit=limit)


def amount(number: float, unit: Unit, words: Words) -> str:
    """A value with its unit."""
    return written(in_words(number, unit), words)


def apart(number: float, unit: Unit, words: Words) -> str:
    """A difference with its unit: shares differ by percentage points."""
    return written(difference_in_words(number, unit), words)


def written(text: str, words: Words) -> str:
    """A value that is in words already."""
    if words.language != "zh":
        return text
    days = _WORKDAYS.fullmatch(text)
    return terms()["form.workdays"].format(n=days[1]) if days else value(text, words)


def reason(text: str, words: Words) -> str:
    """Why there is no interval, or no result."""
    known = terms().get(f"reason.{_NUMBER.sub('#', text)}")
    return text if words.language != "zh" or known is None else known.format(*_NUMBER.findall(text))


def places_of(asked: Iterable[Asked], tables: Tables, words: Words) -> dict[str, str]:
    """What the places are called that were asked about."""
    return {place: where(tables, words, place) for one in asked if (place := one.question.station)}


def known(key: str, text: str, words: Words) -> str:
    """A word of a study page, `axis.min` or `input.mean`; the text itself in English, and where there is no term."""
    return terms().get(key, text) if words.language == "zh" else text


def as_it_is(name: str, words: Words) -> str:
    """An alternative that changes nothing."""
    return terms()["form.as_it_is"].format(name=name) if words.language == "zh" else f"{name} as it is"


def _in_chinese(text: str, station: str, words: Words, places: dict[str, str] | None) -> str:
    found = _ASKED.fullmatch(" ".join(text.split()))
    if found is None:
        return text
    name = _metric(found["metric"], words)
    if found["threshold"]:
        name = name.format(threshold=value(found["threshold"], words))
    if found["between"] == "mean":
        name = terms()["form.typical"].format(metric=name)
    elif found["between"]:
        name = terms()["form.between"].format(metric=name, percent=found["between"][1:])
    place = found["place"] or station
    if not place:
        return name
    place = (places or {}).get(place) or words.known(f"kind.{place}", place)
    return terms()["form.at"].format(place=place, metric=name)


def _metric(code: str, words: Words) -> str:
    parts = code.split(".")
    if parts[0] == "lead":
        lead, statistic = words(f"lead.{parts[-2]}"), terms()[f"statistic.{parts[-1]}"]
        return terms()["form.lead"].format(lead=lead, statistic=statistic)
    if parts[0] in {"funnel", "wip"} and len(parts) == _PARTS_PER_STEP:
        procedure, step = catalogue().get(parts[1]), step_title(parts[1], parts[2], "", words)
        title = parts[1] if procedure is None else procedure.title_zh
        key = "metric.funnel" if parts[0] == "funnel" else "metric.wip"
        return words(key, step=step, procedure=title)
    return terms().get(f"metric.{code}", code)
