"""A bench full of readers: `python -m cardemu.transports.rig [READERS] [PRODUCT]`, 16 unless told otherwise.

Starts a PC/SC service of its own with a different pre-made card in each reader, ready to be personalised; prints what
programs must have in their environment to see it, and ends with Ctrl-C.  SIGUSR1 puts the next cards into all readers.
What is written to the cards is not saved.
"""

from __future__ import annotations

import itertools
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from hashlib import sha256

from cardemu.host.exitcodes import USAGE
from cardemu.host.guard import guarded
from cardemu.host.printing import complain
from cardemu.host.temporary import temporary_folder
from cardemu.personalisation.personalise import premade
from cardemu.products import product
from cardemu.session import Challenge
from cardemu.tomltable import ProductError
from cardemu.transports.base import Port, TransportError
from cardemu.transports.in_process import spoken
from cardemu.transports.pcscd import MAX_READERS, SLOTS, SOCKET_VARIABLE, OwnPcscd
from cardemu.transports.renewal import NOT_SAVED, next_cards, on_signal
from cardemu.transports.vpcd import Reader, serve_all

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


def cards(count: int, name: str, first: int = 1) -> list[Port]:
    """So many pre-made cards of a product; the serial at the end of the ATR counts from `first`."""
    chosen = product(name)
    return [
        spoken(premade(chosen, challenges(number), REGION, number.to_bytes(4, "big")), chosen.protocol)
        for number in range(first, first + count)
    ]


def benches(count: int, name: str) -> Iterator[list[Port]]:
    """One set of cards after another, all different."""
    return (cards(count, name, first) for first in itertools.count(1, count))


def _arguments() -> tuple[int, str]:
    parser = ArgumentParser(prog="python -m cardemu.transports.rig", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("readers", nargs="?", type=int, default=MAX_READERS, help="an even number up to 16 (default)")
    parser.add_argument("product", nargs="?", default="generation-2", help="card product, or its file")
    given = parser.parse_args()
    if given.readers not in range(SLOTS, MAX_READERS + 1, SLOTS):
        parser.error(f"{given.readers} readers: an even number from {SLOTS} to {MAX_READERS} is possible")
    return given.readers, given.product


def main() -> int:
    """Run until Ctrl-C, which is the ordinary end."""
    count, name = _arguments()
    try:
        sets = benches(count, name)
        made = next(sets)
        with temporary_folder() as folder, OwnPcscd(folder, count, private=True) as service:
            readers = [
                Reader(card, port, connect=service.connect) for card, port in zip(made, service.ports, strict=True)
            ]

            def renew() -> None:
                for reader, card in zip(readers, next(sets), strict=True):
                    reader.exchange(card)

            def ready() -> None:
                sys.stdout.write(f"export {SOCKET_VARIABLE}={service.socket_path}\n# {NOT_SAVED}\n# {next_cards()}\n")
                sys.stdout.write("".join(f"# {line}\n" for line in service.openness))
                sys.stdout.flush()

            with on_signal(renew):
                serve_all(readers, service.check, ready)
    except (ProductError, TransportError, ValueError) as error:
        complain(str(error))
        return USAGE
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
