"""The folder a command writes its results into: while it does, the folder is its own; what others put there never is.

    .cardmill.lock      held by the process that writes (cardemu.host.lock)
    cardmill-files.txt  what kind of results these are, and the names of all files we wrote

A file is entered in the list before it is written.  Only what is in the list is replaced or removed; where another file
has the name of one of ours, and where the folder holds other things and no list, the folder is refused.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import ClassVar

from cardemu.host.lock import InUseError, locked
from cardemu.host.wholefile import leftovers, whole, write_whole

LOCK, LIST = ".cardmill.lock", "cardmill-files.txt"
_HEAD = "The files Cardmill wrote here. It replaces or removes these and nothing else in this folder."
_LONGEST_LIST = 200 * 2**20


class OutputError(Exception):
    """Results cannot be written there, and why."""


class Claim:
    """A folder that belongs to this process; made by `claimed`."""

    held: ClassVar[dict[str, Claim]] = {}
    """Folders of this process by real path: who claims one again shares the claim."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.kind = folder, kind
        self._first_time = not (folder / LIST).exists()
        self._before = _read_list(folder, kind)
        self._now: dict[str, None] = {}

    @property
    def before(self) -> Collection[str]:
        """Names of the files that earlier commands wrote."""
        return self._before.keys()

    def clear(self, keep: Collection[str] = ()) -> None:
        """Remove what earlier commands wrote, but for `keep`; what others put there stays."""
        gone = [name for name in self._before if name not in keep]
        for path in (self.folder / name for name in gone):
            if self._holds(path.parent):
                for one in (path, *leftovers(path)):
                    if one.is_file() or one.is_symlink():
                        one.unlink()
        folders = {parent for name in gone for parent in PurePosixPath(name).parents if parent.parts}
        for folder in sorted(folders, key=lambda one: len(one.parts), reverse=True):
            if self._holds(self.folder / folder):
                with suppress(OSError):  # somebody else's file is in it
                    (self.folder / folder).rmdir()
        self._before = {name: None for name in self._before if name in keep}
        if gone:
            self._write_list()

    def _holds(self, folder: Path) -> bool:
        """Whether a folder is there and really within this one: a list may come from anywhere, and so may links."""
        return folder.is_dir() and Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(self.folder))

    def check(self, *names: str) -> None:
        """Raise OutputError if something that is not ours has one of these names."""
        for name in names:
            if name not in self._before and name not in self._now and os.path.lexists(self.folder / name):
                raise OutputError(
                    f"{self.folder / name} is there and was not written by a command of ours: not replaced"
                )

    def check_empty(self, name: str) -> None:
        """Raise OutputError if a folder that will hold files of ours only holds others."""
        folder = self.folder / name
        ours = {*self._before, *self._now}
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if not path.is_dir() and path.relative_to(self.folder).as_posix() not in ours:
                raise OutputError(f"{path} was not written by a command of ours; {folder} must hold nothing else")

    def add(self, *names: str) -> None:
        """Enter files in the list, which are going to be written now; OutputError if they are somebody else's."""
        new = [name for name in names if name not in self._now and name not in self._before]
        self.check(*new)
        self._now |= dict.fromkeys(names)
        if not new:
            return
        if not (self.folder / LIST).exists():
            self._write_list()
            return
        with (self.folder / LIST).open("a", encoding="utf-8") as file:
            file.writelines(_line(name) for name in new)

    def path(self, name: str) -> Path:
        """Where a file of this name goes, which is entered in the list."""
        self.add(name)
        return self.folder / name

    def write(self, name: str, content: bytes | str) -> Path:
        """Write a file whole; its path."""
        path = self.path(name)
        write_whole(path, content)
        return path

    def write_all(self, files: Mapping[str, bytes]) -> None:
        """Write files, all or none of them."""
        self.add(*files)
        with ExitStack() as stack:
            for name, content in files.items():
                stack.enter_context(whole(self.folder / name)).write_bytes(content)

    def tidy(self) -> None:
        """Remove a list of this time where nothing of it came to be."""
        if self._first_time and not any(os.path.lexists(self.folder / name) for name in (*self._before, *self._now)):
            (self.folder / LIST).unlink(missing_ok=True)

    def _write_list(self) -> None:
        lines = [_line(name) for name in {**self._before, **self._now}]
        write_whole(self.folder / LIST, f"{_HEAD}\n{self.kind}\n{''.join(lines)}")


def _line(name: str) -> str:
    """A name is a JSON text where it would not fit in a line."""
    return f"{name}\n" if name.isprintable() and not name.startswith('"') else f"{json.dumps(name)}\n"


def _read_list(folder: Path, kind: str) -> dict[str, None]:
    """The names in a folder's list; OutputError for another kind of results.  An end that was broken off is no name."""
    path = folder / LIST
    if not path.exists():
        return {}
    if path.stat().st_size > _LONGEST_LIST:
        raise OutputError(f"{path} is no list of ours")
    head, *lines = path.read_text("utf-8", errors="replace").split("\n")
    found_kind, *names = lines or [""]
    if head != _HEAD:
        raise OutputError(f"{path} is no list of ours")
    if found_kind != kind:
        raise OutputError(f"{folder} holds the results of cardmill {found_kind}; give another folder")
    known: dict[str, None] = {}
    for name in names[:-1]:
        with suppress(ValueError):
            known[json.loads(name) if name.startswith('"') else name] = None
    safe = {name: None for name in known if _relative(name)}
    if names[-1:] != [""]:
        write_whole(path, f"{_HEAD}\n{kind}\n{''.join(map(_line, safe))}")
    return safe


def _relative(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


@contextmanager
def claimed(folder: Path, kind: str, *, among_others: bool = False) -> Iterator[Claim]:
    """Make the folder this process's own, and make it if it is not there; `kind`: the command whose results it holds.

    `among_others`: other files may lie in it, such as a folder pictures are put into.  A folder that was made and has
    stayed empty goes away again.  Raises OutputError when it is somebody else's, in use, or cannot be written to.
    """
    real = os.path.realpath(folder)
    if real in Claim.held:
        yield Claim.held[real]
        return
    with ExitStack() as stack:
        try:
            _check(folder, among_others=among_others)
            made = [one for one in (Path(real), *Path(real).parents) if not one.exists()]
            stack.callback(_remove_empty, made)
            Path(real).mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked(folder / LOCK))
            _check(folder, among_others=among_others)  # again: somebody may have been before us
            claim = Claim(folder, kind)
        except InUseError as error:
            why = "wait until that has finished, or give another folder"
            raise OutputError(f"{folder} is being written to by {error}; {why}") from error
        except OSError as error:
            raise OutputError(f"{folder} cannot be written to: {error.strerror}") from error
        Claim.held[real] = claim
        stack.callback(Claim.held.pop, real)
        stack.callback(claim.tidy)
        yield claim


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _check(folder: Path, *, among_others: bool) -> None:
    name = os.fspath(folder)
    try:
        sound = os.fsencode(name).decode() == name
    except (UnicodeError, ValueError):
        sound = False
    if not sound:
        raise OutputError(f"{name}: a name that is no UTF-8 here; set PYTHONUTF8=1, or give another name")
    if "\\" in os.path.realpath(folder):  # DuckDB, which reads the tables, takes it for a separator on every system
        raise OutputError(f"{name}: a folder's name with a backslash cannot be read again; give another name")
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file, not a folder")
    if among_others or not folder.is_dir() or (folder / LIST).exists():
        return
    others = sorted(one.name for one in folder.iterdir() if one.name != LOCK)
    if others:
        raise OutputError(
            f"{folder} is not empty and holds no results of ours ({others[0]}); give a new name or an empty folder"
        )


def write_pictures(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, all or none, into a folder that may hold others; ours of an earlier time are replaced."""
    with claimed(folder, "pictures", among_others=True) as claim:
        claim.write_all(files)
