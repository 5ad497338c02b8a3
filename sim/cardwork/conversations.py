"""The conversations of card work: one text file a kind of step, in the form of cardemu.conversation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cardemu.conversation.player import Conversation, ConversationError, read_conversation
from cardemu.elements.layout import LAYOUTS
from cardemu.products import Product
from sim.procedures.model import Chip

FOLDER = Path(__file__).parent / "conversations"
UPDATE = "update"
"""The conversation that brings a card up to what the record says."""
EXTENSION = "person.name_extension"
BUSINESS = {
    "atr": "the answer to reset",
    "pin": "the PIN the card must have now",
    "initial_pin": "the issuer's PIN",
    "new_pin": "the PIN its holder chooses at activation",
    "time": "now, CCYYMMDDhhmmss",
    "terminal": "number of the terminal",
    "amount": "what is paid, in fen",
    "balance": "what must be on the card before, in fen",
    "balance_after": "what must be on it afterwards",
    "missing": "what the office's account has more than the card",
    "loads": "loads before this conversation",
    "purchases": "purchases before this conversation",
    "start_day": "first day of the medical year, MMDD",
}
"""Values besides those of the data elements."""
KINDS = (
    *(chip.value for chip in Chip if chip is not Chip.NONE),
    "load",
    UPDATE,
    "record_only",
    "end_of_run",
    "end_of_run_taken_in",
)
"""Every kind there must be a file for."""


def everything() -> frozenset[str]:
    """Every value a line may name."""
    sources = {cell.source for layout in LAYOUTS.values() for row in layout for cell in row.elements}
    return frozenset({*sources, EXTENSION, *BUSINESS} - {""})


def field_name(source: str, element: str) -> str:
    """The name of an element's value: its source, or the extension's, which has the same source as the name."""
    return EXTENSION if element == "name_extension" else source


def values_on(product: Product) -> frozenset[str]:
    """Values of data elements the product has a place for."""
    cells = [cell for row in product.files for cell in row.elements if cell.source]
    return frozenset(field_name(cell.source, cell.name) for cell in cells)


def conversations(product: Product, folders: Sequence[Path] = ()) -> dict[str, Conversation]:
    """All kinds for a product; ConversationError with every mistake in every file.

    `folders`: own files go before the package's.  A file `settle.pharmacy.apdu` is for that step of that procedure
    alone and goes before the file of its kind.
    """
    found: dict[str, Path] = {}
    mistakes = [f"{folder} is no folder" for folder in folders if not folder.is_dir()]
    for folder in (FOLDER, *folders):
        found |= {path.stem: path for path in sorted(folder.glob("*.apdu"))}
    mistakes += [f"{kind}.apdu is missing" for kind in KINDS if kind not in found]
    unused = [path for name, path in found.items() if name not in KINDS and "." not in name]
    mistakes += [f"{path}: no kind of step has this name; kinds: {', '.join(KINDS)}" for path in unused]
    known, missing = everything(), everything() - values_on(product) - BUSINESS.keys()
    read: dict[str, Conversation] = {}
    for name, path in found.items():
        try:
            read[name] = read_conversation(path.read_text("utf-8"), path.name, known).without(missing)
        except (ConversationError, UnicodeDecodeError) as error:
            mistakes.append(str(error))
    if mistakes:
        raise ConversationError("\n".join(mistakes))
    return read
