"""Personalisation: the person's data onto a card under its update keys (SPEC-10; instant issue: C2 EVOLIS, KIOSK, T10).

The same for a central batch and for a pre-made card at a counter.  The order is that of the traces: mutual
authentication, the cardholder's data, then the issuer's.  An item the card refuses is noted and may be written again;
after a torn conversation the next one goes on where it stopped, because the caller keeps the audit record.
"""

from __future__ import annotations

from cardemu.card import Card
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.data import DataError, Item, identity_of, items
from cardemu.personalisation.itemwise import write_item
from cardemu.products import Product
from cardemu.session import Challenge
from cardemu.terminal.errors import ReaderError
from cardemu.terminal.keyholder import Hsm, KeyHolder
from cardemu.terminal.link import Link
from cardemu.terminal.port import Slot, StatusError, power_up

FIRST_FILE_KEY = "SSSEEF06"
EXTERNAL_AUTHENTICATE = 0x82


def personalise(
    slot: Slot, product: Product, made: tuple[Item, ...], keys: KeyHolder, audit: Audit, region: str = ""
) -> Audit:
    """Write what is not on the card yet; the audit record says what is, and what failed.

    `region` is needed for a card without identification.  PowerCutError and other trouble of the port go through.
    A key the card does not accept is tried once, not once an item: its tries are few.
    """
    link = Link(slot, power_up(slot), keys, card_product=product, region=region, listener=audit.listen)
    audit.begin("mutual authentication")
    link.enter()
    link.identify()
    link.recognise()
    link.authenticate("RKSSSE")
    audit.succeed()
    locked_out: dict[tuple[str, str], int] = {}
    for item in in_order(made):
        rule = (item.row.df, item.row.write)
        if item.name in audit.done:
            continue
        audit.begin(item.name)
        if rule in locked_out:
            audit.fail(locked_out[rule])
            continue
        try:
            write_item(link, item)
        except StatusError as error:
            audit.fail(error.status)
            if error.header[1] == EXTERNAL_AUTHENTICATE:
                locked_out[rule] = error.status
        except ReaderError as error:
            audit.fail(-error.code)
        else:
            audit.succeed()
    return audit


def premade(product: Product, random: Challenge, region: str, serial: bytes) -> Card:
    """A pre-made card (预制卡), without power: files, keys, PIN, identification and version, and nobody's data."""
    card = Card.initialised(product.template, random, region, serial)
    made = items(product, identity_of(region, serial))
    audit = personalise(card, product, made, Hsm(product.template.roots), Audit(""), region)
    if not audit.complete:
        raise DataError(f"{product.name}: no card comes of this product; {audit.failed}")
    card.power_off()
    return card


def rewrite(
    slot: Slot, product: Product, made: tuple[Item, ...], keys: KeyHolder, audit: Audit, region: str = ""
) -> Audit:
    """Write the items that failed once more."""
    again = tuple(item for item in made if item.name in audit.failed)
    return personalise(slot, product, again, keys, audit, region)


def in_order(made: tuple[Item, ...]) -> list[Item]:
    """The cardholder file first, then the rest in the layout's order (C2: EF06 then EF05)."""
    return sorted(made, key=lambda item: item.row.key != FIRST_FILE_KEY)
