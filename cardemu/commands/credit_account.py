"""CREDIT ACCOUNT: the host's MAC completes a load (SPEC-5, SPEC-7, S1)."""

from __future__ import annotations

from cardemu.account import LOAD, Account, Load, medical_year, money
from cardemu.apdu import Command
from cardemu.medical import certificate, finish
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """Host time 7, MAC2 4; answers the TAC.  6901 unless a load was begun just before.

    assumed: a wrong MAC2 counts against the load key, as a wrong MAC1 of a purchase does against its key.
    """
    if command.p1 or command.p2:
        raise Refused(0x6A86)
    if len(command.data) != 11:
        raise Refused(0x6700)
    begun = session.begun(Load)
    time, mac2 = command.data[:7], command.data[7:]
    account = Account.decode(session.read(Cell.ACCOUNT))
    if medical_year(time, account.start_day) is None:
        raise Refused(0x6A80)
    amount, kind = money(begun.amount_fen), bytes((LOAD,))
    session.crypto += 1
    right = session.template.algorithm.mac(begun.session_key, amount + kind + begun.terminal + time)
    session.compare(begun.key.slot, begun.key.limit, right, mac2, wrong=0x9302)
    sequence, balance = account.loads, account.balance_fen + begun.amount_fen
    message = money(balance) + sequence.to_bytes(2, "big") + amount + kind + begun.terminal + time
    tac = certificate(session, message)
    changed = account._replace(
        loads=sequence + 1,
        balance_fen=balance,
        proof_type=LOAD,
        proof_sequence=sequence,
        proof_mac=begun.mac1,
        proof_tac=tac,
    )
    finish(session, changed, sequence, begun.terminal, time, (begun.amount_fen, 0, 0))
    return tac + OK_BYTES


COMMAND = CommandSpec(
    name="CREDIT ACCOUNT",
    ins=0x2A,
    cla=(0xB0,),
    run=run,
    statuses=(0x6901, 0x6983, 0x6A80, 0x6A86, 0x9302, 0x9403),
    citation="SPEC-5, SPEC-7 (S1); TAC data and the MAC kept as proof: assumed",
    examples=(Example("B02A00000B2026030209100000000000", "with a MAC that is almost surely wrong"),),
)
