"""DEBIT ACCOUNT: the PSAM's MAC completes a purchase (C2: SPEC-5, SPEC-7, HDOS)."""

from __future__ import annotations

from cardemu.account import MONEY_MAX_FEN, PURCHASE, Account, Purchase, medical_year, money
from cardemu.apdu import Command
from cardemu.medical import certificate, finish
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """Terminal counter 4, time 7, MAC1 4; answers TAC and MAC2.  6901 unless a purchase was begun just before."""
    if (command.p1, command.p2) != (0x01, 0x00):
        raise Refused(0x6A86)
    if len(command.data) != 15:
        raise Refused(0x6700)
    begun = session.begun(Purchase)
    counter, time, mac1 = command.data[:4], command.data[4:11], command.data[11:]
    account = Account.decode(session.read(Cell.ACCOUNT))
    year = medical_year(time, account.start_day)
    if year is None:
        raise Refused(0x6A80)
    amounts = b"".join(money(amount) for amount in begun.amounts_fen)
    kind = bytes((PURCHASE,))
    session_key = session.check_mac(begun.key, amounts + kind + begun.terminal + time, mac1, begun.seed + counter[2:])
    session.crypto += 1
    mac2 = session.template.algorithm.mac(session_key, amounts)
    tac = certificate(session, amounts + kind + begun.terminal + counter + time)
    changed = _debited(account, begun, year, mac2, tac)
    finish(session, changed, account.purchases, begun.terminal, time, begun.amounts_fen)
    return tac + mac2 + OK_BYTES


def _debited(account: Account, begun: Purchase, year: int, mac2: bytes, tac: bytes) -> Account:
    """The account afterwards; a sum that would overflow stops at its maximum (assumed)."""
    own, self_pay, pooled = begun.amounts_fen
    current = account.in_year(year)
    return current._replace(
        purchases=account.purchases + 1,
        balance_fen=account.balance_fen - own,
        self_pay_fen=min(current.self_pay_fen + self_pay, MONEY_MAX_FEN),
        pooled_fen=min(current.pooled_fen + pooled, MONEY_MAX_FEN),
        proof_type=PURCHASE,
        proof_sequence=account.purchases,
        proof_mac=mac2,
        proof_tac=tac,
    )


COMMAND = CommandSpec(
    name="DEBIT ACCOUNT",
    ins=0x2C,
    cla=(0xB0,),
    run=run,
    statuses=(0x6901, 0x6983, 0x6A80, 0x6A86, 0x9302, 0x9403),
    citation="SPEC-5, SPEC-7 (C2 with HDOS); TAC data: assumed",
    examples=(Example("B02C01000F000000012026030209100000000000", "with a MAC that is almost surely wrong"),),
)
