"""Cards as the command line names them: saved in a file, or `pcsc:READER`, in a PC/SC reader; and text files.

What is wrong gives one message; what is written is written whole or not at all.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cardemu import state
from cardemu.card import Card
from cardemu.host.lock import InUseError, locked
from cardemu.host.wholefile import write_whole
from cardemu.inputfile import read_text
from cardemu.memory import Cell
from cardemu.products import Product, names, product
from cardemu.soundness import BrokenError, check_state
from cardemu.terminal.errors import ReaderError
from cardemu.terminal.keyholder import Hsm, KeyHolder
from cardemu.terminal.link import Link
from cardemu.terminal.port import AtrError, Slot, StatusError, power_up
from cardemu.transports.pcsc import PcscCard, find_reader
from cardemu.transports.traces import FORMATS, TraceError, as_script

IN_READER = "pcsc:"
MARK = '"cardmill card"'
_HEAD_BYTES = 200


class UsageError(ValueError):
    """Wrong input; the message is for the user."""


@dataclass(frozen=True, slots=True)
class OpenCard:
    """A card to work with.  `keys` is None for a card that does not know the keys of its product.

    `region`: its six digits, nothing on a chip that has none yet.
    """

    slot: Slot
    product: Product
    keys: KeyHolder | None
    region: str


@contextmanager
def opened(name: str | Path, product_name: str | None) -> Iterator[OpenCard]:
    """The card a user means, for as long as it is worked with; one that came from a file is saved in it at the end.

    Raises UsageError, StateError, ProductError, TransportError and OSError.
    """
    if str(name).startswith(IN_READER):
        with _in_reader(str(name).removeprefix(IN_READER), product_name) as found:
            yield found
        return
    path = Path(name)
    with _alone(path):
        card, made = load_card(path, product_name)
        before = state.save(card)
        region = card.memory.read(Cell.IDENTITY)[13:].hex()
        try:
            yield OpenCard(card, made, Hsm(made.template.roots), region)
        finally:
            if state.save(card) != before:
                save_card(card, path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other commands from a saved card meanwhile: of two that write it, one would be forgotten."""
    real = Path(os.path.realpath(path))
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(real.with_name(f".{real.name}.lock")))
        except InUseError as error:
            raise UsageError(f"{path}: is in the hands of {error}") from error
        except OSError:  # where no lock can be written, no card can
            pass
        yield


@contextmanager
def _in_reader(reader: str, product_name: str | None) -> Iterator[OpenCard]:
    """A card in a reader.  Keys are used only after the card has proved that it has them: its tries are few."""
    slot = PcscCard(find_reader(reader))
    try:
        given = product(product_name) if product_name else None
        link = Link(slot, power_up(slot), card_product=given)
        link.enter()
        made = link.product
        hsm = Hsm(made.template.roots)
        link.keys = hsm
        genuine = _genuine(link)
        found = OpenCard(slot, made, hsm if genuine else None, link.region)
    except (AtrError, StatusError) as error:
        slot.close()
        raise UsageError(f"{slot.reader}: not a social security card: {error}") from error
    except BaseException:
        slot.close()
        raise
    try:
        yield found
    finally:
        slot.close()


def _genuine(link: Link) -> bool:
    """Whether the card has the IRK its product says."""
    try:
        link.identify()
        link.recognise()
    except (ReaderError, StatusError):
        return False
    return True


def load_card(path: Path, product_name: str | None) -> tuple[Card, Product]:
    """A saved card and its product; `product_name` when that is a file of the user's own."""
    found: list[Product] = []

    def template(name: str) -> Product:
        if not product_name and name not in names():
            raise UsageError(f"a card of the product {name}, which is none of the package: add --product FILE")
        found.append(product(product_name or name))
        return found[0]

    text = text_of(path)
    try:
        card = state.load(text, lambda name: template(name).template, os.urandom)
    except (UsageError, state.StateError) as error:
        raise UsageError(f"{path}: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: not a saved card: {error}") from error
    _check(card, path)
    return card, found[0]


def _check(card: Card, path: Path) -> None:
    """UsageError when the file does not hold a card in order: somebody has changed it."""
    try:
        if card.memory.journal is None:  # one left behind by a power cut is finished by the reset
            check_state(card)
        card.reset()
        check_state(card)
    except (BrokenError, ValueError, LookupError, TypeError, struct.error) as error:
        raise UsageError(f"{path}: the card is damaged: {error}") from error
    card.power_off()


def text_of(path: Path) -> str:
    """A text file's content."""
    try:
        return read_text(path)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text") from error


def script_of(path: Path) -> str:
    """A script; a trace in one of its forms becomes one."""
    text = text_of(path)
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        return text
    try:
        return as_script(form.read(text))
    except TraceError as error:
        raise UsageError(f"{path}: {error}") from error


def save_card(card: Card, path: Path) -> None:
    """Write a card to its file."""
    write_whole(path, state.save(card) + "\n")


def check_replaceable(path: Path) -> None:
    """UsageError where a new card would take the place of something that is no saved card."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; the card needs a file")
    if path.is_file() and path.stat().st_size:
        with path.open("rb") as file:
            if MARK.encode() not in file.read(_HEAD_BYTES):
                raise UsageError(f"{path}: is there already and is no saved card; give another name")


def is_saved_card(text: str) -> bool:
    """Whether a text claims to be a saved card."""
    return MARK in text[:_HEAD_BYTES]
