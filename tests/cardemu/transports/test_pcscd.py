"""What a PC/SC service of our own cannot be, and how it lives where the system gives it no network of its own."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cardemu.transports import activate
from cardemu.transports.activate import ALONE, NOT_ALONE
from cardemu.transports.pcscd import OwnPcscd, missing


@pytest.mark.parametrize("readers", [0, 3, 18])
def test_pcscd_has_limits(tmp_path: Path, readers: int) -> None:
    """Pairs of slots, sixteen readers at most."""
    with pytest.raises(ValueError, match="an even number up to 16"):
        OwnPcscd(tmp_path, readers)


def test_a_folder_with_a_long_name_is_refused(tmp_path: Path) -> None:
    """A socket's path has 107 bytes, whatever the file system takes."""
    with pytest.raises(ValueError, match="longer than the 107 bytes"):
        OwnPcscd(tmp_path / ("x" * 100))
    rest = "/pcscd.comm"
    longest = Path("/" + "x" * (106 - len(rest)))
    assert len(bytes(OwnPcscd(longest).socket_path)) == 107
    with pytest.raises(ValueError, match="longer than the 107 bytes"):
        OwnPcscd(longest.with_name(longest.name + "x"))


NO_MORE = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
WITHOUT = ("unshare", "--user", "--map-root-user", "sh", "-c", NO_MORE, "sh")
"""Runs a program where the kernel gives no further namespaces (user_namespaces(7), ENOSPC), as in many containers."""
READ = f"{sys.executable} -m cardmill card read 'pcsc:Cardmill 0 00 00' 'SSSEEF06|0A|$'"


@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason=f"not installed: {', '.join(missing())}")
def test_where_no_network_of_its_own_can_be_had_the_card_is_served_and_the_ports_are_named(pyscard: None) -> None:
    """The service stays in this machine's network, a program reads the card through it, and what is open is said."""
    del pyscard
    there = shutil.which("unshare") is not None
    if not there or subprocess.run((*WITHOUT, "true"), capture_output=True, check=False).returncode:
        pytest.skip("no user namespaces here, so that every other test takes this way")
    serve = (sys.executable, "-m", "cardmill", "card", "serve", "generation-2", "--own-pcscd", "--run", READ)
    done = subprocess.run((*WITHOUT, *serve), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the driver listens on every interface of this machine" in done.stdout
    assert "nothing of it can be reached" not in done.stdout
    assert done.stdout.splitlines()[-1].startswith("SSSEEF06|")


@pytest.mark.parametrize("wrong", [0, errno.EPERM])
def test_whether_a_network_can_be_left_is_tried_by_a_child(wrong: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of it cannot be taken back, so this process stays where it is whatever comes of it."""
    here = Path("/proc/self/ns/net").readlink()

    def leave() -> None:
        if wrong:
            raise OSError(wrong, "unshare")

    monkeypatch.setattr(activate, "_leave_the_network", leave)
    assert activate._can_leave() is not bool(wrong)
    assert Path("/proc/self/ns/net").readlink() == here


@pytest.mark.parametrize("can", [True, False])
def test_the_first_byte_says_which_way_was_taken(can: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a namespace there is no helper either, and nothing left."""
    left: list[str] = []
    monkeypatch.setattr(activate, "_can_leave", lambda: can)
    monkeypatch.setattr(activate, "_leave_the_network", lambda: left.append("left"))

    def parent() -> int:
        left.append("helper")
        return 1

    monkeypatch.setattr(os, "fork", parent)
    mine, theirs = socket.socketpair()
    with mine, theirs:
        activate._alone(theirs, -1)
        assert mine.recv(1) == (ALONE if can else NOT_ALONE)
    assert left == (["left", "helper"] if can else [])
