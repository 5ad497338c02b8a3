"""Puts cards into virtual readers: `cardmill card serve`."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cardemu.card import Card
from cardemu.cardfile import UsageError, load_card
from cardemu.console import FINE, complaining
from cardemu.host.printing import say
from cardemu.host.temporary import temporary_folder
from cardemu.people import person
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.data import items, values_of
from cardemu.personalisation.personalise import personalise
from cardemu.personalisation.script import DAY, REGION
from cardemu.products import Product, names, product
from cardemu.terminal.keyholder import Hsm
from cardemu.transports.base import Port, TransportError
from cardemu.transports.in_process import spoken
from cardemu.transports.pcscd import MAX_READERS, SLOTS, SOCKET_VARIABLE, OwnPcscd, missing
from cardemu.transports.vpcd import RETRY_S, Reader, serve_all, slot_port

PROGRAMS = {"pcsc_scan": "pcsc-tools", "scriptor": "pcsc-tools", "opensc-tool": "opensc", "pkcs15-tool": "opensc"}
"""Debian packages of programs people look at cards with."""
SEED = 1
NOTICED_S = 10.0


@dataclass(frozen=True, slots=True)
class Served:
    """A card to show: itself, as a reader sees it, and in words."""

    port: Port
    words: str


@complaining
def serve(
    cards: Sequence[str], *, slot: int = 0, product_name: str | None = None, own: bool = False, program: str = ""
) -> int:
    """Show each card in a slot of the virtual reader, from `slot` on, until Ctrl-C or until `program` ends.

    A card is a saved card, or a product: then it is made, for a synthetic person.  `own`: with a PC/SC service of its
    own, beside the system's.  What a terminal writes is not saved.  Exit code 0, that of the program, or 2.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    served = [_served(name, number, product_name) for number, name in enumerate(cards)]
    try:
        with ExitStack() as stack:
            service = stack.enter_context(_service(slot + len(served))) if own else None
            return _show(served, slot, service, program)
    except KeyboardInterrupt:
        return FINE


def _show(served: list[Served], slot: int, service: OwnPcscd | None, program: str) -> int:
    """Say where the cards are, and keep them there."""
    slots = range(slot, slot + len(served))
    if service is None:
        _explain_missing()
        places = [(f"slot {place} of the virtual reader", slot_port(place)) for place in slots]
    else:
        places = [(service.names[place], service.ports[place]) for place in slots]
    for (place_name, _), each in zip(places, served, strict=True):
        say(f"{place_name}: {each.words}")
    if service is not None:
        say("other programs see it after")
        say(f"export {SOCKET_VARIABLE}={service.socket_path}")
    together = [(each.port, port) for each, (_, port) in zip(served, places, strict=True)]
    check = service.check if service is not None else lambda: None
    if program:
        return _run(program, together, service.environment if service is not None else None, check)
    serve_all(together, check)
    return FINE


def _served(name: str, number: int, product_name: str | None) -> Served:
    """A saved card, or a new one of a product."""
    if name in names() or name.endswith(".toml"):
        made = product(name)
        card, holder = issued(made, number)
        return Served(spoken(card, made.protocol), f"{made.name}, {holder}")
    path = Path(name)
    if not path.exists():
        raise UsageError(f"{name}: no such saved card, and no product; products: {', '.join(names())}")
    card, made = load_card(path, product_name)
    return Served(spoken(card, made.protocol), f"{made.name}, {path.name}")


def issued(made: Product, index: int) -> tuple[Card, str]:
    """A new card of a product, personalised for a synthetic person, and who that is."""
    holder, serial = person(SEED, REGION, index), index.to_bytes(4, "big")
    card = Card.initialised(made.template, os.urandom, REGION, serial)
    everything = items(made, values_of(holder, REGION, serial, DAY, index))
    audit = personalise(card, made, everything, Hsm(made.template.roots), Audit(""), REGION)
    if not audit.complete:
        raise UsageError(f"{made.name}: no card comes of this product; {audit.failed}")
    card.power_off()
    return card, f"{holder.name}, {holder.citizen_number}"


def _explain_missing() -> None:
    lacking = missing()
    if lacking:
        say(f"not installed: {', '.join(lacking)} (apt install {' '.join(lacking)})")


@contextmanager
def _service(slots: int) -> Iterator[OwnPcscd]:
    """A PC/SC service with at least so many readers."""
    if slots > MAX_READERS:
        raise UsageError(f"{slots} slots: a PC/SC service has at most {MAX_READERS} readers")
    with temporary_folder() as folder:
        try:
            service = OwnPcscd(folder, slots + slots % SLOTS)
        except ValueError as error:
            raise UsageError(f"{error}; set TMPDIR to a shorter one") from error
        with service:
            yield service


class Noticed:
    """A card that tells when the PC/SC service has powered it up, which it does as soon as it sees a card."""

    __slots__ = ("_card", "_powered", "_resets", "transmit")

    def __init__(self, card: Port) -> None:
        self._card = card
        self._powered = threading.Event()
        self._resets = 0
        self.transmit = card.transmit

    def reset(self) -> bytes:
        """The first is our own, when the card goes in; those after it are the service's."""
        self._resets += 1
        if self._resets > 1:
            self._powered.set()
        return self._card.reset()

    def wait(self, check: Callable[[], None]) -> None:
        """Return when it was powered up; TransportError when nobody does, or what `check` raises meanwhile."""
        end = time.monotonic() + NOTICED_S
        while not self._powered.wait(RETRY_S):
            check()
            if time.monotonic() > end:
                raise TransportError(f"the PC/SC service did not power the card up within {NOTICED_S} s")


def _run(
    program: str, cards: list[tuple[Port, int]], environment: Mapping[str, str] | None, check: Callable[[], None]
) -> int:
    """Run a program while the cards are in; its exit code (0 after Ctrl-C), or what `check` raises then."""
    noticed = [Noticed(card) for card, _ in cards]
    readers = [Reader(card, port) for card, (_, port) in zip(noticed, cards, strict=True)]
    try:
        words = shlex.split(program)
        for reader in readers:
            reader.insert()
        for card in noticed:
            card.wait(check)
        sys.stdout.flush()
        code = subprocess.run(words, env=environment, check=False).returncode  # noqa: S603 - the user's own words
        check()
        return code
    except FileNotFoundError as error:
        package = PROGRAMS.get(words[0])
        hint = f" (apt install {package})" if package else ""
        raise UsageError(f"{words[0]}: no such program{hint}") from error
    except TransportError:
        check()  # the reason behind it, if there is one
        raise
    except (ValueError, PermissionError) as error:
        raise UsageError(f"{program!r} cannot be run: {error}") from error
    finally:
        for reader in readers:
            reader.remove()
