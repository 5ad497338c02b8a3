"""From the chip to a person's card: every step, refusals, power cuts, the audit record."""

from __future__ import annotations

import json

import pytest

from cardemu.card import Card
from cardemu.keys import KEY_ROWS, table
from cardemu.memory import Cell, PowerCutError
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.data import DataError, items, values_of
from cardemu.personalisation.personalise import personalise, rewrite
from cardemu.personalisation.prepersonalise import Chip, PrePersonaliser
from cardemu.products import from_data, product
from cardemu.psam import psam
from cardemu.terminal.keyholder import Hsm, Psam
from tests.cardemu.support import REGION, SERIAL, TERMINAL, counting
from tests.cardemu.terminal.desk import LI_MIN, PRODUCTS, VALUES, card_of, made, new_card, over_t0, reader, text


def blank(name: str) -> Card:
    """A chip as it comes from the chip maker."""
    return Card.blank(product(name).template, counting())


def initialise(card: Card, name: str, audit: Audit) -> None:
    """Pre-personalise it, over T=0."""
    PrePersonaliser(Chip(product(name), REGION, SERIAL), Hsm(), audit).run(over_t0(card), VALUES)


def content(card: Card) -> dict[int, bytes]:
    """All cells that are not empty, keys and their counters in one order."""
    numbers = {*card.memory.image, *card.memory.cells}
    cells = {number: card.memory.read(number) for number in numbers if card.memory.read(number)}
    keys = sorted((entry._replace(slot=0) for entry in table(cells.pop(Cell.KEYS))), key=lambda entry: entry[:4])
    return {**cells, Cell.KEYS: repr(keys).encode()}


@pytest.mark.parametrize("name", PRODUCTS)
def test_prepersonalisation_makes_the_card_the_product_describes(name: str) -> None:
    """Same files, rules, keys, PIN, empty records; only the initialisation data are there besides."""
    card, audit = blank(name), Audit("A00000011")
    initialise(card, name, audit)
    assert audit.complete
    ready = new_card(name)
    personalise(
        ready,
        product(name),
        tuple(i for i in made(name) if i.name.split(" ")[1] in {"01", "03", "04"}),
        Hsm(),
        Audit("x"),
        REGION,
    )
    assert content(card) == content(ready)


def test_the_master_key_is_replaced_last() -> None:
    """Every other key before UKSSSE, whose command ends initialisation."""
    card, audit = blank("generation-2"), Audit("A00000011")
    initialise(card, "generation-2", audit)
    keys = [entry for entry in audit.entries if entry.header.startswith("84D4")]
    assert [entry.header for entry in keys if entry.header[4:6] == "01"] == ["84D40104"]
    assert keys[-1].item == "key UKSSSE version 1"
    assert len(keys) == len(table(product("generation-2").template.image[Cell.KEYS])) == 58


@pytest.mark.parametrize("name", PRODUCTS)
def test_prepersonalisation_is_taken_up_after_a_power_cut(name: str) -> None:
    """Torn after 20 writes, after 23, and so on, and started anew: in the end it is the same card.

    Each start writes every key again, and so spends and gives back a try of the transport key for each.
    """
    whole = blank(name)
    initialise(whole, name, Audit("whole"))
    card, cuts = blank(name), 0
    while True:
        card.tear_after(20 + 3 * cuts)
        try:
            initialise(card, name, Audit("torn"))
        except PowerCutError:
            cuts += 1
            assert cuts < 400
            continue
        break
    assert cuts > 20
    assert content(card) == content(whole)


def test_an_initialised_card_is_left_alone_and_another_one_is_refused() -> None:
    """A second run changes no byte; a card with another identification is named."""
    card = blank("generation-2")
    initialise(card, "generation-2", Audit("first"))
    personalise(card, product("generation-2"), made("generation-2"), Hsm(), Audit("person"))
    before = dict(card.memory.cells)
    initialise(card, "generation-2", Audit("second"))
    assert card.memory.cells == before
    other = values_of(LI_MIN, REGION, bytes.fromhex("0000002B"), "20260302", 2)
    with pytest.raises(DataError, match="the card in the reader is 990301D1560000050000002AFFFFFFFF"):
        PrePersonaliser(Chip(product("generation-2"), REGION, SERIAL), Hsm(), Audit("x")).run(card, other)


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_torn_personalisation_goes_on_where_it_stopped(name: str) -> None:
    """After every single write of the whole conversation; the audit record knows what is done."""
    whole = card_of(name)
    for writes in range(60):
        card, audit = new_card(name), Audit("torn")
        card.tear_after(writes)
        try:
            personalise(card, product(name), made(name), Hsm(), audit, REGION)
        except PowerCutError:
            done = list(audit.done)
            personalise(card, product(name), made(name), Hsm(), audit, REGION)
            assert audit.done[: len(done)] == done
        else:
            assert writes > 15
            break
        assert audit.complete
        assert content(card) == content(whole)
    else:
        pytest.fail("the personalisation has more writes than were tried")


class Stubborn:
    """A card that refuses to write some record, until told otherwise."""

    def __init__(self, card: Card, header: str) -> None:
        self.card, self.header = card, header

    def reset(self) -> bytes:
        """The card's own."""
        return self.card.reset()

    def transmit(self, command: bytes) -> bytes:
        """6581, memory failure, for commands that begin so."""
        if self.header and command.hex().upper().startswith(self.header):
            return b"\x65\x81"
        return self.card.transmit(command)


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_failed_item_is_written_again(name: str) -> None:
    """The others are on the card; the second try writes the one alone."""
    card = new_card(name)
    port, audit = Stubborn(card, "00DC0900"), Audit("A00000011", lambda: "2026-03-02 09:10")
    personalise(port, product(name), made(name), Hsm(), audit, REGION)
    assert audit.failed == {"SSSEEF06 09 name": "6581 memory failure"}
    assert not audit.complete
    assert [entry.status for entry in audit.refused] == ["6581"]
    port.header = ""
    already = len(audit.entries)
    rewrite(port, product(name), made(name), Hsm(), audit)
    assert audit.complete
    assert [entry.header for entry in audit.entries[already:] if entry.header[2:4] == "DC"] == ["00DC0900"]
    assert content(card) == content(card_of(name))
    assert {entry.when for entry in audit.entries} == {"2026-03-02 09:10"}


def test_a_wrong_key_costs_one_try() -> None:
    """All items under it fail, the card is asked once, and they are written when the key is right."""
    card, name = new_card("generation-2"), "generation-2"
    wrong = dict(product(name).template.roots)
    wrong[next(place for place in wrong if KEY_ROWS[place[0]].name == "UKSSSE")] = bytes(16)
    audit = personalise(card, product(name), made(name), Hsm(wrong), Audit("x"), REGION)
    assert set(audit.failed.values()) == {"63CE wrong, 14 tries left"}
    assert len(audit.failed) == len(made(name))
    assert rewrite(card, product(name), made(name), Hsm(), audit, REGION).complete
    assert content(card) == content(card_of(name))


def test_the_audit_record_holds_no_keys_and_no_person() -> None:
    """Headers, status words, names of items; no data of any command."""
    card, audit = blank("generation-3"), Audit("A00000011")
    initialise(card, "generation-3", audit)
    personalise(card, product("generation-3"), made("generation-3"), Hsm(), audit)
    document = audit.to_json()
    for secret in (Hsm().transport_key().hex().upper(), "990301199003070024", "李敏", "123456"):
        assert secret not in document
    loaded = json.loads(document)
    assert loaded["card"] == "A00000011"
    assert loaded["failed"] == {}
    assert all(len(exchange["header"]) == 8 for exchange in loaded["exchanges"])


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_counter_with_a_psam_personalises_a_premade_card(name: str) -> None:
    """Instant issue: the same items with the terminal's PSAM for keys."""
    card, audit = blank(name), Audit("A00000011")
    initialise(card, name, audit)
    personalise(over_t0(card), product(name), made(name), Psam(psam(counting(), REGION, TERMINAL)), audit)
    assert audit.complete
    out = bytearray()
    assert reader(card).iReadCardBas(1, out) == 0
    assert text(out).split("|")[4] == "李敏"


def test_pictures_are_written_in_parts() -> None:
    """A photo of 4096 bytes fills the file; a larger one is refused before the card is touched."""
    photo = bytes(index % 251 for index in range(4096))
    card = new_card("generation-2")
    wanted = items(product("generation-2"), VALUES, {"photo": photo, "fingerprint": b"\x01\x02"})
    assert personalise(card, product("generation-2"), wanted, Hsm(), Audit("x"), REGION).complete
    out = bytearray()
    assert reader(card).iReadCard(1, 2, "", "SSSEEF08|$", out) == 0
    assert text(out) == f"SSSEEF08|{photo.hex().upper()}|$"
    with pytest.raises(DataError, match="SSSEEF08: a photo of 4097 bytes, at most 4096 fit"):
        items(product("generation-2"), VALUES, {"photo": photo + b"\x00"})


def test_all_mistakes_in_the_data_are_told_at_once() -> None:
    """Unknown names with the nearest known one, values that do not fit; nothing is written."""
    wrong = {**VALUES, "person.nmae": "x", "person.sex": "22", "person.birth_date": "7 March"}
    with pytest.raises(DataError) as caught:
        items(product("generation-2"), wrong)
    lines = str(caught.value).splitlines()
    assert lines[0] == "person.nmae: no data element is filled from it; did you mean person.name?"
    assert any("'22' takes 2 bytes, at most 1 fit" in line for line in lines)
    assert any("'7 March' must be digits" in line for line in lines)
    assert len(lines) == 3


def test_values_of_a_card_and_its_person() -> None:
    """Composed and checked numbers, ten years of validity, class by age."""
    assert VALUES == {
        "card.identification": "990301D1560000050000002AFFFFFFFF",
        "card.holder_class": "3",
        "card.initialising_body": "915600000299030199030101",
        "card.issue_date": "20260302",
        "card.valid_until": "20360302",
        "card.number": "A00000011",
        "person.number": "990301199003070024",
        "person.name": "李敏",
        "person.sex": "2",
        "person.ethnic_group": "01",
        "person.birthplace": "990301",
        "person.birth_date": "19900307",
    }
    assert values_of(LI_MIN, REGION, SERIAL, "20240229", 1)["card.valid_until"] == "20340228"
    classes = [
        values_of(LI_MIN, REGION, SERIAL, day, 1)["card.holder_class"]
        for day in ("19930101", "20000101", "20260101", "20500101")
    ]
    assert classes == ["1", "2", "3", "4"]


def test_what_cannot_be_initialised_is_said() -> None:
    """Values that are missing; a product whose environment is the MF."""
    chip = Chip(product("generation-2"), REGION, SERIAL)
    with pytest.raises(DataError, match=r"initialisation needs card.initialising_body, card.identification"):
        PrePersonaliser(chip, Hsm(), Audit("x")).run(blank("generation-2"), {})
    whole = from_data(
        {
            "product": {
                "name": "mf",
                "title": "mf",
                "title_zh": "mf",
                "generation": 2,
                "version": "2.00",
                "layout": "V2.0",
                "algorithm": "3DES",
                "environment": "MF",
                "citation": "test",
            }
        }
    )
    with pytest.raises(DataError, match="its environment is the MF"):
        PrePersonaliser(Chip(whole, REGION, SERIAL), Hsm(), Audit("x"))
