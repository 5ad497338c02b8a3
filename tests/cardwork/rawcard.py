"""A reader that knows the wire and nothing of this project: what is on a card, from its bytes.

It knows ISO/IEC 7816-4 commands, the names of the applications, the files and their tags and lengths, and how values
are padded, as the card specification and the data dictionary V2.0 publish them (the regional file as its product
declares it).  It shares no code with the card: where a file wants a key, a conversation gives the proof, and this
reads on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

ENVIRONMENT = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")  # sx1.sh. and 社会保障 in GBK
APPLICATIONS = {
    "DF01": bytes.fromhex("D15600000500"),
    "DF02": bytes.fromhex("D15600000501"),
    "DF03": bytes.fromhex("D15600000502"),
    "DF04": bytes.fromhex("D15600000503"),
    "DF07": bytes.fromhex("D15600000504"),
}
LOG_BYTES = 28
"""Of a transaction: sequence 2, kind 1, terminal 6, time 7, three amounts of 4 each."""


class Port(Protocol):
    """Bytes in, bytes out."""

    def reset(self) -> bytes:
        """Power up."""

    def transmit(self, command: bytes) -> bytes:
        """One command."""


class RefusedError(AssertionError):
    """The card answered something else than 9000."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its tag, and what it holds."""

    tag: int
    value: bytes

    @property
    def digits(self) -> str:
        """Packed digits without the F that pad them on the right."""
        return self.value.hex().rstrip("f")

    @property
    def text(self) -> str:
        """Characters without the zero bytes that pad them on the right."""
        return self.value.rstrip(b"\x00").decode("gb18030")

    def part(self, tag: int) -> Record:
        """One of the items it consists of."""
        return next(item for item in split(self.value) if item.tag == tag)


def split(data: bytes) -> list[Record]:
    """Items of one byte tag, one byte length, value."""
    found: list[Record] = []
    while data:
        size = data[1]
        assert len(data) >= 2 + size
        found.append(Record(data[0], data[2 : 2 + size]))
        data = data[2 + size :]
    return found


class RawCard:
    """One card under power.  `prove`: gives the card the proof of the named key, in the environment or application."""

    def __init__(self, port: Port, pin: bytes, prove: Callable[[str], None]) -> None:
        self._port, self._pin, self._prove = port, pin, prove
        port.reset()

    def ask(self, header: str, data: bytes = b"", le: int | None = None) -> bytes:
        """A command whose answer must end in 9000."""
        command = bytes.fromhex(header) + (bytes((len(data),)) + data if data else b"")
        answer = self._port.transmit(command if le is None else command + bytes((le,)))
        if answer[-2] == 0x6C and le is not None:
            answer = self._port.transmit(command + answer[-1:])
        if answer[-2:] != b"\x90\x00":
            raise RefusedError(f"{command.hex().upper()}: {answer[-2:].hex().upper()}")
        return answer[:-2]

    def dead(self) -> bool:
        """Whether it answers to nothing any more: 6A81 to every command."""
        answers = {self._port.transmit(bytes.fromhex(text)) for text in ("00A40000023F00", "0084000008", "00B2010040")}
        return answers == {b"\x6a\x81"}

    def environment(self, key: str = "") -> None:
        """Select it; with a key, after its proof."""
        self.ask("00A40400", ENVIRONMENT)
        if key:
            self._prove(key)

    def application(self, df: str, key: str = "") -> None:
        """Select an application and give the PIN; with a key, its proof too."""
        self.environment()
        self.ask("00A40400", APPLICATIONS[df])
        self.ask("00200000", self._pin)
        if key:
            self._prove(key)

    def records(self, fid: str) -> list[Record]:
        """All records of a file of tagged records, in their order."""
        self.ask("00A40200", bytes.fromhex(fid))
        return [Record(raw[0], raw[2:]) for raw in self._all() if raw[1] == len(raw) - 2]

    def ring(self, fid: str) -> list[bytes]:
        """All records of a cyclic file, the newest first."""
        self.ask("00A40200", bytes.fromhex(fid))
        return self._all()

    def _all(self) -> list[bytes]:
        found: list[bytes] = []
        for number in range(1, 255):
            try:
                found.append(self.ask(f"00B2{number:02X}04", le=0))
            except RefusedError as error:
                if not str(error).endswith("6A83"):  # any other word than that there are no more
                    raise
                break
        return found

    def balance_fen(self) -> int:
        """Of the medical account."""
        self.application("DF04")
        return int.from_bytes(self.ask("B0260001", le=4), "big")


def only(records: list[Record], tag: int) -> Record:
    """The record with a tag that occurs once."""
    (found,) = [record for record in records if record.tag == tag]
    return found


def filled(records: list[Record], tag: int, part: int) -> int:
    """How many of the records with a tag say something in one of their items."""
    return sum(bool(record.part(part).digits.strip("0")) for record in records if record.tag == tag)
