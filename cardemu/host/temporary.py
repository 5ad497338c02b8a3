"""Folders for the time of a command.  One that was killed leaves its folder; the next command removes it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cardemu.host.claim import LOCK, OutputError
from cardemu.host.lock import InUseError, locked

_PREFIX = "cardmill-"


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
            if not folder.is_symlink() and lock.is_file() and lock.stat().st_uid == os.getuid():
                with locked(lock):
                    shutil.rmtree(folder)
