"""EXTERNAL AUTHENTICATE: the terminal proves that it holds a key, and gains that key's rights (C2: SPEC-5, GWI)."""

from __future__ import annotations

from cardemu.apdu import Command
from cardemu.keys import EXTERNAL_USES
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """Authentication data 8, source 8, and a key version if wanted; the process factor is the last challenge.

    assumed: the order of refusals: unknown key 6A88 (with a version 9403), no challenge 6984, locked 6983, wrong 63Cx.
    """
    if command.p1:
        raise Refused(0x6A86)
    data = command.data
    if len(data) not in {16, 17}:
        raise Refused(0x6700)
    version = data[16] if len(data) == 17 else None
    entry = session.key(command.p2, EXTERNAL_USES, version, 0x9403 if version is not None else 0x6A88)
    challenge = session.take_challenge()
    session.usable(entry)
    session_key = session.session_key(entry, challenge)
    session.crypto += 1
    right = session.template.algorithm.auth_data(session_key, data[8:16])
    session.compare(entry.slot, entry.limit, right, data[:8], wrong=0x63C0, proof=command.p2)
    session.grant(command.p2)
    return OK_BYTES


COMMAND = CommandSpec(
    name="EXTERNAL AUTHENTICATE",
    ins=0x82,
    cla=(0x00,),
    run=run,
    statuses=(0x63C0, 0x6983, 0x6984, 0x6A86, 0x6A88, 0x9403),
    citation="SPEC-5 EXTERNAL AUTHENTICATION (C2 with GWI, EVOLIS)",
    examples=(
        Example("0082000A10" + "00" * 16, "with RKSSSE, and data that are almost surely wrong"),
        Example("0082008310" + "00" * 16, "with the first key of the current DF, likewise"),
    ),
)
