"""Conversations played over a port: what each word does, what stops them, what is wrong with a file."""

from __future__ import annotations

import pytest

from cardemu.card import Card
from cardemu.conversation.grammar import matches, read_steps
from cardemu.conversation.player import ConversationError, DisagreementError, Player, read_conversation
from cardemu.products import product
from cardemu.terminal.keyholder import Holder, Hsm
from tests.cardemu.support import REGION, SERIAL, counting

SSSE = "00A40400 0F 7378312E73682EC9E7BBE1B1A3D5CF = * 9000\n"
VALUES = {"pin": bytes.fromhex("123456"), "time": bytes.fromhex("20260302091000"), "amount": bytes.fromhex("00002710")}


def player(name: str = "generation-2", *, emulated: bool = True) -> Player:
    """A card under power at a terminal with the product's keys."""
    kind = product(name)
    card = Card.initialised(kind.template, counting(), REGION, SERIAL)
    card.reset()
    keys = Hsm(kind.template.roots, bytes.fromhex("410100000001"))
    holder = Holder(kind.template.algorithm, REGION, card.historical)
    return Player(card, keys, holder, (lambda: dict(card.memory.cells)) if emulated else None)


def play(text: str, name: str = "generation-2") -> Player:
    """Play a conversation to its end."""
    playing = player(name)
    playing.play(read_conversation(text, "test.apdu", VALUES), VALUES)
    return playing


@pytest.mark.parametrize("name", ["generation-1", "generation-2", "generation-3"])
def test_every_word_works_with_every_product(name: str) -> None:
    """Proofs, secured commands, load and purchase, with 3DES and SM4 alike; 25 exchanges."""
    text = (
        "reset\n" + SSSE + "internal = * 9000\nauth UKSSSE = 9000\nauth UKSSSE wrong = 63CE\n"
        "00A40400 06 D15600000503 = * 9000\n00200000 03 {pin} = 9000\nload {amount} = * 9000\nload 5 = * 9000\n"
        "purchase 100 20 3 = * 9000\nB0260001 04 = 000026B1 9000\n"
        "mac 841E0001 BK wrong = 9302\nmac 841E0001 BK = 9000\n" + SSSE + "mac 84160000 BK = 9000\n00840000 08 = 6A81\n"
    )
    assert play(text, name).exchanges == 25


def test_repeat_counts() -> None:
    """`repeat N` is N steps and {n} their number."""
    steps = read_steps("repeat 3 00B2{n:02X}04 00 = 6A83\n")
    assert [step.words for step in steps] == [(f"00B20{n}04", "00") for n in (1, 2, 3)]


def test_it_stops_at_the_first_disagreement() -> None:
    """With the line, the command, what was expected and what came."""
    playing = player()
    conversation = read_conversation("# a comment\nreset\n00200000 03 000000 = 9000\n00840000 08 = 6A81\n", "t.apdu")
    with pytest.raises(DisagreementError) as caught:
        playing.play(conversation, VALUES)
    error = caught.value
    assert (error.step.line, error.command.hex(), error.expected, error.got.hex()) == (
        3, "0020000003000000", "9000", "63c5",
    )  # fmt: skip
    assert error.why == "63C5: wrong, 5 tries left"
    assert playing.exchanges == 2


def test_any_data_must_be_some() -> None:
    """`*` stands for at least one byte before the status word."""
    assert matches("*9000", b"\x01\x90\x00")
    assert not matches("*9000", b"\x90\x00")
    with pytest.raises(DisagreementError, match="9000: done"):
        play("reset\n00200000 03 {pin} = * 9000\n")


def test_changed_memory_is_seen() -> None:
    """`unchanged` is about every byte on the chip."""
    play("reset\n00200000 03 {pin} = 9000\nunchanged\n")
    with pytest.raises(DisagreementError, match="bytes on the chip have changed"):
        play("reset\n805E0100 07 123456 FF 654321 = 9000\nunchanged\n")


def test_memory_of_a_real_card_cannot_be_seen() -> None:
    """Over a reader `unchanged` is a mistake of the file, not of the card."""
    playing = player(emulated=False)
    with pytest.raises(ConversationError, match="only an emulated card shows its memory"):
        playing.play(read_conversation("unchanged\n", "t.apdu"), {})


def test_a_card_with_other_keys_is_not_taken_for_genuine() -> None:
    """INTERNAL AUTHENTICATE ends in 9000, but the proof is another card's."""
    playing = player()
    playing.holder = playing.holder._replace(region="990302")
    with pytest.raises(DisagreementError, match="another key, or another card"):
        playing.play(read_conversation("reset\n" + SSSE + "internal = * 9000\n", "t.apdu"), {})


def test_lines_without_a_place_on_the_product_are_left_out() -> None:
    """A first-generation card has no name extension."""
    conversation = read_conversation("00DC4E00 16 4E14 {person.name_extension} = 9000\nreset\n", "t.apdu")
    assert len(conversation.without({"person.name_extension"}).verbs) == 1
    assert len(conversation.without({"person.name"}).verbs) == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("00GG", "t.apdu:1: '00GG' is neither whole bytes in hexadecimal nor a word"),
        ("00200000 03 {pim} = 9000", "t.apdu:1: {pim} is no value; values: amount, pin, time"),
        ("= 9000", "t.apdu:1: nothing is sent before ="),
        ("0020 = 9000", "t.apdu:1: '0020' is shorter than the 4 bytes of a header"),
        ("repeat", "t.apdu:1: 'repeat' is neither whole bytes in hexadecimal nor a word"),
        ("repeat x 00840000 08", "t.apdu:1: 'repeatx0084000008' is neither whole bytes"),
        ("mac xx BK", "t.apdu:1: 'xx' is neither whole bytes"),
        ("mac {pin} BK", "t.apdu:1: {pin} is not a header of 4 bytes"),
        ("auth", "t.apdu:1: auth needs the name of one key"),
        ("auth RPG", "t.apdu:1: RPG is no key of the sector; keys: IRK, STK, UKSSSE"),
        ("mac 841E00 BK", "t.apdu:1: 841E00 is not a header of 4 bytes"),
        ("mac 841E0001", "t.apdu:1: mac needs a header of 4 bytes and a key"),
        ("load x", "t.apdu:1: an amount is a number of fen or a {name}"),
        ("purchase 1 2", "t.apdu:1: 3 amount(s) are needed, not 2"),
        ("internal DPK", "t.apdu:1: internal takes nothing behind it"),
    ],
)
def test_mistakes_are_named(line: str, message: str) -> None:
    """Which line, what is wrong with it, what is allowed."""
    with pytest.raises(ConversationError) as caught:
        read_conversation(line, "t.apdu", VALUES)
    assert str(caught.value).startswith(message)
