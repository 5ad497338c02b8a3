"""Reads the files of a scenario: the one named by the user, and those it includes.

A scenario is data: nothing in it is executed, and it can name only files inside its own tree (the nearest folder
called `scenarios` above the first file, or else the first file's folder), links resolved.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

from cardemu.inputfile import decode, is_marked_utf16
from sim.errors import Problem
from sim.scenario import sizes
from sim.scenario.toml_lines import KeyPath, key_lines
from sim.scenario.tree import Location, Tree, merge_trees, shown
from sim.scenario.units import show
from sim.scenario.values import SourceFile

MAX_DEPTH = 16
TREE_FOLDER = "scenarios"
_CURLY = {"“": '"', "”": '"', "‘": "'", "’": "'"}
_WHERE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


class UnreadableError(Exception):
    """A file that cannot be used, and why."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(str(problem))
        self.problem = problem


class Reader:
    """Reads files of one scenario tree and remembers them."""

    def __init__(self, entry: Path) -> None:
        """Find the tree of the entry file."""
        self.entry = entry.resolve()
        folder = self.entry.parent
        self.root = next((up for up in (folder, *folder.parents) if up.name == TREE_FOLDER), folder)
        self.files: dict[Path, SourceFile] = {}
        self.folders: dict[str, Path] = {}  # by the file's name as shown
        self.problems: list[Problem] = []

    def name(self, path: Path) -> str:
        """Name of a file that does not depend on where the tree is."""
        return path.relative_to(self.root).as_posix()

    def bytes_of(self, path: Path, named: Location, key: str, limit: int) -> bytes:
        """Content of a file, remembered with its SHA-256; `named` is where it is asked for."""

        def fail(why: str, allowed: str | None = None) -> UnreadableError:
            return UnreadableError(Problem(named.file, key, named.line, why, allowed))

        try:
            if path.is_dir():
                raise fail(f"{shown(path)} is a folder", "a file")
            if not path.exists():
                raise fail(f"{shown(path)} does not exist", "an existing file")
            if not path.is_file():
                raise fail(f"{shown(path)} is not an ordinary file", "a file")
            content = b""
            if path.stat().st_size <= limit:
                with path.open("rb") as file:
                    content = file.read(limit + 1)  # a file may say that it is small and have no end
            if path.stat().st_size > limit or len(content) > limit:
                raise fail(f"{shown(path)} is too large", f"{limit >> 20} MiB at most")
        except OSError as error:
            raise fail(f"{shown(path)} cannot be read: {error.strerror}") from error
        self.files[path] = SourceFile(self.name(path), hashlib.sha256(content).hexdigest())
        return content

    def inside(self, folder: Path, relative: object, named: Location, key: str) -> Path:
        """A file named in a scenario file, which must be inside the tree."""

        def fail(why: str) -> UnreadableError:
            return UnreadableError(
                Problem(named.file, key, named.line, why, f"a relative path below {shown(self.root)}")
            )

        if not isinstance(relative, str) or "\0" in relative or Path(relative).is_absolute():
            raise fail(f"{show(relative)} is not a relative path")
        try:
            path = (folder / relative).resolve()
        except (OSError, RuntimeError) as error:
            raise fail(f"{show(relative)} cannot be resolved") from error
        if not path.is_relative_to(self.root):
            raise fail(f"{show(relative)} leaves the scenario tree")
        return path

    def tree(self) -> Tree:
        """The entry file merged with all it includes; see `problems`."""
        place = Location(shown(self.entry), None)
        return self._load(self.entry, place, "", ()) or Tree()

    def _load(self, path: Path, named: Location, key: str, above: tuple[Path, ...]) -> Tree | None:
        try:
            own = self._parse(path, named, key)
        except UnreadableError as unreadable:
            self.problems.append(unreadable.problem)
            return None
        file = shown(path)
        self.folders[file] = path.parent
        included = own.values.pop("include", [])
        merged = Tree()
        if not isinstance(included, list):
            self.problems.append(own.problem(("include",), "is not an array", "an array of relative paths", file))
            return own
        for index, relative in enumerate(included):
            base = self._include(own, ("include", index), relative, (*above, path))
            if base is not None:
                merged = merge_trees(merged, base)
        return merge_trees(merged, own)

    def _include(self, own: Tree, at: KeyPath, relative: object, above: tuple[Path, ...]) -> Tree | None:
        file = shown(above[-1])
        place = own.location(at, file)
        key = f"include[{at[1]}]"
        try:
            path = self.inside(above[-1].parent, relative, place, key)
        except UnreadableError as unreadable:
            self.problems.append(unreadable.problem)
            return None
        if path in above:
            circle = " -> ".join(self.name(one) for one in (*above[above.index(path) :], path))
            self.problems.append(Problem(file, key, place.line, f"files include each other: {circle}"))
            return None
        if len(above) >= MAX_DEPTH:
            why = "files are included too deeply"
            self.problems.append(Problem(file, key, place.line, why, f"{MAX_DEPTH} levels at most"))
            return None
        if path in self.files:  # another branch has brought it in already
            return None
        return self._load(path, place, key, above)

    def _parse(self, path: Path, named: Location, key: str) -> Tree:
        content = self.bytes_of(path, named, key, sizes.MAX_BYTES)
        file = shown(path)
        if b"\0" in content and not is_marked_utf16(content):
            raise UnreadableError(Problem(file, "", None, "is not a text file", "TOML in UTF-8"))
        try:
            text = decode(content).replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise UnreadableError(Problem(file, "", line, "is not UTF-8", "TOML in UTF-8")) from error
        beyond = sizes.unparsable(text)
        if beyond is not None:
            why, on, allowed = beyond
            raise UnreadableError(Problem(file, "", on, why, allowed))
        try:
            values: dict[str, Any] = tomllib.loads(text)
        except RecursionError as error:
            allowed = f"{sizes.MAX_LEVELS} levels at most"
            raise UnreadableError(Problem(file, "", None, "is nested too deeply", allowed)) from error
        except ValueError as error:
            raise UnreadableError(_syntax(file, text, str(error))) from error
        if sizes.too_deep(values):
            raise UnreadableError(Problem(file, "", None, "is nested too deeply", f"{sizes.MAX_LEVELS} levels at most"))
        where = {path_: Location(file, line) for path_, line in key_lines(text).items()}
        return Tree(values, where)


def _syntax(file: str, text: str, message: str) -> Problem:
    """A TOML syntax error with its line and column."""
    match = _WHERE.fullmatch(message)
    if match is None:
        return Problem(file, "", None, f"is not TOML: {message}")
    if match[2] is None:
        return Problem(file, "", text.count("\n") + 1, f"is not TOML: {match[1]} at the end of the file")
    line, column = int(match[2]), int(match[3])
    return Problem(file, "", line, f"is not TOML: {match[1]} (column {column})", _plain(text, line, column))


def _plain(text: str, line: int, column: int) -> str | None:
    """What to write instead of a curly quotation mark or a full-width sign, which look right and are not."""
    sign = text.split("\n")[line - 1][column - 1 : column]
    plain = _CURLY.get(sign, unicodedata.normalize("NFKC", sign))
    return None if plain == sign else f"{plain} instead of {sign}"
