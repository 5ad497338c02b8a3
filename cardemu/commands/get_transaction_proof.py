"""GET TRANSACTION PROOF: the MAC and TAC of a transaction whose answer was lost (SPEC-5)."""

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
    """P2: type; data: its sequence number 2.  Answers MAC 4 and TAC 4 of the last transaction, or 9406."""
    if command.p1:
        raise Refused(0x6A86)
    if len(command.data) != 2:
        raise Refused(0x6700)
    require_account(session, FREE)
    account = Account.decode(session.read(Cell.ACCOUNT))
    asked = (command.p2, int.from_bytes(command.data, "big"))
    if not account.proof_type or asked != (account.proof_type, account.proof_sequence):
        raise Refused(0x9406)
    return account.proof_mac + account.proof_tac + OK_BYTES


COMMAND = CommandSpec(
    name="GET TRANSACTION PROOF",
    ins=0x2E,
    cla=(0xB0,),
    run=run,
    statuses=(0x6985, 0x6A86, 0x9406),
    citation="SPEC-5 (S1)",
    examples=(Example("B02E0002020000", "of the first purchase"),),
)
