"""A million live cards in one process: made, then every one selected and read, and what each takes in memory.

Each card belongs to another synthetic person and is personalised (cardemu.personalisation.batch, whose cards are
those of the personalisation conversation, cell by cell); afterwards every single card gets SELECT of the application
environment and READ RECORD of its identification, which must be its own.  Memory is the growth of the process's
resident set (Linux, /proc/self/statm) over the whole, divided by the cards.  Twice: cards without power between
conversations, as in a wallet, and cards that all keep their power, as in a rack of readers.

    python -m benchmarks.cards [--cards 1000000] [--powered 1000000] [--product generation-3] [--write]

The exit code is 1 when a card takes more than 1 KB (1,024 bytes), or an answer is wrong.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from cardemu.card import Card
from cardemu.identifiers import Sex
from cardemu.people import Person, people
from cardemu.personalisation.batch import Batch
from cardemu.personalisation.data import items, values_of
from cardemu.products import Product, product

REGION = "990301"
DAY = "20260302"
ALLOWED_BYTES = 1024
BLOCK = 20_000
SELECT_SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
READ_IDENTIFICATION = bytes.fromhex("00B2012C12")
OK = b"\x90\x00"
RESULT = Path(__file__).parent / "results" / "cards.md"


def challenge(size: int) -> bytes:
    """No card is asked for one here."""
    return bytes(size)


@dataclass(frozen=True, slots=True)
class Measured:
    """One fleet."""

    cards: int
    making_s: float
    reading_s: float
    bytes_each: float
    wrong: int


def resident_bytes() -> int:
    """Memory of this process that is in RAM."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def fleet(kind: Product, count: int) -> list[Card]:
    """Personalised cards of as many different people."""
    batch, cards = Batch(kind, REGION), []
    for start in range(0, count, BLOCK):
        numbers = range(start, min(start + BLOCK, count))
        known = people(1, REGION, numbers)
        for place, number in enumerate(numbers):
            person = Person(
                str(known.citizen_number[place]),
                str(known.name[place]),
                Sex(int(known.sex[place])),
                known.birth[place].astype(object),
                f"{known.ethnicity[place]:02d}",
            )
            serial = number.to_bytes(4, "big")
            cards.append(batch.card(challenge, serial, items(kind, values_of(person, REGION, serial, DAY, number))))
    return cards


def touch(cards: list[Card], *, powered: bool) -> int:
    """SELECT and READ RECORD on every card; how many answered wrong.  Their power stays on, or goes."""
    wrong = 0
    for number, card in enumerate(cards):
        card.reset()
        selected = card.transmit(SELECT_SSSE)
        record = card.transmit(READ_IDENTIFICATION)
        right = selected.endswith(OK) and record.endswith(OK) and record[:2] == b"\x01\x10"
        wrong += not (right and f"{number:08X}" in record[2:-2].hex().upper())
        if not powered:
            card.power_off()
    return wrong


def measure(kind: Product, count: int, *, powered: bool) -> Measured:
    """Make and touch a fleet."""
    touch(fleet(kind, 10), powered=powered)  # what all cards of the product share is there now
    before = resident_bytes()
    start = time.perf_counter()
    cards = fleet(kind, count)
    made = time.perf_counter()
    wrong = touch(cards, powered=powered)
    read = time.perf_counter()
    return Measured(count, made - start, read - made, (resident_bytes() - before) / count, wrong)


def table(kind: Product, rows: list[tuple[str, Measured]]) -> str:
    """The result as Markdown."""
    lines = [
        "# A million cards in one process",
        "",
        f"{kind.title}; {platform.machine()}, CPython {platform.python_version()}.",
        "Every card belongs to another person and answered SELECT and READ RECORD with its own identification.",
        "",
        "| cards | live cards | bytes each | made, a second | selected and read, a second | wrong answers |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {row.cards:,} | {row.bytes_each:,.0f} | {row.cards / row.making_s:,.0f} "
        f"| {row.cards / row.reading_s:,.0f} | {row.wrong} |"
        for name, row in rows
    ]
    lines += [
        "",
        f"Bytes: growth of the process's resident set beyond what the cards share; allowed are {ALLOWED_BYTES:,}.",
        "",
        "Written by `python -m benchmarks.cards --write`.",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, print, say whether it is good enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=1_000_000, help="cards without power (0: none)")
    parser.add_argument("--powered", type=int, default=1_000_000, help="cards that keep their power (0: none)")
    parser.add_argument("--product", default="generation-3")
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.name}")
    options = parser.parse_args()
    kind = product(options.product)
    wanted = [("without power", options.cards, False), ("with power", options.powered, True)]
    rows = [(name, measure(kind, count, powered=powered)) for name, count, powered in wanted if count]
    text = table(kind, rows)
    print(text)
    if options.write:
        RESULT.write_text(text, "utf-8")
    good = all(row.wrong == 0 and row.bytes_each <= ALLOWED_BYTES for _, row in rows)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
