"""The parts of the page after the pictures: told cases, inputs, and how to do the run again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from reports.drawing.labels import where
from reports.numbers import contacts
from reports.phrases import action_titles, outcome
from reports.terms import condition, reason, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.info import InputRow, RunInfo
    from reports.words import Words
    from sim.metrics.tables import Tables
    from sim.replications.stopping import Stopped, Width

MARKS = ("A", "D", "P")
"""Marks of inputs in the order of the page: the least certain first, because the reader can do something there."""


@dataclass(frozen=True, slots=True)
class StoryRow:
    """One action of a told case."""

    when: str
    who: str
    what: str
    expected: str
    happened: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Story:
    """One told case."""

    title: str
    rules: str
    ok: bool
    rows: tuple[StoryRow, ...]


@dataclass(frozen=True, slots=True)
class InputGroup:
    """Inputs with the same mark."""

    mark: str
    title: str
    rows: tuple[InputRow, ...]


def stories(tables: Tables, info: RunInfo, words: Words) -> list[Story]:
    """Return the told cases, those that went differently first, actions in their order."""
    table, start = tables.stories, date.fromisoformat(tables.start)
    people, titles = dict(info.people), action_titles(tables, words)
    found = []
    for title in dict.fromkeys(table.story):
        numbers = [row for row, story in enumerate(table.story) if story == title]
        rows = tuple(
            StoryRow(
                when=words.moment(start, int(table.at_ms[row])),
                who=people.get(table.person[row]) or table.person[row].replace("_", " "),
                what=_what(tables, row, titles, words),
                expected=outcome(table.expected[row], words),
                happened=outcome(table.got[row], words),
                ok=bool(table.ok[row]),
            )
            for row in numbers
        )
        shown = info.in_language(title, words.language)
        found.append(Story(shown, table.rules[numbers[0]], all(row.ok for row in rows), rows))
    return sorted(found, key=lambda story: story.ok)


def _what(tables: Tables, row: int, titles: dict[str, str], words: Words) -> str:
    does, place = tables.stories.does[row], tables.stories.where[row]
    what = titles.get(does, does).replace("_", " ").replace(".", ": ")
    return words("stories.what_at", what=what, where=where(tables, words, place)) if place else what


def inputs(info: RunInfo, words: Words) -> list[InputGroup]:
    """Return the inputs by mark, assumed ones first, unmarked ones last."""
    return input_groups(info.inputs, words)


def input_groups(everything: Sequence[InputRow], words: Words) -> list[InputGroup]:
    """Return inputs by mark."""
    groups = []
    for mark in (*MARKS, ""):
        rows = tuple(row for row in everything if (row.mark if row.mark in MARKS else "") == mark)
        if rows:
            key = {"A": "inputs.A", "D": "inputs.D", "P": "inputs.P"}.get(mark, "inputs.unmarked")
            groups.append(InputGroup(mark, words.plural(key, len(rows)), rows))
    return groups


def notes(tables: Tables, info: RunInfo, words: Words) -> list[str]:
    """Return what the reader must keep in mind, most important first."""
    found = []
    if info.partial:
        found.append(words("notes.partial"))
    if tables.nothing_random:
        found.append(words("notes.nothing_random", n=tables.replications))
    found += _still_waiting(tables, words)
    if info.stopped is not None:
        found.append(_stopped(info.stopped, words))
    if info.unannounced_years:
        found.append(words("notes.years", years=words("unit.list").join(str(year) for year in info.unannounced_years)))
    if info.incomplete_profile:
        found.append(words("notes.profile", parts=_parts(info, words)))
    return [*found, *info.warnings]


def _still_waiting(tables: Tables, words: Words) -> list[str]:
    """Where people still waited when the run ended: a mean of the other waits alone may look like a good plan."""
    head = tables.headline
    several = tables.replications > 1
    average = words("notes.still_average", n=tables.replications) if several else ""
    return [
        words(
            "notes.still_waiting",
            place=words.known(f"kind.{head.name[row]}", head.name[row]),
            count=words.count(float(head.still_waiting[row])),
            longest=words.duration(float(head.still_longest_ms[row])),
            average=average,
        )
        for row, level in enumerate(head.level)
        if level == "kind" and head.still_waiting[row] > 0
    ]


def _stopped(stopped: Stopped, words: Words) -> str:
    """Why there were so many replications."""
    said = words("unit.semicolon").join(_width(one, words) for one in stopped.widths)
    if stopped.reached and stopped.held_from is not None:
        return words("notes.enough", n=stopped.replications, held=stopped.held_from, widths=said)
    return words("notes.not_enough", n=stopped.replications, widths=said)


def _width(width: Width, words: Words) -> str:
    """How wide an interval is, why, and who is not in its number."""
    more = [reason(width.note, words)] if width.note else []
    more += [words("notes.still_there", n=words.count(width.still))] if width.still else []
    told = words("notes.width", condition=condition(width.condition, words), width=written(width.half, words))
    return words("unit.comma").join((told, *more))


def _parts(info: RunInfo, words: Words) -> str:
    return words("unit.semicolon").join(words.known(f"part.{part}", part) for part in info.incomplete_profile)


def facts(tables: Tables, info: RunInfo, words: Words) -> list[tuple[str, str]]:
    """Return the few facts under the title."""
    found = [
        (words("facts.begins"), words.full_date(info.start)),
        (words("facts.lasts"), words.duration(info.duration_ms)),
        (words("facts.repeated"), words.plural("facts.repeated_n", info.replications)),
    ]
    if info.settled is not None:
        how = words("facts.settled", time=words.duration(info.warm_up_ms), n=info.settled.pilots)
        found.append((words("facts.warm_up"), how))
    elif info.warm_up_ms:
        found.append((words("facts.warm_up"), words.duration(info.warm_up_ms)))
    head = tables.headline
    people = sum(
        float(came)
        for level, serves, came in zip(head.level, head.serves, head.arrivals, strict=True)
        if level == "kind" and serves != "cards"
    )
    if people > 0:
        found.append((contacts(tables, words), words.count(people)))
    return found


@dataclass(frozen=True, slots=True)
class Cards:
    """What card work found."""

    agreed: bool
    summary: str
    rows: list[tuple[str, str]]


def cards(info: RunInfo, words: Words) -> Cards | None:
    """Return what card work found; nothing where no card was replayed."""
    found = info.cards
    if found is None:
        return None
    sample = (
        words("cards.all") if found.share == 1 else words("cards.sample", share=words.decimal(found.share * 100, 4))
    )
    rows = [
        (words("cards.product"), found.product),
        (words("cards.people"), words.count(found.people)),
        (words("cards.cards"), words.count(found.cards)),
        (words("cards.conversations"), words.count(found.conversations)),
        (words("cards.exchanges"), words.count(found.exchanges)),
        (words("cards.disagreements"), words.count(found.disagreements)),
        (words("cards.chip_time"), words.duration(found.chip_ms)),
    ]
    return Cards(not found.disagreements, f"{words('cards.summary')} {sample}", rows)


def technical(info: RunInfo, words: Words) -> list[tuple[str, str, bool]]:
    """Return (name, value, is it code) for the appendix."""
    rows = [
        (words("appendix.scenario"), info.name, True),
        (words("appendix.content_hash"), info.content_hash, True),
        (words("appendix.log_hash"), info.log_sha256, True),
        (words("appendix.seed"), str(info.seed), True),
        (words("appendix.replications"), words.count(info.replications), False),
        (words("appendix.start"), info.start.isoformat(), False),
        (words("appendix.duration"), words.duration(info.duration_ms), False),
        (words("appendix.warm_up"), words.duration(info.warm_up_ms), False),
        (words("appendix.engine"), info.engine, True),
    ]
    rows += [(words("appendix.version", name=name), version, True) for name, version in info.versions]
    return [row for row in rows if row[1]]
