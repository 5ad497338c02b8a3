"""UPDATE BINARY: write bytes of a transparent file (C2: SPEC-5)."""

from __future__ import annotations

from cardemu.addressing import binary_offset
from cardemu.apdu import Command
from cardemu.files import Kind
from cardemu.protected import written_data
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """Addressing as in READ BINARY; 6B00 for an offset outside the file, 6A84 when the data run past its end."""
    if not command.data:
        raise Refused(0x6700)
    node, offset = binary_offset(session, command)
    if node.kind is not Kind.TRANSPARENT:
        raise Refused(0x6981)
    with written_data(session, command, node.header.write) as data:
        if offset >= node.header.size:
            raise Refused(0x6B00)
        if offset + len(data) > node.header.size:
            raise Refused(0x6A84)
        content = session.read(node.cell).ljust(offset, b"\x00")
        session.write(node.cell, content[:offset] + data + content[offset + len(data) :])
    return OK_BYTES


COMMAND = CommandSpec(
    name="UPDATE BINARY",
    ins=0xD6,
    cla=(0x00, 0x04),
    run=run,
    statuses=(0x6981, 0x6982, 0x6983, 0x6984, 0x6986, 0x6987, 0x6A82, 0x6A84, 0x6A88, 0x6B00, 0x9302),
    citation="SPEC-5 UPDATE BINARY (C2); MAC of CLA 04: SPEC-4 (C2), its key assumed STK",
    examples=(Example("00D6880004FFD8FFE0", "the first bytes of the photo file"),),
)
