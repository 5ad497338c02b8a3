"""A lock that belongs to a living process: it ends with the process, however that ends (flock).

In the lock file stands who has it, for the message to whoever comes second.  The file is removed at the end; one that a
killed process left behind is free and taken over.
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cardemu.host.visible import visible

_LONGEST_OWNER = 100_000


class InUseError(Exception):
    """Another process has the lock; the message says which."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock whose file is `path`.  Raises InUseError at once if it is taken, OSError if there can be none."""
    descriptor = _take(path)
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, _ourselves())
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _take(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is(descriptor, path):
                return descriptor
        except BlockingIOError as error:
            owner = os.pread(descriptor, _LONGEST_OWNER, 0)
            os.close(descriptor)
            raise InUseError(_in_words(owner)) from error
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its owner removed it after we opened it: a lock on it keeps nobody out


def _is(descriptor: int, path: Path) -> bool:
    """Whether the open file still has this name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _ourselves() -> bytes:
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    owner = {"pid": os.getpid(), "host": os.uname().nodename, "command": command, "since": since}
    return json.dumps(owner).encode()


def _in_words(owner: bytes) -> str:
    try:
        told = json.loads(owner)
        return visible(f"process {told['pid']} on {told['host']} since {told['since']}: {told['command']}")
    except (ValueError, KeyError, TypeError):
        return "a process that has just begun"
