"""What every function of the reader interface shares: slots, card types, the answer buffer, PIN pad, card check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cardemu.elements.codec import ElementError
from cardemu.elements.model import FileRow
from cardemu.identifiers import HRSS_RID
from cardemu.memory import PowerCutError
from cardemu.products import Product
from cardemu.terminal.errors import OK, Code, ReaderError, chinese, from_status
from cardemu.terminal.items import Block, parse
from cardemu.terminal.keyholder import KeyHolder
from cardemu.terminal.link import Link
from cardemu.terminal.port import AtrError, Slot, StatusError, power_up

PinPad = Callable[[str], str]
"""Asks for a PIN: 'pin', 'old', 'new' or 'again' in, digits out; ReaderError -31 or -32 when there are none."""
MIN_DIGITS, MAX_DIGITS = 4, 16


def no_pad(prompt: str) -> str:
    """A terminal without PIN pad."""
    del prompt
    raise ReaderError(Code.CANCELLED)


@dataclass(slots=True)
class Terminal:
    """The hardware around the interface.

    `card_product`: what the region issues, when its cards differ from the products of the package.  `mute`: the
    exceptions of the ports that mean a card does not answer.
    """

    contact: Slot | None = None
    contactless: Slot | None = None
    keys: KeyHolder | None = None
    pin_pad: PinPad = no_pad
    number: str = "000000000000"
    device: str = ""
    card_product: Product | None = None
    initial_pin: str = "123456"
    mute: tuple[type[Exception], ...] = field(default=(PowerCutError, OSError))


class Core:
    """One terminal; a call powers the card up, works, and leaves its text in the buffer."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def call(self, out: bytearray, action: Callable[[], str]) -> int:
        """Run a function of the interface: 0 and its text, or an error number and its text in Chinese (assumed)."""
        out.clear()
        try:
            text, code = action(), OK
        except ReaderError as error:
            code = error.code
        except StatusError as error:
            code = from_status(error.status)
        except AtrError:
            code = Code.WRONG_TYPE
        except ElementError:  # what the card holds is no value of this element
            code = Code.BAD_CHARACTERS
        except self.terminal.mute:
            code = Code.MUTE
        out += (text if code == OK else chinese(code)).encode("gb18030")
        return int(code)

    def slot(self, kind: int) -> Slot:
        """The slot of an iType: 1 contact, 2 contactless, 3 contact first, 4 contactless first."""
        contact, contactless = self.terminal.contact, self.terminal.contactless
        orders = {1: (contact,), 2: (contactless,), 3: (contact, contactless), 4: (contactless, contact)}
        if kind not in orders:
            raise ReaderError(Code.WRONG_TYPE)
        for slot in orders[kind]:
            if slot is not None:
                return slot
        raise ReaderError(Code.NO_CARD)

    def link(self, kind: int) -> Link:
        """Power the card up and enter the application environment; -1 when there is none."""
        slot = self.slot(kind)
        link = Link(
            slot,
            power_up(slot),
            self.terminal.keys,
            ask_pin=lambda: self.pin("pin"),
            card_product=self.terminal.card_product,
        )
        try:
            link.enter()
        except StatusError as error:
            if error.status == 0x6A82:
                raise ReaderError(Code.WRONG_TYPE) from error
            raise
        link.identify()
        return link

    def checked(self, kind: int, card_info: str) -> Link:
        """A link to the card a caller means: `card identification|card number|`; empty fields are not checked."""
        fields = card_info.split("|")
        if card_info and (len(fields) != 3 or fields[2]):
            raise ReaderError(Code.BAD_PARAMETER)
        link = self.link(kind)
        if not card_info:
            return link
        row = link.product.file("SSSEEF05")
        link.select(row.df, row.fid)
        if fields[0] and fields[0].upper() != link.text(row, 0x01):
            raise ReaderError(Code.BAD_CARD_ID)
        if fields[1] and fields[1] != link.text(row, 0x07):
            raise ReaderError(Code.DATA_MISMATCH)
        return link

    def pin(self, prompt: str) -> str:
        """A PIN from the pad: -41 for anything but digits, -33 for too few or too many."""
        digits = self.terminal.pin_pad(prompt)
        if not (digits.isascii() and digits.isdecimal()):
            raise ReaderError(Code.BAD_CHARACTERS)
        if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
            raise ReaderError(Code.PIN_LENGTH)
        return digits

    def new_pin(self) -> str:
        """A new PIN, asked for twice; -34 when the two differ."""
        first = self.pin("new")
        if self.pin("again") != first:
            raise ReaderError(Code.PINS_DIFFER)
        return first

    @property
    def terminal_number(self) -> str:
        """Twelve digits: the PSAM's when there is one."""
        keys = self.terminal.keys
        return keys.terminal.hex() if keys is not None else self.terminal.number

    def basics(self, link: Link) -> str:
        """The eleven fields of iReadCardBas; what the card lacks is an empty field."""
        issuer, person = link.product.file("SSSEEF05"), link.product.file("SSSEEF06")
        link.select(issuer.df, issuer.fid)
        code, number = optional(link, issuer, 0x01), optional(link, issuer, 0x07)
        version, issued, until = (optional(link, issuer, tag) for tag in (0x03, 0x05, 0x06))
        if len(code) != 32 or bytes.fromhex(code)[3:8] != HRSS_RID:
            raise ReaderError(Code.BAD_CARD_ID)
        link.fulfil(person.read, person.df)
        link.select(person.df, person.fid)
        holder, name = optional(link, person, 0x08), optional(link, person, 0x09)
        reset = link.historical.hex().upper()
        fields = (code[:6], holder, number, code, name, reset, version, issued, until)
        return "|".join((*fields, self.terminal_number, self.terminal.device, ""))


def optional(link: Link, row: FileRow, tag: int) -> str:
    """An element of the current file, or nothing when the card has no such record."""
    try:
        return link.text(row, tag)
    except StatusError as error:
        if error.status != 0x6A83:
            raise
        return ""


def blocks_of(link: Link, file_addr: str) -> list[Block]:
    """What a file address names on this card."""
    return parse(file_addr, link.product)
