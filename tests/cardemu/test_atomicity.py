"""Power cuts: after any single memory write, the next reset finds the state before the command or after it.

Every command that writes in any conversation is torn after every one of its page writes, and the recovery that
follows is torn after every one of its own.  A command that shows a secret spends a try with its first write, and
whatever an attacker sees that tells a right one from a wrong one has cost that try.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest

from cardemu.card import Card
from cardemu.catalogue import catalogue
from cardemu.fuzzing.corpus import psam_target
from cardemu.memory import PAGE_BYTES, Cell, Memory, Power, PowerCutError, pages
from cardemu.products import product
from tests.cardemu.support import Conversation, Host, files, new_card, read_conversation, session

WRITERS = {
    "APPLICATION BLOCK",
    "CARD BLOCK",
    "CHANGE PIN",
    "CREATE FILE",
    "CREDIT ACCOUNT",
    "DEBIT ACCOUNT",
    "EXTERNAL AUTHENTICATE",
    "LOAD TRANSPORT KEY",
    "PIN UNBLOCK",
    "START DAY",
    "UPDATE BINARY",
    "UPDATE RECORD",
    "VERIFY",
    "WRITE KEY",
}
SECRETS = {
    *(b"\x00\x20", b"\x80\x5e", b"\x84\x24", b"\x00\x82"),
    *(b"\x84\x1e", b"\x84\x16", b"\x84\xd4", b"\x04\xd6", b"\x04\xdc"),
    *(b"\xb0\x2a", b"\xb0\x2c", b"\x80\x72"),
}
"""CLA and INS of the commands that show a PIN, a proof or a MAC, on a card and on a PSAM."""
RECOVERY_LIMIT = 60
"""Recoveries of larger commands run the same journal, only longer; their own tears would take minutes."""


def clone(card: Card) -> Card:
    """A copy of a card in the middle of its session; what all cards share stays shared."""
    here = session(card)
    shared: list[object] = [card.template, card.memory.image, here.commands, here.tree, *here.tree.nodes, card.random]
    return copy.deepcopy(card, {id(thing): thing for thing in shared})


def snapshot(card: Card) -> dict[int, bytes]:
    """All of a card's memory."""
    numbers = set(card.memory.image) | set(card.memory.cells)
    return {number: card.memory.read(number) for number in numbers if card.memory.read(number)}


def torn(card: Card, command: bytes, writes: int) -> Card:
    """A copy of the card, torn after so many page writes of a command; not reset yet."""
    victim = clone(card)
    victim.tear_after(writes)
    with pytest.raises(PowerCutError):
        victim.transmit(command)
    return victim


def check(card: Card, command: bytes) -> int:
    """Tear one command everywhere; how many page writes it makes."""
    before = snapshot(card)
    whole = clone(card)
    whole.transmit(command)
    after, count = snapshot(whole), whole.cost.page_writes
    finished, compared = 0, command[:2] in SECRETS
    for writes in range(count + 1):
        victim = torn(card, command, writes)
        torn_memory = copy.deepcopy(victim.memory, {id(card.memory.image): card.memory.image})
        victim.reset()
        found = snapshot(victim)
        if writes == 1 and compared:
            before, finished = one_try_less(before, found), 0
        assert found in (before, after), f"{command.hex()} torn after {writes} of {count}"
        assert (found == after) >= finished, "a later cut cannot undo what an earlier one kept"
        finished = found == after
        if count <= RECOVERY_LIMIT:
            _tear_recovery(victim, torn_memory, found)
    assert count == 0 or finished, "after the last write the command has happened"
    if compared:
        _attack(card, command, count)
    return count


def one_try_less(before: dict[int, bytes], found: dict[int, bytes]) -> dict[int, bytes]:
    """The memory found, once it is seen to be that before but for one counter, lower by one."""
    fallen = [old - new for old, new in zip(before[Cell.TRIES], found[Cell.TRIES], strict=True) if old != new]
    assert fallen == [1]
    assert {**found, Cell.TRIES: b""} == {**before, Cell.TRIES: b""}
    return found


def seen(card: Card, command: bytes, writes: int) -> tuple[bytes, bytes]:
    """What who tears a card after so many writes gets to see (nothing, or the answer), and the tries then."""
    victim, answer = clone(card), b""
    victim.tear_after(writes)
    try:
        answer = victim.transmit(command)
    except PowerCutError:
        victim.reset()
    return answer, victim.memory.read(Cell.TRIES)


def _attack(card: Card, command: bytes, count: int) -> None:
    """A right secret beside a wrong one: no power cut tells them apart for nothing."""
    if clone(card).transmit(command)[-2:] != b"\x90\x00":
        return
    wrong = command[:5] + bytes((command[5] ^ 1,)) + command[6:-1] + bytes((command[-1] ^ 1,))
    assert clone(card).transmit(wrong)[0] in {0x63, 0x93}
    before = card.memory.read(Cell.TRIES)
    for writes in range(count + 1):
        (right_answer, _), (answer, left) = seen(card, command, writes), seen(card, wrong, writes)
        assert answer == right_answer or sum(left) < sum(before), (
            f"{command.hex()} torn after {writes} tells for nothing"
        )


def _tear_recovery(card: Card, memory: Memory, expected: dict[int, bytes]) -> None:
    """Tear the reset that recovers after each of its own writes; the one after it finds the same state."""
    for writes in range(PAGE_BYTES * 100):
        victim = Card(card.template, card.random, copy.deepcopy(memory, {id(memory.image): memory.image}))
        victim.tear_after(writes)
        try:
            victim.reset()
        except PowerCutError:
            victim.reset()
            assert snapshot(victim) == expected
        else:
            return


def writing_steps(path: Path) -> Iterator[tuple[Card, bytes]]:
    """The cards and commands of a conversation just before each command that writes, once per kind and (rough) size."""
    told: set[tuple[int, int, int]] = set()
    conversation = Conversation()
    waiting: list[tuple[Card, bytes]] = []

    def listen(card: Card, command: bytes) -> None:
        probe = clone(card)
        probe.transmit(command)
        writes = probe.cost.page_writes
        size = writes if writes <= 12 else 12 + writes.bit_length()
        kind = (command[0], command[1], size) if len(command) > 1 else (0, 0, 0)
        if kind[2] and kind not in told:
            told.add(kind)
            waiting.append((clone(card), command))

    conversation.listener = listen
    for step in read_conversation(path):
        conversation.play(step)
        yield from waiting
        waiting.clear()


SLOW = {"initialise"}


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (path.stem in SLOW)) for path in files()],
)
def test_no_power_cut_leaves_a_half_done_command(path: Path) -> None:
    """Wherever power goes in a command of this conversation, the card is before it or after it."""
    for card, command in writing_steps(path):
        assert check(card, command) >= 1


@pytest.mark.slow
def test_every_writing_command_is_torn() -> None:
    """The conversations contain a write of every command that can write, and of no other."""
    names = {cla << 8 | spec.ins: spec.name for spec in catalogue() for cla in spec.cla}
    seen = {names[command[0] << 8 | command[1]] for path in files() for _, command in writing_steps(path)}
    assert seen == WRITERS


def test_the_psam_is_atomic_too() -> None:
    """Every command of the PSAM that writes, torn after every page write; no other writes."""
    target, writers, told = psam_target([product("generation-3")]), set[str](), set[tuple[bytes, int]]()
    names = {cla << 8 | spec.ins: spec.name for spec in target.specs for cla in spec.cla}
    for conversation in target.conversations:
        card = target.card(conversation.start)
        card.reset()
        for op in conversation.ops:
            if not isinstance(op, bytes):
                card.reset()
                continue
            probe = clone(card)
            probe.transmit(op)
            if (kind := (op[:2], probe.cost.page_writes)) not in told and kind[1]:
                told.add(kind)
                writers.add(names[op[0] << 8 | op[1]])
                assert check(card, op) >= 1
            card.transmit(op)
    assert writers == {"CHANGE KEY", "CREDIT SAM", "INIT SAM FOR PURCHASE"}


def test_a_purchase_and_its_log_record_never_part() -> None:
    """Balance, proof and log change together: a purchase makes several page writes, all or none count."""
    card = new_card()
    host = Host(card)
    host.send("00A4040006D15600000503")
    host.send("0020000003123456")
    host.load(10000)
    sizes: list[int] = []

    def listen(card: Card, command: bytes) -> None:
        if command[:2] == b"\xb0\x2c":
            sizes.append(check(card, command))

    conversation = Conversation()
    conversation.listener = listen
    conversation.card = conversation.listening(card)
    conversation_host = Host(conversation.card)
    conversation_host.send("00A4040006D15600000503")
    conversation_host.send("0020000003123456")
    assert conversation_host.purchase((3520, 0, 0))[-2:] == b"\x90\x00"
    assert sizes == [11]  # the try; account, log and counter in the journal, its mark, all three, its end


def test_page_writes_cover_exactly_what_changed() -> None:
    """Only pages that differ are written; a change of length alone takes one write."""
    old = bytes(100)
    new = old[:40] + b"\x01" + old[41:]
    assert [(page.offset, len(page.data), page.total) for page in pages(7, old, new)] == [(32, 32, 100)]
    assert [(page.offset, page.data) for page in pages(7, b"abc", b"abc")] == []
    assert [(page.offset, page.data, page.total) for page in pages(7, b"abc\x00", b"abc")] == [(0, b"abc", 3)]


def test_one_page_needs_no_journal() -> None:
    """A single page write is whole or not there by itself: it costs one write."""
    memory, power = Memory({Cell.TRIES: b"\x06"}), Power()
    memory.commit({Cell.TRIES: b"\x05"}, power)
    assert (power.used, memory.read(Cell.TRIES), memory.journal) == (1, b"\x05", None)


def test_two_pages_are_journalled() -> None:
    """Two pages cost six writes: two journal entries, the mark, the two pages, and clearing the journal."""
    memory, power = Memory({}), Power()
    memory.commit({Cell.TRIES: b"\x05", Cell.PIN: b"\x12\x34"}, power)
    assert power.used == 6


def test_a_cell_that_equals_the_image_takes_no_memory() -> None:
    """Writing the product's own value back leaves nothing that differs."""
    memory, power = Memory({Cell.TRIES: b"\x06"}), Power()
    memory.commit({Cell.TRIES: b"\x05"}, power)
    memory.commit({Cell.TRIES: b"\x06"}, power)
    assert memory.cells == {}


def test_a_torn_card_answers_nothing_until_reset() -> None:
    """Without power there is no answer at all, not even a status word."""
    card = new_card()
    card.tear_after(1)
    wrong_pin = bytes.fromhex("0020000003999999")
    with pytest.raises(PowerCutError, match="after a memory write"):
        card.transmit(wrong_pin)
    with pytest.raises(PowerCutError, match="call reset"):
        card.transmit(wrong_pin)
    card.reset()
    assert card.transmit(bytes.fromhex("00200000")) == b"\x63\xc5"


def test_tearing_before_the_first_write_compares_nothing() -> None:
    """Cutting power before a try is written costs none, and says as much about the right PIN as about a wrong one."""
    card = new_card()
    for number in ("999999", "123456"):
        card.tear_after(0)
        with pytest.raises(PowerCutError, match="before a memory write"):
            card.transmit(bytes.fromhex("0020000003" + number))
        card.reset()
        assert card.transmit(bytes.fromhex("00200000")) == b"\x63\xc6"


@pytest.mark.parametrize("writes", [0, 1, 2])
def test_a_pin_is_not_found_by_tearing(writes: int) -> None:
    """Reset, tear, guess, over and over: six guesses that tell anything, and the PIN is locked."""
    card, told = new_card(), 0
    for guess in range(100_000, 100_040):
        card.reset()
        card.tear_after(writes)
        try:
            told += card.transmit(bytes.fromhex(f"0020000003{guess}")) != b"\x69\x83"
        except PowerCutError:
            told += writes > 0
        card.reset()
    assert told == (6 if writes else 0)
    assert card.transmit(bytes.fromhex("00200000")) == (b"\x69\x83" if writes else b"\x63\xc6")


def test_a_command_that_writes_nothing_survives_an_armed_cut() -> None:
    """The cut waits for a memory write; reading makes none."""
    card = new_card()
    card.tear_after(1)
    assert card.transmit(bytes.fromhex("0084000004"))[-2:] == b"\x90\x00"


def test_a_negative_number_of_writes_is_refused() -> None:
    """tear_after takes 0 and more."""
    with pytest.raises(ValueError, match="cannot be negative"):
        new_card().tear_after(-1)
