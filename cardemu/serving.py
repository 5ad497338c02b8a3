"""Puts cards into virtual readers: `cardmill card serve`."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cardemu.card import Card
from cardemu.cardfile import UsageError, load_card, save_card
from cardemu.console import complaining
from cardemu.host.exitcodes import FINE
from cardemu.host.printing import say
from cardemu.host.temporary import temporary_folder
from cardemu.people import person
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.data import items, placed, values_of
from cardemu.personalisation.personalise import personalise
from cardemu.personalisation.script import DAY, REGION
from cardemu.personalisation.standing import usual_values
from cardemu.products import Product, names, product
from cardemu.terminal.keyholder import Hsm
from cardemu.transports.base import Port, TransportError
from cardemu.transports.in_process import spoken
from cardemu.transports.pcscd import MAX_READERS, SLOTS, SOCKET_VARIABLE, OwnPcscd, missing, on_loopback, open_ports
from cardemu.transports.renewal import NOT_SAVED, next_cards, on_signal
from cardemu.transports.vpcd import Reader, await_seen, serve_all, slot_port
from cardemu.wrappers.contactless import Contactless

PROGRAMS = {"pcsc_scan": "pcsc-tools", "scriptor": "pcsc-tools", "opensc-tool": "opensc", "pkcs15-tool": "opensc"}
"""Debian packages of programs people look at cards with."""
SEED = 1


@dataclass(slots=True)
class Place:
    """One card to show, and those that follow it: a saved card, or new ones of a product.

    `number`: of the place, from 0; `step`: how many there are; `save`: where its cards go when they are taken out.
    """

    name: str
    number: int
    step: int
    product_name: str | None = None
    save: Path | None = None
    contactless: bool = False
    card: Card = field(init=False)
    port: Port = field(init=False)
    """The card as a reader sees it."""
    words: str = field(default="", init=False)
    """What it is."""
    _turn: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Get the first card; UsageError when there is none."""
        self._load()

    def _load(self) -> None:
        if self.name in names() or self.name.endswith(".toml"):
            made = product(self.name)
            card, holder = issued(made, self.number + self._turn * self.step)
            words = f"{made.name}, {holder}"
        else:
            path = Path(self.name)
            if not path.exists():
                raise UsageError(f"{self.name}: no such saved card, and no product; products: {', '.join(names())}")
            card, made = load_card(path, self.product_name)
            words = f"{made.name}, {path.name}"
        if self.contactless and "contactless" not in made.media:
            raise UsageError(f"{made.name}: has no contactless interface")
        port = Contactless(card) if self.contactless else spoken(card, made.protocol)
        self.card, self.port, self.words = card, port, words

    def renew(self, reader: Reader) -> None:
        """The next card into the reader: another person's, or the saved one as its file has it now."""
        old, turn = self.card, self._turn
        self._turn += 1
        try:
            self._load()
        except BaseException:
            self._turn = turn
            raise
        reader.exchange(self.port)
        self._keep(old, turn)

    def keep(self) -> None:
        """Save the card, if that was wanted."""
        self._keep(self.card, self._turn)

    def _keep(self, card: Card, turn: int) -> None:
        if self.save is not None:
            path = self.save.with_stem(f"{self.save.stem}-{turn + 1}") if turn else self.save
            save_card(card, path)
            say(f"{path}: saved")


@complaining
def serve(
    cards: Sequence[str],
    *,
    slot: int = 0,
    product_name: str | None = None,
    own: bool = False,
    program: str = "",
    save: Sequence[Path] = (),
    contactless: bool = False,
) -> int:
    """Show each card in a slot of the virtual reader, from `slot` on, until Ctrl-C or until `program` ends.

    A card is a saved card, or a product: then it is made, for a synthetic person.  `own`: with a PC/SC service of its
    own, beside the system's.  `save`: a file for each card, written when it is taken out; without, what a terminal
    writes is lost.  `contactless`: as a contactless reader shows them.  SIGUSR1 puts the next cards in.  Exit code 0,
    that of the program, or 2.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if save and len(save) != len(cards):
        raise UsageError(f"--save {len(save)} times for {len(cards)} cards: give it once for each card, in their order")
    files: list[Path | None] = [*save] or [None] * len(cards)
    places = [
        Place(name, number, len(cards), product_name, file, contactless)
        for number, (name, file) in enumerate(zip(cards, files, strict=True))
    ]
    try:
        with ExitStack() as stack:
            service = stack.enter_context(_service(slot + len(places))) if own else None
            return _show(places, slot, service, program)
    except KeyboardInterrupt:
        return FINE
    finally:
        for place in places:
            place.keep()


def _show(places: list[Place], slot: int, service: OwnPcscd | None, program: str) -> int:
    """Say where the cards are, and keep them there."""
    slots = range(slot, slot + len(places))
    if service is None:
        _explain_missing()
        where = [(f"slot {number} of the virtual reader", slot_port(number)) for number in slots]
    else:
        where = [(service.names[number], service.ports[number]) for number in slots]
    for (name, _), place in zip(where, places, strict=True):
        say(f"{name}: {place.words}")
    for line in service.openness if service is not None else open_ports(map(slot_port, range(SLOTS))):
        say(line)
    if not places[0].save:
        say(f"{NOT_SAVED} (--save FILE)")
    connect = service.connect if service is not None else on_loopback
    readers = [Reader(place.port, port, connect=connect) for place, (_, port) in zip(places, where, strict=True)]
    check = service.check if service is not None else lambda: None

    def renew() -> None:
        for place, reader in zip(places, readers, strict=True):
            place.renew(reader)

    def ready() -> None:
        if service is None:
            say("programs see it now")
        else:
            say("other programs see it after")
            say(f"export {SOCKET_VARIABLE}={service.socket_path}")
        say(next_cards())

    with on_signal(renew):
        if program:
            return _run(program, readers, service.environment if service is not None else None, check, ready)
        serve_all(readers, check, ready)
    return FINE


def issued(made: Product, index: int) -> tuple[Card, str]:
    """A new card of a product, personalised for a synthetic person, and who that is."""
    holder, serial = person(SEED, REGION, index), index.to_bytes(4, "big")
    card = Card.initialised(made.template, os.urandom, REGION, serial)
    values = values_of(holder, REGION, serial, DAY, index) | placed(
        made, usual_values(holder.citizen_number, REGION, DAY)
    )
    everything = items(made, values)
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
            service = OwnPcscd(folder, slots + slots % SLOTS, private=True)
        except ValueError as error:
            raise UsageError(f"{error}; set TMPDIR to a shorter one") from error
        with service:
            yield service


def _run(
    program: str,
    readers: list[Reader],
    environment: Mapping[str, str] | None,
    check: Callable[[], None],
    ready: Callable[[], None],
) -> int:
    """Run a program while the cards are in; its exit code (0 after Ctrl-C), or what `check` raises then."""
    try:
        words = shlex.split(program)
        for reader in readers:
            reader.insert()
        await_seen(readers, check)
        ready()
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
