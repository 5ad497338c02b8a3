"""Puts saved cards into virtual readers: `cardmill card serve`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from cardemu.cardfile import load_card
from cardemu.console import complaining, say
from cardemu.transports.in_process import spoken
from cardemu.transports.vpcd import serve_all, slot_port

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cardemu.transports.base import Port


@complaining
def serve(paths: Sequence[Path], *, slot: int = 0, product_name: str | None = None) -> int:
    """Show each card in a slot of the virtual reader, from `slot` on, until Ctrl-C.  Exit code 0, or 2 for a bad file.

    What a terminal writes is not saved: a served card begins each time as its file has it.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    cards: list[tuple[Port, int]] = []
    for number, path in enumerate(paths):
        card, product = load_card(path, product_name)
        cards.append((spoken(card, product.protocol), slot_port(slot + number)))
        say(f"{path.name}: slot {slot + number} of the virtual reader")
    serve_all(cards)
    return 0
