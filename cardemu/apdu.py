"""Command APDUs: bytes to fields and back (ISO/IEC 7816-3 and -4, cases 1 to 4, short and extended)."""

from __future__ import annotations

from cardemu.status import Refused

ANY_SHORT = 256
"""Le of 00: as much as there is, at most 256 bytes."""
ANY_EXTENDED = 65536
"""Le of 0000 in an extended APDU: as much as there is."""


class Command:
    """One parsed command.  `le` is None when absent, else the number asked for (256 or 65536 for zero).

    `exact`: Le where it is a number up to 256, written out (256 only in an extended APDU); 0 for 'as much as there is'.
    """

    __slots__ = ("cla", "data", "exact", "ins", "le", "p1", "p2", "raw")

    def __init__(self, raw: bytes, data: bytes, le: int | None, exact: int = 0) -> None:
        self.raw = raw
        self.cla = raw[0]
        self.ins = raw[1]
        self.p1 = raw[2]
        self.p2 = raw[3]
        self.data = data
        self.le = le
        self.exact = exact

    @property
    def header(self) -> bytes:
        """CLA INS P1 P2."""
        return self.raw[:4]

    @property
    def mac_header(self) -> bytes:
        """CLA INS P1 P2 Lc as it goes into a MAC.  6700 when Lc does not fit one byte: no MAC rule."""
        if len(self.data) > 255:
            raise Refused(0x6700)
        return self.raw[:4] + bytes((len(self.data),))


def parse(raw: bytes) -> Command:
    """Split a command into its fields; 6700 when the lengths do not add up."""
    command = split(raw)
    if command is None:
        raise Refused(0x6700)
    return command


def split(raw: bytes) -> Command | None:
    """The fields of a command, or None when the lengths do not add up."""
    size = len(raw)
    if size == 5:
        return Command(raw, b"", raw[4] or ANY_SHORT, raw[4])
    if size > 5:
        lc = raw[4]
        if not lc:
            return _split_extended(raw, size)
        rest = size - 5 - lc
        if rest == 0:
            return Command(raw, raw[5:], None)
        return Command(raw, raw[5:-1], raw[-1] or ANY_SHORT, raw[-1]) if rest == 1 else None
    return Command(raw, b"", None) if size == 4 else None


def _split_extended(raw: bytes, size: int) -> Command | None:
    """Extended lengths: 00 and two bytes (ISO/IEC 7816-3, 12.1.3)."""
    if size < 7:
        return None
    number = raw[5] << 8 | raw[6]
    if size == 7:
        return Command(raw, b"", number or ANY_EXTENDED, number if number <= ANY_SHORT else 0)
    rest = size - 7 - number
    if number and rest == 0:
        return Command(raw, raw[7:], None)
    if number and rest == 2:
        le = raw[-2] << 8 | raw[-1]
        return Command(raw, raw[7:-2], le or ANY_EXTENDED, le if le <= ANY_SHORT else 0)
    return None


def build(header: bytes, data: bytes = b"", le: int | None = None) -> bytes:
    """Command bytes from fields; extended lengths only where short ones do not reach.

    `header` is CLA INS P1 P2; `le` None for none, 256 (short) or 65536 (extended) for 'all there is'.
    """
    if len(header) != 4:
        message = f"header must be 4 bytes (CLA INS P1 P2), not {len(header)}"
        raise ValueError(message)
    if len(data) > 65535 or (le is not None and not 1 <= le <= ANY_EXTENDED):
        message = f"{len(data)} data bytes with Le {le}: at most 65535 data bytes and Le 1 to 65536"
        raise ValueError(message)
    if len(data) <= 255 and (le is None or le <= ANY_SHORT):
        body = bytes((len(data),)) + data if data else b""
        return header + body + (b"" if le is None else bytes((le & 0xFF,)))
    body = len(data).to_bytes(2, "big") + data if data else b""
    return header + b"\x00" + body + (b"" if le is None else (le & 0xFFFF).to_bytes(2, "big"))
