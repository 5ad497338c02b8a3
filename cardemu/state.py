"""Saving a card and loading it again, in this and every later version.

JSON with a format number.  All cells are written out in full, not only what differs from the product, so that a
changed product file never changes an old card.  A journal that a power cut left behind is saved too: the card finishes
or drops it at its next reset, wherever that happens.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cardemu.card import Card
from cardemu.inputfile import parse_json
from cardemu.memory import Memory, Page
from cardemu.session import Challenge
from cardemu.template import Template

FORMAT = 1


class StateError(ValueError):
    """A saved card that cannot be loaded; the message says why."""


def save(card: Card) -> str:
    """The persistent state of a card.  What it knows only under power is lost, as on a real card."""
    memory = card.memory
    numbers = sorted(set(memory.image) | set(memory.cells))
    pages = [[page.cell, page.total, page.offset, page.data.hex()] for page in memory.journal or ()]
    document = {
        "cardmill card": FORMAT,
        "product": card.template.name,
        "cells": {str(number): memory.read(number).hex() for number in numbers},
        "journal": {"open": memory.journal is not None, "committed": memory.committed, "pages": pages},
    }
    return json.dumps(document, indent=1)


def load(text: str, templates: Callable[[str], Template], random: Challenge) -> Card:
    """The card of a saved state.  `templates` gives the product's template by name."""
    document = _document(text)
    template = templates(document["product"])
    memory = Memory(template.image)
    saved = {int(number): bytes.fromhex(value) for number, value in document["cells"].items()}
    for number in set(saved) | set(template.image):
        value = saved.get(number, b"")
        if value != template.image.get(number, b""):
            memory.cells[number] = value
    journal = document["journal"]
    if journal["open"]:
        memory.journal = [
            Page(cell, total, offset, bytes.fromhex(data)) for cell, total, offset, data in journal["pages"]
        ]
        memory.committed = journal["committed"]
    return Card(template, random, memory)


def _document(text: str) -> dict[str, Any]:
    try:
        document = parse_json(text)
    except ValueError as error:
        raise StateError(f"not a saved card: {error}") from error
    if not isinstance(document, dict) or "cardmill card" not in document:
        raise StateError("not a saved card: the key 'cardmill card' is missing")
    if document["cardmill card"] != FORMAT:
        raise StateError(f"saved in format {document['cardmill card']!r}; this version reads {FORMAT}")
    missing = {"product", "cells", "journal"} - document.keys()
    if missing:
        raise StateError(f"saved card lacks {', '.join(sorted(missing))}")
    return document
