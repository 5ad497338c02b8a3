"""UPDATE RECORD: write a record over, or append one (C2: SPEC-5, drivers)."""

from __future__ import annotations

from cardemu import addressing
from cardemu.apdu import Command
from cardemu.files import RECORDED, Header, Kind
from cardemu.protected import written_data
from cardemu.records import append, replace, spans
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """P1 and P2 as in READ RECORD, one record at a time; the data are the whole record, tag and length included.

    A tag not there yet, or the number after the last, appends.  A cyclic file only ever takes a new record, asked
    for as 'previous' (P2 x3) or as number 01 (P2 x4), as drivers do.
    """
    if not command.data:
        raise Refused(0x6700)
    node = session.choose(command.p2 >> 3)
    if node.kind not in RECORDED:
        raise Refused(0x6981)
    mode = command.p2 & 0x07
    if mode > addressing.NUMBER:
        raise Refused(0x6A86)
    with written_data(session, command, node.header.write) as data:
        session.write(node.cell, _changed(session, node.header, session.read(node.cell), command.p1, mode, data))
    return OK_BYTES


def _changed(session: Session, header: Header, content: bytes, p1: int, mode: int, data: bytes) -> bytes:
    """The file's content with the record in it; moves the record pointer."""
    if header.kind is Kind.CYCLIC:
        if (mode, p1) not in {(addressing.PREVIOUS, 0), (addressing.NUMBER, 0), (addressing.NUMBER, 1)}:
            raise Refused(0x6981)
        changed = append(header, content, data)
        session.record = 1
        return changed
    if header.kind is Kind.LINEAR_VARIABLE and (len(data) < 2 or data[0] == 0 or data[1] != len(data) - 2):
        raise Refused(0x6A85)
    if mode != addressing.NUMBER and p1 not in {0, data[0]}:
        raise Refused(0x6A85)
    found = spans(header, content)
    number = addressing.record_number(session, found, content, p1, mode)
    if number is None:
        if p1 == 0 or (mode == addressing.NUMBER and p1 != len(found) + 1):
            raise Refused(0x6A83)
        changed = append(header, content, data)
        session.record = len(found) + 1
        return changed
    changed = replace(header, content, found[number - 1], data)
    session.record = number
    return changed


COMMAND = CommandSpec(
    name="UPDATE RECORD",
    ins=0xDC,
    cla=(0x00, 0x04),
    run=run,
    statuses=(0x6981, 0x6982, 0x6983, 0x6984, 0x6986, 0x6987, 0x6A82, 0x6A83, 0x6A84, 0x6A85, 0x6A86, 0x6A88, 0x9302),
    citation="SPEC-5 UPDATE RECORD (C2); MAC of CLA 04: SPEC-4 (C2), its key assumed STK",
    examples=(
        Example("00DC0A00030A0131", "sex, by tag"),
        Example("00DC0304030A0131", "the same as third record"),
        Example("00DC000303000131", "a new record of a cyclic file with records of 3 bytes"),
    ),
)
