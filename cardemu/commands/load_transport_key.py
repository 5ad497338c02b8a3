"""LOAD TRANSPORT KEY: COS activation, the first command in a chip's life.

assumed: SPEC-10 names the step (transport key and historical bytes are loaded) but no public source the command.
It runs once, in clear, in the chip maker's own rooms.
"""

from __future__ import annotations

from cardemu import keys
from cardemu.apdu import Command
from cardemu.keys import STORED, TRANSPORT_ID, CardKey, Use
from cardemu.lifecycle import Stage
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """13 historical bytes, 3 bytes region, 16 bytes transport key; the chip can be initialised then."""
    if command.p1 or command.p2:
        raise Refused(0x6A86)
    data = command.data
    if len(data) != 32:
        raise Refused(0x6700)
    if not data[13:16].hex().isdecimal():
        raise Refused(0x6A80)
    limit = session.template.key_limit
    transport = CardKey(0, TRANSPORT_ID, Use.TRANSPORT, 1, limit, STORED, data[16:], 1)
    session.write(Cell.IDENTITY, data[:16])
    session.write(Cell.KEYS, keys.encode_table([transport]))
    session.write(Cell.TRIES, session.read(Cell.TRIES)[:1] + bytes((limit,)))
    session.write(Cell.LIFE, bytes((Stage.INITIALISING,)))
    return OK_BYTES


COMMAND = CommandSpec(
    name="LOAD TRANSPORT KEY",
    ins=0xD4,
    cla=(0x80,),
    run=run,
    statuses=(0x6A80, 0x6A86),
    citation="assumed; the step is SPEC-10's (S1)",
    examples=(
        Example("80D4000020" + "00814A4446866099030000002A" + "990301" + "40" * 16, "identity, region, transport key"),
    ),
)
