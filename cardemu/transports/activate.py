"""Starts a program with a listening socket as systemd would, in a network of its own where it can have one.

    python -m cardemu.transports.activate CLIENTS PARENT CONTROL PROGRAM ...

pcscd takes its client socket (CLIENTS, a file descriptor) that way, so one of our own needs no root, no fixed path, and
disturbs no other.  The driver's ports, which it opens on every interface, lie in a network namespace that nobody else
is in; connections to them are made by a helper there and handed out through the socket CONTROL: two bytes of port in,
a descriptor out.  Its first byte says whether there is such a namespace (Linux; user_namespaces(7)).  Without CONTROL
(-1) the program stays in the network it is started in.  All ends with the process that started it (PARENT),
however that one ends (PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
LISTEN_FDS_START = 3
"""Where systemd's protocol puts the first socket (sd_listen_fds, section 3)."""
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
LOOPBACK = "127.0.0.1"
ALONE, NOT_ALONE = b"1", b"0"


def _end_with(parent: int) -> None:
    """End when the parent process does, also when it has ended before this could be said."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit(1)


def _leave_the_network() -> None:
    """Enter a network namespace with nothing but a loopback interface; OSError where that is not allowed."""
    user, group = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(line, encoding="ascii")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))


def _can_leave() -> bool:
    """Whether all of that is allowed here: tried in a child, because half of it cannot be taken back."""
    if sys.platform != "linux":
        return False
    child = os.fork()
    if not child:
        try:
            _leave_the_network()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _hand_out(control: socket.socket) -> None:
    """Connect to the port that is asked for, over and over, until nobody asks any more; nothing is no connection."""
    while len(asked := control.recv(2)) == 2:
        try:
            made = socket.create_connection((LOOPBACK, int.from_bytes(asked, "big")))
        except OSError:
            control.send(NOT_ALONE)
            continue
        with made:
            socket.send_fds(control, [ALONE], [made.fileno()])


def _alone(control: socket.socket, clients: int) -> None:
    """Leave the network and start the helper, where that is possible; say whether it was."""
    alone = _can_leave()
    if alone:
        _leave_the_network()
    control.send(ALONE if alone else NOT_ALONE)
    parent = os.getpid()
    if alone and not os.fork():
        _end_with(parent)
        os.close(clients)
        try:
            _hand_out(control)
        finally:
            os._exit(0)


def main(arguments: list[str]) -> None:
    """Become the program; returns never."""
    passed, parent, control, program = int(arguments[0]), int(arguments[1]), int(arguments[2]), arguments[3:]
    if control >= 0:
        with socket.socket(fileno=control) as mine:
            _alone(mine, passed)
    _end_with(parent)
    if passed != LISTEN_FDS_START:
        os.dup2(passed, LISTEN_FDS_START)
        os.close(passed)
    os.set_inheritable(LISTEN_FDS_START, True)
    environment = {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
    os.execvpe(program[0], program, environment)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
