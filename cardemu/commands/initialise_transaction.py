"""INITIALISE FOR LOAD and FOR PURCHASE: the first half of a medical transaction (SPEC-5, SPEC-7; purchase C2)."""

from __future__ import annotations

from cardemu.account import COUNTER_MAX, LOAD, MONEY_MAX_FEN, Account, Load, Purchase, money
from cardemu.apdu import Command
from cardemu.keys import Use
from cardemu.medical import account_key, require_account
from cardemu.memory import Cell
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example


def run(session: Session, command: Command) -> bytes:
    """P1 00 load, 01 purchase; data start with the key index.  The next command the card runs must finish it.

    A wrong Le aborts it (ISO/IEC 7816-4): nothing is begun, and the random number it drew, which nobody saw, not kept.
    """
    if command.p1 not in {0, 1} or command.p2 != 1:
        raise Refused(0x6A86)
    if len(command.data) != (19 if command.p1 else 11):
        raise Refused(0x6700)
    rules = session.template.account
    require_account(session, rules.purchase if command.p1 else rules.load)
    account = Account.decode(session.read(Cell.ACCOUNT))
    return _purchase(session, command, account) if command.p1 else _load(session, command, account)


def _load(session: Session, command: Command, account: Account) -> bytes:
    """Key index, amount 4, terminal 6; answers balance, sequence, version, algorithm, random 4, MAC1."""
    amount, terminal = int.from_bytes(command.data[1:5], "big"), command.data[5:11]
    if account.loads == COUNTER_MAX:
        raise Refused(0x9402)
    if account.balance_fen + amount > MONEY_MAX_FEN:
        raise Refused(0x6A80)
    entry = account_key(session, Use.LOAD, command.data[0])
    random, algorithm = session.random(4), session.template.algorithm
    sequence = account.loads.to_bytes(2, "big")
    session_key = session.session_key(entry, random + sequence + b"\x80\x00")
    session.crypto += 1
    balance = money(account.balance_fen)
    mac1 = algorithm.mac(session_key, balance + money(amount) + bytes((LOAD,)) + terminal)
    session.pending = Load(entry, session_key, amount, terminal, mac1)
    return balance + sequence + bytes((entry.version, algorithm.code)) + random + mac1 + OK_BYTES


def _purchase(session: Session, command: Command, account: Account) -> bytes:
    """Key index, three amounts, terminal; answers balance, both sums, year, sequence, version, algorithm, random."""
    data = command.data
    amounts = (int.from_bytes(data[1:5], "big"), int.from_bytes(data[5:9], "big"), int.from_bytes(data[9:13], "big"))
    if account.purchases == COUNTER_MAX:
        raise Refused(0x9402)
    if amounts[0] > account.balance_fen:
        raise Refused(0x9401)
    entry = account_key(session, Use.PURCHASE, data[0])
    random, sequence = session.random(4), account.purchases.to_bytes(2, "big")
    session.pending = Purchase(entry, random + sequence, amounts, data[13:19])
    sums = money(account.balance_fen) + money(account.self_pay_fen) + money(account.pooled_fen) + account.year_bytes()
    return sums + sequence + bytes((entry.version, session.template.algorithm.code)) + random + OK_BYTES


COMMAND = CommandSpec(
    name="INITIALISE TRANSACTION",
    ins=0x28,
    cla=(0xB0,),
    run=run,
    statuses=(0x6982, 0x6983, 0x6985, 0x6A80, 0x6A86, 0x9401, 0x9402, 0x9403),
    citation="SPEC-5, SPEC-7 (S1 load, C2 purchase with HDOS)",
    examples=(
        Example("B02800010B0100002710410100000001", "load 100.00 yuan with key 1"),
        Example("B0280101130100000DC00000000000000000410100000001", "settle 35.20 yuan from the account"),
    ),
)
