"""The stepwise forms of the reader interface, for an HSM behind the network: ask, let it compute, go on.

Strings of iReadCardBas: C2 (RDR, GWI).  Those of the others: one integration (S1): algorithm, key, process factor,
source; a reload's and unblock's last step takes the whole command.  assumed: keys go by the sector's names; one key a
call, so one address may need one key only; behind the time of a purchase stands the amount from the account.
"""
# ruff: noqa: N802, N803 - the names are the interface's

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cardemu.account import PURCHASE
from cardemu.pin import from_text
from cardemu.terminal import debit, items
from cardemu.terminal.core import Core, Terminal, blocks_of
from cardemu.terminal.errors import Code, ReaderError
from cardemu.terminal.items import Block
from cardemu.terminal.link import CHALLENGE, ROWS, Link, Pair

NO_PAIR = Pair(b"", b"")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one step leaves for the next: which function, the card, and what was asked."""

    function: str
    link: Link
    key: str = ""
    pair: Pair = NO_PAIR
    inner: Pair = NO_PAIR
    blocks: tuple[Block, ...] = ()
    begun: debit.CardBegun | None = None


def fields_of(text: str, *sizes: int) -> list[bytes]:
    """Hexadecimal fields between |, each of a given number of bytes; -23 for anything else."""
    *parts, last = text.split("|")
    if last or len(parts) != len(sizes):
        raise ReaderError(Code.BAD_INPUT)
    try:
        values = [bytes.fromhex(part) for part in parts]
    except ValueError as error:
        raise ReaderError(Code.BAD_INPUT) from error
    if [len(value) for value in values] != list(sizes):
        raise ReaderError(Code.BAD_INPUT)
    return values


def joined(*parts: bytes | str) -> str:
    """Fields as text, each with | behind it."""
    return "".join((part if isinstance(part, str) else part.hex().upper()) + "|" for part in parts)


class HsmSteps(Core):
    """The functions with _HSM_ in their names."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._waiting: Waiting | None = None

    def _take(self, function: str) -> Waiting:
        """What the step before left; -14 when it was another one (assumed)."""
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.function != function:
            raise ReaderError(Code.BAD_PARAMETER)
        return waiting

    @staticmethod
    def _algorithm(link: Link) -> str:
        return f"{link.algorithm.code:02X}"

    @staticmethod
    def _accept(waiting: Waiting, key: str) -> None:
        """EXTERNAL AUTHENTICATE with the HSM's result and source."""
        (answer,) = fields_of(key, 16)
        if answer[8:] != waiting.pair.source:
            raise ReaderError(Code.DATA_MISMATCH)
        waiting.link.external(ROWS[waiting.key], answer[:8], answer[8:])

    def _ask(self, link: Link, function: str, key: str, blocks: tuple[Block, ...] = ()) -> str:
        """Algorithm, key, process factor, source."""
        link.enter(ROWS[key].df)
        pair = link.pair()
        self._waiting = Waiting(function, link, key, pair, blocks=blocks)
        return joined(self._algorithm(link), key, pair.process, pair.source)

    # ---- basic data

    def iReadCardBas_HSM_Step1(self, iType: int, pOutInfo: bytearray) -> int:
        """Region, reset bytes, algorithm, card identification, two pairs of numbers, terminal; -2204 if all is free."""

        def ask() -> str:
            link = self.link(iType)
            issuer = link.product.file("SSSEEF05")
            if link.product.file("SSSEEF06").read == "free":
                raise ReaderError(Code.HSM_NOT_NEEDED)
            link.select(issuer.df, issuer.fid)
            code = link.text(issuer, 0x01)
            inner, outer = link.pair(), link.pair()
            self._waiting = Waiting("iReadCardBas", link, "RKSSSE", outer, inner)
            head = (code[:6], link.historical, self._algorithm(link), code)
            return joined(*head, inner.process, inner.source, outer.process, outer.source, self.terminal_number)

        return self.call(pOutInfo, ask)

    def iReadCardBas_HSM_Step2(self, pKey: str, pOutInfo: bytearray) -> int:
        """Takes `internal result and source|external result and source|`; -25 when the card answers otherwise."""

        def read() -> str:
            waiting = self._take("iReadCardBas")
            inner, _ = fields_of(pKey, 16, 16)
            if waiting.link.internal(waiting.inner) != inner[:8]:
                raise ReaderError(Code.INTERNAL_DIFFERS)
            self._accept(waiting, pKey.split("|")[1] + "|")
            return self.basics(waiting.link)

        return self.call(pOutInfo, read)

    # ---- any data

    def _data_step(self, function: str, link: Link, file_addr: str, rule: Callable[[Block], str]) -> str:
        """Ask for the one key an address needs; PIN and internal authentication are done at once."""
        blocks = blocks_of(link, file_addr)
        keys: list[str] = []
        for block in blocks:
            for word in link.proofs(rule(block)):
                if word == "pin":
                    link.fulfil("pin", block.row.df)
                elif word == "internal":
                    link.internal(link.pair())
                elif (name := link.key_name(word, block.row.df)) not in keys:
                    keys.append(name)
        if not keys:
            raise ReaderError(Code.HSM_NOT_NEEDED)
        if len(keys) > 1:
            raise ReaderError(Code.BAD_PARAMETER)
        return self._ask(link, function, keys[0], tuple(blocks))

    @staticmethod
    def _order(waiting: Waiting) -> list[int]:
        """Blocks of the application whose key was proved come first: the proof ends when it is left."""
        home = ROWS[waiting.key].df
        return sorted(range(len(waiting.blocks)), key=lambda place: waiting.blocks[place].row.df != home)

    def iReadCard_HSM_Step1(self, iType: int, pCardInfo: str, pFileAddr: str, pOutInfo: bytearray) -> int:
        """Algorithm, key, process factor, source."""
        return self.call(
            pOutInfo,
            lambda: self._data_step(
                "iReadCard", self.checked(iType, pCardInfo), pFileAddr, lambda block: block.row.read
            ),
        )

    def iReadCard_HSM_Step2(self, pKey: str, pOutInfo: bytearray) -> int:
        """Takes `result and source|`; gives the data."""

        def read() -> str:
            waiting = self._take("iReadCard")
            self._accept(waiting, pKey)
            found = {place: items.read(waiting.link, waiting.blocks[place]) for place in self._order(waiting)}
            return "".join(found[place] for place in sorted(found))

        return self.call(pOutInfo, read)

    def iWriteCard_HSM_Step1(self, iType: int, pCardInfo: str, pFileAddr: str, pOutInfo: bytearray) -> int:
        """Algorithm, key, process factor, source."""
        return self.call(
            pOutInfo,
            lambda: self._data_step(
                "iWriteCard", self.checked(iType, pCardInfo), pFileAddr, lambda block: block.row.write
            ),
        )

    def iWriteCard_HSM_Step2(self, pKey: str, pWriteData: str, pOutInfo: bytearray) -> int:
        """Takes `result and source|` and the data."""

        def write() -> str:
            waiting = self._take("iWriteCard")
            fields = items.values(pWriteData, list(waiting.blocks))
            writes = [items.encode(block, part) for block, part in zip(waiting.blocks, fields, strict=True)]
            self._accept(waiting, pKey)
            for place in self._order(waiting):
                items.write(waiting.link, waiting.blocks[place], writes[place])
            return ""

        return self.call(pOutInfo, write)

    # ---- PIN

    def iReloadPIN_HSM_Step1(self, iType: int, pCardInfo: str, pOutInfo: bytearray) -> int:
        """For an authentication with PUK."""
        return self.call(pOutInfo, lambda: self._ask(self.checked(iType, pCardInfo), "iReloadPIN", "PUK"))

    def iReloadPIN_HSM_Step2(self, pKey: str, pOutInfo: bytearray) -> int:
        """Asks the new PIN; gives algorithm, key, process factor, the command's header and the PIN to encipher."""

        def secure() -> str:
            waiting = self._take("iReloadPIN")
            self._accept(waiting, pKey)
            new = from_text(self.new_pin())
            header = bytes.fromhex("84240001") + bytes((waiting.link.algorithm.block + 4,))
            return self._secure(waiting, "iReloadPIN 3", "RPK", header, new)

        return self.call(pOutInfo, secure)

    def iReloadPIN_HSM_Step3(self, pKey: str, pOutInfo: bytearray) -> int:
        """Takes the whole command, enciphered PIN and MAC included."""
        return self.call(pOutInfo, lambda: self._last("iReloadPIN 3", "84240001", pKey))

    def iUnblockPIN_HSM_Step1(self, iType: int, pCardInfo: str, pOutInfo: bytearray) -> int:
        """For an authentication with PUK."""
        return self.call(pOutInfo, lambda: self._ask(self.checked(iType, pCardInfo), "iUnblockPIN", "PUK"))

    def iUnblockPIN_HSM_Step2(self, pKey: str, pOutInfo: bytearray) -> int:
        """Gives algorithm, key, process factor and the command's header."""

        def secure() -> str:
            waiting = self._take("iUnblockPIN")
            self._accept(waiting, pKey)
            return self._secure(waiting, "iUnblockPIN 3", "PUK", bytes.fromhex("8424000004"))

        return self.call(pOutInfo, secure)

    def iUnblockPIN_HSM_Step3(self, pKey: str, pOutInfo: bytearray) -> int:
        """Takes the whole command, MAC included."""
        return self.call(pOutInfo, lambda: self._last("iUnblockPIN 3", "84240000", pKey))

    def _secure(self, waiting: Waiting, function: str, key: str, *data: bytes) -> str:
        link = waiting.link
        challenge = link.channel.ask(CHALLENGE)
        self._waiting = Waiting(function, link, key)
        return joined(self._algorithm(link), key, challenge, *data)

    def _last(self, function: str, header: str, command: str) -> str:
        waiting = self._take(function)
        text = command.removesuffix("|").upper()
        if not text.startswith(header) or len(text) % 2 or not set(text) <= set("0123456789ABCDEF"):
            raise ReaderError(Code.BAD_INPUT)
        waiting.link.channel.ask(bytes.fromhex(text))
        return ""

    # ---- purchase

    def iDoDebit_HSM_Step1(self, iType: int, pCardInfo: str, pPayInfo: str, pOutInfo: bytearray) -> int:
        """Algorithm, key, random, sequence, self-pay, pooled, type and terminal, time, account amount."""

        def ask() -> str:
            payment = debit.parse_payment(pPayInfo)
            link = self.checked(iType, pCardInfo)
            debit.allow(link, self.terminal.initial_pin)
            terminal = bytes.fromhex(self.terminal_number)
            begun = debit.begin(link, payment, terminal)
            self._waiting = Waiting("iDoDebit", link, "DPK", begun=begun)
            head = (self._algorithm(link), "DPK", begun.random, begun.sequence)
            amounts, kind = payment.amounts, bytes((PURCHASE,)) + terminal
            return joined(*head, amounts[4:8], amounts[8:], kind, payment.time, amounts[:4])

        return self.call(pOutInfo, ask)

    def iDoDebit_HSM_Step2(self, pKey: str, pOutInfo: bytearray) -> int:
        """Takes `terminal counter|time|MAC1|`; gives what iDoDebit gives."""

        def purchase() -> str:
            waiting = self._take("iDoDebit")
            counter, time, mac1 = fields_of(pKey, 4, 7, 4)
            if waiting.begun is None:
                raise ReaderError(Code.BAD_PARAMETER)
            answer = debit.finish(waiting.link, counter, time, mac1)
            return debit.receipt(waiting.link, waiting.begun, counter, answer)

        return self.call(pOutInfo, purchase)
