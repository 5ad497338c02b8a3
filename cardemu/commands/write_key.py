"""WRITE KEY: put a key into the current DF, or replace one (84 D4: EVOLIS, S1).

assumed: the data field.  Encrypted under the controlling key: use, version, try limit and the 16 key bytes; then a
MAC under the same key.  The controlling key is the transport key while the card is initialised, UKSSSE afterwards.
"""

from __future__ import annotations

from cardemu import crypto, keys
from cardemu.apdu import Command
from cardemu.keys import EXTERNAL_USES, KEY_ROWS, STORED, TRANSPORT_ID, CardKey, Use
from cardemu.lifecycle import Stage
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example

UKSSSE_ID = 0x04
_LAST = 0x01


def run(session: Session, command: Command) -> bytes:
    """P2: the key's id.  P1 00: one of many; 01: the last.

    The last one ends initialisation and removes the transport key (SPEC-10: the master key is replaced last).
    """
    initialising = session.stage is Stage.INITIALISING
    if command.p1 not in ({0x00, _LAST} if initialising else {0x00}):
        raise Refused(0x6A86)
    algorithm = session.template.algorithm
    body, mac = command.data[:-4], command.data[-4:]
    if len(body) != (24 if algorithm.block == 8 else 32):
        raise Refused(0x6700)
    control = session.key(TRANSPORT_ID if initialising else UKSSSE_ID, EXTERNAL_USES)
    session_key = session.check_mac(control, command.mac_header + body, mac)
    session.crypto += 1
    plain = algorithm.decrypt(session_key, body)
    if plain is None or len(plain) != 19 or plain[0] not in Use.__members__.values() or not plain[1] or not plain[2]:
        raise Refused(0x6A80)
    entry = _entry(session, command.p2, plain)
    store(session, entry, last=command.p1 == _LAST)
    return OK_BYTES


def _entry(session: Session, number: int, plain: bytes) -> CardKey:
    """The key as the card will hold it: as a reference to its derivation when the value is just the derived one.

    That is bookkeeping of the emulator, not of a card: it keeps a fleet small.
    """
    owner = session.df if number & 0x80 else session.environment(session.df)
    entry = CardKey(owner.number, number, Use(plain[0]), plain[1], plain[2], STORED, plain[3:], 0)
    identity = session.read(Cell.IDENTITY)
    levels = crypto.factors(identity[13:].hex(), identity[:13])
    for row, key_row in enumerate(KEY_ROWS):
        root = session.template.roots.get((row, entry.version))
        if root is None or key_row.id != number or key_row.use is not entry.use:
            continue
        if crypto.card_key(session.template.algorithm.name, root, levels) == entry.value:
            return entry._replace(row=row, value=b"")
    return entry


def store(session: Session, entry: CardKey, *, last: bool = False, files_apart: bool = False) -> None:
    """Replace the key with the same DF, id and version, or add it; its tries start afresh.

    `last`: see `run`; `files_apart`: keys of different use lie in different files and may have the same id, as on a
    PSAM.
    """
    table = list(keys.table(session.read(Cell.KEYS)))
    counters = session.read(Cell.TRIES)
    limits = [counters[0], *(counters[old.slot] for old in table)]
    for place, old in enumerate(table):
        same = (old.df, old.id, old.version) == (entry.df, entry.id, entry.version)
        if same and (old.use is entry.use or not files_apart):
            table[place], limits[place + 1] = entry, entry.limit
            break
    else:
        table.append(entry)
        limits.append(entry.limit)
    if last:
        kept = [place for place, old in enumerate(table) if old.use is not Use.TRANSPORT]
        table, limits = [table[place] for place in kept], [limits[0], *(limits[place + 1] for place in kept)]
        session.write(Cell.LIFE, bytes((Stage.OPERATIONAL,)) + session.life[1:])
    if len(table) > 250:
        raise Refused(0x6A84)
    session.write(Cell.KEYS, keys.encode_table(table))
    session.write(Cell.TRIES, bytes(limits))


COMMAND = CommandSpec(
    name="WRITE KEY",
    ins=0xD4,
    cla=(0x84,),
    run=run,
    statuses=(0x6983, 0x6984, 0x6A80, 0x6A84, 0x6A86, 0x6A88, 0x9302),
    citation="84D4: EVOLIS (S1); data field assumed",
    examples=(Example("84D400041C" + "00" * 28, "UKSSSE on a 3DES card, with a MAC that is almost surely wrong"),),
)
