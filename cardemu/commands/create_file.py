"""CREATE FILE: make a DF or an EF in the current DF, while the card is initialised.

assumed: SPEC-10 names the step but no public source the command; this is ISO/IEC 7816-9's, with an FCP template.
"""

from __future__ import annotations

from cardemu.apdu import Command
from cardemu.files import DEDICATED, FIRST_FILE, RECORDED, Header, Kind, decode_header, encode_tree
from cardemu.keys import TRANSPORT_ID
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example
from cardemu.tlv import TlvError

MAX_FILES = 200


def run(session: Session, command: Command) -> bytes:
    """The data are the file's header (see `files.encode_header`).  SELECT enters a new DF, this command does not."""
    if command.p1 or command.p2:
        raise Refused(0x6A86)
    if not command.data:
        raise Refused(0x6700)
    session.require((frozenset({TRANSPORT_ID}),))
    headers = [node.header for node in session.tree.nodes]
    header = _checked(session, command.data)
    if len(headers) >= MAX_FILES:
        raise Refused(0x6A84)
    session.write(Cell.TREE, encode_tree([*headers, header]))
    if header.kind not in DEDICATED:
        session.write(FIRST_FILE + len(headers), b"")
    return OK_BYTES


def _checked(session: Session, data: bytes) -> Header:
    """The header, if it makes sense here; 6A80 if not, 6985 if such a file is there already (assumed)."""
    try:
        header = decode_header(data, session.df.number)
    except TlvError:
        raise Refused(0x6A80) from None
    if header.kind is Kind.MF:
        raise Refused(0x6A80)
    if header.kind in RECORDED and header.kind is not Kind.LINEAR_VARIABLE:
        if not header.record_bytes or not header.records:
            raise Refused(0x6A80)
    elif header.kind not in DEDICATED and not header.size:
        raise Refused(0x6A80)
    if not 0 <= header.sfi <= 30 or len(header.name) > 16:
        raise Refused(0x6A80)
    if header.fid in session.df.by_fid or (header.sfi and header.sfi in session.df.by_sfi):
        raise Refused(0x6985)
    return header


COMMAND = CommandSpec(
    name="CREATE FILE",
    ins=0xE0,
    cla=(0x80,),
    run=run,
    statuses=(0x6982, 0x6985, 0x6A80, 0x6A84, 0x6A86),
    citation="assumed: ISO/IEC 7816-9; the step is SPEC-10's (S1)",
    examples=(
        Example("80E000001C621A82033A00008302DDF1840F7378312E73682EC9E7BBE1B1A3D5CF", "the application environment"),
        Example("80E00000166214820304000083020005800200408801058603000004", "a record file of 64 bytes"),
    ),
)
