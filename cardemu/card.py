"""The emulated card: bytes in, bytes out.

No clock, no socket, no randomness of its own: challenges come from the source given, time is modelled outside
(`timing`), transports and T=0 are wrappers around `transmit`.  Each command goes the same way: parse, life-cycle
gate, run, status word; what it wrote reaches memory all at once at the end, or not at all.
"""

from __future__ import annotations

from typing import NamedTuple

from cardemu.apdu import ANY_SHORT, parse
from cardemu.files import MF_FID, Header, Kind, encode_tree
from cardemu.lifecycle import Stage
from cardemu.memory import Cell, Memory, Power, PowerCutError
from cardemu.session import Challenge, Session
from cardemu.status import Refused
from cardemu.template import Template

SELECT_INS = 0xA4


class Cost(NamedTuple):
    """What the last command cost the card: page writes and cryptographic operations (see `timing`)."""

    page_writes: int
    crypto: int


class Card:
    """One card.  Cheap: the product's template is shared, memory holds only what differs from it."""

    __slots__ = ("memory", "power", "random", "session", "template")

    def __init__(self, template: Template, random: Challenge, memory: Memory | None = None) -> None:
        self.template = template
        self.random = random
        self.memory = Memory(template.image) if memory is None else memory
        self.power: Power | None = None
        self.session: Session | None = None

    @classmethod
    def blank(cls, template: Template, random: Challenge) -> Card:
        """A chip as it comes from the chip maker: an MF, no keys, no identity; COS activation comes first."""
        card = cls(template, random)
        empty = {
            Cell.LIFE: bytes((Stage.MANUFACTURED,)),
            Cell.TREE: encode_tree([Header(Kind.MF, MF_FID)]),
            Cell.KEYS: b"",
            Cell.TRIES: bytes((template.pin.limit,)),
            Cell.PIN: b"",
        }
        card.memory.cells.update({cell: value for cell, value in empty.items() if template.image.get(cell) != value})
        return card

    @classmethod
    def initialised(cls, template: Template, random: Challenge, region: str, serial: bytes) -> Card:
        """A card after pre-personalisation: all files, keys diversified for this card, no person yet.

        `region`: six digits of the issuing region; `serial`: the last 4 historical bytes of the ATR.
        """
        card = cls(template, random)
        card.memory.cells[Cell.IDENTITY] = template.atr.historical(region, serial) + bytes.fromhex(region)
        return card

    def reset(self) -> bytes:
        """Power the card up (or warm-reset it) and get its ATR.  Finishes or drops what a power cut left behind."""
        power = self.power or Power()
        self.session = None
        try:
            self.memory.recover(power)
        except PowerCutError:
            self.power = None
            raise
        self.session = Session(self.template, self.memory, self.random, power)
        return self.template.atr.contact(self.historical)

    def power_off(self) -> None:
        """Take the power away in an orderly way, between commands."""
        self.session = None
        self.power = None

    @property
    def historical(self) -> bytes:
        """The 13 historical bytes of the ATR; vendor and COS alone, then zeros, before COS activation."""
        identity = self.memory.read(Cell.IDENTITY)
        atr = self.template.atr
        return identity[:13] if identity else (atr.vendor + atr.cos).ljust(13, b"\x00")

    @property
    def ats(self) -> bytes:
        """The answer to select of the contactless interface; nothing on a contact-only product."""
        return self.template.atr.contactless(self.historical)

    def tear_after(self, writes: int) -> None:
        """Let the power fail right after this many more page writes (0: before the next one).

        Then `transmit` or `reset` raises PowerCutError, no answer exists, and the card needs a reset.
        """
        if writes < 0:
            message = f"tear_after({writes}): the number of writes cannot be negative"
            raise ValueError(message)
        if self.power is None:
            self.power = self.session.power if self.session else Power()
        self.power.cut_after(writes)

    @property
    def cost(self) -> Cost:
        """What the last command cost; nothing without power."""
        session = self.session
        return Cost(session.power.used, session.crypto) if session else Cost(0, 0)

    def transmit(self, command: bytes) -> bytes:
        """Run one command APDU and give its data and status word; never anything else.

        An answer may be longer than a short Le allows and comes also without Le: the wrappers of the transmission
        protocols (`wrappers`) turn that into 61xx.  A definite Le that does not fit gives 6Cxx.  Whatever refuses
        changes nothing, but for the try that a wrong secret costs.
        """
        session = self.session
        if session is None:
            message = "the card has no power: call reset() first"
            raise PowerCutError(message)
        session.power.used = 0
        session.crypto = 0
        session.begin()
        try:
            try:
                answer = self._run(session, command)
            except Refused as refused:
                session.take_back()
                return refused.status.to_bytes(2, "big")
            if session.staged:
                session.commit()
        except PowerCutError:
            self.session = None
            self.power = None
            raise
        return answer

    def _run(self, session: Session, command: bytes) -> bytes:
        """Parse, gate, run, and hold the answer against Le."""
        parsed = parse(command)
        run = session.commands.get(parsed.cla << 8 | parsed.ins)
        if run is None:
            raise Refused(self.template.why_not(session.stage, parsed.cla, parsed.ins))
        if session.blocked and parsed.ins != SELECT_INS:
            raise Refused(0x9303)
        answer = run(session, parsed)
        if parsed.exact and len(answer) > 2:
            fitting(len(answer) - 2, parsed.exact)
        return answer


def fitting(size: int, le: int) -> None:
    """Refuse an answer that is not as long as the exact Le says: 6Cxx, or 6700 where it names no length.

    An Le of 256 is as much as one answer of T=0 can hold: what is longer comes in pieces (`wrappers`).
    """
    if size < le or (size > le and le < ANY_SHORT):
        raise Refused(0x6C00 | size & 0xFF if size <= ANY_SHORT else 0x6700)
