"""What somebody tries who has the card (or the terminal's PSAM) in hand, a reader that cuts power, and patience.

Comparisons with secrets are counted where they are made, so that no path round the counters goes unnoticed: mutated
conversations, power cuts at every write, wrong lengths, old commands again, counters at their ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from random import Random

import pytest

from cardemu.account import COUNTER_MAX, MONEY_MAX_FEN, Account
from cardemu.apdu import build, split
from cardemu.card import Card
from cardemu.fuzzing.campaign import clone
from cardemu.fuzzing.corpus import Tear, card_target, psam_target
from cardemu.fuzzing.mutation import Mutator
from cardemu.fuzzing.oracle import volatile
from cardemu.memory import Cell, PowerCutError
from cardemu.products import names, product
from cardemu.session import Session
from cardemu.status import Refused
from tests.cardemu.support import Conversation, Host, files, new_card, read_conversation
from tests.cardemu.test_atomicity import SECRETS
from tests.cardemu.test_psam import module, purchase

TARGETS = (*names(), "psam")
SEQUENCES = 120
"""Mutated conversations for each target, of some 200 steps."""
CHALLENGED = SECRETS - {b"\x00\x20", b"\x80\x5e"}
"""Secrets that hold for one challenge or one transaction; a PIN holds again."""


class Guesses:
    """Wrong comparisons in a row for each secret of a card, counted at the one place where they are made."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.row: Counter[int] = Counter()
        self.wrong = self.right = 0
        compare = Session.compare

        def counted(
            session: Session, slot: int, limit: int, right: bytes, shown: bytes, *, wrong: int, proof: int | None = None
        ) -> None:
            try:
                compare(session, slot, limit, right, shown, wrong=wrong, proof=proof)
            except Refused as refused:
                if refused.status & 0xFFF0 == wrong & 0xFFF0:
                    self.row[slot] += 1
                    self.wrong += 1
                    assert self.row[slot] <= limit, f"secret {slot} was guessed at {self.row[slot]} times of {limit}"
                raise
            self.row[slot] = 0
            self.right += 1

        patch.setattr(Session, "compare", counted)


@pytest.fixture
def guesses() -> Iterator[Guesses]:
    """The count, for one test."""
    with pytest.MonkeyPatch.context() as patch:
        yield Guesses(patch)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_no_conversation_gives_more_guesses_than_tries(name: str, guesses: Guesses) -> None:
    """Mutated, spliced and torn conversations: a secret is never compared wrongly more often than it has tries."""
    target = psam_target([product("generation-3")]) if name == "psam" else card_target(product(name))
    for number in range(SEQUENCES):
        start, ops = Mutator(target, Random(f"opponent/{name}/{number}")).sequence()
        card = target.card(start)
        card.reset()
        guesses.row.clear()
        for op in ops:
            try:
                if isinstance(op, Tear):
                    card.tear_after(op.writes)
                elif op is None:
                    card.reset()
                else:
                    keys = card.memory.read(Cell.KEYS)
                    limits = card.memory.read(Cell.TRIES)
                    if card.transmit(op)[-2:] == b"\x90\x00" and (
                        card.memory.read(Cell.KEYS) != keys or len(card.memory.read(Cell.TRIES)) != len(limits)
                    ):
                        guesses.row.clear()  # a key was written: its tries begin anew
                    if op[:2] == b"\x84\x24" and card.memory.read(Cell.TRIES)[0] == card.template.pin.limit:
                        guesses.row[0] = 0  # the issuer gave them back
            except PowerCutError:
                card.reset()
    assert guesses.wrong > 20
    assert guesses.right > 20


@pytest.mark.parametrize("name", names())
def test_the_pin_has_one_counter_whatever_it_is_shown_to(name: str, guesses: Guesses) -> None:
    """VERIFY and CHANGE PIN in turn, torn after 0, 1, 2 or no writes, with and without Le: six guesses, and no more."""
    card, random, seen = new_card(name), Random(name), 0
    for guess in range(200_000, 200_300):
        command = [f"0020000003{guess}", f"0020000003{guess}00", f"805E010007{guess}FF654321"][random.randrange(3)]
        if (writes := random.randrange(4)) < 3:
            card.tear_after(writes)
        with suppress(PowerCutError):
            seen += card.transmit(bytes.fromhex(command)) != b"\x69\x83"
        card.reset()
    limit = card.template.pin.limit
    assert guesses.wrong <= limit
    assert seen <= limit
    assert card.transmit(bytes.fromhex("00200000")) == b"\x69\x83"


def variants(command: bytes) -> Iterator[bytes]:
    """The command with lengths that are wrong: Le beside the right ones, data cut short or longer, extended forms."""
    parsed = split(command)
    if parsed is None:
        return
    head, data = command[:4], parsed.data
    for le in (1, 2, 3, 5, 7, 9, 15, 17, 127, 255):
        yield build(head, data, le)
    for other in (data[:-1], data[1:], data + b"\x00", data + data) if data else (b"\x00", bytes(8)):
        if len(other) < 256:
            yield build(head, other, parsed.le)
            yield build(head, other, 5)
    yield head + b"\x00\x00\x01" + data
    yield command[:-1]
    yield command + b"\x00\x00"


def unmoved(card: Card, command: bytes) -> int:
    """Send the wrong forms of a command to copies of a card; how many were refused, and changed nothing by it."""
    refused = 0
    for wrong in variants(command):
        twin = clone(card)
        before, known = dict(twin.memory.cells), volatile(twin.session)
        status = twin.transmit(wrong)[-2:]
        if status[:1] == b"\x6c" or status == b"\x67\x00":
            assert (twin.memory.cells, volatile(twin.session)) == (before, known), f"{wrong.hex()}: {status.hex()}"
            refused += 1
    return refused


@pytest.mark.slow
def test_a_wrong_length_before_any_step_changes_nothing() -> None:
    """Every command of every conversation, and of a PSAM's: memory, place, rights, challenge, what was begun."""
    tried, conversation = 0, Conversation()

    def listen(card: Card, command: bytes) -> None:
        nonlocal tried
        tried += unmoved(card, command)

    conversation.listener = listen
    for path in files():
        told = conversation.seen
        for step in read_conversation(path):
            if "repeat" not in step.words:
                conversation.play(step)
        told.clear()
    target = psam_target([product("generation-3")])
    for spoken in target.conversations:
        card = target.card(spoken.start)
        card.reset()
        for op in spoken.ops:
            if isinstance(op, bytes):
                tried += unmoved(card, op)
                card.transmit(op)
            else:
                card.reset()
    assert tried > 5000


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_nothing_that_was_right_once_is_right_again(path: object) -> None:
    """Every proof, MAC and transaction of a conversation, sent again at once and after a reset."""
    spoken: list[tuple[Card, bytes]] = []
    conversation = Conversation()
    conversation.listener = lambda card, command: spoken.append((clone(card), command))
    for step in read_conversation(path):  # type: ignore[arg-type]
        conversation.play(step)
    for card, command in spoken:
        if command[:2] not in CHALLENGED or card.transmit(command)[-2:] != b"\x90\x00":
            continue
        assert card.transmit(command)[-2:] != b"\x90\x00", command.hex()
        card.reset()
        assert card.transmit(command)[-2:] != b"\x90\x00", command.hex()


def medical(name: str, **account: int) -> Host:
    """A card in DF04, with its PIN shown and an account of these values."""
    card = new_card(name)
    card.memory.cells[Cell.ACCOUNT] = Account()._replace(**account).encode()  # type: ignore[arg-type]
    card.reset()
    host = Host(card)
    host.send("00A4040006D15600000503")
    host.send("0020000003123456")
    return host


def account_of(card: Card) -> Account:
    """What the card's memory says."""
    return Account.decode(card.memory.read(Cell.ACCOUNT))


@pytest.mark.parametrize("name", ["generation-2", "generation-3"])
@pytest.mark.parametrize("kind", ["load", "purchase"])
def test_the_last_transaction_is_the_last(name: str, kind: str) -> None:
    """At 65,534 there is one more, torn anywhere it counts once or not at all; at 65,535 there is none: 9402."""
    field = f"{kind}s"
    started = {"balance_fen": 5000, field: COUNTER_MAX - 1}
    done = 0
    for writes in range(40):
        host = medical(name, **started)
        host.card.tear_after(writes)
        try:
            answer = host.load(100) if kind == "load" else host.purchase((100, 0, 0))
            assert answer[-2:] == b"\x90\x00"
        except PowerCutError:
            host.card.reset()
        account = account_of(host.card)
        counted = getattr(account, field) == COUNTER_MAX
        assert account.balance_fen == 5000 + (100 if kind == "load" else -100) * counted
        done += counted
        if counted and host.card.power is not None and not host.card.power.armed:
            again = medical(name, **{**started, field: COUNTER_MAX})
            assert (again.load(100) if kind == "load" else again.purchase((100, 0, 0))) == b"\x94\x02"
    assert 0 < done < 40


@pytest.mark.parametrize("name", ["generation-2", "generation-3"])
def test_money_ends_where_its_four_bytes_do(name: str) -> None:
    """A load up to the last fen, none beyond it; nothing is paid that is not there."""
    assert medical(name, balance_fen=MONEY_MAX_FEN - 100).load(101) == b"\x6a\x80"
    full = medical(name, balance_fen=MONEY_MAX_FEN - 100)
    assert full.load(100)[-2:] == b"\x90\x00"
    assert account_of(full.card).balance_fen == MONEY_MAX_FEN
    assert medical(name, balance_fen=99).purchase((100, 0, 0)) == b"\x94\x01"
    host = medical(name, balance_fen=100)
    assert host.purchase((100, 0, 0))[-2:] == b"\x90\x00"
    assert account_of(host.card).balance_fen == 0


def test_the_last_number_of_a_terminal_is_not_given_twice() -> None:
    """A PSAM at its last counter but one, torn after each write: a MAC1 was seen only for a number that is gone."""
    for writes in range(4):
        sam = module()
        sam.memory.cells[16 + 4] = b"\xff\xff\xff\xfe"
        sam.tear_after(writes)
        try:
            answer = purchase(sam)
        except PowerCutError:
            answer = b""
            sam.reset()
        given = sam.memory.read(16 + 4) == b"\xff" * 4
        assert given or not answer
        if given:
            assert purchase(sam) == b"\x94\x02"


@pytest.mark.parametrize("name", ["generation-2", "generation-3"])
@pytest.mark.parametrize(
    "first", ["B02800010B0100000064410100000001", "B0280101130100000064000000000000000041010000000100"]
)
def test_an_initialisation_that_is_aborted_tells_and_keeps_nothing(name: str, first: str) -> None:
    """A wrong Le: 6Cxx alone, and all is as before; the next has a random number of its own.

    ISO/IEC 7816-4: the process is aborted.  Nobody has seen the number it drew, so that an attacker learns nothing of
    the next one and gets no second MAC1 over one number, as he would were it kept.
    """
    command = bytes.fromhex(first)
    data = command[5 : 5 + command[4]]
    host = medical(name, balance_fen=5000)
    before, known = dict(host.card.memory.cells), volatile(host.card.session)
    for le in (1, 4, 15, 17, 21, 23, 255):
        answer = host.send(build(command[:4], data, le))
        assert (answer[0], len(answer)) == (0x6C, 2)
        assert (host.card.memory.cells, volatile(host.card.session)) == (before, known)
    given = host.send(build(command[:4], data, answer[1]))
    assert given[-2:] == b"\x90\x00"
    assert host.send(build(command[:4], data, answer[1])) != given
