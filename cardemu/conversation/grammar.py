"""The text form of conversations: one step a line, what is sent, `=`, what must come back.

Blanks inside bytes do not matter, `#` starts a comment, `*` before the status word stands for any data.  A line that
begins with `repeat N` is N steps, in which `{n}` is their number from 1 (`{n:02X}`: two digits, hexadecimal).  `given`
lines set a state and expect nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"\{n(?::[^{}]*)?\}")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its line, what is sent or done, what must come back (empty: anything)."""

    line: int
    words: tuple[str, ...]
    expected: str

    @property
    def text(self) -> str:
        """The step as it is written, without comment."""
        said = " ".join(self.words)
        return f"{said} = {self.expected}" if self.expected else said


def read_steps(text: str) -> list[Step]:
    """The steps of a conversation, repetitions written out; whoever plays them says what he does not understand."""
    steps: list[Step] = []
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.split("#")[0].strip()
        if not content:
            continue
        action, _, expected = content.partition("=") if not content.startswith("given") else (content, "", "")
        words = tuple(action.split())
        count = 1
        if len(words) > 2 and words[0] == "repeat" and words[1].isdecimal():
            count, words = int(words[1]), words[2:]
        steps.extend(
            Step(number, tuple(_numbered(word, n) for word in words), "".join(expected.split()))
            for n in range(1, count + 1)
        )
    return steps


def _numbered(word: str, number: int) -> str:
    return _NUMBER.sub(lambda found: found[0].format(n=number), word)


def matches(expected: str, answer: bytes) -> bool:
    """Whether an answer is what the file says; `expected` in hexadecimal, `*` in front for any data."""
    if not expected:
        return True
    if expected.startswith("*"):
        return answer.hex().upper().endswith(expected[1:].upper()) and len(answer) * 2 > len(expected) - 1
    return answer.hex().upper() == expected.upper()
