"""The medical account at a terminal: paying, and reading what was paid (SPEC-7; purchase C2 with HDOS).

payInfo, by one integration (S1): self-pay and pooled amount in yuan, and the time CCYYMMDDhhmmss; with three amounts
the first comes from the account.  assumed: the text that comes back.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cardemu.account import MONEY_MAX_FEN, money
from cardemu.apdu import build
from cardemu.files import describe
from cardemu.terminal.errors import Code, ReaderError, from_status
from cardemu.terminal.keyholder import Debit
from cardemu.terminal.link import Link

LOG_KEY = "DF04EF08"
_YUAN = re.compile(r"(\d{1,8})(?:\.(\d{1,2}))?")


class Payment(NamedTuple):
    """What is to be paid, in fen, and when (7 bytes BCD)."""

    account_fen: int
    self_pay_fen: int
    pooled_fen: int
    time: bytes

    @property
    def amounts(self) -> bytes:
        """The three amounts, four bytes each."""
        return money(self.account_fen) + money(self.self_pay_fen) + money(self.pooled_fen)


class CardBegun(NamedTuple):
    """The card's answer to INITIALISE FOR PURCHASE, as far as it is needed."""

    random: bytes
    sequence: bytes
    version: int

    @property
    def seed(self) -> bytes:
        """What the session key starts from."""
        return self.random + self.sequence


def fen(text: str) -> int:
    """An amount in yuan, at most two decimals, as fen; -23 for anything else."""
    found = _YUAN.fullmatch(text)
    if found is None:
        raise ReaderError(Code.BAD_INPUT)
    amount = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if amount > MONEY_MAX_FEN:
        raise ReaderError(Code.BAD_INPUT)
    return amount


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two decimals."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def parse_payment(text: str) -> Payment:
    """`[account|]self-pay|pooled|time|`."""
    *fields, last = text.split("|")
    if last or len(fields) not in {3, 4} or not re.fullmatch(r"[0-9]{14}", fields[-1]):
        raise ReaderError(Code.BAD_INPUT)
    amounts = [fen(field) for field in fields[:-1]]
    if len(amounts) == 2:
        amounts.insert(0, 0)
    return Payment(amounts[0], amounts[1], amounts[2], bytes.fromhex(fields[-1]))


def allow(link: Link, initial_pin: str) -> None:
    """Give the proofs a purchase needs; -35 when the PIN is still the initial one."""
    asked: list[str] = []
    ask = link.ask_pin

    def ask_and_look() -> str:
        asked.append(ask())
        if asked[-1] == initial_pin:
            raise ReaderError(Code.INITIAL_PIN_TRADES)
        return asked[-1]

    link.ask_pin = ask_and_look
    link.fulfil(describe(link.product.template.account.purchase), "DF04", by_pin=True)
    link.enter("DF04")


def begin(link: Link, payment: Payment, terminal: bytes) -> CardBegun:
    """INITIALISE FOR PURCHASE with key version 1."""
    answer = link.channel.ask(build(bytes.fromhex("B0280101"), b"\x01" + payment.amounts + terminal))
    return CardBegun(answer[18:22], answer[14:16], answer[16])


def finish(link: Link, counter: bytes, time: bytes, mac1: bytes) -> bytes:
    """DEBIT ACCOUNT; TAC 4 and MAC2 4."""
    return link.channel.ask(build(bytes.fromhex("B02C0100"), counter + time + mac1))


def pay(link: Link, payment: Payment) -> str:
    """A whole purchase with the key holder; what `receipt` gives."""
    keys = link.require_keys()
    begun = begin(link, payment, keys.terminal)
    terminal = keys.begin_purchase(link.holder, Debit(begun.seed, payment.amounts, payment.time, begun.version))
    answer = finish(link, terminal.counter, payment.time, terminal.mac1)
    if not keys.finish_purchase(answer[4:8]):
        raise ReaderError(from_status(0x9302))
    return receipt(link, begun, terminal.counter, answer)


def receipt(link: Link, begun: CardBegun, counter: bytes, answer: bytes) -> str:
    """`card's sequence|terminal's counter|TAC|balance in yuan|` (assumed)."""
    balance = int.from_bytes(link.channel.ask(bytes.fromhex("B026000104")), "big")
    sequence = int.from_bytes(begun.sequence, "big")
    tac = answer[:4].hex().upper()
    return f"{sequence}|{int.from_bytes(counter, 'big')}|{tac}|{yuan(balance)}|"


def records(link: Link) -> str:
    """Every transaction, newest first: `sequence|kind|terminal|time|account|self-pay|pooled|$` each (assumed)."""
    row = link.product.file(LOG_KEY)
    link.fulfil(row.read, row.df, by_pin=True)
    link.select(row.df, row.fid)
    found: list[str] = []
    for number in range(1, row.records + 1):
        answer = link.channel.exchange(bytes((0x00, 0xB2, number, 0x04, 0x00)))
        if answer == b"\x6a\x83":
            break
        if answer[-2:] != b"\x90\x00":
            raise ReaderError(from_status(int.from_bytes(answer[-2:], "big")))
        found.append(_record(link.cyclic(row, number)))
    return "".join(found)


def _record(fields: tuple[str, ...]) -> str:
    sequence, kind, terminal, time, *amounts = fields
    paid = (yuan(int(amount, 16)) for amount in amounts)
    return "|".join((str(int(sequence, 16)), kind, terminal, time, *paid)) + "|$"
