"""What was said to a card and what it answered, and three ways to write it down.

* text: `reset = ATR` and `COMMAND = ANSWER`, the grammar of conversation files, so a trace can become a test;
* scriptor (pcsc-tools): commands one a line, as scriptor reads them; its output can be read back;
* cardpeek `.clf`: `R:ATR` and `C:command:SW:data` (cardpeek, emulator.c), which cardpeek replays as a card.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Reset:
    """The card was powered up or reset."""

    atr: bytes


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command and its answer: data and status word."""

    command: bytes
    answer: bytes


Step = Reset | Exchange
Trace = tuple[Step, ...]


class TraceError(ValueError):
    """A trace that cannot be read: which line, and what was wrong with it."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line


def _bytes(text: str, line: int, least: int = 1) -> bytes:
    """Hexadecimal text, spaces allowed."""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        raise TraceError(line, f"{text.strip()!r} is not hexadecimal") from None
    if len(value) < least:
        raise TraceError(line, f"{text.strip()!r} is shorter than {least} bytes")
    return value


def _content(text: str) -> list[tuple[int, str]]:
    """Lines with something in them, numbered from 1; `#` starts a comment."""
    lines = ((number, line.split("#")[0].strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [(number, line) for number, line in lines if line]


def to_text(trace: Trace) -> str:
    """The trace as a conversation, one step a line: header, body, `=`, data, status word."""
    lines = []
    for step in trace:
        if isinstance(step, Reset):
            lines.append(f"reset = {step.atr.hex().upper()}")
            continue
        command, answer = step.command.hex().upper(), step.answer.hex().upper()
        sent = f"{command[:4]} {command[4:8]} {command[8:]}".rstrip()
        lines.append(f"{sent} = {answer[:-4]} {answer[-4:]}".replace("=  ", "= "))
    return "".join(line + "\n" for line in lines)


def from_text(text: str) -> Trace:
    """Read `to_text` back.  Only literal steps: a conversation's `auth` or `*` is no trace."""
    steps: list[Step] = []
    for number, line in _content(text):
        sent, equals, received = line.partition("=")
        if not equals:
            raise TraceError(number, "no '=' between what is sent and what comes back")
        if sent.strip().lower() == "reset":
            steps.append(Reset(_bytes(received, number, 2)))
        else:
            steps.append(Exchange(_bytes(sent, number, 4), _bytes(received, number, 2)))
    return tuple(steps)


def to_scriptor(trace: Trace) -> str:
    """The commands for scriptor, answers as comments above the next command."""
    lines = []
    for step in trace:
        if isinstance(step, Reset):
            lines += ["reset", f"# ATR {step.atr.hex(' ').upper()}"]
        else:
            lines += [step.command.hex(" ").upper(), f"# {step.answer.hex(' ').upper()}"]
    return "".join(line + "\n" for line in lines)


def from_scriptor(text: str) -> Trace:
    """Read scriptor's output: `> command`, `< answer : meaning` (long answers over several lines), resets.

    Lines that scriptor prints besides (the protocol, the commands of a file echoed) are passed over.
    """
    steps: list[Step] = []
    sent = ""
    received: tuple[int, str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(">"):
            sent, received = line[1:].strip(), None
            continue
        if line.startswith("<"):
            if not sent:
                raise TraceError(number, "an answer without a command")
            received = (number, line[1:])
        elif received is not None:
            received = (received[0], f"{received[1]} {line}")
        if received is None:
            continue
        start, answer = received
        if sent.upper() == "RESET":
            if not answer.strip().startswith("OK:"):
                raise TraceError(start, "the reset failed")
            steps.append(Reset(_bytes(answer.split(":", 1)[1], start, 2)))
        elif ":" in answer:
            steps.append(Exchange(_bytes(sent, start - 1, 4), _bytes(answer.split(":", maxsplit=1)[0], start, 2)))
        else:
            continue
        sent, received = "", None
    if sent:
        raise TraceError(len(text.splitlines()), f"no answer to {sent}")
    return tuple(steps)


def to_clf(trace: Trace) -> str:
    """The trace as a card for cardpeek."""
    lines = ["# cardpeek emulator", "# version 0"]
    for step in trace:
        if isinstance(step, Reset):
            lines.append(f"R:{step.atr.hex().upper()}")
        else:
            answer = step.answer.hex().upper()
            lines.append(f"C:{step.command.hex().upper()}:{answer[-4:]}:{answer[:-4]}")
    return "\n".join([*lines, "# end", ""])


def from_clf(text: str) -> Trace:
    """Read a cardpeek log."""
    steps: list[Step] = []
    for number, line in _content(text):
        if found := re.fullmatch(r"C:([^:]*):([0-9A-Fa-f]{4}):([^:]*)", line):
            command, status, data = found.groups()
            steps.append(Exchange(_bytes(command, number, 4), _bytes(data, number, 0) + bytes.fromhex(status)))
        elif line.startswith("R:"):
            steps.append(Reset(_bytes(line[2:], number, 2)))
        else:
            raise TraceError(number, f"{line!r} is neither R:ATR nor C:command:SW:data")
    return tuple(steps)


class Format(NamedTuple):
    """A form of traces: how it is written, and how it is read (scriptor: its output)."""

    write: Callable[[Trace], str]
    read: Callable[[str], Trace]


FORMATS: dict[str, Format] = {
    ".trace": Format(to_text, from_text),
    ".scriptor": Format(to_scriptor, from_scriptor),
    ".clf": Format(to_clf, from_clf),
}
"""By the ending of a file's name."""


def as_script(trace: Trace) -> str:
    """The trace as a script of `cardmill card apdu`: commands, and the status words that came back."""
    lines = []
    for step in trace:
        if isinstance(step, Reset):
            lines.append("reset")
        else:
            lines.append(f"{step.command.hex().upper()} = {step.answer[-2:].hex().upper()}")
    return "".join(line + "\n" for line in lines)
