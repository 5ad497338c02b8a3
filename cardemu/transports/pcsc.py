"""A card in a PC/SC reader, real or virtual, through pyscard's plain functions.

One process has one context, and no monitor thread: waiting is SCardGetStatusChange, which returns when something
happened.  pyscard comes with the extra `pcsc`; without it everything here is a TransportError that says so.
"""

from __future__ import annotations

import atexit
import importlib
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cardemu.transports.base import TransportError

HOW_TO = "PC/SC needs pyscard: pip install 'cardmill[pcsc]' (with a compiler, swig and libpcsclite-dev)"
WAIT_S = 5.0


@lru_cache(maxsize=1)
def scard() -> Any:
    """The module of plain functions in pyscard."""
    try:
        return importlib.import_module("smartcard.scard")
    except ImportError as error:
        raise TransportError(HOW_TO) from error


def _checked(code: int, doing: str) -> None:
    """TransportError with PC/SC's own words unless the code means success."""
    if code != scard().SCARD_S_SUCCESS:
        raise TransportError(f"{doing}: {scard().SCardGetErrorMessage(code)} (0x{code & 0xFFFFFFFF:08X})")


@lru_cache(maxsize=1)
def context() -> Any:
    """This process's connection to pcscd."""
    code, handle = scard().SCardEstablishContext(scard().SCARD_SCOPE_USER)
    _checked(code, "no PC/SC service (is pcscd running?)")
    atexit.register(scard().SCardReleaseContext, handle)
    return handle


def readers() -> tuple[str, ...]:
    """The readers there are, in PC/SC's order."""
    code, names = scard().SCardListReaders(context(), [])
    if code == scard().SCARD_E_NO_READERS_AVAILABLE:
        return ()
    _checked(code, "list of readers")
    return tuple(names)


def find_reader(wanted: str) -> str:
    """The reader whose name is, or else the only one whose name contains, what is wanted."""
    names = readers()
    if wanted in names:
        return wanted
    found = [name for name in names if wanted.lower() in name.lower()]
    if len(found) != 1:
        why = "several readers match" if found else "no reader matches"
        raise TransportError(f"{why} {wanted!r}; readers: {', '.join(names) or 'none'}")
    return found[0]


def wait_for_card(reader: str, *, present: bool = True, timeout_s: float = WAIT_S) -> None:
    """Return as soon as the reader has a card (or has none); TransportError when the time is over."""
    pcsc = scard()
    flag = pcsc.SCARD_STATE_PRESENT if present else pcsc.SCARD_STATE_EMPTY
    state = pcsc.SCARD_STATE_UNAWARE
    end = time.monotonic() + timeout_s
    while True:
        left_ms = max(0, round((end - time.monotonic()) * 1000))
        code, states = pcsc.SCardGetStatusChange(context(), left_ms, [(reader, state)])
        if code == pcsc.SCARD_E_TIMEOUT:
            raise TransportError(f"{reader}: no card {'came' if present else 'went'} within {timeout_s} s")
        _checked(code, f"state of {reader}")
        state = states[0][1]
        if state & flag and not state & pcsc.SCARD_STATE_MUTE:
            return
        state &= ~pcsc.SCARD_STATE_CHANGED


@dataclass(slots=True)
class PcscCard:
    """The transport for a PC/SC reader.  It waits for a card, and has it to itself while connected."""

    reader: str
    wait_s: float = WAIT_S
    _handle: Any = field(default=None, init=False)
    _protocol: int = field(default=0, init=False)

    def connect(self) -> bytes:
        """Wait for a card and power it up; a card that is connected is reset cold.  Its ATR."""
        pcsc = scard()
        either = pcsc.SCARD_PROTOCOL_T0 | pcsc.SCARD_PROTOCOL_T1
        if self._handle is None:
            wait_for_card(self.reader, timeout_s=self.wait_s)
            code, handle, self._protocol = pcsc.SCardConnect(context(), self.reader, pcsc.SCARD_SHARE_EXCLUSIVE, either)
            _checked(code, f"card in {self.reader}")
            self._handle = handle
        code, self._protocol = pcsc.SCardReconnect(
            self._handle, pcsc.SCARD_SHARE_EXCLUSIVE, either, pcsc.SCARD_UNPOWER_CARD
        )
        _checked(code, f"reset of the card in {self.reader}")
        code, _, _, _, atr = pcsc.SCardStatus(self._handle)
        _checked(code, f"ATR of the card in {self.reader}")
        return bytes(atr)

    def transmit(self, command: bytes) -> bytes:
        """One command.  A card that goes away meanwhile gives PC/SC success and no bytes: an error here."""
        if self._handle is None:
            raise TransportError("no card is connected: call connect() first")
        pcsc = scard()
        protocol = pcsc.SCARD_PCI_T1 if self._protocol == pcsc.SCARD_PROTOCOL_T1 else pcsc.SCARD_PCI_T0
        code, answer = pcsc.SCardTransmit(self._handle, protocol, list(command))
        _checked(code, f"command to the card in {self.reader}")
        if len(answer) < 2:
            raise TransportError(f"the card in {self.reader} gave no answer: torn out")
        return bytes(answer)

    def close(self) -> None:
        """Let go of the card and take its power."""
        handle, self._handle = self._handle, None
        if handle is not None:
            scard().SCardDisconnect(handle, scard().SCARD_UNPOWER_CARD)
