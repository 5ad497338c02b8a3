"""READ RECORD: by number or by record identifier (tag), one or several (C2: SPEC-5, drivers)."""

from __future__ import annotations

from cardemu import addressing
from cardemu.apdu import Command
from cardemu.files import RECORDED
from cardemu.records import spans
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """P2: short file identifier in the upper five bits, addressing in the lower three (see `addressing`).

    Commonest: P2 00 with the tag in P1, and P2 04 with the record number.
    """
    if command.data:
        raise Refused(0x6700)
    node = session.choose(command.p2 >> 3)
    if node.kind not in RECORDED:
        raise Refused(0x6981)
    session.require(node.header.read)
    content = session.read(node.cell)
    found = spans(node.header, content)
    mode = command.p2 & 0x07
    first = last = addressing.record_number(session, found, content, command.p1, mode)
    if first is None or last is None:
        raise Refused(0x6A83)
    if mode == addressing.TO_LAST:
        last = len(found)
    elif mode == addressing.FROM_LAST:
        return b"".join(content[start:end] for start, end in reversed(found[first - 1 :])) + OK_BYTES
    session.record = first
    if first == last:
        start, end = found[first - 1]
        return content[start:end] + OK_BYTES
    return b"".join(content[start:end] for start, end in found[first - 1 : last]) + OK_BYTES


COMMAND = CommandSpec(
    name="READ RECORD",
    ins=0xB2,
    cla=(0x00,),
    run=run,
    statuses=(0x6981, 0x6982, 0x6986, 0x6A82, 0x6A83, 0x6A86),
    citation="SPEC-5 READ RECORD (C2 with HDOS, JS, GWI)",
    examples=(
        Example("00B2010012", "the card identification, tag 01, in the current file"),
        Example("00B2070400", "the seventh record of the current file"),
        Example("00B2010540", "all records from the first: the whole issuer file"),
        Example("00B2082800", "tag 08 of the file with short identifier 05"),
    ),
)
