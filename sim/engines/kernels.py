"""Compiled code, kept on disk: found again by what it was made from, on the kind of processor it was made for.

Numba's own store looks at the date or the content of the one file a function stands in; a function that calls others
is then stale after an update, and two engines disagree.  It also refuses to work where no folder can be written, and
stumbles over a file that was cut off.  So there is one digest over all sources of all compiled functions, each file
says what its content must be, and where nothing can be written code stays in memory and can be handed to workers.

Folders: what the variable NUMBA_CACHE_DIR names, else `__pycache__` beside the sources, else the user's own cache.
All are read, whether they can be written or not; the first that can be written takes what is new.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import njit
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.registry import cpu_target
from numba.misc.appdirs import AppDirs

VARIABLE = "NUMBA_CACHE_DIR"
_Function = TypeVar("_Function", bound=Callable[..., Any])
_HERE = Path(__file__).resolve().parent
_PLAIN = ("clock", "demand", "draws", "kernels", "machines", "near_log", "philox", "samplers", "transfer_kernels")
_OUTSIDE = (
    "content.py", "log.py", "program.py", "rates.py", "procedures/model.py", "office/fields.py", "office/interest.py",
    "office/rows.py", "office/verdict.py", "office/wording.py",
)  # fmt: skip
_MAGIC = b"cardmill kernel 1\n"
_DIGEST = 32
_SHORT = 12


def sources() -> list[Path]:
    """All files compiled code is made from."""
    found = [*_HERE.glob("compiled*.py"), *_HERE.glob("counting*.py"), *(_HERE / f"{name}.py" for name in _PLAIN)]
    return [*sorted(found), *(_HERE.parent / name for name in _OUTSIDE)]


@cache
def digest() -> str:
    """What compiled code is made from, and what makes it."""
    total = hashlib.sha256(f"{numba.__version__} {sys.version} {sys.platform}".encode())
    for source in sources():
        total.update(source.read_bytes())
    return total.hexdigest()


class Store:
    """Where compiled code is: by name, in memory and in folders."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}  # what no folder could take
        self._used: set[str] = set()
        self.told = False  # that code is not kept

    def folders(self) -> Iterator[Path]:
        """Folders to look in, best first."""
        mine = f"cardmill-{hashlib.sha256(str(_HERE).encode()).hexdigest()[:_SHORT]}"
        named = os.environ.get(VARIABLE)
        if named:
            yield Path(named) / mine
            return
        yield _HERE / "__pycache__"
        yield Path(AppDirs(appname="cardmill", appauthor=False).user_cache_dir) / mine  # type: ignore[no-untyped-call]

    def writable(self) -> Path | None:
        """The folder that takes what is new; None if there is none."""
        for folder in self.folders():
            with suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=folder).close()
                return folder
        return None

    def load(self, name: str) -> bytes | None:
        """The code of this name; what is broken is as good as not there."""
        for content in self._contents(name):
            code = content[len(_MAGIC) + _DIGEST :]
            if content == _MAGIC + hashlib.sha256(code).digest() + code:
                self._used.add(name)
                return code
        return None

    def _contents(self, name: str) -> Iterator[bytes]:
        if name in self._held:
            yield self._held[name]
        for folder in self.folders():
            with suppress(OSError):
                yield (folder / name).read_bytes()

    def save(self, name: str, code: bytes) -> None:
        """Keep code for the next time, or for this process at least."""
        self._used.add(name)
        self._put(name, _MAGIC + hashlib.sha256(code).digest() + code)

    def _put(self, name: str, content: bytes) -> None:
        folder = self.writable()
        if folder is None or not _written(folder, name, content):
            self._held[name] = content
            return
        same_but_older = name.rsplit("-", 1)[0]
        for other in folder.glob(f"{same_but_older}-*.kernel"):
            if other.name != name:
                other.unlink(missing_ok=True)

    @property
    def used(self) -> frozenset[str]:
        """Names of all code this process has used."""
        return frozenset(self._used)

    def packed(self) -> dict[str, bytes]:
        """All code this process has used, for another process or machine of the same kind."""
        found = {name: next(self._contents(name), None) for name in sorted(self._used)}
        return {name: content for name, content in found.items() if content is not None}

    def only_in_memory(self) -> dict[str, bytes]:
        """What another process of this machine would not find."""
        return dict(self._held)

    def take(self, code: Mapping[str, bytes]) -> None:
        """Keep what another process has packed, unless it is there."""
        for name, content in code.items():
            if self.load(name) is None:
                self._put(name, content)


def _written(folder: Path, name: str, content: bytes) -> bool:
    """Write a file whole or not at all; False if there is no room for it."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        new = Path(file.name)
        try:
            file.write(content)
            file.flush()
            new.replace(folder / name)
        except OSError:
            new.unlink(missing_ok=True)
            return False
    return True


STORE = Store()


def machine() -> str:
    """The kind of processor code is compiled for here."""
    return str(cpu_target.target_context.codegen().magic_tuple())


class KernelCache(NullCache):
    """What Numba asks for the code of a function, one for each."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = f"{function.__module__}.{function.__qualname__}".removeprefix("sim.engines.")

    def file_name(self, sig: Any, codegen: Any) -> str:
        """Name of the file: function, types and processor, then what all is made from."""
        what = hashlib.sha256(f"{sig} {codegen.magic_tuple()}".encode()).hexdigest()
        return f"{self._name}-{what[:_SHORT]}-{digest()[:_SHORT]}.kernel"

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code for these types; None if it is not there."""
        target_context.refresh()
        code = STORE.load(self.file_name(sig, target_context.codegen()))
        if code is None:
            return None
        result: Any = CompileResult
        return result._rebuild(target_context, *pickle.loads(code))  # noqa: S301, SLF001 - from our own folder

    def save_overload(self, sig: Any, cres: Any) -> None:
        """Keep what was compiled."""
        code = pickle.dumps(cres._reduce(), protocol=pickle.HIGHEST_PROTOCOL)  # noqa: SLF001
        STORE.save(self.file_name(sig, cres.target_context.codegen()), code)


def kernel(**options: Any) -> Callable[[_Function], _Function]:
    """A function that Python and compiled code call, compiled at its first call for the types it is called with."""

    def made(function: _Function) -> _Function:
        dispatcher: Any = njit(**options)(function)
        dispatcher._cache = KernelCache(function)  # noqa: SLF001 - in the place of Numba's own
        return cast("_Function", dispatcher)

    return made


def how_often() -> str:
    """For how long what has to be compiled will do, in words for who waits for it."""
    return "for this run alone" if STORE.writable() is None else "once for this machine"


def not_kept() -> str:
    """Why compiled code is not kept, in words; empty if it is, and after it was told once."""
    if STORE.told or not STORE.only_in_memory():
        return ""
    STORE.told = True
    tried = " or ".join(map(str, STORE.folders()))
    return f"what was compiled is not kept, as nothing can be written to {tried}; {VARIABLE} may name another folder"
