"""Entry point of the console command: until there is somebody to understand Ctrl-C, it ends the process in silence."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the command line; its exit code."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    import cardmill  # noqa: PLC0415 - what takes a moment to load comes after the line above

    return cardmill.main()


if __name__ == "__main__":
    sys.exit(main())
