"""The card as a whole: its port, its catalogue, its price, and that nothing makes it crash."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cardemu.card
from cardemu.apdu import build
from cardemu.card import Card, Cost, fitting
from cardemu.catalogue import catalogue
from cardemu.files import Node, encode_header, tree
from cardemu.keys import table
from cardemu.lifecycle import ALLOWED, NEXT, Stage
from cardemu.memory import Cell, PowerCutError
from cardemu.state import load, save
from cardemu.status import Refused, known
from tests.cardemu.support import (
    REGION,
    Conversation,
    Host,
    blank_card,
    counting,
    files,
    new_card,
    read_conversation,
    session,
    template,
)

SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
SHARED = counting()
EXAMPLES = [bytes.fromhex(example.command) for spec in catalogue() for example in spec.examples]


# ---- the catalogue


@pytest.mark.parametrize("spec", catalogue(), ids=lambda spec: spec.name)
def test_catalogue_entry(spec: object) -> None:
    """Every command is named, cited, and has examples that reach it and that it answers."""
    entry = next(entry for entry in catalogue() if entry is spec)
    assert entry.citation
    assert entry.statuses == tuple(sorted(entry.statuses))
    assert all(known(status) for status in entry.statuses)
    for example in entry.examples:
        command = bytes.fromhex(example.command)
        assert command[1] == entry.ins
        assert command[0] in entry.cla
        assert example.meaning
        card = new_card()
        card.transmit(SSSE)
        assert card.transmit(command)[-2:] not in {b"\x6e\x00", b"\x6d\x00", b"\x67\x00"}


def test_commands_are_told_apart() -> None:
    """No two commands share class and instruction."""
    places = [(cla, spec.ins) for spec in catalogue() for cla in spec.cla]
    assert len(set(places)) == len(places)


def test_the_life_cycle_table_covers_the_catalogue() -> None:
    """Each command is allowed in some stage, and the table names no command that is not there."""
    names = {spec.name for spec in catalogue()}
    assert frozenset().union(*ALLOWED.values()) == names
    assert set(ALLOWED) == set(NEXT) == set(Stage)
    assert NEXT[Stage.LOCKED] == frozenset()


# ---- the port


def test_without_power_there_is_no_answer() -> None:
    """Before the first reset, and after power-off."""
    card = new_card(powered=False)
    with pytest.raises(PowerCutError, match="call reset"):
        card.transmit(SSSE)
    card.reset()
    card.power_off()
    assert card.cost == Cost(0, 0)
    with pytest.raises(PowerCutError, match="call reset"):
        card.transmit(SSSE)


def test_a_reset_forgets_everything_but_memory() -> None:
    """PIN shown, file selected, challenge asked for: gone; a changed PIN stays."""
    card = new_card()
    card.transmit(SSSE)
    assert card.transmit(bytes.fromhex("805E010007123456FF654321")) == b"\x90\x00"
    assert card.transmit(bytes.fromhex("0020000003654321")) == b"\x90\x00"
    card.reset()
    card.transmit(bytes.fromhex("00A4080004DDF1DF04"))
    assert card.transmit(bytes.fromhex("00B2012C00")) == b"\x69\x82"
    assert card.transmit(bytes.fromhex("0020000003654321")) == b"\x90\x00"


def test_the_cost_of_a_command_is_known() -> None:
    """Page writes and cryptographic operations of the last command."""
    card = new_card()
    card.transmit(SSSE)
    assert card.cost == Cost(0, 0)
    host = Host(card)
    host.authenticate(0x04)
    assert card.cost == Cost(2, 2)  # the try, and the try given back
    card.transmit(bytes.fromhex("00D6880004FFD8FFE0"))
    assert card.cost == Cost(1, 0)


def test_a_wrong_le_changes_nothing() -> None:
    """6Cxx comes before any effect: a load finished with a wrong Le has not happened."""
    card = new_card("generation-2")
    card.transmit(bytes.fromhex("00A4040006D15600000503"))
    card.transmit(bytes.fromhex("0020000003123456"))
    assert card.transmit(bytes.fromhex("B02800010B010000271041010000000111")) == b"\x6c\x10"
    assert card.transmit(bytes.fromhex("B02A00000B2026030209100000000000")) == b"\x69\x01"


@pytest.mark.parametrize(
    ("size", "le", "status"),
    [(255, 256, 0x6CFF), (256, 16, 0x6C00), (256, 255, 0x6C00), (257, 255, 0x6700), (1, 2, 0x6C01)],
)
def test_a_wrong_le_is_told_the_right_one(size: int, le: int, status: int) -> None:
    """6Cxx, where 00 means 256; a longer answer has no length that one byte could name."""
    with pytest.raises(Refused) as refused:
        fitting(size, le)
    assert refused.value.status == status


def test_an_le_of_256_takes_what_comes_in_pieces() -> None:
    """256 bytes fit, and more than that is fetched with GET RESPONSE."""
    for size in (256, 257, 1000):
        fitting(size, 256)


def test_a_blank_chip_becomes_equal_to_an_initialised_one_in_keys() -> None:
    """A key written with just its derived value takes no memory of its own."""
    card = new_card()
    card.transmit(SSSE)
    host = Host(card)
    value = host.key(0x0A)
    plain = bytes((2, 1, 15)) + value
    assert host.encrypted("84D4000A", 0x04, plain) == b"\x90\x00"
    assert Cell.KEYS not in card.memory.cells


@pytest.mark.parametrize("name", ["generation-1", "generation-3"])
def test_a_chip_initialised_by_commands_is_the_product(name: str) -> None:
    """COS activation, every file created, every key written: nothing of tree, keys and life cycle differs."""
    made, card = template(name), blank_card(name)
    host = Host(card)
    identity = new_card(name).memory.cells[Cell.IDENTITY]
    assert host.send(b"\x80\xd4\x00\x00\x20" + identity + b"\x40" * 16) == b"\x90\x00"
    nodes = tree(made.image[Cell.TREE]).nodes
    for node in nodes[1:]:
        _enter(host, node)
        header = encode_header(node.header)
        assert host.send(build(bytes.fromhex("80E00000"), header)) == b"\x90\x00"
    entries = table(made.image[Cell.KEYS])
    reference = session(new_card(name))
    for entry in entries:
        _enter(host, nodes[entry.df], inside=True)
        plain = bytes((entry.use, entry.version, entry.limit)) + reference.key_bytes(entry)
        last = entry is entries[-1]
        assert host.encrypted(f"84D4{last:02X}{entry.id:02X}", 0x0F, plain) == b"\x90\x00"
    assert {Cell.LIFE, Cell.TREE, Cell.KEYS, Cell.TRIES} & card.memory.cells.keys() == set()
    card.reset()
    card.transmit(SSSE)
    assert host.authenticate(0x0A) == b"\x90\x00"


def _enter(host: Host, node: Node, *, inside: bool = False) -> None:
    """Select the DF a file lies in (or the DF itself), and prove the transport key there."""
    path = [here.header.fid.to_bytes(2, "big") for here in reversed(node.line)][1 : None if inside else -1]
    host.send(build(bytes.fromhex("00A40800"), b"".join(path)) if path else "00A40000")
    assert host.authenticate(0x0F) == b"\x90\x00"


def test_refusals_are_caught_in_one_place() -> None:
    """Only the card's port turns Refused into an answer; anything else that is raised is a mistake and must show."""
    folder = Path(cardemu.card.__file__).parent
    catchers = [path.name for path in folder.rglob("*.py") if "except Refused" in path.read_text(encoding="utf-8")]
    assert catchers == ["card.py"]


# ---- the price


def personalised(index: int) -> Card:
    """A card with a person on it: its two files, a PIN and an identity of its own."""
    card = Card.initialised(template("generation-3"), SHARED, REGION, index.to_bytes(4, "big"))
    environment = tree(card.memory.image[Cell.TREE]).nodes[1]
    for cell in (environment.by_fid[0xEF05].cell, environment.by_fid[0xEF06].cell):
        content = card.memory.image[cell]
        card.memory.cells[cell] = index.to_bytes(4, "big") + content[4:]
    card.memory.cells[Cell.PIN] = index.to_bytes(8, "big")
    return card


@pytest.mark.slow
def test_a_live_personalised_card_takes_less_than_a_kilobyte() -> None:
    """Python's own overhead included; powered or not."""
    personalised(0).reset()
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    cards = [personalised(index) for index in range(1000)]
    asleep = (tracemalloc.get_traced_memory()[0] - before) / len(cards)
    for card in cards:
        card.reset()
    awake = (tracemalloc.get_traced_memory()[0] - before) / len(cards)
    tracemalloc.stop()
    assert asleep < 800
    assert awake < 1100


# ---- anything at all


def corpus() -> list[bytes]:
    """Examples of the catalogue and every command of the conversations: what a fuzzer starts from."""
    conversation = Conversation()
    for path in files():
        if path.stem != "initialise":
            for step in read_conversation(path):
                conversation.play(step)
    return sorted({*EXAMPLES, *(command for command, _ in conversation.seen)})


CORPUS = corpus()


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A command of the corpus, perhaps with bytes changed, cut or added."""
    command = bytearray(draw(st.sampled_from(CORPUS)))
    for _ in range(draw(st.integers(0, 3))):
        if not command:
            break
        place = draw(st.integers(0, len(command) - 1))
        match draw(st.integers(0, 2)):
            case 0:
                command[place] = draw(st.integers(0, 255))
            case 1:
                del command[place]
            case _:
                command.insert(place, draw(st.integers(0, 255)))
    return bytes(command)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["generation-1", "generation-3", "blank"])
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(commands=st.lists(mangled() | st.binary(max_size=40), min_size=1, max_size=25))
def test_any_bytes_get_an_answer(name: str, commands: list[bytes]) -> None:
    """Whatever arrives, the card answers data and a status word the specification lists, and stays saveable."""
    card = blank_card() if name == "blank" else new_card(name)
    if name != "blank":
        card.transmit(SSSE)
    for command in commands:
        answer = card.transmit(command)
        assert len(answer) >= 2
        assert known(int.from_bytes(answer[-2:], "big")), (command.hex(), answer.hex())
    assert save(load(save(card), template, counting())) == save(card)


@settings(max_examples=60)
@given(commands=st.lists(mangled(), min_size=1, max_size=15))
def test_an_authorised_terminal_cannot_break_the_card_either(commands: list[bytes]) -> None:
    """With PIN shown and all the environment's keys proved, mangled commands still only get answers."""
    card = new_card()
    card.transmit(SSSE)
    card.transmit(bytes.fromhex("0020000003123456"))
    host = Host(card)
    for number in (0x04, 0x0A):
        host.authenticate(number)
    for command in commands:
        answer = card.transmit(command)
        assert known(int.from_bytes(answer[-2:], "big"))
        if answer == b"\x6a\x81":
            break


def test_the_card_draws_no_challenge_of_its_own() -> None:
    """The same challenge source gives the same conversation."""
    answers = [[card.transmit(command) for command in CORPUS[:200]] for card in (new_card(), new_card())]
    assert answers[0] == answers[1]
