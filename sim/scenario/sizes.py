"""How large a scenario may be: what no machine can read or play is refused at once, before anything is made of it.

assumed: the limits are far above every real use (a country in a year: 0.8 billion visits; Ningbo: 2,100 places).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

MAX_BYTES = 1 << 20
MAX_CSV_BYTES = 512 << 20
MAX_KEYS = 50_000
MAX_LEVELS = 32
MAX_PROBLEMS = 100
MAX_PLACES = 50_000
MAX_SERVERS = 1_000_000
MAX_LINES = 10_000
"""Counters with a line each."""
MAX_PHASES = 10_000
MAX_REPLICATIONS = 1_000_000
MAX_PEOPLE = 2_000_000_000
"""People who come in a replication, on average."""
MAX_PER_MS = 1_000
"""People who come in a millisecond: blocks of people are cut by time."""
MAX_NUMBER = 10**15

_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_DOTTED = re.compile(rf"""(?<![\w."'-])(?:{_PART}){{{MAX_LEVELS}}}""", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1000}")


def unparsable(text: str) -> tuple[str, int | None, str] | None:
    """Why a TOML text would keep its parser busy for ever: what is wrong, on which line, what is allowed."""
    if text.count("=") > MAX_KEYS:
        return "has too many keys", None, f"{MAX_KEYS:,} at most; count = N makes many equal places"
    for pattern, why, allowed in (
        (_DOTTED, "has a key of too many parts", f"{MAX_LEVELS} levels at most"),
        (_DIGITS, "has a number of too many digits", f"{MAX_NUMBER:,} at most"),
    ):
        found = pattern.search(text)
        if found:
            return why, text.count("\n", 0, found.start()) + 1, allowed
    return None


def too_deep(values: dict[str, Any]) -> bool:
    """Whether tables and arrays stand in each other deeper than any scenario has them."""
    level: list[Any] = [values]
    for _ in range(MAX_LEVELS):
        level = [item for node in level for item in _items(node) if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def _items(node: Any) -> Iterable[Any]:
    return node.values() if isinstance(node, dict) else node


def ranges(years: Iterable[int]) -> str:
    """Years in words, those that follow one another as a range."""
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in _runs(sorted(years)))


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    first = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            yield numbers[first], numbers[at - 1]
            first = at
