"""INTERNAL AUTHENTICATE: the card proves that it is genuine (C2: SPEC-5, GWI)."""

from __future__ import annotations

from cardemu.apdu import Command
from cardemu.keys import Use
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example

_USES = frozenset({Use.INTERNAL})


def run(session: Session, command: Command) -> bytes:
    """Process random 8, source random 8, and a key version if wanted; answers 8 bytes under the IRK (key 00)."""
    if command.p1 or command.p2:
        raise Refused(0x6A86)
    data = command.data
    if len(data) not in {16, 17}:
        raise Refused(0x6700)
    version = data[16] if len(data) == 17 else None
    entry = session.key(0x00, _USES, version, 0x9403 if version is not None else 0x6A88)
    session_key = session.session_key(entry, data[:8])
    session.crypto += 1
    answer = session.template.algorithm.auth_data(session_key, data[8:16])
    session.authenticated_internally()
    return answer + OK_BYTES


COMMAND = CommandSpec(
    name="INTERNAL AUTHENTICATE",
    ins=0x88,
    cla=(0x00,),
    run=run,
    statuses=(0x6A86, 0x6A88, 0x9403),
    citation="SPEC-5 INTERNAL AUTHENTICATION (C2 with GWI, EVOLIS)",
    examples=(Example("00880000100102030405060708A1A2A3A4A5A6A7A8", "process random and source random"),),
)
