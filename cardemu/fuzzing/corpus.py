"""What the fuzzer starts from: conversations a card understands, recorded once as bytes.

Every challenge is the same (`fixed`), so a recorded authentication, MAC or transaction is right each time it is sent
again from the same state: mutated conversations get past the keys without anybody computing a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from cardemu import keys
from cardemu.account import LOAD, PURCHASE, money
from cardemu.apdu import build
from cardemu.card import Card
from cardemu.catalogue import catalogue
from cardemu.crypto import DES, SM4_128
from cardemu.elements.model import FileRow
from cardemu.files import Kind
from cardemu.keys import KEY_ROWS, KeyRow, Use
from cardemu.memory import Cell, Memory
from cardemu.people import person
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.data import DataError, values_of
from cardemu.personalisation.personalise import personalise
from cardemu.personalisation.prepersonalise import Chip, PrePersonaliser
from cardemu.personalisation.script import DAY, INDEX, REGION, SERIAL, example_items
from cardemu.products import Product
from cardemu.psam import COMMANDS as PSAM_COMMANDS
from cardemu.psam import MASTER_KEY, psam
from cardemu.template import CommandSpec, Template
from cardemu.terminal.core import Terminal
from cardemu.terminal.keyholder import Hsm, Psam
from cardemu.terminal.link import AIDS
from cardemu.terminal.reader import AUTH_KEY, AUTH_PIN, Reader

TERMINAL = bytes.fromhex("410100000001")
TIME = bytes.fromhex("20260302091000")
PIN = "246810"
BLANK, PREMADE, ISSUED = "blank", "premade", "issued"


class Tear(NamedTuple):
    """The power goes after so many more memory writes."""

    writes: int


Op = bytes | Tear | None
"""One step: a command, a power cut to come, or (None) a reset."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Steps from a state in which a card is powered up."""

    start: str
    ops: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What is fuzzed: a template, the states its cards begin in, what its commands may answer, and conversations."""

    name: str
    template: Template
    starts: Mapping[str, Mapping[int, bytes]]
    specs: tuple[CommandSpec, ...]
    conversations: tuple[Conversation, ...]

    def card(self, start: str) -> Card:
        """A card in one of the states, without power."""
        memory = Memory(self.template.image)
        memory.cells = dict(self.starts[start])
        return Card(self.template, fixed, memory)


def fixed(count: int) -> bytes:
    """The challenge source of every fuzzed card: bytes 01 02 03 ..., each time."""
    return bytes(range(1, count + 1))


class Recorder:
    """A port that notes what is sent to a card."""

    __slots__ = ("card", "ops")

    def __init__(self, card: Card) -> None:
        self.card = card
        self.ops: list[Op] = []

    def reset(self) -> bytes:
        """Reset the card."""
        if self.ops:
            self.ops.append(None)
        return self.card.reset()

    def transmit(self, command: bytes) -> bytes:
        """One exchange."""
        self.ops.append(command)
        return self.card.transmit(command)

    def conversation(self, start: str) -> Conversation:
        """What was said."""
        return Conversation(start, tuple(self.ops))


def examples(specs: Iterable[CommandSpec]) -> tuple[bytes, ...]:
    """The example commands of a catalogue."""
    return tuple(bytes.fromhex(example.command) for spec in specs for example in spec.examples)


# ---- a card


def card_target(product: Product, more: Iterable[Conversation] = ()) -> Target:
    """A product's cards: blank, made but nobody's, and issued to an example person.  `more`: conversations to add."""
    template = product.template
    blank = Card.blank(template, fixed)
    premade = Card.initialised(template, fixed, REGION, SERIAL)
    starts: dict[str, dict[int, bytes]] = {BLANK: dict(blank.memory.cells), PREMADE: dict(premade.memory.cells)}
    conversations = [_initialisation(product, blank), _issue(product, premade)]
    starts[ISSUED] = dict(premade.memory.cells)
    target = Target(product.name, template, starts, catalogue(), ())
    conversations += [Conversation(start, examples(target.specs)) for start in starts]
    conversations += [_flow(target, product, flow) for flow in FLOWS]
    conversations += [_keys(target, df) for df in AIDS if _has(target, df)]
    return Target(
        product.name, template, starts, target.specs, tuple(each for each in (*conversations, *more) if each.ops)
    )


def _initialisation(product: Product, card: Card) -> Conversation:
    """From the chip maker's chip to a card that waits for its person."""
    recorder = Recorder(card)
    card.reset()
    values = values_of(person(1, REGION, INDEX), REGION, SERIAL, DAY, INDEX)
    with suppress(DataError):  # some products cannot be initialised by commands; what was said until then will do
        maker = PrePersonaliser(Chip(product, REGION, SERIAL), Hsm(product.template.roots), Audit("fuzz"))
        maker.run(recorder, values)
    return recorder.conversation(BLANK)


def _issue(product: Product, card: Card) -> Conversation:
    """Personalisation at a counter."""
    recorder = Recorder(card)
    made = example_items(product, 600)
    personalise(recorder, product, made, Hsm(product.template.roots), Audit("fuzz"), REGION)
    return recorder.conversation(PREMADE)


Flow = Callable[[Reader, Product], None]


class Holder:
    """The holder at a PIN pad: the initial PIN until a new one was asked for."""

    def __init__(self) -> None:
        self.pin = "123456"

    def __call__(self, prompt: str) -> str:
        """The digits typed."""
        if prompt in {"new", "again"}:
            self.pin = PIN
        return self.pin


def _flow(target: Target, product: Product, flow: Flow) -> Conversation:
    """What a terminal says to an issued card."""
    recorder = Recorder(target.card(ISSUED))
    recorder.reset()
    hsm = Hsm(product.template.roots, terminal=TERMINAL)
    flow(Reader(Terminal(contact=recorder, keys=hsm, pin_pad=Holder(), card_product=product)), product)
    return recorder.conversation(ISSUED)


def _read_everything(desk: Reader, product: Product) -> None:
    desk.iReadCardBas(1, bytearray())
    for row in product.files:
        for auth in (AUTH_KEY, AUTH_PIN):
            desk.iReadCard(1, auth, "", address(row), bytearray())


def address(row: FileRow) -> str:
    """What a reader calls a file: its records by tag, the newest record of a cyclic one, all bytes of others."""
    if row.kind is Kind.LINEAR_VARIABLE:
        return "|".join((row.key, *(f"{element.tag:02X}" for element in row.elements))) + "|$"
    return f"{row.key}:1$"


def _pins(desk: Reader, product: Product) -> None:
    del product
    out = bytearray()
    desk.iChangePIN(1, out)
    desk.iVerifyPIN(1, out)
    desk.iReloadPIN(1, "", out)
    desk.iUnblockPIN(1, "", out)
    desk.iVerifyPIN(1, out)


def _pay(desk: Reader, product: Product) -> None:
    """A new PIN, then loads and purchases; a terminal cannot load, so that half is the host's."""
    out = bytearray()
    desk.iChangePIN(1, out)
    recorder = desk.terminal.contact
    if not isinstance(recorder, Recorder) or all(row.df != "DF04" for row in product.files):
        return
    _load(recorder, 100_000)
    for amounts in ("35.20|1.00|20.00", "0.01|0|0", "9.99|0|5"):
        desk.iDoDebit(1, "", f"{amounts}|20260302091000|", out)
    desk.iReadDebitRecord(1, out)
    for kind in (LOAD, PURCHASE):
        last = b"\x00\x00" if kind == LOAD else b"\x00\x02"
        recorder.transmit(build(bytes((0xB0, 0x2E, 0x00, kind)), last))


def _load(recorder: Recorder, amount_fen: int) -> None:
    """Both halves of a load, under the card's own key."""
    recorder.transmit(build(bytes.fromhex("00A40400"), AIDS["DF04"]))
    recorder.transmit(bytes.fromhex("0020000003246810"))
    first = recorder.transmit(build(bytes.fromhex("B0280001"), b"\x01" + money(amount_fen) + TERMINAL))
    session = recorder.card.session
    if len(first) == 2 or session is None:
        return
    algorithm = recorder.card.template.algorithm
    key = next(row for row in KEY_ROWS if row.use is Use.LOAD)
    entry = session.key(key.id, frozenset({Use.LOAD}))
    session_key = algorithm.session_key(session.key_bytes(entry), first[8:12] + first[4:6] + b"\x80\x00")
    mac2 = algorithm.mac(session_key, money(amount_fen) + bytes((LOAD,)) + TERMINAL + TIME)
    recorder.transmit(build(bytes.fromhex("B02A0000"), TIME + mac2))


FLOWS: tuple[Flow, ...] = (_read_everything, _pins, _pay)


# ---- keys


def _has(target: Target, df: str) -> bool:
    """Whether a product's cards have this application."""
    card = target.card(ISSUED)
    card.reset()
    return card.transmit(build(bytes.fromhex("00A40400"), AIDS[df]))[-2:] == b"\x90\x00"


def _keys(target: Target, df: str) -> Conversation:
    """Every proof an application knows, its files written under secure messaging, a key replaced, all locked last."""
    recorder = Recorder(target.card(ISSUED))
    recorder.reset()
    recorder.transmit(build(bytes.fromhex("00A40400"), AIDS[df]))
    recorder.transmit(bytes.fromhex("0020000003123456"))
    recorder.transmit(bytes.fromhex("0088000010") + fixed(16))
    rows = [row for row in KEY_ROWS if row.df in {"SSSE", df}]
    for row in rows:
        if row.use in {Use.AUTHENTICATE, Use.PIN}:
            _authenticate(recorder, row)
    session = recorder.card.session
    files = [node for node in session.df.by_sfi.values() if session.ef is not node] if session else []
    for node in files:
        content = recorder.card.memory.read(node.cell)
        if node.kind is Kind.TRANSPARENT:
            recorder.transmit(bytes((0x00, 0xB0, 0x80 | node.header.sfi, 0x00, 0x10)))
            place = bytes((0x80 | node.header.sfi, 0x10))
            recorder.transmit(build(b"\x00\xd6" + place, b"\xca\xfe"))
            _secured(recorder, b"\x04\xd6" + place, 0x02 if df == "SSSE" else 0x82, b"\xca\xfe\x01")
            continue
        recorder.transmit(bytes((0x00, 0xB2, 0x01, node.header.sfi << 3 | 0x05, 0x00)))
        record = content[: 2 + content[1]] if node.kind is Kind.LINEAR_VARIABLE and content else b""
        new = record or bytes(node.header.record_bytes)
        place = bytes((0x00, node.header.sfi << 3 | 0x03)) if not record else bytes((0x01, node.header.sfi << 3 | 0x04))
        recorder.transmit(build(b"\x00\xdc" + place, new))
        _secured(recorder, b"\x04\xdc" + place, 0x02 if df == "SSSE" else 0x82, new)
    if df == "DF04":
        recorder.transmit(bytes.fromhex("B0560100020701"))
    value = bytes((Use.AUTHENTICATE, 1, 5)) + bytes(range(16))
    _secured(recorder, bytes.fromhex("84D400") + bytes((rows[-1].id,)), 0x04, value, encrypted=True)
    _secured(recorder, bytes.fromhex("841E0001"), 0x05)
    recorder.transmit(build(bytes.fromhex("00A40400"), AIDS["SSSE"]))
    _secured(recorder, bytes.fromhex("84160000"), 0x05)
    return recorder.conversation(ISSUED)


def _session_key(recorder: Recorder, number: int, challenge: bytes) -> bytes | None:
    """The process key of a key of the card; None when it has none with this id here."""
    session = recorder.card.session
    if session is None:
        return None
    owner = session.df.number if number & 0x80 else session.environment(session.df).number
    for entry in keys.table(session.read(Cell.KEYS)):
        if (entry.df, entry.id) == (owner, number):
            return recorder.card.template.algorithm.session_key(session.key_bytes(entry), challenge)
    return None


def _authenticate(recorder: Recorder, row: KeyRow) -> None:
    challenge = recorder.transmit(bytes.fromhex("0084000008"))[:-2]
    session_key = _session_key(recorder, row.id, challenge)
    if session_key is not None:
        answer = recorder.card.template.algorithm.auth_data(session_key, fixed(8))
        recorder.transmit(bytes((0x00, 0x82, 0x00, row.id, 0x10)) + answer + fixed(8))


def _secured(recorder: Recorder, header: bytes, number: int, data: bytes = b"", *, encrypted: bool = False) -> None:
    """A command with a MAC under a key of the card, its data enciphered if wanted."""
    challenge = recorder.transmit(bytes.fromhex("0084000008"))[:-2]
    session_key = _session_key(recorder, number, challenge)
    if session_key is None or len(data) > 240:
        return
    algorithm = recorder.card.template.algorithm
    body = algorithm.encrypt(session_key, data) if encrypted else data
    mac = algorithm.mac(session_key, header + bytes((len(body) + 4,)) + body)
    recorder.transmit(build(header, body + mac))


# ---- a PSAM


def psam_target(products: Iterable[Product]) -> Target:
    """The terminal's security module, as terminals speak to it while cards of these products are read and paid with."""
    module = psam(fixed, REGION, TERMINAL)
    starts = {ISSUED: dict(module.memory.cells)}
    target = Target("psam", module.template, starts, PSAM_COMMANDS, ())
    conversations = [Conversation(ISSUED, examples(PSAM_COMMANDS))]
    for product in products:
        card = Card.initialised(product.template, fixed, REGION, SERIAL)
        personalise(card, product, example_items(product), Hsm(product.template.roots), Audit("fuzz"), REGION)
        for flow in FLOWS:
            recorder = Recorder(target.card(ISSUED))
            terminal = Terminal(contact=Recorder(card), keys=Psam(recorder), pin_pad=Holder(), card_product=product)
            flow(Reader(terminal), product)
            conversations.append(recorder.conversation(ISSUED))
    conversations.append(_new_key(Recorder(target.card(ISSUED))))
    return Target("psam", module.template, starts, PSAM_COMMANDS, tuple(conversations))


def _new_key(recorder: Recorder) -> Conversation:
    """The PSAM's IRK replaced in both environments."""
    recorder.reset()
    for cipher, environment in ((DES, "00A40000023F00"), (SM4_128, "00A4000002DDF1")):
        recorder.transmit(bytes.fromhex(environment))
        challenge = recorder.transmit(bytes.fromhex("0084000008"))[:-2]
        session_key = cipher.session_key(MASTER_KEY, challenge)
        header, body = bytes.fromhex("84D40008"), cipher.encrypt(session_key, bytes((7, 1)) + fixed(16))
        recorder.transmit(build(header, body + cipher.mac(session_key, header + bytes((len(body) + 4,)) + body)))
    return recorder.conversation(ISSUED)
