"""How long the card takes: modelled from bytes, memory writes and cryptography, never measured.

Bytes travel at the rate of the ATR's TA1 (ISO/IEC 7816-3: clock, Fi, Di; 12 etu a character with T=0, 11 with T=1);
page writes, cryptographic operations and the command itself cost what the product says (assumed values: no public
source gives write times of these chips).  The result feeds the personalisation machine's service time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cardemu.card import Cost

FI = {0: 372, 1: 372, 2: 558, 3: 744, 4: 1116, 5: 1488, 6: 1860, 9: 512, 10: 768, 11: 1024, 12: 1536, 13: 2048}
DI = {1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 6: 32, 7: 64, 8: 12, 9: 20}
"""Clock rate conversion and baud rate adjustment (ISO/IEC 7816-3:2006, tables 7 and 8)."""
RESET_ETU = 12
"""Of a character of the ATR, whatever the protocol after it (ISO/IEC 7816-3, 8.1: guard time)."""
DEFAULT_TA1 = 0x11


@dataclass(frozen=True, slots=True)
class ChipTiming:
    """Times of one product.  `ta1`: the negotiated rate; `character_etu`: 12 for T=0, 11 for T=1."""

    clock_hz: int = 3_571_200
    ta1: int = DEFAULT_TA1
    character_etu: int = 12
    command_us: int = 1_000
    page_write_us: int = 3_000
    crypto_us: int = 2_000
    startup_us: int = 10_000

    def __post_init__(self) -> None:
        """Refuse rates ISO/IEC 7816-3 does not define."""
        if self.ta1 >> 4 not in FI or self.ta1 & 0x0F not in DI:
            message = f"TA1 {self.ta1:02X} is reserved in ISO/IEC 7816-3; common: 11 (9600 baud), 13, 94, 96, 97"
            raise ValueError(message)
        if self.clock_hz <= 0 or self.character_etu not in {11, 12}:
            message = f"clock {self.clock_hz} Hz must be positive and {self.character_etu} etu must be 11 or 12"
            raise ValueError(message)

    def etu_us(self, ta1: int) -> float:
        """One elementary time unit at a rate."""
        return FI[ta1 >> 4] / (DI[ta1 & 0x0F] * self.clock_hz) * 1e6

    def reset_us(self, atr: bytes) -> int:
        """From power-on to the end of the ATR, which always travels at the default rate."""
        return round(self.startup_us + len(atr) * RESET_ETU * self.etu_us(DEFAULT_TA1))

    def exchange_us(self, sent_bytes: int, received_bytes: int, cost: Cost) -> int:
        """One exchange: both directions on the wire, the command's own work, its writes and its cryptography.

        T=0 sends one procedure byte when data travel; T=1 wraps each direction in four bytes.  Extra blocks of long
        T=1 chains and the work waiting time are left out (small next to the rest).
        """
        procedure_bytes = 1 if sent_bytes > 5 or received_bytes > 2 else 0
        overhead = procedure_bytes if self.character_etu == 12 else 8
        wire = (sent_bytes + received_bytes + overhead) * self.character_etu * self.etu_us(self.ta1)
        return round(wire + self.command_us + cost.page_writes * self.page_write_us + cost.crypto * self.crypto_us)


class TimedPort(Protocol):
    """What can be timed: the card's port and its cost."""

    def reset(self) -> bytes:
        """Power up; the ATR."""

    def transmit(self, command: bytes) -> bytes:
        """One exchange."""

    @property
    def cost(self) -> Cost:
        """What the last exchange cost the chip."""


class Stopwatch:
    """The card's port with a virtual clock beside it: `elapsed_us` grows with every exchange."""

    __slots__ = ("card", "elapsed_us", "last_us", "timing")

    def __init__(self, card: TimedPort, timing: ChipTiming) -> None:
        self.card = card
        self.timing = timing
        self.elapsed_us = 0
        self.last_us = 0

    def reset(self) -> bytes:
        """Power up, and the time it took."""
        atr = self.card.reset()
        self._add(self.timing.reset_us(atr))
        return atr

    def transmit(self, command: bytes) -> bytes:
        """One exchange, and the time it took."""
        answer = self.card.transmit(command)
        self._add(self.timing.exchange_us(len(command), len(answer), self.card.cost))
        return answer

    @property
    def cost(self) -> Cost:
        """What the last exchange cost the chip."""
        return self.card.cost

    def _add(self, spent_us: int) -> None:
        self.last_us = spent_us
        self.elapsed_us += spent_us
