"""CHANGE PIN: the holder replaces the PIN, in clear (C2: SPEC-5)."""

from __future__ import annotations

from cardemu import pin
from cardemu.apdu import Command
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example

_SEPARATOR = 0xFF


def run(session: Session, command: Command) -> bytes:
    """Old PIN, FF, new PIN.  A wrong old PIN counts; success gives all tries back.

    The first FF byte separates, so an old PIN is sent without whole padding bytes.
    """
    if (command.p1, command.p2) != (0x01, 0x00):
        raise Refused(0x6A86)
    data = command.data
    if not 0x03 <= len(data) <= 0x11:
        raise Refused(0x6700)
    old, separator, new = data.partition(bytes((_SEPARATOR,)))
    if not separator or not 1 <= len(old) <= 8:
        raise Refused(0x6A80)
    pin.compare(session, old)
    pin.store(session, new)
    return OK_BYTES


COMMAND = CommandSpec(
    name="CHANGE PIN",
    ins=0x5E,
    cla=(0x80,),
    run=run,
    statuses=(0x63C0, 0x6983, 0x6A80, 0x6A86, 0x6A88),
    citation="SPEC-5 CHANGE PIN (C2)",
    examples=(Example("805E010007123456FF654321", "from 123456 to 654321"),),
)
