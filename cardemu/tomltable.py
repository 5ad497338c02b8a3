"""Reading a TOML table with every mistake noted, so that a user sees all of them at once."""

from __future__ import annotations

from difflib import get_close_matches
from typing import NamedTuple


class Problem(NamedTuple):
    """One mistake in a user's file: where, and what is wrong and allowed."""

    key: str
    why: str


class ProductError(Exception):
    """A product file that cannot be used.  `problems` lists every mistake found."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = list(dict.fromkeys(problems))  # a value two parts of the program ask for is missed twice
        super().__init__("\n".join(f"{file}: {problem.key}: {problem.why}" for problem in self.problems))


class Table:
    """One table of a file.  Each getter notes a problem and gives the default when the value is unusable."""

    def __init__(self, values: dict[str, object], path: str, problems: list[Problem]) -> None:
        self._values = values
        self._path = path
        self._problems = problems
        self._asked: set[str] = set()

    def where(self, key: str) -> str:
        """The full name of a key."""
        return f"{self._path}.{key}" if self._path else key

    def problem(self, key: str, why: str) -> None:
        """Note a mistake."""
        self._problems.append(Problem(self.where(key), why))

    def has(self, key: str) -> bool:
        """Whether the file gives a key."""
        self._asked.add(key)
        return key in self._values

    def text(self, key: str, default: str | None = None, allowed: tuple[str, ...] = ()) -> str:
        """A string, one of `allowed` when given; without default it must be there."""
        value = self._get(key, default)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.problem(key, f"{value!r} must be text in quotes")
            return default or ""
        if allowed and value not in allowed:
            self.problem(key, f"{value!r} is not known; allowed: {', '.join(allowed)}")
            return default or allowed[0]
        return value

    def number(self, key: str, default: int | None, low: int, high: int) -> int:
        """A whole number in a range."""
        value = self._get(key, default)
        if value is None:
            return low
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.problem(key, f"{value!r} must be a whole number from {low} to {high}")
            return low if default is None else default
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Yes or no."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            self.problem(key, f"{value!r} must be true or false")
            return default
        return value

    def hexadecimal(self, key: str, default: bytes | None, sizes: tuple[int, ...]) -> bytes:
        """Bytes written as pairs of hexadecimal digits."""
        text = self.text(key, None if default is None else default.hex())
        fallback = bytes(sizes[0]) if default is None else default
        try:
            value = bytes.fromhex(text)
        except ValueError:
            self.problem(key, f"{text!r} must be pairs of hexadecimal digits")
            return fallback
        if len(value) not in sizes:
            counts = " or ".join(str(size) for size in sizes)
            self.problem(key, f"{text!r} has {len(value)} bytes, must have {counts}")
            return fallback
        return value

    def texts(self, key: str, default: tuple[str, ...], allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of strings."""
        value = self._get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.problem(key, f"{value!r} must be a list of texts")
            return default
        for item in value:
            if allowed and item not in allowed:
                self.problem(key, f"{item!r} is not known; allowed: {', '.join(allowed)}")
        return tuple(item for item in value if not allowed or item in allowed)

    def table(self, key: str) -> Table:
        """A table inside this one, empty when absent."""
        value = self._get(key, {})
        if not isinstance(value, dict):
            self.problem(key, f"{value!r} must be a table")
            value = {}
        return Table(value, self.where(key), self._problems)

    def tables(self, key: str) -> list[Table]:
        """An array of tables."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.problem(key, f"{value!r} must be an array of tables [[{key}]]")
            return []
        return [Table(item, f"{self.where(key)}[{number}]", self._problems) for number, item in enumerate(value)]

    def names(self) -> tuple[str, ...]:
        """The keys the file gives, in order; asking counts as knowing them all."""
        self._asked.update(self._values)
        return tuple(self._values)

    def raw(self, key: str) -> object:
        """A value for somebody else to check."""
        return self._get(key, None)

    def finish(self) -> None:
        """Note every key nobody asked for, with the nearest known one."""
        for key in self._values:
            if key not in self._asked:
                near = get_close_matches(key, sorted(self._asked), 1)
                hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(sorted(self._asked))}"
                self.problem(key, f"unknown key; {hint}")

    def _get(self, key: str, default: object) -> object:
        self._asked.add(key)
        if key in self._values:
            return self._values[key]
        if default is None:
            self.problem(key, "is missing")
        return default
