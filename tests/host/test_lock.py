"""A lock that belongs to a living process."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from cardemu.host.lock import InUseError, locked


def test_a_lock_on_a_file_that_its_owner_has_just_removed_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our opening and our locking the owner ends: the file we hold has no name any more, and a third comes."""
    path = tmp_path / "lock"
    really: Callable[[int, int], None] = fcntl.flock
    calls: list[int] = []

    def late(descriptor: int, operation: int) -> None:
        if not calls:
            path.unlink()
        calls.append(descriptor)
        really(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with locked(path):
        assert path.is_file()
        with pytest.raises(InUseError, match="process"), locked(path):
            pytest.fail("two processes hold one lock")
    assert not path.exists()
