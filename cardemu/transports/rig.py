"""A bench full of readers: `python -m cardemu.transports.rig [READERS] [PRODUCT]`, 16 unless told otherwise.

Starts a PC/SC service of its own with a different test card in each reader, prints what programs must have in their
environment to see it, and ends with Ctrl-C.
"""

from __future__ import annotations

import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from cardemu.card import Card
from cardemu.products import product
from cardemu.session import Challenge
from cardemu.transports.base import Port
from cardemu.transports.in_process import spoken
from cardemu.transports.pcscd import MAX_READERS, SOCKET_VARIABLE, OwnPcscd
from cardemu.transports.vpcd import serve_all

REGION = "990301"
"""A region of the unassigned division codes."""


def challenges(number: int) -> Challenge:
    """A challenge source of one card: SHA-256 over its number and a counter, so every run is the same."""
    drawn = 0

    def challenge(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return sha256(b"%d/%d" % (number, drawn)).digest()[:count]

    return challenge


def cards(count: int, name: str) -> list[Port]:
    """So many cards of a product; the serial at the end of the ATR counts from 1."""
    chosen = product(name)
    return [
        spoken(
            Card.initialised(chosen.template, challenges(number), REGION, number.to_bytes(4, "big")), chosen.protocol
        )
        for number in range(1, count + 1)
    ]


def main(arguments: list[str]) -> None:
    """Run until Ctrl-C."""
    count = int(arguments[0]) if arguments else MAX_READERS
    name = arguments[1] if len(arguments) > 1 else "generation-2"
    with tempfile.TemporaryDirectory(prefix="cardmill-") as folder, OwnPcscd(Path(folder), count) as service:
        sys.stdout.write(f"export {SOCKET_VARIABLE}={service.socket_path}\n")
        sys.stdout.flush()
        serve_all(list(zip(cards(count, name), service.ports, strict=True)), service.check)


if __name__ == "__main__":
    main(sys.argv[1:])
