"""The PSAM, a terminal's own security module, as a second emulated card (SPEC-9, C2 with four drivers).

It holds the sector's keys one to three levels above the cards' and derives a card's key when given the factors.  Two
environments: the MF for 3DES and DDF1 for the 16-byte cipher.  assumed: DDF1, specified for SSF33, runs SM4; the
terminal pads MAC input, as with PSAMs of the financial specification; the order of the data of INIT SAM FOR PURCHASE;
which DF holds which file; that wrong MACs count against the master key and against DPK, as they do on a card.  Its
keys are the published test keys of `keys`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from cardemu import crypto, keys
from cardemu.account import PURCHASE
from cardemu.apdu import Command
from cardemu.card import Card
from cardemu.commands.get_challenge import COMMAND as GET_CHALLENGE
from cardemu.commands.read_binary import COMMAND as READ_BINARY
from cardemu.commands.select import COMMAND as SELECT
from cardemu.commands.write_key import store
from cardemu.crypto import DES, SM4_128, Algorithm
from cardemu.files import FIRST_FILE, FREE, MF_FID, NEVER, Header, Kind, encode_tree
from cardemu.image import root_keys
from cardemu.keys import KEY_ROWS, CardKey, KeyRow, Use, published_root_key
from cardemu.lifecycle import Stage
from cardemu.memory import Cell
from cardemu.session import Challenge, Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import AccountRules, Atr, CommandSpec, Example, PinRules, Template

MF_NAME = b"sx1.sh." + "社会保障".encode("gbk")
SM4_NAME = b"sx2.sh." + "社会保障".encode("gbk")
APPLICATION_AID = bytes.fromhex("D15600000590")
TERMINAL_BYTES = 6
MASTER_KEY = published_root_key("PSAM master key")
KEY_LIMIT = 15
PURCHASE_VERSIONS = (1, 2, 3)
_HEADERS = [
    Header(Kind.MF, MF_FID, 0, MF_NAME),
    Header(Kind.TRANSPARENT, 0x0015, 0, sfi=0x15, size=15, read=FREE, write=NEVER),
    Header(Kind.TRANSPARENT, 0x0016, 0, sfi=0x16, size=TERMINAL_BYTES, read=FREE, write=NEVER),
    Header(Kind.ADF, 0xDF01, 0, APPLICATION_AID),
    Header(Kind.TRANSPARENT, 0x0019, 3, sfi=0x19, size=4, read=FREE, write=NEVER),
    *(Header(Kind.TRANSPARENT, fid, 3, sfi=fid, size=25, read=FREE, write=NEVER) for fid in (0x1A, 0x1B, 0x1C)),
    Header(Kind.DDF, 0xDDF1, 0, SM4_NAME),
    Header(Kind.ADF, 0xDF01, 8, APPLICATION_AID),
]
_INFO_CELL, _TERMINAL_CELL, _COUNTER_CELL = FIRST_FILE + 1, FIRST_FILE + 2, FIRST_FILE + 4

TYPE_PURCHASE, TYPE_MAC, TYPE_ENCRYPT, TYPE_BOTH = 2, 6, 7, 8
_TYPES: dict[Use, frozenset[int]] = {
    Use.INTERNAL: frozenset({TYPE_ENCRYPT}),
    Use.AUTHENTICATE: frozenset({TYPE_ENCRYPT, TYPE_BOTH}),
    Use.PIN: frozenset({3, 4, TYPE_BOTH}),
    Use.BLOCK: frozenset({TYPE_MAC, TYPE_BOTH}),
    Use.SECURE: frozenset({TYPE_MAC, TYPE_BOTH}),
    Use.LOAD: frozenset({9, TYPE_BOTH}),
    Use.PURCHASE: frozenset({TYPE_PURCHASE}),
    Use.TAC: frozenset({12}),
}
"""Usage types (the low five bits of the usage byte) each kind of key may be delivered with (SPEC-9 annex B; partly
assumed)."""
_BOTH = frozenset({3, 4, TYPE_BOTH, 9, 12})
_MAKES_MACS, _ENCRYPTS = _BOTH | {TYPE_MAC}, _BOTH | {TYPE_ENCRYPT}
"""Types with which a delivered key computes MACs, or encrypts.  A key of purchases (type 2) does neither: MAC1 comes
from INIT SAM FOR PURCHASE alone, which counts, and MAC2 from the card."""

_MASTER = frozenset({Use.TRANSPORT})
PURCHASE_ROW = next(row for row in KEY_ROWS if row.use is Use.PURCHASE)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A session key in the PSAM, waiting for CIPHER DATA.  `chain`: the last block of an unfinished MAC."""

    algorithm: Algorithm
    key: bytes
    type: int
    chain: bytes = b""


class Begun(NamedTuple):
    """A purchase that waits for the card's MAC2."""

    entry: CardKey
    algorithm: Algorithm
    key: bytes
    amounts: bytes


def algorithm_of(session: Session) -> Algorithm:
    """The cipher of the current environment."""
    return SM4_128 if session.environment(session.df).kind is Kind.DDF else DES


def held_key(session: Session, algorithm: Algorithm, row: KeyRow, version: int) -> bytes:
    """A key as this PSAM holds it: as written, or the root key brought down to the level above the factors left."""
    here = session.environment(session.df).number
    for entry in keys.table(session.read(Cell.KEYS)):
        if entry[:4] == (here, row.psam, row.use, version) and entry.row == keys.STORED:
            return entry.value
    root = session.template.roots.get((KEY_ROWS.index(row), version))
    if root is None:
        raise Refused(0x9403)
    identity = session.memory.read(Cell.IDENTITY)
    levels = crypto.factors(identity[13:].hex(), identity[:13])
    return crypto.card_key(algorithm.name, root, levels[: 3 - row.levels])


def purchase_key(session: Session, version: int) -> CardKey:
    """The entry that counts wrong MACs of purchases with this version of DPK here; 9403 when there is none."""
    here = session.environment(session.df).number
    for entry in keys.table(session.read(Cell.KEYS)):
        if entry[:4] == (here, PURCHASE_ROW.psam, Use.PURCHASE, version):
            return entry
    raise Refused(0x9403)


def diversified(algorithm: Algorithm, key: bytes, data: bytes) -> bytes:
    """A card's key from factors as drivers send them, the deepest first: card, city, province."""
    for end in range(len(data), 0, -8):
        key = algorithm.diversify(key, data[end - 8 : end])
    return key


def _row(number: int, kind: int) -> KeyRow:
    """The key with this id that may be delivered with this type; ids repeat among the PSAM's three key files."""
    rows = [row for row in KEY_ROWS if row.psam == number]
    for row in rows:
        if kind in _TYPES[row.use]:
            return row
    raise Refused(0x6985 if rows else 0x6A88)


def run_init_environment(session: Session, command: Command) -> bytes:
    """One byte: the first of the card identification, two digits of the card's region."""
    del session
    if command.p1 or command.p2:
        raise Refused(0x6A86)
    if len(command.data) != 1:
        raise Refused(0x6700)
    if not command.data.hex().isdecimal():
        raise Refused(0x6A80)
    return OK_BYTES


def run_delivery(session: Session, command: Command) -> bytes:
    """P1 usage (levels and type), P2 key id; factors, deepest first, then the challenge (8 bytes, or 16)."""
    levels, kind = command.p1 >> 5, command.p1 & 0x1F
    row, algorithm = _row(command.p2, kind), algorithm_of(session)
    if levels != row.levels or len(command.data) != 8 * levels + algorithm.block:
        raise Refused(0x6A80)
    factors, challenge = command.data[: 8 * levels], command.data[8 * levels :]
    key = diversified(algorithm, held_key(session, algorithm, row, 1), factors)
    session.crypto += levels + 1
    session.pending = Delivered(algorithm, algorithm.session_key(key, challenge), kind)
    return OK_BYTES


def run_cipher(session: Session, command: Command) -> bytes:
    """P1 bits: 1 MAC, 2 more follows, 4 the first block is an initial value; whole blocks only.

    6985 without a delivered key or with one of another type.  The key stays until another command runs.
    """
    p1, data = command.p1, command.data
    if p1 not in {0, 1, 2, 3, 5, 7} or command.p2:
        raise Refused(0x6A86)
    delivered = session.previous
    if not isinstance(delivered, Delivered) or delivered.type not in (_MAKES_MACS if p1 & 1 else _ENCRYPTS):
        raise Refused(0x6985)
    algorithm = delivered.algorithm
    if not data or len(data) % algorithm.block or (p1 & 4 and len(data) == algorithm.block):
        raise Refused(0x6A80)
    session.crypto += 1
    session.pending = replace(delivered, chain=b"")
    if not p1 & 1:
        return algorithm.encrypt_blocks(delivered.key, data) + OK_BYTES
    initial = delivered.chain
    if p1 & 4:
        initial, data = data[: algorithm.block], data[algorithm.block :]
    last = algorithm.last_block(delivered.key, data, initial)
    if p1 & 2:
        session.pending = replace(delivered, chain=last)
        return OK_BYTES
    return algorithm.fold(last) + OK_BYTES


def run_init_purchase(session: Session, command: Command) -> bytes:
    """Card random 4, sequence 2, three amounts 12, type 1, time 7, key version 1, algorithm 1, factors 8N.

    Answers the terminal's transaction counter 4 and MAC1 4.  The counter moves on whatever comes after.
    """
    if (command.p1, command.p2) != (0x01, 0x00):
        raise Refused(0x6A86)
    data, row, algorithm = command.data, PURCHASE_ROW, algorithm_of(session)
    if len(data) != 28 + 8 * row.levels:
        raise Refused(0x6700)
    if data[27] != algorithm.code or data[18] != PURCHASE:
        raise Refused(0x6A80)
    entry = session.usable(purchase_key(session, data[26]))
    counter = session.read(_COUNTER_CELL).rjust(4, b"\x00")
    if counter == b"\xff" * 4:
        raise Refused(0x9402)
    key = diversified(algorithm, held_key(session, algorithm, row, data[26]), data[28:])
    session_key = algorithm.session_key(key, data[:6] + counter[2:])
    terminal = session.read(_TERMINAL_CELL)
    mac1 = algorithm.mac(session_key, data[6:19] + terminal + data[19:26])
    session.crypto += row.levels + 2
    session.write(_COUNTER_CELL, (int.from_bytes(counter, "big") + 1).to_bytes(4, "big"))
    session.pending = Begun(entry, algorithm, session_key, data[6:18])
    return counter + mac1 + OK_BYTES


def run_credit_sam(session: Session, command: Command) -> bytes:
    """The card's MAC2 completes a purchase at the terminal; 6901 unless one was begun just before."""
    if command.p1 or command.p2:
        raise Refused(0x6A86)
    if len(command.data) != 4:
        raise Refused(0x6700)
    begun = session.begun(Begun)
    session.crypto += 1
    right = begun.algorithm.mac(begun.key, begun.amounts)
    session.compare(begun.entry.slot, begun.entry.limit, right, command.data, wrong=0x9302)
    return OK_BYTES


def run_change_key(session: Session, command: Command) -> bytes:
    """P2: the key's id.  Encrypted type, version and 16 bytes of the key as the PSAM shall hold it, then a MAC.

    assumed: the data field, and the master key both are made with (`MASTER_KEY`).
    """
    if command.p1:
        raise Refused(0x6A86)
    algorithm = algorithm_of(session)
    body, mac = command.data[:-4], command.data[-4:]
    if len(body) != (24 if algorithm.block == 8 else 32):
        raise Refused(0x6700)
    master = session.usable(session.key(keys.TRANSPORT_ID, _MASTER))
    session_key = algorithm.session_key(session.key_bytes(master), session.take_challenge())
    session.crypto += 3
    right = algorithm.mac(session_key, command.mac_header + body)
    session.compare(master.slot, master.limit, right, mac, wrong=0x9302)
    plain = algorithm.decrypt(session_key, body)
    if plain is None or len(plain) != 18:
        raise Refused(0x6A80)
    row, here = _row(command.p2, plain[0]), session.environment(session.df).number
    store(session, CardKey(here, row.psam, row.use, plain[1], KEY_LIMIT, keys.STORED, plain[2:], 0), files_apart=True)
    return OK_BYTES


COMMANDS: tuple[CommandSpec, ...] = (
    SELECT,
    READ_BINARY,
    GET_CHALLENGE,
    CommandSpec(
        "INIT ENVIRONMENT",
        0xEC,
        (0xBF,),
        run_init_environment,
        (0x6A80, 0x6A86),
        "SPEC-9 (C2)",
        (Example("BFEC00000199", "a card of a region 99"),),
    ),
    CommandSpec(
        "DELIVERY SESSION KEY",
        0xDE,
        (0xBF,),
        run_delivery,
        (0x6985, 0x6A80, 0x6A88, 0x9403),
        "SPEC-9 table 28 (C2 with drivers)",
        (Example("BFDE6708" + "20" + "00" * 32, "the IRK, three levels"),),
    ),
    CommandSpec(
        "CIPHER DATA",
        0xFA,
        (0x80,),
        run_cipher,
        (0x6985, 0x6A80, 0x6A86),
        "SPEC-9 (C2); input padded by the terminal: assumed",
        (Example("80FA000008A1A2A3A4A5A6A7A8", "encrypt one block"),),
    ),
    CommandSpec(
        "INIT SAM FOR PURCHASE",
        0x70,
        (0x80,),
        run_init_purchase,
        (0x6983, 0x6A80, 0x6A86, 0x9402, 0x9403),
        "SPEC-9 (C2); order of its data: assumed",
        (Example("8070010034" + "00" * 52, "all zeros, refused"),),
    ),
    CommandSpec(
        "CHANGE KEY",
        0xD4,
        (0x84,),
        run_change_key,
        (0x6983, 0x6984, 0x6985, 0x6A80, 0x6A84, 0x6A86, 0x6A88, 0x9302),
        "SPEC-9 (C2); data field: assumed",
        (Example("84D400081C" + "00" * 28, "the IRK, with a MAC that is almost surely wrong"),),
    ),
    CommandSpec(
        "CREDIT SAM",
        0x72,
        (0x80,),
        run_credit_sam,
        (0x6901, 0x6983, 0x6A86, 0x9302),
        "SPEC-9 (C2)",
        (Example("807200000400000000", "out of order"),),
    ),
)


def counted_keys() -> list[CardKey]:
    """The keys whose wrong MACs are counted: the master key, and DPK of both environments, derived when needed."""
    master = CardKey(0, keys.TRANSPORT_ID, Use.TRANSPORT, 1, KEY_LIMIT, keys.STORED, MASTER_KEY, 1)
    row = KEY_ROWS.index(PURCHASE_ROW)
    environments = [number for number, header in enumerate(_HEADERS) if header.kind in {Kind.MF, Kind.DDF}]
    return [
        master,
        *(
            CardKey(number, PURCHASE_ROW.psam, Use.PURCHASE, version, KEY_LIMIT, row, b"", 0)
            for number in environments
            for version in PURCHASE_VERSIONS
        ),
    ]


def template() -> Template:
    """The one PSAM product: both ciphers, every key of the sector, DPK in three versions."""
    versions = {"DPK": PURCHASE_VERSIONS}
    run = {cla << 8 | spec.ins: spec.run for spec in COMMANDS for cla in spec.cla}
    table = counted_keys()
    image = {
        Cell.LIFE: bytes((Stage.OPERATIONAL,)),
        Cell.TREE: encode_tree(_HEADERS),
        Cell.KEYS: keys.encode_table(table),
        Cell.TRIES: bytes((0, *(entry.limit for entry in table))),
        _INFO_CELL: bytes(15),
    }
    return Template(
        name="psam",
        algorithm=DES,
        image=image,
        roots=root_keys(versions, {}),
        commands={stage: run if stage is Stage.OPERATIONAL else {} for stage in Stage},
        classes=frozenset(cla for spec in COMMANDS for cla in spec.cla),
        instructions=frozenset(spec.ins for spec in COMMANDS),
        atr=Atr(),
        pin=PinRules(),
        account=AccountRules(),
    )


def psam(random: Challenge, region: str, terminal: bytes, serial: bytes = b"\x00\x00\x00\x01") -> Card:
    """A PSAM of a region for a terminal: its keys come down to province and city of that region."""
    if len(terminal) != TERMINAL_BYTES:
        raise ValueError(f"terminal number {terminal.hex()} must be {TERMINAL_BYTES} bytes")
    card = Card.initialised(template(), random, region, serial)
    card.memory.cells[_TERMINAL_CELL] = terminal
    return card
