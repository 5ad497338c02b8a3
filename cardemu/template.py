"""What all cards of one product share: frozen, never written, one object however many cards there are.

`products` builds it from a TOML file; `Card` and the commands read it and know nothing of TOML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cardemu.files import Condition
from cardemu.lifecycle import ALLOWED, Stage

if TYPE_CHECKING:
    from cardemu.apdu import Command
    from cardemu.crypto import Algorithm
    from cardemu.session import Session

Run = Callable[["Session", "Command"], bytes]
"""A command at work: session and parsed command in, data and status word out."""


@dataclass(frozen=True, slots=True)
class Example:
    """A command that means something, for documentation and as a fuzz seed."""

    command: str
    meaning: str


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command of the catalogue: how it is recognised, what it may answer, where it is specified."""

    name: str
    ins: int
    cla: tuple[int, ...]
    run: Run
    statuses: tuple[int, ...]
    """Status words of its own, besides 9000, the lengths (6700, 6Cxx) and those of the gate; 63C0 stands for 63Cx."""
    citation: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class PinRules:
    """How the PIN behaves; issuer's choice in the specification, so product settings here (assumed values)."""

    limit: int = 6
    minimum_digits: int = 4
    unblock: Condition = (frozenset(),)
    reload: Condition = (frozenset(),)


@dataclass(frozen=True, slots=True)
class AccountRules:
    """Who may use the medical account in DF04."""

    balance: Condition = (frozenset(),)
    load: Condition = (frozenset(),)
    purchase: Condition = (frozenset(),)
    start_day: Condition = ()
    log_sfi: int = 8
    """The cyclic file the card itself writes transactions to; 0 for none."""


@dataclass(frozen=True, slots=True)
class Atr:
    """Answer to reset: interface bytes around 13 historical bytes (SPEC-2, C2 in the observed form)."""

    t0: int = 0x6D
    interface: bytes = b"\x00\x00"
    vendor: bytes = b"\x00\x81"
    cos: bytes = b"\x4a\x44\x46"
    maker: bytes = b"\x86\x60"
    check_byte: bool = False
    ats_prefix: bytes = b""

    def historical(self, region: str, serial: bytes) -> bytes:
        """T1 to TD: chip vendor, COS, card maker, first four digits of the region, serial (C2)."""
        if len(region) != 6 or not region.isdecimal() or len(serial) != 4:
            message = f"region {region!r} must be six digits and the serial 4 bytes, not {len(serial)}"
            raise ValueError(message)
        return self.vendor + self.cos + self.maker + bytes.fromhex(region[:4]) + serial

    def contact(self, historical: bytes) -> bytes:
        """The ATR of the contact interface; with TCK where the interface bytes ask for it (ISO/IEC 7816-3, 8.2.5)."""
        answer = bytes((0x3B, self.t0)) + self.interface + historical
        if not self.check_byte:
            return answer
        check = 0
        for byte in answer[1:]:
            check ^= byte
        return answer + bytes((check,))

    def contactless(self, historical: bytes) -> bytes:
        """The ATS of the contactless interface, or nothing on a contact-only product (S1: one generation-3 trace)."""
        return self.ats_prefix + historical if self.ats_prefix else b""


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A card product as the card sees it."""

    name: str
    algorithm: Algorithm
    image: Mapping[int, bytes]
    roots: Mapping[tuple[int, int], bytes]
    """Root keys by (row of `keys.KEY_ROWS`, version)."""
    commands: Mapping[Stage, Mapping[int, Run]]
    classes: frozenset[int]
    instructions: frozenset[int]
    atr: Atr
    pin: PinRules
    account: AccountRules
    key_limit: int = 15

    def why_not(self, stage: Stage, cla: int, ins: int) -> int:
        """The status word for a command that is not in the stage's table."""
        if stage is Stage.LOCKED:
            return 0x6A81
        if cla not in self.classes:
            return 0x6E00
        if ins not in self.instructions:
            return 0x6D00
        everywhere = self.commands[Stage.OPERATIONAL].keys() | self.commands[Stage.INITIALISING].keys()
        if cla << 8 | ins in everywhere | self.commands[Stage.MANUFACTURED].keys():
            return 0x6985
        return 0x6E00


def dispatch(catalogue: tuple[CommandSpec, ...]) -> dict[Stage, dict[int, Run]]:
    """Per stage, the command for each (CLA, INS): the life-cycle table applied to a catalogue."""
    return {
        stage: {cla << 8 | spec.ins: spec.run for spec in catalogue for cla in spec.cla if spec.name in names}
        for stage, names in ALLOWED.items()
    }
