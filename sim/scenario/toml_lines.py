"""On which line of a TOML text each key stands.

The standard parser gives values without positions.  This scanner only follows the structure (tables, arrays of
tables, dotted keys, inline tables, strings) of a text the parser has already accepted.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}\n#]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


class _Scanner:
    """A position in the text and the lines found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._arrays: dict[KeyPath, int] = {}

    def run(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self.lines

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _note(self, path: KeyPath) -> None:
        """Remember the line of a path, and of the tables above it where they have none of their own."""
        line = bisect_right(self._starts, self.at)
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                break
            self.lines[path[:length]] = line

    def _header(self) -> KeyPath:
        """[a.b] or [[a.b]]; a name of an array of tables means its last table."""
        double = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if double else 1
        keys = self._keys()
        path: KeyPath = ()
        for number, key in enumerate(keys, start=1):
            path = (*path, key)
            if path in self._arrays and not (double and number == len(keys)):
                path = (*path, self._arrays[path])
        if double:
            array: KeyPath = path
            self._arrays[array] = self._arrays.get(array, -1) + 1
            path = (*array, self._arrays[array])
        after, self.at = self.at, start
        self._note(path)
        self.at = after + (2 if double else 1)
        return path

    def _keys(self) -> KeyPath:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            keys.append(self._key())
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return tuple(keys)
            self.at += 1

    def _key(self) -> str:
        for pattern in _STRINGS[2:]:
            quoted = pattern.match(self.text, self.at)
            if quoted:
                self.at = quoted.end()
                return str(tomllib.loads(f"key = {quoted[0]}")["key"])
        bare = _BARE.match(self.text, self.at)
        self.at = bare.end() if bare else self.at + 1
        return bare[0] if bare else ""

    def _pair(self, table: KeyPath) -> None:
        start = self.at
        path = (*table, *self._keys())
        after, self.at = self.at, start
        self._note(path)
        self.at = after + 1
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        self._skip(_BLANK)
        for pattern in _STRINGS:
            string = pattern.match(self.text, self.at)
            if string:
                self.at = string.end()
                return
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self._items(path)
        elif opening == "{":
            self._inline(path)
        else:
            self._skip(_PLAIN)

    def _items(self, path: KeyPath) -> None:
        self.at += 1
        index = 0
        self._skip(_BLANK)
        while not self.text.startswith("]", self.at) and self.at < len(self.text):
            self._note((*path, index))
            self._value((*path, index))
            self._separator()
            index += 1
        self.at += 1

    def _inline(self, path: KeyPath) -> None:
        self.at += 1
        self._skip(_BLANK)
        while not self.text.startswith("}", self.at) and self.at < len(self.text):
            self._pair(path)
            self._separator()
        self.at += 1

    def _separator(self) -> None:
        self._skip(_BLANK)
        if self.text.startswith(",", self.at):
            self.at += 1
        self._skip(_BLANK)


def key_lines(text: str) -> dict[KeyPath, int]:
    """Line (from 1) of every key path of a valid TOML text; array items are numbered from 0."""
    return _Scanner(text).run()
