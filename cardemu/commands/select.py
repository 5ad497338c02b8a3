"""SELECT: make a file current, by identifier, by name or by path (C2: SPEC-5 and traces)."""

from __future__ import annotations

from cardemu.apdu import Command
from cardemu.files import DEDICATED, MF_FID, Node
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example

_BY_NAME = 0x04
_NEXT = 0x02


def run(session: Session, command: Command) -> bytes:
    """P1 00 anything by FID, 01 child DF, 02 EF, 03 parent, 04 by name, 08 and 09 by path; P2 00 first, 02 next.

    Readers send an EF's identifier with P1 00 as well as 02, so both are taken (C2).  assumed: 01, 03, 08 and 09 work
    as in ISO/IEC 7816-4, and a locked application becomes current but answers 9303.
    """
    p1, p2, data = command.p1, command.p2, command.data
    if p1 == _BY_NAME:
        if p2 not in {0x00, _NEXT}:
            raise Refused(0x6A86)
        node = _named(session, data, following=p2 == _NEXT)
    elif p2 != 0x00:
        raise Refused(0x6A86)
    else:
        node = _located(session, p1, data)
    if node.kind not in DEDICATED:
        if node.parent is not None and node.parent is not session.df:
            session.enter(node.parent)
        session.ef = node
        session.record = 0
        return OK_BYTES
    session.enter(node)
    return b"\x93\x03" if session.blocked else node.fci  # no refusal: what follows must not act in the former DF


def _named(session: Session, name: bytes, *, following: bool) -> Node:
    """By DF name, which may be cut short on the right; `following`: the next match after the current DF."""
    if not 5 <= len(name) <= 16:
        raise Refused(0x6700)
    after = session.df.number if following else -1
    for known, node in session.tree.named:
        if known.startswith(name) and node.number > after:
            return node
    raise Refused(0x6A82)


def _located(session: Session, p1: int, data: bytes) -> Node:
    """By identifier or path, seen from the current DF."""
    here, root = session.df, session.tree.root
    if p1 in {0x08, 0x09}:
        return _path(root if p1 == 0x08 else here, data)
    if p1 == 0x03 and not data and here.parent is not None:
        return here.parent
    if p1 == 0x00 and not data:
        return root
    if p1 not in {0x00, 0x01, 0x02}:
        raise Refused(0x6A82 if p1 == 0x03 and not data else 0x6700 if p1 == 0x03 else 0x6A86)
    if len(data) != 2:
        raise Refused(0x6700)
    fid = int.from_bytes(data, "big")
    child = here.by_fid.get(fid)
    if child is not None and (p1 == 0x00 or (child.kind in DEDICATED) == (p1 == 0x01)):
        return child
    if p1 == 0x00:
        if fid == MF_FID:
            return root
        if fid == here.header.fid:
            return here
        if here.parent is not None and here.parent.header.fid == fid:
            return here.parent
        sibling = here.parent.by_fid.get(fid) if here.parent is not None else None
        if sibling is not None and sibling.kind in DEDICATED:
            return sibling
    raise Refused(0x6A82)


def _path(start: Node, data: bytes) -> Node:
    """Identifiers one behind the other, the MF's own left out."""
    if not data or len(data) % 2:
        raise Refused(0x6700)
    node = start
    for position in range(0, len(data), 2):
        found = node.by_fid.get(data[position] << 8 | data[position + 1])
        if found is None:
            raise Refused(0x6A82)
        node = found
    return node


COMMAND = CommandSpec(
    name="SELECT",
    ins=0xA4,
    cla=(0x00,),
    run=run,
    statuses=(0x6A82, 0x6A86, 0x9303),
    citation="SPEC-5 SELECT (C2 with traces HDOS, GWI); paths: ISO/IEC 7816-4 (assumed)",
    examples=(
        Example("00A404000F7378312E73682EC9E7BBE1B1A3D5CF", "the social security application environment, by name"),
        Example("00A4020002EF05", "the issuer file of the current DF"),
        Example("00A4000002EF06", "the cardholder file, the other way readers ask"),
        Example("00A4040006D15600000503", "DF04, medical insurance, by its AID"),
        Example("00A40000023F00", "the master file"),
        Example("00A4080004DDF1DF01", "DF01 by its path from the MF"),
    ),
)
