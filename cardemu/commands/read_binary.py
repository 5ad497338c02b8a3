"""READ BINARY: bytes of a transparent file (C2: SPEC-5)."""

from __future__ import annotations

from cardemu.addressing import binary_offset
from cardemu.apdu import Command
from cardemu.files import Kind
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """P1 100xxxxx: short identifier, offset in P2; otherwise a 15-bit offset.  Le 00: up to 256 bytes or the end."""
    if command.data or command.le is None:
        raise Refused(0x6700)
    node, offset = binary_offset(session, command)
    if node.kind is not Kind.TRANSPARENT:
        raise Refused(0x6981)
    session.require(node.header.read)
    size = node.header.size
    if offset >= size:
        raise Refused(0x6B00)
    end = min(offset + command.le, size)
    return session.read(node.cell)[offset:end].ljust(end - offset, b"\x00") + OK_BYTES


COMMAND = CommandSpec(
    name="READ BINARY",
    ins=0xB0,
    cla=(0x00,),
    run=run,
    statuses=(0x6981, 0x6982, 0x6986, 0x6A82, 0x6B00),
    citation="SPEC-5 READ BINARY (C2)",
    examples=(
        Example("00B0880000", "the photo file, short identifier 08, from its start"),
        Example("00B0010000", "256 bytes from offset 256 of the current file"),
    ),
)
