"""Saved cards as files, and text files in general: read with one message when wrong, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from cardemu import state
from cardemu.card import Card
from cardemu.products import Product, product


class UsageError(ValueError):
    """Wrong input; the message is for the user."""


def load_card(path: Path, product_name: str | None) -> tuple[Card, Product]:
    """A saved card and its product; `product_name` when that is a file of the user's own."""
    found: list[Product] = []

    def template(name: str) -> Product:
        found.append(product(product_name or name))
        return found[0]

    text = text_of(path)
    try:
        card = state.load(text, lambda name: template(name).template, os.urandom)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: not a saved card: {error}") from error
    return card, found[0]


def text_of(path: Path) -> str:
    """A text file's content."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text") from error


def save_card(card: Card, path: Path) -> None:
    """Write a card to its file."""
    write_file(path, state.save(card) + "\n")


def write_file(path: Path, text: str) -> None:
    """Write a text file under another name first, so that an interruption leaves the old one or the new one."""
    other = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        other.write_text(text, encoding="utf-8")
        other.replace(path)
    finally:
        other.unlink(missing_ok=True)
