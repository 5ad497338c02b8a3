"""What many tasks have in common: packed once, sent to a worker of a cluster once, opened once in a process."""

from __future__ import annotations

import hashlib
import pickle
from threading import Lock
from typing import Any, ClassVar, Self
from weakref import WeakValueDictionary


class Common:
    """An object that goes along with tasks, the first part of each.  Two with the same content are one in a process.

    It stays as long as somebody works with it.  The one that came last stays in any case, so that a process which gets
    one task after another opens it once.
    """

    _known: ClassVar[WeakValueDictionary[bytes, Common]] = WeakValueDictionary()
    _latest: ClassVar[Common | None] = None

    def __init__(self, packed: bytes) -> None:
        self.packed = packed
        self._opened: Any = None
        self._lock = Lock()

    @classmethod
    def of(cls, value: object) -> Self:
        """Pack an object."""
        return cls(pickle.dumps(value))

    @classmethod
    def received(cls, packed: bytes) -> Common:
        """What came to this process; the same again is the one that is there."""
        digest = hashlib.sha256(packed).digest()
        Common._latest = Common._known.setdefault(digest, Common(packed))
        return Common._latest

    @staticmethod
    def let_go() -> None:
        """Keep nothing that nobody works with."""
        Common._latest = None

    def opened(self) -> Any:
        """The object.  Threads that want it at once get the same."""
        with self._lock:
            if self._opened is None:
                self._opened = pickle.loads(self.packed)  # noqa: S301 - from our own parent, over its connection
            return self._opened

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return Common.received, (self.packed,)
