"""The answer in one sentence: whether the expectations are met, and whether anybody waits too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reports.phrases import action_titles, metric, selection

if TYPE_CHECKING:
    from reports.info import RunInfo
    from reports.words import Words
    from sim.metrics.tables import Tables

_MANY_LEAVE = 0.1
"""As many as those beyond the 90 of 100 whose wait the first sentence tells."""
_NAMED = 3
"""How many missed expectations the verdict names; the table below has them all."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is "good", "bad" or "plain" (nothing was expected, so nothing can fail)."""

    kind: str
    sentences: tuple[str, ...]


def verdict(tables: Tables, info: RunInfo, words: Words) -> Verdict:
    """Judge the run."""
    expected, stories = tables.expectations, tables.stories
    missed = [row for row, ok in enumerate(expected.ok) if expected.judged[row] and not ok]
    bad_stories = [info.in_language(story, words.language) for story in _stories_gone_wrong(tables)]
    first = words("result.joined", expectations=_expectations(tables, missed, words),
                  waiting=_waiting(tables, info.long_wait_ms, words))  # fmt: skip
    sentences = [first, *_leaving(tables, words)]
    if missed:
        titles = [expectation_title(tables, row, info, words) for row in missed]
        sentences.append(words("result.which_missed", titles=_some(titles, words)))
    if stories.story:
        sentences.append(_story_sentence(tables, bad_stories, words))
    judged = "good" if expected.judged.any() or stories.story else "plain"
    kind = "bad" if missed or bad_stories else judged
    return Verdict(kind, tuple(sentences))


def expectation_title(tables: Tables, row: int, info: RunInfo, words: Words) -> str:
    """Return the title the scenario gave, else what was measured and where, in words."""
    table = tables.expectations
    if table.title[row]:
        return info.in_language(table.title[row], words.language)
    measured = metric(table.metric[row], action_titles(tables, words), words)
    place = selection(tables, table.where[row], words)
    return words("expectations.at", metric=measured, where=place) if place else measured


def _expectations(tables: Tables, missed: Sequence[int], words: Words) -> str:
    total = len(tables.expectations.title)
    if not total:
        return words("result.no_expectations")
    if not tables.expectations.judged.any():
        return words("result.not_judged")
    if missed:
        return words.plural("result.missed", len(missed), total=words.count(total))
    return words.plural("result.all_met", total)


def _waiting(tables: Tables, limit_ms: int, words: Words) -> str:
    """Say whether anybody waits longer than the limit, at the kind of place where the longest wait happened."""
    head = tables.headline
    rows = [
        row
        for row, level in enumerate(head.level)
        if level == "kind" and head.serves[row] != "cards" and np.isfinite(head.wait_max_ms[row])
    ]
    if not rows:
        return words("result.no_waiting_data")
    worst = max(rows, key=lambda row: float(head.wait_max_ms[row]))
    longest = float(head.wait_max_ms[worst])
    if longest <= 0:
        return words("result.nobody_waits")
    often = [row for row in rows if float(head.wait_p90_ms[row]) > limit_ms]
    if often:
        worst = max(often, key=lambda row: float(head.wait_p90_ms[row]))
        key = "result.many_long"
    else:
        key = "result.some_long" if longest > limit_ms else "result.short_waits"
    place = kind_title(tables, worst, words)
    if place == words.known(f"kind.{head.name[worst]}", ""):
        place = place[:1].lower() + place[1:]
    return words(
        key,
        limit=words.duration(limit_ms),
        longest=words.duration(float(head.wait_max_ms[worst])),
        place=place,
    )


def _leaving(tables: Tables, words: Words) -> list[str]:
    """Say where many leave without being served: who gives up early makes short waits of a bad plan."""
    head = tables.headline
    shares = {
        row: float(head.left[row] / head.arrivals[row])
        for row, level in enumerate(head.level)
        if level == "kind" and head.serves[row] != "cards" and head.arrivals[row] > 0
    }
    worst = max(shares, key=lambda row: shares[row], default=None)
    if worst is None or shares[worst] < _MANY_LEAVE:
        return []
    return [words("result.many_leave", share=words.share(shares[worst]), place=kind_title(tables, worst, words))]


def kind_title(tables: Tables, row: int, words: Words) -> str:
    """Return the name of a headline row: groups from the scenario, kinds of place from the wording.

    A kind of place with a single group is called by what the scenario calls that.
    """
    head = tables.headline
    if head.level[row] == "kind":
        kind_of = dict(zip(tables.stations.group, tables.stations.kind, strict=True))
        groups = [
            other
            for other, level in enumerate(head.level)
            if level == "group" and kind_of.get(head.name[other]) == head.name[row]
            and head.serves[other] == head.serves[row]
        ]  # fmt: skip
        title = words.name(head.title[groups[0]], head.title_zh[groups[0]]) if len(groups) == 1 else ""
        return title or words.known(f"kind.{head.name[row]}", head.name[row])
    return words.name(head.title[row], head.title_zh[row], head.name[row])


def _stories_gone_wrong(tables: Tables) -> list[str]:
    stories = tables.stories
    wrong = (story for story, ok in zip(stories.story, stories.ok, strict=True) if not ok)
    return list(dict.fromkeys(wrong))


def _story_sentence(tables: Tables, wrong: list[str], words: Words) -> str:
    total = len(dict.fromkeys(tables.stories.story))
    if wrong:
        return words.plural("result.stories_bad", len(wrong), total=words.count(total), titles=_some(wrong, words))
    return words.plural("result.stories_ok", total)


def _some(titles: Sequence[str], words: Words) -> str:
    named = list(titles[:_NAMED])
    if len(titles) > _NAMED:
        named.append(words("result.and_more", n=len(titles) - _NAMED))
    return words("unit.semicolon").join(named)
