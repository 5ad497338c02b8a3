"""GET CHALLENGE: random bytes for the next authentication or MAC (C2: SPEC-5)."""

from __future__ import annotations

from cardemu.apdu import Command
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """Le 04, 08 or 10.  The last one asked for counts, once, in the current application.

    Readers ask twice: the first answer is their source, the second the process factor (GWI).
    """
    if command.p1 or command.p2:
        raise Refused(0x6A86)
    if command.data or command.le not in {4, 8, 16}:
        raise Refused(0x6700)
    session.challenge = session.random(command.le)
    return session.challenge + OK_BYTES


COMMAND = CommandSpec(
    name="GET CHALLENGE",
    ins=0x84,
    cla=(0x00,),
    run=run,
    statuses=(0x6A86,),
    citation="SPEC-5 GET CHALLENGE (C2 with HDOS, GWI)",
    examples=(Example("0084000008", "8 bytes"), Example("0084000004", "4 bytes")),
)
