"""Steps the medical commands share: is this the account's DF, which key, and what a finished transaction writes."""

from __future__ import annotations

from cardemu import keys
from cardemu.account import Account, log_record
from cardemu.files import Condition, Kind
from cardemu.keys import CardKey, Use
from cardemu.memory import Cell
from cardemu.records import append
from cardemu.session import Session
from cardemu.status import Refused

ACCOUNT_AID = bytes.fromhex("D15600000503")
"""Only DF04, medical insurance, has an account (C2)."""


def require_account(session: Session, rule: Condition) -> None:
    """6985 outside DF04 (assumed), 6982 when the rule is not met."""
    if session.df.header.name != ACCOUNT_AID:
        raise Refused(0x6985)
    session.require(rule)


def account_key(session: Session, use: Use, version: int) -> CardKey:
    """The account key with this index; 9403 when there is none.

    assumed: the key index of the commands is the key's version (PSAM tables list versions 01 to 03 of DPK).
    """
    for entry in keys.table(session.read(Cell.KEYS)):
        if entry.df == session.df.number and entry.use is use and entry.version == version:
            return session.usable(entry)
    raise Refused(0x9403)


def certificate(session: Session, message: bytes) -> bytes:
    """The TAC over a transaction, under DTK; 9403 when the card has none."""
    entry = account_key(session, Use.TAC, 1)
    session.crypto += 1
    return session.template.algorithm.tac(session.key_bytes(entry), message)


def finish(
    session: Session, account: Account, sequence: int, terminal: bytes, time: bytes, amounts_fen: tuple[int, int, int]
) -> None:
    """Write the account with its new proof, and the transaction into the cyclic log, together or not at all."""
    session.write(Cell.ACCOUNT, account.encode())
    node = session.df.by_sfi.get(session.template.account.log_sfi)
    if node is not None and node.kind is Kind.CYCLIC:
        record = log_record(sequence, account.proof_type, terminal, time, amounts_fen)[: node.header.record_bytes]
        session.write(node.cell, append(node.header, session.read(node.cell), record))
