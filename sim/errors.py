"""What is wrong with a user's files: one `Problem` per mistake, raised together as a `ScenarioError`.

A user who wrote ten mistakes reads ten lines, not one line ten times: whoever checks a file collects problems and
raises once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class MistakeError(Exception):
    """Something the user can put right; the text says what."""


class WorkersLostError(Exception):
    """No worker is left, and why; what was finished before is not lost."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is, what is wrong, and what would be right."""

    file: str
    key: str
    line: int | None
    why: str
    allowed: str | None = None

    def __str__(self) -> str:
        """Give `file:line: key: why; allowed: ...`, leaving out what is not known."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [part for part in (place, self.key, self.why) if part]
        text = ": ".join(parts)
        return text if self.allowed is None else f"{text}; allowed: {self.allowed}"


class ScenarioError(MistakeError):
    """The user's files are wrong; `problems` has every mistake found, in the order of file and line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep the problems; the text of the exception is one line for each."""
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        """One line a problem."""
        return "\n".join(str(problem) for problem in self.problems)


class NotKeptError(Exception):
    """Results cannot be written, and why; what was written before is kept."""


@contextmanager
def writing(path: Path, *more: type[Exception]) -> Iterator[None]:
    """Say of a disk that is full, or of a folder that cannot be written to, what it is: NotKeptError.

    `more`: what a library raises in the place of OSError.
    """
    caught: tuple[type[Exception], ...] = (OSError, *more)
    try:
        yield
    except caught as error:
        why = error.strerror if isinstance(error, OSError) else str(error).partition("\n")[0]
        raise NotKeptError(f"{path} cannot be written: {why or error}") from error
