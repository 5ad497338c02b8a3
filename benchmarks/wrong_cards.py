"""Cards that are not as they must be, each in one thing and by as little as can be: for benchmarks/photographs.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cardemu.face.description import Face
from cardemu.face.items import Box, Item, Line, Shape, Text
from cardemu.face.paths import ellipse, polygon
from cardemu.products import product
from cardemu.reference import faces
from cardemu.reference.record import Wanted, make_record

SIMILAR = {
    "芸": "芳", "芳": "芸", "己": "已", "未": "末", "末": "未", "日": "曰", "天": "夫", "夫": "天", "大": "太",
    "士": "土", "土": "士", "千": "干", "里": "黑", "玉": "王", "人": "入", "治": "冶", "鸣": "呜", "林": "材",
    "王": "玉", "刘": "列", "陈": "阵", "李": "季", "宋": "宗", "赵": "起", "欧": "殴", "阳": "阴",
}  # fmt: skip
DIGITS = {"0": "8", "8": "0", "1": "7", "7": "1", "3": "8", "6": "8", "9": "0", "2": "7", "5": "6", "4": "9"}
NUMBERS = ("person.number", "card.number", "bank.card_number", "card.issue_date", "card.valid_until")


class Change(NamedTuple):
    """A card that is not as it must be.  `field`: what a comparison must name; empty when nothing was changed."""

    field: str
    what: str
    face: Face


def _item(face: Face, name: str) -> Text | None:
    return next((item for item in face.items if isinstance(item, Text) and item.id == name), None)


def _with(face: Face, old: Item, *new: Item) -> Face:
    """The face with an item exchanged."""

    def exchanged(items: tuple[Item, ...]) -> tuple[Item, ...]:
        return tuple(one for item in items for one in (new if item is old else (item,)))

    return replace(face, base=exchanged(face.base), person=exchanged(face.person))


def lettered(face: Face, field: str, text: str) -> Face:
    """The face with another text of the same length in a field, and nothing else changed."""
    item = _item(face, field)
    if item is None:
        raise ValueError(f"no text {field} on the {face.side}")
    return _with(face, item, _retexted(item, text))


def _retexted(item: Text, text: str) -> Text:
    """Other characters of the same width in the same places."""
    lines, rest = [], text
    for line in item.lines:
        lines.append(Line(rest[: len(line.text)], line.baseline_um, line.x_um, line.fonts))
        rest = rest[len(line.text) :]
    return replace(item, text=text, lines=tuple(lines))


def _character(face: Face, chance: np.random.Generator) -> Change | None:
    item = _item(face, "person.name")
    places = [place for place, one in enumerate(item.text) if one in SIMILAR] if item else []
    if item is None or not places:
        return None
    place = int(chance.choice(places))
    other = SIMILAR[item.text[place]]
    text = item.text[:place] + other + item.text[place + 1 :]
    return Change(item.id, f"{item.text[place]} as {other}", _with(face, item, _retexted(item, text)))


def _digit(face: Face, chance: np.random.Generator) -> Change | None:
    item = _item(face, str(chance.choice(NUMBERS)))
    if item is None:
        return None
    place = int(chance.choice([place for place, one in enumerate(item.text) if one.isdigit()]))
    other = DIGITS[item.text[place]]
    text = item.text[:place] + other + item.text[place + 1 :]
    return Change(item.id, f"{item.text[place]} as {other}", _with(face, item, _retexted(item, text)))


def _swapped(face: Face, chance: np.random.Generator) -> Change | None:
    item = _item(face, str(chance.choice(NUMBERS)))
    text = item.text if item else ""
    pairs = [n for n in range(len(text) - 1) if text[n : n + 2].isdigit() and text[n] != text[n + 1]]
    if item is None or not pairs:
        return None
    place = int(chance.choice(pairs))
    other = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return Change(item.id, "two digits swapped", _with(face, item, _retexted(item, other)))


def _sex(face: Face, chance: np.random.Generator) -> Change | None:
    del chance
    item = _item(face, "person.sex")
    if item is None:
        return None
    return Change(item.id, "the other sex", _with(face, item, _retexted(item, "女" if item.text == "男" else "男")))


def _portrait(face: Face, chance: np.random.Generator) -> Change | None:
    """Somebody else's portrait: of another person of the same product."""
    mine = [item for item in face.person if item.id.startswith("portrait")]
    if not mine:
        return None
    for _ in range(20):
        other = faces.drawn(make_record(product(face.product), Wanted(index=int(chance.integers(50, 400)))))[face.side]
        theirs = tuple(item for item in other.person if item.id.startswith("portrait"))
        if theirs != tuple(mine):
            break
    kept = tuple(item for item in face.person if not item.id.startswith("portrait"))
    return Change("portrait", "somebody else's portrait", replace(face, person=(*theirs, *kept)))


def _placeholder(face: Face, chance: np.random.Generator) -> Change | None:
    """Another mark in a placeholder: a drawing in the place of its first word."""
    fields = [one for one in ("scheme", "bank", "emblem", "seal", "issuer") if _item(face, f"{one}.word1")]
    field = str(chance.choice(fields))
    words = _item(face, f"{field}.word1")
    if words is None:
        return None
    box = words.box
    x, y, radius = box.x + box.width // 2, box.y + box.height // 2, min(box.width, box.height) * 2 // 3
    ring = Shape(f"{field}.other", ellipse(x, y, radius, radius), "#24527A")
    points = [(x - 2 * radius, y + radius), (x - radius, y - radius), (x, y + radius)]
    drawn = Shape(f"{field}.other2", polygon(points), "#7A2430")
    return Change(field, "another mark in a placeholder", _with(face, words, ring, drawn))


def _moved(face: Face, chance: np.random.Generator) -> Change | None:
    texts = [item for item in face.items if isinstance(item, Text) and not item.id.startswith("specimen")]
    item = texts[int(chance.integers(len(texts)))]
    angle = chance.uniform(0, 2 * np.pi)
    dx, dy = (round(chance.uniform(900, 1400) * part) for part in (np.cos(angle), np.sin(angle)))
    lines = tuple(
        Line(line.text, line.baseline_um + dy, tuple(x + dx for x in line.x_um), line.fonts) for line in item.lines
    )
    box = Box(item.box.x + dx, item.box.y + dy, item.box.width, item.box.height)
    return Change(item.id, "moved by 0.9 to 1.4 mm", _with(face, item, replace(item, box=box, lines=lines)))


def _missing(face: Face, chance: np.random.Generator) -> Change | None:
    texts = [item for item in face.items if isinstance(item, Text) and not item.id.startswith("specimen")]
    item = texts[int(chance.integers(len(texts)))]
    return Change(item.id, "a text missing", _with(face, item))


def _title(face: Face, chance: np.random.Generator) -> Change | None:
    item = _item(face, "title")
    if item is None:
        return None
    text = item.text.replace(*[("障", "险"), ("卡", "下")][int(chance.integers(2))])
    return Change("title", "another character in the title", _with(face, item, _retexted(item, text)))


CHANGES: dict[str, tuple[Callable[[Face, np.random.Generator], Change | None], ...]] = {
    "back": (_character, _character, _digit, _digit, _swapped, _sex, _portrait, _placeholder, _moved, _missing),
    "front": (_title, _placeholder, _moved, _missing),
}
