"""The fuzzer: cards keep every promise, broken ones are found, and what is found can be replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from random import Random

import pytest

from cardemu.apdu import Command
from cardemu.card import Card
from cardemu.catalogue import catalogue
from cardemu.fuzzing import console
from cardemu.fuzzing.campaign import Failure, ReplayError, Tally, from_script, outcome, run, shrink, to_script
from cardemu.fuzzing.corpus import BLANK, ISSUED, PREMADE, Target, Tear, card_target
from cardemu.fuzzing.mutation import Mutator
from cardemu.memory import Cell, Memory, Power, pages
from cardemu.products import product
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import Run
from tests.cardemu.fuzzing.recorded import NAMES, STRICT, whole_target

COMMANDS = 30_000
MAKING = {"CREATE FILE", "WRITE KEY", "LOAD TRANSPORT KEY"}
"""No command names its environment, so it cannot be made by commands; see `personalisation.prepersonalise`."""
Printed = pytest.CaptureFixture[str]
NEEDS_A_PIN = {"CHANGE PIN", "GET TRANSACTION PROOF"}
"""What never succeeds on a card that has none, as those of the product `strict`: nothing is paid there either."""


@lru_cache(maxsize=8)
def fuzzed(name: str) -> Target:
    """A target with every seed there is."""
    return whole_target(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES, ids=lambda name: Path(name).stem)
def test_no_mutated_conversation_breaks_a_promise(name: str) -> None:
    """Always data and a status word the catalogue names, always a valid state, and past every authentication."""
    target = fuzzed(name)
    tally, failure = run(target, COMMANDS, seed=20260302)
    assert failure is None, to_script(failure)
    assert tally.commands >= COMMANDS
    assert tally.cuts > 20
    assert tally.looks > 500
    places = {cla << 8 | spec.ins: spec.name for spec in target.specs for cla in spec.cla}
    done = {places[place] for place, status in tally.answers if place in places and status == 0x9000}
    assert set(places.values()) - done <= (NEEDS_A_PIN | MAKING if name == STRICT else set())


def broken(ins: int, run_it: Run) -> Target:
    """Generation 2 with another implementation of one command."""
    target = card_target(product("generation-2"))
    commands = {
        stage: {place: run_it if place & 0xFF == ins else old for place, old in table.items()}
        for stage, table in target.template.commands.items()
    }
    return replace(target, template=replace(target.template, commands=commands))


def original(ins: int) -> Run:
    """The command as it is."""
    return next(spec.run for spec in catalogue() if spec.ins == ins)


def found(target: Target, commands: int = 60_000) -> Failure:
    """What the fuzzer finds."""
    _, failure = run(target, commands)
    assert failure is not None
    return failure


@pytest.mark.slow
def test_an_exception_behind_the_keys_is_found_and_shrunk() -> None:
    """A command that crashes only for an authenticated terminal: five steps are enough, and they replay."""
    read_record = original(0xB2)

    def crashing(session: Session, command: Command) -> bytes:
        if 0x88 in session.granted and command.p1 == 0x23:
            raise ZeroDivisionError("by nothing")
        return read_record(session, command)

    target = broken(0xB2, crashing)
    failure = found(target)
    assert failure.why.startswith("ZeroDivisionError: by nothing (test_fuzzing.py:")
    assert len(failure.ops) <= 5
    start, ops = from_script(to_script(failure), target)
    assert (start, ops) == (failure.start, failure.ops)
    assert outcome(target, start, ops) == (failure.kind, failure.why)
    assert outcome(fuzzed("generation-2"), start, ops) == ("", "")


@pytest.mark.slow
def test_a_card_that_is_not_atomic_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory written page by page without a journal: a power cut of one command shows it."""

    def careless(memory: Memory, staged: Mapping[int, bytes], power: Power) -> None:
        for cell, new in staged.items():
            for page in pages(cell, memory.read(cell), new):
                power.before_write()
                memory._apply(page)
                power.after_write()
        for cell in staged:
            memory._keep(cell, memory.read(cell))

    monkeypatch.setattr(Memory, "commit", careless)
    failure = found(fuzzed("generation-3"))
    assert failure.why == "the card is neither after the command nor one try short"
    assert sum(isinstance(op, Tear) for op in failure.ops) == 1
    assert len(failure.ops) <= 12


def compared_first(
    session: Session, slot: int, limit: int, right: bytes, shown: bytes, *, wrong: int, proof: int | None = None
) -> None:
    """The comparison as it was once: a wrong try is written afterwards, a right one only where tries were lost."""
    if shown == right:
        session.set_tries(slot, limit)
        return
    counters = session.memory.read(Cell.TRIES)
    left = counters[slot] - 1
    if left < 0:
        raise Refused(0x6983)
    session.withdraw(proof or 0)
    session.memory.commit({Cell.TRIES: counters[:slot] + bytes((left,)) + counters[slot + 1 :]}, session.power)
    raise Refused(wrong | min(left, 15) if wrong == 0x63C0 else wrong)


def free_macs(
    session: Session, slot: int, limit: int, right: bytes, shown: bytes, *, wrong: int, proof: int | None = None
) -> None:
    """A comparison that gives the try of a wrong MAC back, too."""
    del limit, proof
    counters = session.memory.read(Cell.TRIES)
    for left in (counters[slot] - 1, counters[slot]):
        session.memory.commit({Cell.TRIES: counters[:slot] + bytes((left,)) + counters[slot + 1 :]}, session.power)
    if shown != right:
        raise Refused(wrong | min(counters[slot] - 1, 15) if wrong == 0x63C0 else wrong)


@pytest.mark.slow
def test_a_secret_that_is_guessed_for_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared before the try is written, so that a power cut hides a wrong guess; or a wrong one that is free."""
    whys = list[str]()
    for comparison in (compared_first, free_macs):
        monkeypatch.setattr(Session, "compare", comparison)
        whys.append(found(fuzzed("generation-2")).why)
    assert whys == ["a secret was compared before its try was written", "63C0 did not cost just one try"]


def test_a_torn_wrong_try_that_costs_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card whose reset gives back what a power cut left lower."""
    reset = Card.reset

    def forgiving(card: Card) -> bytes:
        if card.memory.read(Cell.KEYS) == card.memory.image[Cell.KEYS]:
            card.memory.cells.pop(Cell.TRIES, None)
        return reset(card)

    monkeypatch.setattr(Card, "reset", forgiving)
    attack = Tear(1), bytes.fromhex("0020000003999999")
    assert outcome(fuzzed("generation-2"), PREMADE, attack)[1] == "a wrong try that was torn did not cost just one try"
    assert found(fuzzed("generation-2")).why


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "why"),
    [
        *((field, "what the card knows") for field in ("df", "ef", "record", "granted")),
        ("challenge", "the challenge"),
        ("pending", "what was begun"),
    ],
)
def test_a_refusal_that_changes_something_is_found(field: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that takes a refused command back but for one thing."""
    take_back = Session.take_back

    def careless(session: Session) -> None:
        kept = getattr(session, field)
        take_back(session)
        setattr(session, field, kept)

    monkeypatch.setattr(Session, "take_back", careless)
    assert found(fuzzed("generation-2")).why.partition(" changed ")[2] == why


def test_a_wrong_answer_is_found() -> None:
    """Data with a refusal, an unnamed status word, and a refusal that wrote: each is told apart."""

    def chatty(session: Session, command: Command) -> bytes:
        del session, command
        return b"\x01\x6a\x82"

    def inventive(session: Session, command: Command) -> bytes:
        del session, command
        return b"\x94\x01"

    def forgetful(session: Session, command: Command) -> bytes:
        del command
        session.write(Cell.PIN, b"\x12\x34\x56\x78\x90\x12\x34\x56")
        return b"\x6a\x86"

    whys = [found(broken(0x84, run_it)).why for run_it in (chatty, inventive, forgetful)]
    assert whys == [
        "1 bytes of data with 6A82",
        "9401, which the catalogue does not name here",
        "6A86 changed the memory",
    ]


def test_an_invalid_state_is_found() -> None:
    """Tries above the limit, a balance without a transaction, a stage that goes back."""

    def generous(session: Session, command: Command) -> bytes:
        del command
        session.write(Cell.TRIES, b"\x0f" + session.read(Cell.TRIES)[1:])
        return OK_BYTES

    def reviving(session: Session, command: Command) -> bytes:
        del command
        session.write(Cell.LIFE, b"\x00")
        return OK_BYTES

    whys = [found(broken(0x84, run_it)).why for run_it in (generous, reviving)]
    assert whys == ["PIN tries went from 6 to 15", "stage 2 became 0"]


def test_a_seed_names_a_run() -> None:
    """The same seed sends the same, another one something else."""
    target = fuzzed("psam")
    tallies = [run(target, 3000, seed)[0].answers for seed in (1, 1, 2)]
    assert tallies[0] == tallies[1]
    assert tallies[0] != tallies[2]


@pytest.mark.slow
def test_mutated_commands_are_mostly_plausible() -> None:
    """Most commands of a sequence reach a command of the card: a fuzzer of noise would reach none."""
    target, random = fuzzed("generation-3"), Random(1)
    known = {cla << 8 | spec.ins for spec in target.specs for cla in spec.cla}
    ops = [op for _ in range(100) for op in Mutator(target, random).sequence()[1]]
    commands = [op for op in ops if isinstance(op, bytes)]
    plausible = [op for op in commands if len(op) > 3 and op[0] << 8 | op[1] in known]
    assert len(plausible) > 0.8 * len(commands)
    assert any(isinstance(op, Tear) for op in ops)
    assert None in ops


def test_scripts_lose_nothing() -> None:
    """Every kind of step, and no command of no bytes, is written and read back."""
    target = fuzzed("generation-2")
    failure = Failure("generation-2", BLANK, (b"\x00\x84", None, Tear(3), b"", b"\x00\xa4\x00\x00"), "kind", "why")
    assert to_script(failure).splitlines()[2:] == ["from blank", "0084", "reset", "tear 3", "nothing", "00A40000"]
    assert from_script(to_script(failure), target) == (failure.start, failure.ops)


def test_scripts_that_cannot_be_read_are_explained() -> None:
    """Every wrong line is named, and what is allowed."""
    with pytest.raises(ReplayError) as caught:
        from_script("00Z4\ntear x\n", fuzzed("generation-2"), "mine")
    lines = str(caught.value).splitlines()
    assert lines[0] == "mine:1: '00Z4' is none of reset, tear N, nothing, bytes in hexadecimal"
    assert lines[1].startswith("mine:2: 'tear x' is none of")
    assert lines[2] == f"mine: a line 'from X' must say where the card begins; X: {BLANK}, {PREMADE}, {ISSUED}"


def test_what_does_not_fail_is_not_shrunk() -> None:
    """A failure that cannot be repeated is handed on as it was found."""
    failure = Failure("generation-2", ISSUED, (b"\x00\x84\x00\x00\x08",), "kind", "why")
    assert shrink(fuzzed("generation-2"), failure) is failure


@pytest.mark.slow
def test_the_command_line(tmp_path: Path, capsys: Printed) -> None:
    """Exit code 0 when all is well, 2 for wrong input; a script is replayed."""
    script = tmp_path / "script"
    script.write_text("from issued\n0084000008\ntear 0\n0020000003999999\n", encoding="utf-8")
    assert console.fuzz("generation-1", commands=2000, seed=3) == 0
    assert console.fuzz("generation-1", commands=1, seed=3, replay=script) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("generation-1: 2,")
    assert out[1] == "3 steps, every promise kept"
    assert console.fuzz("generation-7", commands=1, seed=3) == 2
    assert console.fuzz("psam", commands=1, seed=3, replay=script) == 0
    script.write_text("from blank\n", encoding="utf-8")
    assert console.fuzz("psam", commands=1, seed=3, replay=script) == 2
    assert console.fuzz("psam", commands=1, seed=3, replay=tmp_path / "none") == 2
    script.write_bytes(b"\xff\xfe")
    assert console.fuzz("psam", commands=1, seed=3, replay=script) == 2


def test_a_broken_promise_is_written_down(tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, and a file that replays it; an interrupted run says how far it came."""

    def slow(session: Session, command: Command) -> bytes:
        del session, command
        return b"\x94\x01"

    monkeypatch.setattr(console, "target", lambda name: broken(0x84, slow) if name else None)
    out = tmp_path / "failure.txt"
    assert console.fuzz("generation-2", commands=1000, seed=1, out=out) == 1
    assert console.fuzz("generation-2", commands=1000, seed=1, replay=out) == 1
    assert "broken promise: 9401" in capsys.readouterr().out

    def interrupted(target: Target, commands: int, seed: int, progress: object, tally: Tally) -> None:
        del target, commands, seed, progress
        tally.commands = 17
        raise KeyboardInterrupt

    monkeypatch.setattr(console, "run", interrupted)
    assert console.fuzz("generation-2", commands=1000, seed=1) == 130
    assert capsys.readouterr().out.startswith("generation-2: 17 commands in 0 sequences")
