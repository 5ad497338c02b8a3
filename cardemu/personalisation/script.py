"""Scripts: conversations as text, one step a line, and where the chip's time goes while one is played.

    reset                    power up
    00A4 0400 06 D15600000500 [= 9000]     a command, with the status word it must end in if wanted
    auth UKSSSE              two challenges, EXTERNAL AUTHENTICATE with that key of the sector
    internal                 two challenges, INTERNAL AUTHENTICATE
    pin 123456               VERIFY

`#` starts a comment, blanks inside bytes do not matter.  Keys are the product's test keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Protocol

from cardemu.card import Card
from cardemu.conversation.grammar import read_steps
from cardemu.elements.model import FileRow
from cardemu.memory import Cell
from cardemu.people import person
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.data import Item, items, placed, values_of
from cardemu.personalisation.personalise import in_order, personalise
from cardemu.personalisation.prepersonalise import Chip, PrePersonaliser
from cardemu.personalisation.standing import usual_values
from cardemu.pin import from_text
from cardemu.products import Product
from cardemu.status import describe, status_of
from cardemu.terminal.keyholder import Hsm
from cardemu.terminal.link import AIDS, ROWS, Link
from cardemu.timing import ChipTiming, Stopwatch

REGION, SERIAL, DAY, INDEX = "990301", bytes.fromhex("0000002A"), "20260302", 1
"""The example card all times are taken from."""
_PART_BYTES = 200
"""Bytes of a transparent file in one command."""


WORDS = """\
reset                 power up
00A40000023F00        a command in hexadecimal, blanks allowed
... = 9000            and the status word it must end in
auth UKSSSE           two challenges, EXTERNAL AUTHENTICATE with that key of the sector
internal              two challenges, INTERNAL AUTHENTICATE
pin 123456            VERIFY
# ...                 a comment
quit                  the end"""


class ScriptError(ValueError):
    """A script that cannot be played; the message names every line that is wrong."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line: `word` reset, auth, internal, pin or send, its argument, the status word wanted."""

    line: int
    word: str
    argument: str = ""
    expected: str = ""


def parse(text: str, name: str = "script", first: int = 1) -> list[Step]:
    """The steps of a script; ScriptError with every mistake in it."""
    steps: list[Step] = []
    mistakes: list[str] = []
    for said in read_steps(text):
        line = said.line + first - 1
        step, why = _step(line, [*said.words] or [""], said.expected.upper())
        if why:
            mistakes.append(f"{name}:{line}: {why}")
        steps.append(step)
    if mistakes:
        raise ScriptError("\n".join(mistakes))
    return steps


def _step(line: int, words: list[str], expected: str) -> tuple[Step, str]:
    """A line's step, and what is wrong with it."""
    first, rest = words[0].lower(), words[1:]
    why = ""
    if expected and (len(expected) != 4 or not _is_hex(expected)):
        why = f"{expected!r} after = must be a status word of four hexadecimal digits"
    if first in {"reset", "internal"}:
        return Step(line, first, "", expected), why or (f"{first} takes nothing behind it" if rest else "")
    if first == "auth":
        known = len(rest) == 1 and rest[0] in ROWS
        return Step(line, first, " ".join(rest), expected), why or ("" if known else f"auth needs one of {_keys()}")
    if first == "pin":
        right = len(rest) == 1 and rest[0].isdecimal() and 2 <= len(rest[0]) <= 16
        return Step(line, first, " ".join(rest), expected), why or ("" if right else "pin needs 2 to 16 digits")
    digits = "".join(words)
    if not _is_hex(digits) or len(digits) % 2 or len(digits) < 8:
        why = why or f"{' '.join(words)!r} is neither bytes of a command (at least 4) nor reset, auth, internal, pin"
    return Step(line, "send", digits.upper(), expected), why


def _is_hex(text: str) -> bool:
    return bool(text) and all(digit in "0123456789abcdefABCDEF" for digit in text)


def _keys() -> str:
    return ", ".join(ROWS)


@dataclass(slots=True)
class Spent:
    """Microseconds of one command, or of many: bytes on the wire, memory writes, cryptography, the command itself."""

    wire_us: int = 0
    memory_us: int = 0
    crypto_us: int = 0
    command_us: int = 0

    @property
    def total_us(self) -> int:
        """All of it."""
        return self.wire_us + self.memory_us + self.crypto_us + self.command_us

    def add(self, other: Spent) -> None:
        """Put another one on top."""
        self.wire_us += other.wire_us
        self.memory_us += other.memory_us
        self.crypto_us += other.crypto_us
        self.command_us += other.command_us


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange played: command, answer, time.  An empty command is a power-up."""

    line: int
    command: bytes
    answer: bytes
    spent: Spent


@dataclass(slots=True)
class Timed:
    """A card with a virtual clock that says where the time goes; itself a port."""

    card: Card
    timing: ChipTiming
    line: int = 0
    exchanges: list[Exchange] = field(default_factory=list)

    def reset(self) -> bytes:
        """Power up; the chip's start counts as the command's own work."""
        atr = self.card.reset()
        wire = self.timing.reset_us(atr) - self.timing.startup_us
        self.exchanges.append(Exchange(self.line, b"", atr, Spent(wire, 0, 0, self.timing.startup_us)))
        return atr

    def transmit(self, command: bytes) -> bytes:
        """One exchange."""
        answer = self.card.transmit(command)
        cost, timing = self.card.cost, self.timing
        memory, crypto = cost.page_writes * timing.page_write_us, cost.crypto * timing.crypto_us
        total = timing.exchange_us(len(command), len(answer), cost)
        spent = Spent(total - memory - crypto - timing.command_us, memory, crypto, timing.command_us)
        self.exchanges.append(Exchange(self.line, command, answer, spent))
        return answer

    @property
    def total(self) -> Spent:
        """The sum over everything so far."""
        total = Spent()
        for exchange in self.exchanges:
            total.add(exchange.spent)
        return total


class Powered(Protocol):
    """A card that can be powered up and sent commands."""

    def reset(self) -> bytes:
        """Power up; the ATR."""

    def transmit(self, command: bytes) -> bytes:
        """One command; data and status word."""


def play(port: Timed, steps: list[Step], product: Product, name: str = "script") -> list[Exchange]:
    """Play a script on a card; ScriptError when a status word is not the one wanted."""
    link = Link(port, port.reset(), Hsm(product.template.roots), card_product=product, region=REGION)
    link.algorithm = product.template.algorithm
    for step in steps:
        port.line = step.line
        answer = play_step(port, link, step)
        status = f"{status_of(answer):04X}"
        if step.expected and status != step.expected:
            why = f"answered {status} ({describe(status_of(answer))}), expected {step.expected}"
            raise ScriptError(f"{name}:{step.line}: {why}")
    return port.exchanges


def play_step(port: Powered, link: Link, step: Step) -> bytes:
    """One step; its last answer (9000 for a power-up)."""
    if step.word == "reset":
        port.reset()
        return b"\x90\x00"
    if step.word == "send":
        return port.transmit(bytes.fromhex(step.argument))
    if step.word == "pin":
        digits = from_text(step.argument)
        return port.transmit(bytes((0x00, 0x20, 0x00, 0x00, len(digits))) + digits)
    pair = link.pair()
    if step.word == "internal":
        return port.transmit(bytes.fromhex("0088000010") + pair.process + pair.source)
    row = ROWS[step.argument]
    answer = link.require_keys().authentication(link.holder, row, pair.process, pair.source)
    return port.transmit(bytes((0x00, 0x82, 0x00, row.id, 0x10)) + answer + pair.source)


def predictable() -> Callable[[int], bytes]:
    """Challenges that are the same in every run."""
    numbers = count(1)
    return lambda size: bytes(next(numbers) & 0xFF for _ in range(size))


def example_items(product: Product, photo_bytes: int = 0) -> tuple[Item, ...]:
    """What an example person brings: who he is, his record, and a photo where the product has room."""
    holder = person(1, REGION, INDEX)
    values = values_of(holder, REGION, SERIAL, DAY, INDEX)
    values |= placed(product, usual_values(holder.citizen_number, REGION, DAY))
    room = any(row.name == "photo" for row in product.files)
    return items(product, values, {"photo": b"\xff" * photo_bytes} if room else None)


@lru_cache(maxsize=64)
def personalisation_time_ms(product: Product, photo_bytes: int = 0) -> int:
    """How long the chip of a pre-made card takes to be personalised: mutual authentication and every item.

    For the service time of machines and counters.  `photo_bytes`: size of the photo on the chip (0 to 4096).
    """
    card = Card.initialised(product.template, predictable(), REGION, SERIAL)
    watch = Stopwatch(card, product.timing)
    audit = Audit("example")
    personalise(watch, product, example_items(product, photo_bytes), Hsm(product.template.roots), audit, REGION)
    if not audit.complete:
        raise ScriptError(f"{product.name}: the example card cannot be personalised: {audit.failed}")
    return round(watch.elapsed_us / 1000)


@lru_cache(maxsize=64)
def prepersonalisation_time_ms(product: Product) -> int:
    """How long the chip takes from the chip maker's state to a card that waits for its person."""
    watch = Stopwatch(Card.blank(product.template, predictable()), product.timing)
    values = values_of(person(1, REGION, INDEX), REGION, SERIAL, DAY, INDEX)
    maker = PrePersonaliser(Chip(product, REGION, SERIAL), Hsm(product.template.roots), Audit("example"))
    maker.run(watch, values)
    return round(watch.elapsed_us / 1000)


def _proofs(product: Product, row: FileRow) -> list[str]:
    """The lines that open a file for writing; ScriptError where its rule cannot be kept in a script."""
    lines: list[str] = []
    for word in Link.proofs(row.write):
        if word == "mac":
            raise ScriptError(
                f"{product.name}: {row.key} is written with a MAC ({row.write}), which no script line has"
            )
        if word == "pin":
            digits = product.template.image[Cell.PIN].hex().rstrip("f")
            lines.append(f"pin {digits} = 9000" if digits else "00200000 = 9000")
        else:
            lines.append("internal" if word == "internal" else f"auth {Link.key_name(word, row.df)} = 9000")
    return lines


def personalisation_script(product: Product, made: tuple[Item, ...] | None = None, who: str = "") -> str:
    """The personalisation of a person on a pre-made card, as a script that can be edited, timed and played.

    `made`: what to write (default: an example person's items); `who`: words for the first line.
    """
    lines = [
        f"# Personalisation of {who or 'an example person'}, {product.name}",
        "00A404000F7378312E73682EC9E7BBE1B1A3D5CF = 9000",
    ]
    lines += ["internal", "auth RKSSSE = 9000"]
    df, current, proved = "SSSE", "", set[str]()
    for item in in_order(example_items(product) if made is None else made):
        row = item.row
        if row.write == "never":
            continue
        if row.df != df:
            df, aid, proved = row.df, AIDS[row.df], set()
            lines.append(f"00A40400{len(aid):02X}{aid.hex().upper()} = 9000")
        if row.write not in proved:
            lines += _proofs(product, row)
            proved.add(row.write)
        if row.key != current:
            lines.append(f"00A4020002{row.fid:04X} = 9000")
            current = row.key
        lines += _writes(item)
    return "\n".join(lines) + "\n"


def _writes(item: Item) -> list[str]:
    """The commands that write one item into the current file."""
    element = item.element
    if element is not None:
        record = bytes((element.tag, len(item.value))) + item.value
        where = f"{element.tag:02X}00"
        if element.times > 1:
            where = f"{Link.number(item.row, element, item.occurrence):02X}04"
        return [f"00DC{where}{len(record):02X}{record.hex().upper()} = 9000    # {element.name}"]
    parts = [(start, item.value[start : start + _PART_BYTES]) for start in range(0, len(item.value), _PART_BYTES)]
    return [f"00D6{start:04X}{len(part):02X}{part.hex().upper()} = 9000    # {item.row.name}" for start, part in parts]
