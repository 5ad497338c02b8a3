"""The card's data as data groups in the manner of EMV CPS: what a personalisation machine is fed with.

EMV CPS 1.1 gives a record the group identifier (DGI) of two bytes, short file identifier and record number, and sends
groups with STORE DATA (80 E2).  assumed: the social security application has no groups of its own in any public
source, so its records are numbered in the same way, application by application.
"""

from __future__ import annotations

from itertools import groupby

from cardemu.apdu import build
from cardemu.elements.layout import DFS
from cardemu.personalisation.data import Item
from cardemu.products import Product
from cardemu.terminal.link import AIDS, Link
from cardemu.tlv import simple

LONG = 0xFF
"""Lengths from here on take three bytes: FF and two of length (EMV CPS 1.1, 2.2)."""
_LAST = 0x80
_MOST_BYTES = 255
HEAD = """\
# Data groups of {name}, one application after the other: DGI, length, data; below each the STORE DATA commands.
# DGI: short file identifier and record number, as EMV CPS numbers records (assumed for this application).
# No group carries a key or a PIN (8000, 8010, 9000, 9010 of the financial application): keys are derived on the card's
# own side from published test keys, chip.json has their check values.
# Not here: the financial application (PSE, PBOC debit; groups 9102, 9103, 91xx, 01xx and on).  This product's chip has
# none, so its account number stands on the stripe and the face alone.
"""


def group(identifier: int, data: bytes) -> bytes:
    """One data group."""
    length = bytes((len(data),)) if len(data) < LONG else bytes((LONG,)) + len(data).to_bytes(2, "big")
    return identifier.to_bytes(2, "big") + length + data


def groups_of(items: tuple[Item, ...]) -> list[tuple[str, int, bytes, str]]:
    """Application, DGI, data and name of every item; a transparent file is record 0 of its file."""
    found = []
    for item in items:
        row, element = item.row, item.element
        if element is None:
            found.append((row.df, row.sfi << 8, item.value, row.name))
        else:
            number = Link.number(row, element, 1)
            found.append((row.df, row.sfi << 8 | number, simple(element.tag, item.value), element.name))
    return found


def store_data(groups: list[bytes]) -> list[bytes]:
    """STORE DATA commands: whole groups together while they fit, long ones over several; the last is marked."""
    blocks: list[bytes] = []
    for one in groups:
        if blocks and len(blocks[-1]) + len(one) <= _MOST_BYTES:
            blocks[-1] += one
        else:
            blocks += [one[start : start + _MOST_BYTES] for start in range(0, len(one), _MOST_BYTES)]
    last = len(blocks) - 1
    return [
        build(bytes((0x80, 0xE2, _LAST if number == last else 0, number & 0xFF)), block)
        for number, block in enumerate(blocks)
    ]


def text(product: Product, items: tuple[Item, ...]) -> str:
    """The file of data groups."""
    labels = {row.df: row.en for row in DFS} | {"SSSE": "application environment"}
    lines = [HEAD.format(name=product.name)]
    for df, members in groupby(groups_of(items), key=lambda one: one[0]):
        rows = list(members)
        lines.append(f"[{df}] {AIDS[df].hex().upper()}  # {labels[df]}")
        made = [group(identifier, data) for _, identifier, data, _ in rows]
        for (_, identifier, data, name), one in zip(rows, made, strict=True):
            length = one[2 : len(one) - len(data)].hex().upper()
            lines.append(f"{identifier:04X} {length} {data.hex().upper()}  # {name}")
        lines += [f"> {command.hex().upper()}" for command in store_data(made)]
        lines.append("")
    return "\n".join(lines)
