"""Say in the report's language what the result tables say in the scenario's.

Tables carry metrics, outcomes and measured values as short English phrases of a closed form ("at most 30 min",
"33 min (95 %: 29 min to 37 min)", "haishu, business apply").  Each form has a row here; a phrase of another form
is shown as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reports.drawing.labels import where
from reports.steps import step_title

if TYPE_CHECKING:
    from reports.words import Words
    from sim.metrics.tables import Tables

_NUMBER = r"[-\N{MINUS SIGN}]?[\d.,]+(?:e[-+]?\d+)?"
_VALUE = re.compile(rf"({_NUMBER}) (ms|s|min|h|d|%|per h|percentage points?)")
_INTERVAL = re.compile(r"(?P<value>.*) \(95 %: (?P<low>.*) to (?P<high>.*)\)")
_ALIKE = re.compile(r"(?P<value>.*) \(the same (?:in all \d+ replications|on all \d+ station days)\)")
_CERTAIN = re.compile(r"(?P<value>.*) \(cannot happen here\)")
_UNITS = {"ms": "ms", "s": "s", "min": "min", "h": "h", "d": "d", "%": "percent", "per h": "per_hour",
    "percentage point": "points", "percentage points": "points",
}  # fmt: skip
_LIMITS = (
    (re.compile(rf"within ({_NUMBER}) standard errors"), "phrase.standard_errors"),
    (re.compile(rf"within ({_NUMBER} %) of it"), "phrase.within_rel"),
    (re.compile(r"within (.*)"), "phrase.within"),
    (re.compile(r"at most (.*)"), "phrase.at_most"),
    (re.compile(r"at least (.*)"), "phrase.at_least"),
)
_SELECTIONS = ("business", "demand", "procedure", "step", "rule", "from", "until", "within")


def value(phrase: str, words: Words) -> str:
    """Write "33.4 min" in words."""
    match = _VALUE.fullmatch(phrase)
    return words(f"phrase.unit.{_UNITS[match[2]]}", n=match[1]) if match else words.known(f"phrase.is.{phrase}", phrase)


def measured(phrase: str, words: Words) -> tuple[str, str]:
    """Return a measured value and, apart from it, how certain it is (empty if nobody can say)."""
    for form, why in ((_ALIKE, "numbers.alike"), (_CERTAIN, "numbers.never")):
        if (same := form.fullmatch(phrase)) is not None:
            return value(same["value"], words), words(why)
    match = _INTERVAL.fullmatch(phrase)
    if match is None:
        return value(phrase, words), ""
    between = words("numbers.between", low=value(match["low"], words), high=value(match["high"], words))
    return value(match["value"], words), between


def expected(phrase: str, words: Words) -> str:
    """Write "at most 30 min", or several limits, in words."""
    return words("unit.comma").join(_limit(part, words) for part in phrase.split(", "))


def _limit(part: str, words: Words) -> str:
    for pattern, key in _LIMITS:
        match = pattern.fullmatch(part)
        if match:
            return words(key, value=value(match[1], words))
    return value(part, words)


def metric(code: str, titles: dict[str, str], words: Words) -> str:
    """Return the name of a metric in words; `titles` names procedures and their steps."""
    parts = code.split(".")
    if len(parts) == 4 and parts[0] in {"funnel", "wip"}:
        step = titles.get(f"{parts[1]}.{parts[2]}", parts[2])
        procedure = titles.get(parts[1], parts[1])
        return words("metric.funnel" if parts[0] == "funnel" else "metric.wip", step=step, procedure=procedure)
    if parts[0] == "lead" and len(parts) == 3:
        lead = words.known(f"lead.{parts[1]}", parts[1])
        return words(f"statistic.{parts[2]}", what=lead)
    return words.known(f"metric.{code}", code)


def selection(tables: Tables, phrase: str, words: Words) -> str:
    """Return which people or place an expectation is about: "haishu, business apply" in words; empty for everybody."""
    if phrase in {"", "everywhere"}:
        return ""
    return words("unit.list").join(_selected(tables, part, words) for part in phrase.split(", "))


def _selected(tables: Tables, part: str, words: Words) -> str:
    head, _, rest = part.partition(" ")
    if rest and head == "step":
        return words("phrase.of.step", value=action_titles(tables, words).get(rest, rest))
    if rest and head in _SELECTIONS:
        return words(f"phrase.of.{head}", value=value(rest, words))
    return where(tables, words, part)


def outcome(code: str, words: Words) -> str:
    """Return an outcome of the scenario language ("done", "refused A3", "done, but card is lost") in words."""
    ended, but, differences = code.strip().partition(", but ")
    head, _, rest = ended.partition(" ")
    if head == "refused" and rest:
        said = words("outcome.refused_by", rule=rest)
    else:
        said = words.known(f"outcome.{ended.replace(' ', '_')}", ended)
    return words("outcome.but", outcome=said, differences=differences) if but else said


def action_titles(tables: Tables, words: Words) -> dict[str, str]:
    """Return what to call "procedure" and "procedure.step" of the scenario language."""
    titles: dict[str, str] = {}
    for funnel in tables.funnels:
        titles[funnel.procedure] = words.name(funnel.title, funnel.title_zh, funnel.procedure)
        for step, title in zip(funnel.step, funnel.step_title, strict=True):
            titles[f"{funnel.procedure}.{step}"] = step_title(funnel.procedure, step, title, words)
    return titles
