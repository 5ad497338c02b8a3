"""VERIFY: show the PIN, or ask how many tries are left (C2: SPEC-5)."""

from __future__ import annotations

from cardemu import pin
from cardemu.apdu import Command
from cardemu.files import PIN
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """Lc 02 to 08: the PIN, 63Cx when wrong, 6983 when no try is left.

    Lc 00: 63Cx with the counter unchanged, or 9000 when the card has no PIN, which then counts as shown (assumed).
    """
    if command.p1 or command.p2:
        raise Refused(0x6A86)
    data = command.data
    if data:
        if not 2 <= len(data) <= 8:
            raise Refused(0x6700)
        pin.compare(session, data)
        session.grant(PIN)
        return OK_BYTES
    if session.read(Cell.PIN):
        left = session.tries(pin.SLOT)
        raise Refused(0x63C0 | min(left, 15) if left else 0x6983)
    session.grant(PIN)
    return OK_BYTES


COMMAND = CommandSpec(
    name="VERIFY",
    ins=0x20,
    cla=(0x00,),
    run=run,
    statuses=(0x63C0, 0x6983, 0x6A86, 0x6A88),
    citation="SPEC-5 VERIFY (C2)",
    examples=(
        Example("0020000003123456", "show the PIN 123456"),
        Example("00200000", "how many tries are left"),
    ),
)
