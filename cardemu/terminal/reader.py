"""The reader interface other programs know (LD/T 33 style; C2: RDR, GWI), over any port.

Same names, same arguments, same strings between |, same error numbers.  A buffer is a `bytearray` and holds GBK text
after the call.  With a PSAM, or an HSM at hand, `Terminal.keys` is it; with an HSM far away there are the stepwise
forms of `hsm_steps`.  Wrong PINs come back as status words (63C5 is -25541), as the card's own answers do.
"""
# ruff: noqa: N802, N803 - the names are the interface's

from __future__ import annotations

from cardemu.apdu import build
from cardemu.pin import from_text
from cardemu.terminal import debit, items
from cardemu.terminal.core import Core, blocks_of
from cardemu.terminal.errors import Code, ReaderError
from cardemu.terminal.hsm_steps import HsmSteps

AUTH_PIN, AUTH_KEY = 1, 2


class Reader(HsmSteps, Core):
    """One terminal's functions."""

    def iReadCardBas(self, iType: int, pOutInfo: bytearray) -> int:
        """Region, number, card number, identification, name, reset bytes, version, dates, terminal, device."""
        return self.call(pOutInfo, lambda: self.basics(self.link(iType)))

    def iReadCard(self, iType: int, iAuthType: int, pCardInfo: str, pFileAddr: str, pOutInfo: bytearray) -> int:
        """Any data; iAuthType 1: the PIN opens what it can, 2: keys do."""
        return self.call(pOutInfo, lambda: self._read(iType, iAuthType, pCardInfo, pFileAddr))

    def _read(self, kind: int, auth: int, card_info: str, file_addr: str) -> str:
        if auth not in {AUTH_PIN, AUTH_KEY}:
            raise ReaderError(Code.BAD_PARAMETER)
        link = self.checked(kind, card_info)
        found: list[str] = []
        for block in blocks_of(link, file_addr):
            link.fulfil(block.row.read, block.row.df, by_pin=auth == AUTH_PIN)
            found.append(items.read(link, block))
        return "".join(found)

    def iWriteCard(self, iType: int, pCardInfo: str, pFileAddr: str, pWriteData: str, pOutInfo: bytearray) -> int:
        """Any data under their update keys; everything is checked before the first byte is written."""
        return self.call(pOutInfo, lambda: self._write(iType, pCardInfo, pFileAddr, pWriteData))

    def _write(self, kind: int, card_info: str, file_addr: str, data: str) -> str:
        link = self.checked(kind, card_info)
        blocks = blocks_of(link, file_addr)
        writes = [items.encode(block, fields) for block, fields in zip(blocks, items.values(data, blocks), strict=True)]
        for block, pieces in zip(blocks, writes, strict=True):
            link.fulfil(block.row.write, block.row.df)
            items.write(link, block, pieces)
        return ""

    def iVerifyPIN(self, iType: int, pOutInfo: bytearray) -> int:
        """The PIN from the pad."""

        def verify() -> str:
            link = self.link(iType)
            link.verify(self.pin("pin"))
            return ""

        return self.call(pOutInfo, verify)

    def iChangePIN(self, iType: int, pOutInfo: bytearray) -> int:
        """Old PIN, new PIN twice; -36 when the new one is the initial one."""
        return self.call(pOutInfo, lambda: self._change(iType))

    def _change(self, kind: int) -> str:
        link = self.link(kind)
        old, new = self.pin("old"), self.new_pin()
        if new == self.terminal.initial_pin:
            raise ReaderError(Code.INITIAL_PIN_SET)
        link.channel.ask(build(bytes.fromhex("805E0100"), _unpadded(old) + from_text(new)))
        return ""

    def iReloadPIN(self, iType: int, pCardInfo: str, pOutInfo: bytearray) -> int:
        """A new PIN without the old one, under the issuer's keys."""

        def reload() -> str:
            link = self.checked(iType, pCardInfo)
            link.require_keys()
            link.reload_pin(from_text(self.new_pin()))
            return ""

        return self.call(pOutInfo, reload)

    def iUnblockPIN(self, iType: int, pCardInfo: str, pOutInfo: bytearray) -> int:
        """All tries back, the PIN as it was."""

        def unblock() -> str:
            self.checked(iType, pCardInfo).unblock_pin()
            return ""

        return self.call(pOutInfo, unblock)

    def iDoDebit(self, iType: int, pCardInfo: str, pPayInfo: str, pOutInfo: bytearray) -> int:
        """Pay from the medical account; -35 with the initial PIN."""

        def purchase() -> str:
            payment = debit.parse_payment(pPayInfo)
            link = self.checked(iType, pCardInfo)
            debit.allow(link, self.terminal.initial_pin)
            return debit.pay(link, payment)

        return self.call(pOutInfo, purchase)

    def iReadDebitRecord(self, iType: int, pOutInfo: bytearray) -> int:
        """The transactions on the card, newest first."""
        return self.call(pOutInfo, lambda: debit.records(self.link(iType)))


def _unpadded(pin: str) -> bytes:
    """An old PIN and the byte FF behind it: the first whole FF separates, half a byte of padding does not."""
    return from_text(pin) + b"\xff"
