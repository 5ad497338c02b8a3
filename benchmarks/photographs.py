"""Cards photographed by hand: how many right ones are accepted, and whether anything wrong ever is.

Right and wrong cards, both sides, in mild and in hard light (tests/cardemu/compare/camera.py); wrong ones differ as
little as they can: one digit, one similar character, two digits swapped, somebody else's portrait, another mark in a
placeholder, something moved or missing.  Seeds from 0 on are for tuning, those from 1,000,000 on are held back: nothing
was tuned on them.

    python -m benchmarks.photographs [--each 200] [--held-back] [--processes 2]
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from itertools import product as product_of
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from cardemu.compare import bundles, scan
from cardemu.compare.bundles import Bundle
from cardemu.compare.likeness import Colour
from cardemu.compare.place import ScanError
from cardemu.face import png
from cardemu.face.description import Face
from cardemu.face.items import Box, Item, Line, Shape, Text
from cardemu.face.paths import ellipse, polygon
from cardemu.products import names, product
from cardemu.reference import bundle, faces
from cardemu.reference.record import Record, Wanted, make_record
from tests.cardemu.compare.camera import HARD, MILD, photograph

HELD_BACK = 1_000_000
WRITTEN_EVERY = 20
RESULTS = Path(__file__).parent / "results"
WIDE_PX, FEW_PX = (480.0, 1200.0), (240.0, 400.0)
"""Widths of the card in the picture: 142 to 356 dpi before any blur, and 71 to 119."""
ACCEPTED, REFUSED, UNJUDGED = "accepted", "refused", "not judged"
LIGHTS = {"mild": MILD, "hard": HARD}
NAMES = ("王㛃芸", "宋己未", "李日天", "陈大士", "刘千里", "王玉芳", "己人", "欧阳治末", "林夫", "赵土鸣")
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


class Case(NamedTuple):
    """One photograph."""

    seed: int
    light: str
    wrong: bool
    card_px: tuple[float, float]


@dataclass(frozen=True)
class Outcome:
    """What became of one photograph."""

    case: Case
    change: str
    field: str
    side: str
    card_px: float
    dpi: float
    verdict: str
    named: bool
    seconds: float
    said: str


@lru_cache(maxsize=64)
def reference(made: str, name: str) -> tuple[Record, Bundle]:
    """A person's record and reference bundle."""
    record = make_record(
        product(made),
        Wanted(index=NAMES.index(name), values={"person.name": name, "person.latin_name": "CESHI/YANGKA"}),
    )
    with tempfile.TemporaryDirectory(prefix="cardmill-bench-") as folder:
        return record, bundles.load(bundle.write(record, Path(folder) / "one"), intact=True)


# ---- cards that are not as they must be


def _item(face: Face, name: str) -> Text | None:
    return next((item for item in face.items if isinstance(item, Text) and item.id == name), None)


def _with(face: Face, old: Item, *new: Item) -> Face:
    """The face with an item exchanged."""

    def exchanged(items: tuple[Item, ...]) -> tuple[Item, ...]:
        return tuple(one for item in items for one in (new if item is old else (item,)))

    return replace(face, base=exchanged(face.base), person=exchanged(face.person))


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


# ---- one photograph


def printed(case: Case) -> tuple[Bundle, Change, Colour, float]:
    """The reference, what was done to the card, its photograph, and how wide the card is in it."""
    chance = np.random.default_rng(case.seed)
    record, one = reference(str(chance.choice(names())), str(chance.choice(NAMES)))
    side = "front" if chance.random() < 0.2 else "back"
    change = None if case.wrong else Change("", "nothing", faces.drawn(record)[side])
    while change is None:
        change = CHANGES[side][int(chance.integers(len(CHANGES[side])))](faces.drawn(record)[side], chance)
    card_px = float(np.exp(chance.uniform(*np.log(case.card_px))))
    card = np.asarray(png.image(change.face, 600).convert("RGB"))
    data = photograph(card, card_px, LIGHTS[case.light], chance)
    with Image.open(io.BytesIO(data)) as opened:
        return one, change, np.asarray(opened.convert("RGB")), card_px


def outcome(case: Case) -> Outcome:
    """Photograph, compare, and look at the verdict: accepted, refused, not judged, or not found."""
    one, change, picture, card_px = printed(case)
    about = (case, change.what, change.field, change.face.side, card_px)
    began = time.perf_counter()
    try:
        verdict = scan.compare_photo(picture, one, "", "photograph")
    except ScanError as error:
        return Outcome(*about, 0, "not found", named=False, seconds=0, said=str(error))
    seconds = time.perf_counter() - began
    word = REFUSED if verdict.wrong else UNJUDGED if verdict.unjudged else ACCEPTED
    named = any(_names(row.field, change.field) for row in verdict.wrong)
    said = "; ".join(f"{row.field}: {row.found} ({row.kind})" for row in (*verdict.wrong, *verdict.unjudged))
    return Outcome(*about, verdict.measures["resolution_dpi"], word, named, seconds, said)


def _names(field: str, changed: str) -> bool:
    """Whether a row is about the changed field: itself, or the placeholder its words stand in."""
    return bool(changed) and (field.partition(".word")[0] == changed.partition(".word")[0])


# ---- many photographs


def cases(each: int, start: int) -> Iterator[Case]:
    """So many of every class, the classes taking turns."""
    for number in range(each):
        for place, (light, wrong) in enumerate(product_of(LIGHTS, (False, True))):
            yield Case(start + 4 * number + place, light, wrong, WIDE_PX)
        if number % 4 == 0:
            yield Case(start + 500_000 + number, "mild", wrong=number % 8 == 0, card_px=FEW_PX)


def table(outcomes: list[Outcome]) -> list[str]:
    """One row for every class of photographs."""
    rows = [
        "| card across | light | cards | photographs | judged | accepted | refused | not judged | field named |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for card_px, light, wrong in product_of((WIDE_PX, FEW_PX), LIGHTS, (False, True)):
        of = (card_px, light, wrong)
        found = [one for one in outcomes if (one.case.card_px, one.case.light, one.case.wrong) == of]
        if not found:
            continue
        count = Counter(one.verdict for one in found)
        judged = [one for one in found if one.dpi >= scan.LEGIBLE_DPI]
        accepted = sum(one.verdict == ACCEPTED for one in judged)
        share = f" ({100 * accepted / len(judged):.1f} %)" if judged and not wrong else ""
        refused = sum(one.verdict == REFUSED for one in found)
        named = f"{sum(one.named for one in found)} of {refused}" if wrong else ""
        unjudged = len(found) - count[ACCEPTED] - refused
        rows.append(
            f"| {card_px[0]:g} to {card_px[1]:g} px | {light} | {'wrong' if wrong else 'right'} | {len(found)} "
            f"| {len(judged)} | {count[ACCEPTED]}{share} | {refused} | {unjudged} | {named} |"
        )
    return rows


def by_resolution(outcomes: list[Outcome]) -> list[str]:
    """Right cards by what their photographs resolve."""
    rows = ["| resolved, dpi | right cards | accepted | refused | not judged |", "|---|---|---|---|---|"]
    for low, high in pairwise((0, scan.LEGIBLE_DPI, 130, 160, 200, 400)):
        found = Counter(one.verdict for one in outcomes if not one.case.wrong and low <= one.dpi < high)
        rest = found.total() - found[ACCEPTED] - found[REFUSED]
        rows.append(f"| {low} to {high} | {found.total()} | {found[ACCEPTED]} | {found[REFUSED]} | {rest} |")
    return rows


def by_change(outcomes: list[Outcome]) -> list[str]:
    """Wrong cards, judged ones, by what was done to them."""
    rows = ["| change | photographs | refused | the field named |", "|---|---|---|---|"]
    groups: dict[str, list[Outcome]] = {}
    for one in outcomes:
        if one.case.wrong and one.dpi >= scan.LEGIBLE_DPI:
            kind = "one character or digit as another" if " as " in one.change else one.change
            groups.setdefault(kind, []).append(one)
    for kind, found in sorted(groups.items()):
        refused = sum(one.verdict == REFUSED for one in found)
        rows.append(f"| {kind} | {len(found)} | {refused} | {sum(one.named for one in found)} |")
    return rows


def missed(outcomes: list[Outcome]) -> list[str]:
    """Every photograph that was not answered as it should be, to be made again by its seed."""
    rows = ["| seed | card | light | side | px | dpi | verdict | said |", "|---|---|---|---|---|---|---|---|"]
    for one in outcomes:
        right = (REFUSED if one.case.wrong else ACCEPTED) == one.verdict and (one.named or not one.case.wrong)
        if not right and one.dpi >= scan.LEGIBLE_DPI:
            rows.append(
                f"| {one.case.seed} | {one.change} | {one.case.light} | {one.side} | {one.card_px:.0f} | {one.dpi:.0f} "
                f"| {one.verdict} | {one.said[:160].replace('|', '/')} |"
            )
    return rows


def main() -> None:
    """Photograph, compare, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=20, help="photographs of every class")
    parser.add_argument("--held-back", action="store_true", help="seeds nothing was tuned on; writes the results file")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    wanted = list(cases(options.each, HELD_BACK if options.held_back else 0))
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(options.processes) as pool:
        for one in pool.map(outcome, wanted):
            outcomes.append(one)
            print(f"\r{len(outcomes)} of {len(wanted)}", end="", file=sys.stderr)
            if options.held_back and len(outcomes) % WRITTEN_EVERY == 0:
                _write(options.each, outcomes)
    if options.held_back:
        _write(options.each, outcomes)
    print("\n".join(report(options.each, outcomes)))


def _write(each: int, outcomes: list[Outcome]) -> None:
    (RESULTS / "photographs.md").write_text("\n".join(report(each, outcomes)), encoding="utf-8")


def report(each: int, outcomes: list[Outcome]) -> list[str]:
    """All tables, of as many photographs as were made so far."""
    held_back = outcomes[0].case.seed >= HELD_BACK
    seconds = statistics.median(one.seconds for one in outcomes if one.seconds)
    load = f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} at the end"
    seeds = f"held back, from {HELD_BACK:,} on" if held_back else "those used for tuning"
    return [
        "# Photographs of cards",
        "",
        f"`python -m benchmarks.photographs --each {each}{' --held-back' * held_back}`; seeds: {seeds}.",
        f"A text is judged where the picture resolves {scan.LEGIBLE_DPI} dpi or more; *judged* counts those pictures,",
        "and shares of accepted cards are of them.",
        f"A comparison took {seconds:.1f} s (median of {len(outcomes)}; {load}).",
        "",
        *table(outcomes),
        "",
        "## Right cards, by what the photograph resolves",
        "",
        *by_resolution(outcomes),
        "",
        "## Wrong cards in judged photographs, by the change",
        "",
        *by_change(outcomes),
        "",
        "## Judged photographs that were not answered as they should be",
        "",
        *missed(outcomes),
        "",
    ]


if __name__ == "__main__":
    main()
