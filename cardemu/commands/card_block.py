"""CARD BLOCK: the issuer locks the whole card for ever (C2: SPEC-5)."""

from __future__ import annotations

from cardemu.apdu import Command
from cardemu.commands.application_block import BK_ID, BLOCK_USES
from cardemu.lifecycle import Stage
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """A MAC alone, under the blocking key.  From then on every command answers 6A81."""
    if command.p1 or command.p2:
        raise Refused(0x6A86)
    if len(command.data) != 4:
        raise Refused(0x6700)
    session.check_mac(session.key(BK_ID, BLOCK_USES), command.mac_header, command.data)
    session.write(Cell.LIFE, bytes((Stage.LOCKED,)) + session.life[1:])
    return OK_BYTES


COMMAND = CommandSpec(
    name="CARD BLOCK",
    ins=0x16,
    cla=(0x84,),
    run=run,
    statuses=(0x6983, 0x6984, 0x6A86, 0x6A88, 0x9302),
    citation="SPEC-5 CARD BLOCK (C2); key BK 05 (S1)",
    examples=(Example("841600000400000000", "with a MAC that is almost surely wrong"),),
)
