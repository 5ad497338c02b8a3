"""Folders for the time of a command.  One that was killed leaves its folder; the next command removes it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cardemu.host.claim import LOCK, OutputError
from cardemu.host.lock import InUseError, locked

_PREFIX = "cardmill-"
_MADE = re.compile(rf"{_PREFIX}[a-z0-9_]{{8}}")
"""Names that `tempfile` gives."""
_LONG_S = 60.0
"""No process takes so long from making its folder to locking it."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that goes away at the end; OutputError where there is no place for one."""
    try:
        root = Path(tempfile.gettempdir())
        _sweep(root)
        made = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=root)
    except OSError as error:
        raise OutputError(f"no folder for temporary files: {error.strerror}; set TMPDIR to one") from error
    with made as name, locked(Path(name) / LOCK):
        yield Path(name)


def _sweep(root: Path) -> None:
    """Remove folders of this kind whose process is no longer there."""
    for folder in root.glob(f"{_PREFIX}*"):
        lock = folder / LOCK
        with suppress(OSError, InUseError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            if lock.is_file():
                with locked(lock):
                    shutil.rmtree(folder)
            elif _MADE.fullmatch(folder.name) and time.time() - folder.stat().st_mtime > _LONG_S:
                folder.rmdir()  # of a process that was killed before it had its lock: nothing is in it
