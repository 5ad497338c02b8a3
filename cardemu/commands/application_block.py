"""APPLICATION BLOCK: the issuer locks the current application for ever (C2: SPEC-5)."""

from __future__ import annotations

from cardemu.apdu import Command
from cardemu.keys import Use
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example

BK_ID = 0x05
BLOCK_USES = frozenset({Use.BLOCK})


def run(session: Session, command: Command) -> bytes:
    """A MAC alone, under the blocking key of the environment.  From then on SELECT and all else answer 9303."""
    if (command.p1, command.p2) != (0x00, 0x01):
        raise Refused(0x6A86)
    if len(command.data) != 4:
        raise Refused(0x6700)
    session.check_mac(session.key(BK_ID, BLOCK_USES), command.mac_header, command.data)
    life, bit = session.life, 1 << session.df.number
    bits = int.from_bytes(life[1:], "little") | bit
    session.write(Cell.LIFE, life[:1] + bits.to_bytes((bits.bit_length() + 7) // 8, "little"))
    return OK_BYTES


COMMAND = CommandSpec(
    name="APPLICATION BLOCK",
    ins=0x1E,
    cla=(0x84,),
    run=run,
    statuses=(0x6983, 0x6984, 0x6A86, 0x6A88, 0x9302),
    citation="SPEC-5 APPLICATION BLOCK (C2); key BK 05 (S1)",
    examples=(Example("841E00010400000000", "with a MAC that is almost surely wrong"),),
)
