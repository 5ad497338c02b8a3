"""Fuzzing a card: sequences in, the first broken promise out, shrunk and written as a script that replays it."""

from __future__ import annotations

import copy
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from cardemu.card import Card
from cardemu.fuzzing.corpus import Op, Target, Tear
from cardemu.fuzzing.mutation import Mutator
from cardemu.fuzzing.oracle import Answers, Watch, check_saved
from cardemu.memory import Memory, Power, PowerCutError
from cardemu.soundness import BrokenError, check_state, need
from cardemu.status import status_of

CHECK_EVERY = 40
"""Commands between two looks at the whole state; a third look is at the end of each sequence."""
SHRINK_TRIES = 3000


@dataclass(slots=True)
class Tally:
    """What happened: commands by (name, status word), resets, power cuts, sequences, looks at the state."""

    commands: int = 0
    resets: int = 0
    cuts: int = 0
    sequences: int = 0
    looks: int = 0
    answers: Counter[tuple[int, int]] = field(default_factory=Counter)
    """By CLA INS (0 for less than a header) and status word (63C0 for 63Cx, 6C00 for 6Cxx)."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A promise that was broken: where it began, what was sent, what came of it."""

    target: str
    start: str
    ops: tuple[Op, ...]
    kind: str
    why: str


class Runner:
    """Plays steps on one card and checks each."""

    __slots__ = ("_answers", "_since", "_watch", "card", "tally")

    def __init__(self, target: Target, start: str, tally: Tally, answers: Answers | None = None) -> None:
        self.card = target.card(start)
        self.tally = tally
        self._answers = answers or Answers(target)
        self._since = 0
        self.card.reset()
        self._watch = Watch(self.card, self._answers)

    def play(self, op: Op) -> None:
        """One step; BrokenError, or whatever the card let through."""
        if isinstance(op, bytes):
            self._transmit(op)
        elif op is None:
            self._reset()
        else:
            self.card.tear_after(op.writes)

    def finish(self) -> None:
        """The end of a sequence: the whole state, the saved card, and a last reset."""
        self._look()
        check_saved(self.card)
        self._reset()
        self._look()
        self.tally.sequences += 1

    def _look(self) -> None:
        self.tally.looks += 1
        self._since = 0
        check_state(self.card)

    def _transmit(self, command: bytes) -> None:
        card, tally = self.card, self.tally
        tally.commands += 1
        power = card.power
        twin = clone(card) if power is not None and power.armed else None
        self._watch.note()
        try:
            answer = card.transmit(command)
        except PowerCutError:
            if power is None or twin is None:
                raise BrokenError("the power went although nobody cut it") from None
            self._recover(twin, command, power.used)
            return
        status = self._answers.check(command, answer)
        self._watch.answered(command, status, card.cost.page_writes)
        place = command[0] << 8 | command[1] if len(command) > 3 else 0
        tally.answers[place, status if status >> 8 != 0x6C else 0x6C00] += 1
        self._since += 1
        if self._since >= CHECK_EVERY:
            self._look()

    def _recover(self, twin: Card, command: bytes, writes: int) -> None:
        """After a power cut: the reset, and what the card is then, beside a twin that had power to the end."""
        self.tally.cuts += 1
        need(self.card.session is None, "a card without power has a session")
        self._reset()
        status = status_of(twin.transmit(command))
        self._watch.torn(command, writes, status, twin.memory.cells)
        self._look()

    def _reset(self) -> None:
        """Reset, again when the power goes during recovery."""
        self.tally.resets += 1
        card = self.card
        for _ in range(2):
            try:
                atr = card.reset()
            except PowerCutError:
                self.tally.cuts += 1
                continue
            need(atr == card.template.atr.contact(card.historical), f"ATR {atr.hex()}")
            return
        raise BrokenError("the card does not come back after a reset")


def clone(card: Card) -> Card:
    """A twin with the same memory and session, whose power lasts."""
    memory = Memory(card.memory.image)
    memory.cells = dict(card.memory.cells)
    twin = Card(card.template, card.random, memory)
    if card.session is not None:
        session = copy.copy(card.session)
        session.memory, session.power, session.staged = memory, Power(), {}
        twin.session = session
    return twin


def run(
    target: Target,
    commands: int,
    seed: int = 1,
    progress: Callable[[Tally], None] | None = None,
    tally: Tally | None = None,
) -> tuple[Tally, Failure | None]:
    """Fuzz until so many commands were answered or a promise was broken; the failure is shrunk already.

    `tally`: counted into, so that an interrupted run is not lost.
    """
    tally, answers = Tally() if tally is None else tally, Answers(target)
    number = 0
    while tally.commands < commands:
        random = Random(zlib.crc32(f"{target.name}/{seed}/{number}".encode()))
        number += 1
        start, ops = Mutator(target, random).sequence()
        played: list[Op] = []
        runner = Runner(target, start, tally, answers)
        kind = why = ""
        try:
            for op in _noted(ops, played):
                runner.play(op)
            runner.finish()
        except Exception as error:  # noqa: BLE001 - any exception is a finding
            kind, why = describe(error)
        if kind:
            return tally, shrink(target, Failure(target.name, start, tuple(played), kind, why))
        if progress is not None:
            progress(tally)
    return tally, None


def _noted(ops: Iterable[Op], played: list[Op]) -> Iterator[Op]:
    for op in ops:
        played.append(op)
        yield op


def describe(error: Exception) -> tuple[str, str]:
    """The kind of a failure, which shrinking keeps, and its words.  The kind names the place that raised."""
    if isinstance(error, BrokenError):
        words = str(error)
        return f"BrokenError {''.join(sign for sign in words if not sign.isdigit())[-24:]}", words
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
    return f"{type(error).__name__} {place}", f"{type(error).__name__}: {error} ({place.rpartition('/')[2]})"


def outcome(target: Target, start: str, ops: Iterable[Op]) -> tuple[str, str]:
    """What comes of a sequence: kind and words of its failure, or two empty texts."""
    try:
        runner = Runner(target, start, Tally())
        for op in ops:
            runner.play(op)
        runner.finish()
    except Exception as error:  # noqa: BLE001 - any exception is a finding
        return describe(error)
    return "", ""


def shrink(target: Target, failure: Failure) -> Failure:
    """A sequence as short as it gets that fails in the same way: steps taken out, then commands made simpler."""
    tries = 0

    def fails(ops: list[Op]) -> bool:
        nonlocal tries
        tries += 1
        return tries <= SHRINK_TRIES and outcome(target, failure.start, ops)[0] == failure.kind

    ops = list(failure.ops)
    if not fails(ops):
        return failure
    size = max(1, len(ops) // 2)
    while size:
        place = len(ops) - size
        while place >= 0:
            without = ops[:place] + ops[place + size :]
            if fails(without):
                ops = without
            place -= size
        size //= 2
    for place, op in enumerate(ops):
        for simpler in _simpler(op):
            if fails([*ops[:place], simpler, *ops[place + 1 :]]):
                ops[place] = simpler
                break
    kind, why = outcome(target, failure.start, ops)
    return Failure(failure.target, failure.start, tuple(ops), kind, why)


def _simpler(op: Op) -> Iterator[Op]:
    """Simpler forms of a step, the simplest first."""
    if isinstance(op, Tear):
        yield from (Tear(writes) for writes in range(op.writes))
    if isinstance(op, bytes):
        yield from (op[:size] for size in sorted({0, 1, 4, 5, len(op) - 1}) if 0 <= size < len(op))
        if len(op) > 5 and any(op[5:]):
            yield op[:5] + bytes(len(op) - 5)


# ---- scripts


def to_script(failure: Failure) -> str:
    """The failure as text: `reset`, `tear N` and commands in hexadecimal, one a line."""
    head = f"# {failure.why}\n# replay: cardmill card fuzz {failure.target} --replay THIS-FILE\nfrom {failure.start}\n"
    return head + "".join(f"{_line(op)}\n" for op in failure.ops)


def _line(op: Op) -> str:
    if op is None:
        return "reset"
    if isinstance(op, Tear):
        return f"tear {op.writes}"
    return op.hex().upper() or "nothing"


class ReplayError(ValueError):
    """A script that cannot be read; the message names every line that is wrong."""


def from_script(text: str, target: Target, name: str = "script") -> tuple[str, tuple[Op, ...]]:
    """The start and the steps of `to_script`; ReplayError with every mistake."""
    start, ops, mistakes = "", list[Op](), list[str]()
    for number, raw in enumerate(text.splitlines(), start=1):
        words = raw.split("#")[0].split()
        if not words:
            continue
        if words[0] == "from" and len(words) == 2 and words[1] in target.starts and not start:
            start = words[1]
            continue
        try:
            ops.append(_op(words))
        except ValueError:
            mistakes.append(f"{name}:{number}: {raw.strip()!r} is none of reset, tear N, nothing, bytes in hexadecimal")
    if not start:
        mistakes.append(f"{name}: a line 'from X' must say where the card begins; X: {', '.join(target.starts)}")
    if mistakes:
        raise ReplayError("\n".join(mistakes))
    return start, tuple(ops)


def _op(words: list[str]) -> Op:
    if words == ["reset"]:
        return None
    if words == ["nothing"]:
        return b""
    if words[0] == "tear" and len(words) == 2 and words[1].isascii() and words[1].isdecimal():
        return Tear(int(words[1]))
    return bytes.fromhex("".join(words))
