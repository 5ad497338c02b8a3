"""Status words, and the one way a command says no.

Source: part 5 (commands) of the social security card specification, table 5; C2 unless a row says otherwise.
"""

from __future__ import annotations

OK = 0x9000
OK_BYTES = b"\x90\x00"

NAMES: dict[int, str] = {
    0x9000: "done",
    0x6581: "memory failure",
    0x6700: "wrong length",
    0x6901: "command not accepted in this state of the transaction",
    0x6981: "command does not fit the file structure",
    0x6982: "security condition not met",
    0x6983: "authentication method blocked",
    0x6984: "no challenge was asked for",
    0x6985: "conditions of use not met",
    0x6986: "no current elementary file",
    0x6987: "secure messaging data missing",
    0x6988: "secure messaging data wrong",
    0x6A80: "wrong data",
    0x6A81: "card locked, or function not supported",
    0x6A82: "file not found",
    0x6A83: "record not found",
    0x6A84: "not enough room in the file",
    0x6A85: "length disagrees with the TLV structure",
    0x6A86: "wrong P1 or P2",
    0x6A88: "key or reference data not found",
    0x6B00: "offset outside the file",
    0x6D00: "unknown INS",
    0x6E00: "unknown CLA",
    0x6F00: "no precise diagnosis",
    0x9302: "MAC wrong",
    0x9303: "application permanently locked",
    0x9401: "not enough money",
    0x9402: "transaction counter at its maximum",
    0x9403: "key index not supported",
    0x9406: "MAC not available",
}
"""Every fixed status word the card can give.  61xx, 63Cx and 6Cxx carry a number and are described by `describe`."""


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """The card's legitimate answer 'no': a status word.  Caught in one place, `Card.transmit`; undoes the command."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


def describe(status: int) -> str:
    """A status word in words, for logs and reports."""
    if status in NAMES:
        return NAMES[status]
    high, low = status >> 8, status & 0xFF
    if high == 0x61:
        return f"{low or 256} bytes waiting, ask with GET RESPONSE"
    if high == 0x6C:
        return f"wrong Le, exactly {low or 256} bytes available"
    if status & 0xFFF0 == 0x63C0:
        return f"wrong, {low & 0x0F} tries left"
    return "unknown status word"


def known(status: int) -> bool:
    """Whether the specification lists this status word."""
    return status in NAMES or status >> 8 in {0x61, 0x6C} or status & 0xFFF0 == 0x63C0


def status_of(answer: bytes) -> int:
    """The status word of an answer (data + SW)."""
    return int.from_bytes(answer[-2:], "big")
