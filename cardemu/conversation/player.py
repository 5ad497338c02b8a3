"""Plays conversations over any port, with the keys of a PSAM or HSM, and stops at the first disagreement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, Protocol

from cardemu.conversation.grammar import Step, read_steps
from cardemu.conversation.verbs import CHALLENGE, LineError, Verb, verb
from cardemu.status import OK, describe, status_of
from cardemu.terminal.keyholder import Holder, KeyHolder

if TYPE_CHECKING:
    from cardemu.personalisation.data import Item


_WRONG_PROOF = "the card's proof is wrong: another key, or another card"


class ConversationError(ValueError):
    """A conversation file that cannot be played; the message names every line that is wrong."""


class DisagreementError(Exception):
    """The card did not answer as the conversation says.

    `step`: the line; `command`: what was sent last; `expected`, `got`: hexadecimal; `why`: the difference in words.
    """

    def __init__(self, step: Step, command: bytes, expected: str, got: bytes, why: str) -> None:
        super().__init__(f"line {step.line}: {why}")
        self.step, self.command, self.expected, self.got, self.why = step, command, expected, got, why


class Port(Protocol):
    """What a conversation needs of a card."""

    def reset(self) -> bytes:
        """Power up; the ATR."""

    def transmit(self, command: bytes) -> bytes:
        """One command APDU; data and status word."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation read and understood."""

    name: str
    verbs: tuple[Verb, ...]

    @property
    def names(self) -> frozenset[str]:
        """Every value it may need."""
        return frozenset[str]().union(*(line.names for line in self.verbs))

    def without(self, missing: Iterable[str]) -> Conversation:
        """The same for a product that has no place for these values: their lines are left out."""
        gone = frozenset(missing)
        return Conversation(self.name, tuple(line for line in self.verbs if not line.names & gone))


def read_conversation(text: str, name: str, known: Iterable[str] | None = None) -> Conversation:
    """From text; ConversationError with every mistake.  `known`: the values there are (default: any)."""
    mistakes: list[str] = []
    verbs: list[Verb] = []
    names = None if known is None else frozenset(known)
    for step in read_steps(text):
        try:
            line = verb(step)
        except LineError as error:
            mistakes.append(f"{name}:{step.line}: {error}")
            continue
        unknown = sorted(line.names - names) if names is not None else []
        mistakes += [f"{name}:{step.line}: {{{one}}} is no value; values: {_listed(names)}" for one in unknown]
        verbs.append(line)
    if mistakes:
        raise ConversationError("\n".join(mistakes))
    return Conversation(name, tuple(verbs))


def _listed(names: Iterable[str] | None) -> str:
    return ", ".join(sorted(names or ()))


class Player:
    """One card at a counter, terminal or machine.

    `values`: what {names} stand for.  `image`: gives the card's memory as bytes that can be compared, for `unchanged`.
    `behind`: what `write` writes; `held`: gives what `held` must find.
    """

    def __init__(self, port: Port, keys: KeyHolder, holder: Holder, image: Callable[[], object] | None = None) -> None:
        self.port, self.keys, self.holder = port, keys, holder
        self.values: Mapping[str, bytes] = {}
        self.exchanges = 0
        self.behind: Sequence[Item] = ()
        self.held: Callable[[], Sequence[Item]] = tuple
        self._image = image
        self._before: object = None
        self._command = b""
        self._step = Step(0, (), "")

    def play(self, conversation: Conversation, values: Mapping[str, bytes]) -> None:
        """Play it to the end; DisagreementError at the first answer that is not the expected one."""
        self.values = values
        self._before = self._image() if self._image is not None else None
        for line in conversation.verbs:
            self._step = line.step
            answer = line.play(self)
            if not line.expected.met(answer, values):
                self._disagree(line.expected.text(values), answer)

    # ---- what the lines do

    def reset(self) -> bytes:
        """Power the card up."""
        self._command = b""
        self.exchanges += 1
        return self.port.reset()

    def send(self, command: bytes) -> bytes:
        """One exchange."""
        self._command = command
        self.exchanges += 1
        return self.port.transmit(command)

    def challenge(self) -> bytes:
        """GET CHALLENGE of 8 bytes."""
        answer = self.send(CHALLENGE)
        if status_of(answer) != OK or len(answer) != 10:
            self._disagree("8 bytes, then 9000", answer)
        return answer[:-2]

    def require(self, got: bytes, expected: bytes, why: str = _WRONG_PROOF) -> None:
        """What the card gave must be this; unless `why` is given, the proof its keys give."""
        if got != expected:
            self._disagree(expected.hex().upper(), got, why)

    def require_true(self, right: bool, what: str) -> None:
        """Something the key holder found out."""
        if not right:
            self._disagree(f"the right {what}", b"", f"{what} is wrong")

    def disagree(self, why: str) -> NoReturn:
        """Whatever came, it was not right."""
        self._disagree("", b"", why)

    def require_unchanged(self, step: Step) -> None:
        """The card's memory must be what it was when the conversation began."""
        if self._image is None:
            raise ConversationError(f"line {step.line}: only an emulated card shows its memory")
        if self._image() != self._before:
            self._disagree("the memory as it was", b"", "bytes on the chip have changed")

    def _disagree(self, expected: str, got: bytes, why: str = "") -> NoReturn:
        raise DisagreementError(self._step, self._command, expected, got, why or _why(got))


def _why(got: bytes) -> str:
    if len(got) < 2:
        return "no answer"
    data = f"{len(got) - 2} bytes of data, " if len(got) > 2 else ""
    return f"{data}{status_of(got):04X}: {describe(status_of(got))}"
