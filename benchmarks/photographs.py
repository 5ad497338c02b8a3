"""Cards photographed by hand: how many right ones are accepted, and whether anything wrong ever is.

Right and wrong cards, both sides, in mild and in hard light (tests/cardemu/compare/camera.py); wrong ones differ as
little as they can: one digit, one similar character, two digits swapped, somebody else's portrait, another mark in a
placeholder, something moved or missing.  Seeds from 0 on are for tuning, those from 1,000,000 on are held back: nothing
was tuned on them.

    python -m benchmarks.photographs [--each 200] [--held-back] [--only portraits] [--processes 2]

With `--only` a part is photographed again, and its tables stand in the results file below those of the whole.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from itertools import product as product_of
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from benchmarks.wrong_cards import CHANGES, Change
from cardemu.compare import bundles, scan
from cardemu.compare.bundles import Bundle
from cardemu.compare.likeness import Colour
from cardemu.compare.place import ScanError
from cardemu.face import png
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


# ---- one photograph


def changed(case: Case, chance: np.random.Generator) -> tuple[Bundle, Change]:
    """The reference, and what was done to the card."""
    record, one = reference(str(chance.choice(names())), str(chance.choice(NAMES)))
    side = "front" if chance.random() < 0.2 else "back"
    change = None if case.wrong else Change("", "nothing", faces.drawn(record)[side])
    while change is None:
        change = CHANGES[side][int(chance.integers(len(CHANGES[side])))](faces.drawn(record)[side], chance)
    return one, change


def printed(case: Case) -> tuple[Bundle, Change, Colour, float]:
    """The reference, what was done to the card, its photograph, and how wide the card is in it."""
    chance = np.random.default_rng(case.seed)
    one, change = changed(case, chance)
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


def is_portrait(case: Case) -> bool:
    """Whether the card bears somebody else's portrait."""
    return case.wrong and changed(case, np.random.default_rng(case.seed))[1].field == "portrait"


def is_right(case: Case) -> bool:
    """Whether the card is as it must be, and large enough in the picture."""
    return not case.wrong and case.card_px == WIDE_PX


def is_small(case: Case) -> bool:
    """Whether the card is small in the picture."""
    return case.card_px == FEW_PX


PARTS: dict[str, Callable[[Case], bool]] = {"portraits": is_portrait, "right": is_right, "small": is_small}


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
    parser.add_argument("--only", choices=sorted(PARTS), default="", help="a part of them; its tables are exchanged")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(options.processes) as pool:
        wanted = list(cases(options.each, HELD_BACK if options.held_back else 0))
        if options.only:
            wanted = [one for one, kept in zip(wanted, pool.map(PARTS[options.only], wanted), strict=True) if kept]
        for one in pool.map(outcome, wanted):
            outcomes.append(one)
            print(f"\r{len(outcomes)} of {len(wanted)}", end="", file=sys.stderr)
            done = len(outcomes) == len(wanted)
            if options.held_back and (done or len(outcomes) % WRITTEN_EVERY == 0):
                _write(options, len(wanted), outcomes)
    print("\n".join(report(options, len(wanted), outcomes)))


def _write(options: argparse.Namespace, wanted: int, outcomes: list[Outcome]) -> None:
    """The results file; of a part, its place in it: a new run of the whole makes the parts obsolete."""
    path = RESULTS / "photographs.md"
    lines = report(options, wanted, outcomes)
    if options.only:
        kept = re.split(r"^(?=# )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        lines = [*(part.rstrip() + "\n" for part in kept if part and not part.startswith(lines[0] + "\n")), *lines]
    path.write_text("\n".join(lines), encoding="utf-8")


def report(options: argparse.Namespace, wanted: int, outcomes: list[Outcome]) -> list[str]:
    """All tables, of as many photographs as were made so far."""
    seconds = statistics.median(one.seconds for one in outcomes if one.seconds)
    load = f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} at the end"
    seeds = f"held back, from {HELD_BACK:,} on" if options.held_back else "those used for tuning"
    asked = f"--each {options.each}{' --held-back' * options.held_back}{f' --only {options.only}' * bool(options.only)}"
    return [
        f"# Photographs of cards{f', again since: {options.only}' * bool(options.only)}",
        "",
        f"`python -m benchmarks.photographs {asked}`; seeds: {seeds}.",
        f"A text is judged where the picture resolves {scan.LEGIBLE_DPI} dpi or more; *judged* counts those pictures,",
        "and shares of accepted cards are of them.",
        f"{len(outcomes)} of {wanted} photographs were made.",
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
