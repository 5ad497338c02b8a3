"""The outermost frame of every program: what nobody foresaw becomes one sentence and an exit code of its own."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cardemu.host.claim import OutputError
from cardemu.host.exitcodes import INTERRUPTED, OWN_FAULT, USAGE
from cardemu.host.signals import heed_signals
from cardemu.host.streams import flush_streams, prepare_streams
from cardemu.host.visible import visible

SHOW = "CARDMILL_TRACEBACK"
"""Set to 1 in the environment: the traceback is printed."""
_SURROUNDINGS = frozenset(
    (
        errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO,
        errno.ENAMETOOLONG, errno.ELOOP, errno.EFBIG, errno.ENODEV, errno.ESTALE,
    )
)  # fmt: skip
"""What the machine refuses, whoever asks."""


def guarded(program: Callable[[], int]) -> int:
    """Run a program; its exit code, or that of what went wrong, which has been said."""
    prepare_streams()
    heed_signals()
    try:
        code = program()
        flush_streams()
    except BaseException as error:  # noqa: BLE001 - this is what the function is for
        code = _explained(error)
    with suppress(OutputError):
        flush_streams()
    return code


def _explained(error: BaseException) -> int:
    """Say what went wrong; the exit code."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 0 if error.code is None else _say(str(error.code), 1)
    if _interrupted(error):
        return _say("interrupted", INTERRUPTED)
    if isinstance(error, OutputError):
        return _say(str(error), USAGE)
    if isinstance(error, OSError) and error.errno in _SURROUNDINGS:
        where = f"{error.filename}: " if error.filename is not None else ""
        return _say(f"{where}{error.strerror}", USAGE)
    if os.environ.get(SHOW, "") not in {"", "0"}:
        return _say(_traceback(error), OWN_FAULT)
    return _say(f"{_in_a_sentence(error)}\n{_how_to_report(error)}", OWN_FAULT)


def _say(text: str, code: int) -> int:
    with suppress(OSError, ValueError, OutputError):
        sys.stderr.write(f"{visible(text)}\n")
    return code


def _interrupted(error: BaseException | None) -> bool:
    """Whether Ctrl-C is at the root of it: libraries that load make other errors of it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _in_a_sentence(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "cardmill ran out of memory"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = ""
    if trace is not None:
        where = f" ({'/'.join(Path(trace.tb_frame.f_code.co_filename).parts[-2:])}, line {trace.tb_lineno})"
    first = str(error).splitlines()[:1]
    what = ": ".join([type(error).__name__, *first])
    return f"cardmill has a fault of its own, which is none of your input: {what[:300]}{where}"


def _traceback(error: BaseException) -> str:
    import traceback  # noqa: PLC0415 - as below

    return "".join(traceback.format_exception(error))


def _how_to_report(error: BaseException) -> str:
    """Where the traceback is: it may come of hours of work and never again."""
    import tempfile  # noqa: PLC0415 - seldom needed, and every command waits for what is loaded here

    again = f"{SHOW}=1 in the environment prints the traceback"
    with suppress(OSError):
        descriptor, name = tempfile.mkstemp(prefix="cardmill-fault-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(_traceback(error))
        again = f"the traceback is in {name}"
    return f'please report it (docs/output.md, "Reporting a fault") with the command and its files; {again}'
