"""Starts a program with a listening socket as systemd would: `... activate FD PARENT PROGRAM ...`.

pcscd takes its client socket that way, so one of our own needs no root, no fixed path, and disturbs no other.  The
program ends with the process that started it, however that one ends (prctl, PR_SET_PDEATHSIG; Linux).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
LISTEN_FDS_START = 3
"""Where systemd's protocol puts the first socket (sd_listen_fds, section 3)."""


def main(arguments: list[str]) -> None:
    """Become the program; returns never."""
    passed, parent, program = int(arguments[0]), int(arguments[1]), arguments[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before it could be said that this shall end with it
            sys.exit(1)
    if passed != LISTEN_FDS_START:
        os.dup2(passed, LISTEN_FDS_START)
        os.close(passed)
    os.set_inheritable(LISTEN_FDS_START, True)
    environment = {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
    os.execvpe(program[0], program, environment)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
