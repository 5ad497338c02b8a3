"""The card as a whole: its port, its catalogue, its price, and that nothing makes it crash."""

from __future__ import annotations

import gc
import json
import tomllib
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cardemu.card
from cardemu.apdu import build
from cardemu.card import Card, Cost
from cardemu.catalogue import catalogue
from cardemu.files import Node, encode_header, tree
from cardemu.keys import table
from cardemu.lifecycle import ALLOWED, NEXT, Stage
from cardemu.memory import Cell, PowerCutError
from cardemu.products import FOLDER, from_data, product
from cardemu.state import FORMAT, StateError, load, save
from cardemu.status import known
from cardemu.template import Template
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
)

STATES = Path(__file__).parent / "states"
SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
SHARED = counting()
EXAMPLES = [bytes.fromhex(example.command) for spec in catalogue() for example in spec.examples]


def template(name: str) -> Template:
    """The template of a product of the package."""
    return product(name).template


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


@pytest.mark.parametrize("number", [0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8D])
def test_a_right_gained_with_a_df_key_ends_on_leaving_the_df(number: int) -> None:
    """Neither in another DF, whose key may have the same id, nor back in its own; a global key's right stays."""
    card = new_card()
    host = Host(card)
    card.transmit(SSSE)
    assert host.authenticate(0x0A) == b"\x90\x00"
    for away in ("00A4040006D15600000501", "00A40400" + "0F7378312E73682EC9E7BBE1B1A3D5CF", "00A4000002DF03"):
        host.send("00A4040006D15600000500")
        assert host.authenticate(number) == b"\x90\x00"
        assert session(card).granted == {0x0A, number}
        host.send("00A4020002EF05")
        assert session(card).granted == {0x0A, number}
        host.send(away)
        assert session(card).granted == {0x0A}
        host.send("00A4040006D15600000500")
        assert session(card).granted == {0x0A}
    host.send("00A40000023F00")
    assert session(card).granted == set()


def test_keys_84_to_87_write_only_in_their_df() -> None:
    """UK2 to UK5 of DF01: what they open there is closed once the DF was left, for the file and for a namesake's."""
    card = new_card()
    host = Host(card)
    files = {0x84: "07", 0x85: "08", 0x86: "06", 0x87: "0A"}
    for number, sfi in files.items():
        host.send("00A4040006D15600000500")
        content = card.memory.read(session(card).df.by_sfi[int(sfi, 16)].cell)
        record = content[: 2 + content[1]]
        write = build(bytes((0x00, 0xDC, 0x01, int(sfi, 16) << 3 | 0x04)), record)
        assert host.authenticate(number) == b"\x90\x00"
        assert card.transmit(write) == b"\x90\x00"
        host.send("00A4040006D15600000501")
        host.send("00A4040006D15600000500")
        assert card.transmit(write) == b"\x69\x82"


@pytest.mark.parametrize("name", ["generation-2", "generation-3"])
def test_a_key_written_anew_takes_the_place_of_the_derived_one(name: str) -> None:
    """UKSSSE with bytes of our own: a proof with them is right, one with the derived key wrong; and the way back."""
    card = new_card(name)
    host = Host(card)
    card.transmit(SSSE)
    derived, own, source = host.key(0x0A), bytes(range(0x40, 0x50)), bytes(range(8))

    def proof(key: bytes) -> bytes:
        session_key = host.algorithm.session_key(key, host.challenge())
        return host.send(build(bytes.fromhex("0082000A"), host.algorithm.auth_data(session_key, source) + source))

    for right, wrong in ((own, derived), (derived, own)):
        assert host.encrypted("84D4000A", 0x04, bytes((2, 1, 15)) + right) == b"\x90\x00"
        assert (proof(right), proof(wrong)) == (b"\x90\x00", b"\x63\xce")
    stored = [entry for entry in table(card.memory.read(Cell.KEYS)) if entry.value]
    assert stored == []  # a value that is just the derived one is no difference from the product


def test_unblocking_and_reloading_the_pin_have_rules_of_their_own() -> None:
    """A product that lets everybody unblock, and only UKSSSE reload."""
    data = tomllib.loads((FOLDER / "generation-2.toml").read_text(encoding="utf-8"))
    data["pin"] |= {"unblock": "free", "reload": "UKSSSE"}
    card = Card.initialised(from_data(data).template, counting(), REGION, bytes(4))
    card.reset()
    host = Host(card)
    card.transmit(SSSE)
    assert host.mac("84240000", 0x06) == b"\x90\x00"
    assert host.encrypted("84240001", 0x07, b"\x65\x43\x21") == b"\x69\x82"
    assert host.authenticate(0x04) == b"\x90\x00"
    assert host.encrypted("84240001", 0x07, b"\x65\x43\x21") == b"\x90\x00"
    assert host.send("0020000003654321") == b"\x90\x00"


def test_a_wrong_le_changes_nothing() -> None:
    """6Cxx comes before any effect: a load finished with a wrong Le has not happened."""
    card = new_card("generation-2")
    card.transmit(bytes.fromhex("00A4040006D15600000503"))
    card.transmit(bytes.fromhex("0020000003123456"))
    assert card.transmit(bytes.fromhex("B02800010B010000271041010000000111")) == b"\x6c\x10"
    assert card.transmit(bytes.fromhex("B02A00000B2026030209100000000000")) == b"\x69\x01"


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


# ---- saved states


@pytest.mark.parametrize("name", ["generation-1", "generation-2", "generation-3"])
def test_a_saved_card_is_the_same_card(name: str) -> None:
    """Every cell comes back, and saving again gives the same text."""
    card = new_card(name)
    card.transmit(bytes.fromhex("805E010007123456FF654321"))
    again = load(save(card), template, counting())
    assert again.memory.cells == card.memory.cells
    assert save(again) == save(card)


def test_a_card_torn_and_saved_recovers_when_loaded() -> None:
    """The journal a power cut leaves behind travels with the card."""
    card = new_card()
    card.transmit(bytes.fromhex("00A4080004DDF1EF08"))
    Host(card).authenticate(0x04)
    command = bytes.fromhex("00D6000028") + b"\xaa" * 40
    card.transmit(SSSE)
    Host(card).authenticate(0x04)
    card.transmit(bytes.fromhex("00A4020002EF08"))
    card.tear_after(4)
    with pytest.raises(PowerCutError):
        card.transmit(command)
    again = load(save(card), template, counting())
    again.reset()
    cell = next(number for number, value in again.memory.cells.items() if value.startswith(b"\xaa"))
    assert again.memory.read(cell) == b"\xaa" * 40


@pytest.mark.parametrize("path", sorted(STATES.glob("*.json")), ids=lambda path: path.stem)
def test_states_of_every_version_load(path: Path) -> None:
    """A card saved by an earlier version still answers as it did then."""
    document = json.loads(path.read_text(encoding="utf-8"))
    card = load(json.dumps(document["state"]), template, counting())
    for command, expected in document["conversation"]:
        answer = card.reset() if command == "reset" else card.transmit(bytes.fromhex(command))
        assert answer.hex().upper() == expected, command


def test_there_is_a_state_of_the_current_format() -> None:
    """Whoever changes the format keeps the old files and adds new ones."""
    formats = {json.loads(path.read_text(encoding="utf-8"))["state"]["cardmill card"] for path in STATES.glob("*.json")}
    assert FORMAT in formats


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not a saved card"),
        ("[]", "the key 'cardmill card' is missing"),
        ('{"cardmill card": 99}', "saved in format 99; this version reads 1"),
        ('{"cardmill card": 1, "product": "x"}', "lacks cells, journal"),
    ],
)
def test_what_is_no_saved_card_is_refused(text: str, why: str) -> None:
    """The message says what is wrong with it."""
    with pytest.raises(StateError, match=why):
        load(text, template, counting())


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
