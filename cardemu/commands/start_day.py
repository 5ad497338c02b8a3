"""START DAY: read or set the first day of the medical year (SPEC-5)."""

from __future__ import annotations

from cardemu.account import Account
from cardemu.apdu import Command
from cardemu.files import FREE
from cardemu.medical import require_account
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """P1 00: read, 2 bytes MMDD.  P1 01: set (assumed: the data are those 2 bytes, and a product rule guards it)."""
    if command.p1 not in {0, 1} or command.p2:
        raise Refused(0x6A86)
    require_account(session, session.template.account.start_day if command.p1 else FREE)
    account = Account.decode(session.read(Cell.ACCOUNT))
    if command.p1 == 0:
        if command.data:
            raise Refused(0x6700)
        return account.start_day + OK_BYTES
    if len(command.data) != 2:
        raise Refused(0x6700)
    text = command.data.hex()
    if not (text.isdecimal() and "01" <= text[:2] <= "12" and "01" <= text[2:] <= "31"):
        raise Refused(0x6A80)
    session.write(Cell.ACCOUNT, account._replace(start_day=command.data).encode())
    return OK_BYTES


COMMAND = CommandSpec(
    name="START DAY",
    ins=0x56,
    cla=(0xB0,),
    run=run,
    statuses=(0x6982, 0x6985, 0x6A80, 0x6A86),
    citation="SPEC-5 (S1); data field assumed",
    examples=(Example("B056000002", "read"), Example("B0560100020701", "set to 1 July")),
)
