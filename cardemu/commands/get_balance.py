"""GET BALANCE: the medical account's balance or a sum of the year (SPEC-5)."""

from __future__ import annotations

from cardemu.account import Account, money
from cardemu.apdu import Command
from cardemu.medical import require_account
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """P2 01: balance, 4 bytes.  P2 02 self-pay, 03 pooled sum: amount 4 and year 2."""
    if command.p1 or command.p2 not in {1, 2, 3}:
        raise Refused(0x6A86)
    if command.data:
        raise Refused(0x6700)
    require_account(session, session.template.account.balance)
    account = Account.decode(session.read(Cell.ACCOUNT))
    if command.p2 == 1:
        return money(account.balance_fen) + OK_BYTES
    amount = account.self_pay_fen if command.p2 == 2 else account.pooled_fen
    return money(amount) + account.year_bytes() + OK_BYTES


COMMAND = CommandSpec(
    name="GET BALANCE",
    ins=0x26,
    cla=(0xB0,),
    run=run,
    statuses=(0x6982, 0x6985, 0x6A86),
    citation="SPEC-5, SPEC-7 (S1); who may ask is a product setting (assumed)",
    examples=(Example("B026000104", "the balance"), Example("B026000206", "self-pay sum and its year")),
)
