"""What nobody foresaw is one sentence and exit code 70; what the machine refuses is 2; Ctrl-C is 130."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import errno, sys
from cardemu.host.guard import guarded
from cardemu.host.claim import OutputError

def deep(): return deep()
def program():
    {body}
    return 0
sys.exit(guarded(program))
"""


def run(body: str, shell: str = "", **environment: str) -> tuple[int, str, str]:
    """Exit code and both outputs of a guarded program; `shell`: what stands behind it on a command line."""
    call = [sys.executable, "-c", PROGRAM.replace("{body}", body)]
    if shell:
        call = ["bash", "-c", f'"$0" "$@" {shell}', *call]
    done = subprocess.run(call, capture_output=True, text=True, check=False, env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise KeyError('x\\x1b[2J')", r"KeyError: 'x\x1b[2J'"),
        ("deep()", "RecursionError: maximum recursion depth exceeded"),
        ("raise MemoryError", "cardmill ran out of memory"),
        ("open('/nowhere/at/all')", "FileNotFoundError: [Errno 2] No such file or directory"),
    ],
)
def test_an_own_fault_is_a_sentence_with_the_traceback_in_a_file(tmp_path: Path, body: str, words: str) -> None:
    """Exit code 70, never 1: a crash is no verdict on a card."""
    code, out, err = run(body, TMPDIR=str(tmp_path))
    assert (code, out) == (70, "")
    assert words in err
    assert "Traceback" not in err
    found = re.search(r"please report it .*; the traceback is in (\S+)", err)
    assert found is not None
    assert "Traceback" in Path(found[1]).read_text()
    _, _, err = run(body, TMPDIR=str(tmp_path), CARDMILL_TRACEBACK="1")
    assert err.startswith("Traceback")
    for off in ("0", ""):
        _, _, err = run(body, TMPDIR=str(tmp_path), CARDMILL_TRACEBACK=off)
        assert "Traceback" not in err


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("raise KeyboardInterrupt", 130, "interrupted\n"),
        ("raise ImportError('numpy') from KeyboardInterrupt()", 130, "interrupted\n"),
        ("raise OutputError('runs/x is in use')", 2, "runs/x is in use\n"),
        ("raise OSError(errno.EMFILE, 'Too many open files', 'a.toml')", 2, "a.toml: Too many open files\n"),
        ("raise SystemExit(97)", 97, ""),
        ("return 98", 98, ""),
    ],
)
def test_what_is_no_fault_of_ours_has_its_own_code(body: str, code: int, said: str) -> None:
    """Interrupted, also where a library made another error of it; the machine's refusals; codes that were asked for."""
    assert run(body) == (code, "", said)


def test_a_reader_that_has_gone_changes_no_exit_code() -> None:
    """`| head -1`: quiet, and the verdict is still the exit code."""
    body = "print('x' * 200_000, flush=True); print('y' * 200_000); return 98"
    assert run(body, "| head -c 10; exit ${PIPESTATUS[0]}") == (98, "xxxxxxxxxx", "")


@pytest.mark.parametrize("body", ["print('x' * 200_000)", "print('x')"])
def test_a_full_disk_behind_standard_output_is_said(body: str) -> None:
    """At once or when it is written out at the end."""
    expected = "standard output cannot be written to: No space left on device\n"
    assert run(body, "> /dev/full") == (2, "", expected)


def test_closed_streams_are_no_streams(tmp_path: Path) -> None:
    """And no file that is opened later is taken for one."""
    path = tmp_path / "file"
    body = f"f = open({str(path)!r}, 'w'); f.write('kept'); f.flush(); print('lost'); sys.stderr.write('lost')"
    assert run(body, "<&- >&- 2>&-") == (0, "", "")
    assert path.read_text() == "kept"
    assert run("print('x'); return 98", "2> /dev/full") == (98, "x\n", "")


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_characters_a_terminal_lacks_are_spelled_out(encoding: str) -> None:
    """A name is never a reason to fail."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    call = [sys.executable, "-c", PROGRAM.replace("{body}", r"print('\u674e\u36c3\u20ac-\U00020bb7')")]
    done = subprocess.run(call, capture_output=True, check=False, env=environment)
    expected = {"gbk": "李\\u36c3\\u20ac-\\U00020bb7\n".encode("gbk"), "ascii": b"\\u674e\\u36c3\\u20ac-\\U00020bb7\n"}
    assert (done.returncode, done.stdout) == (0, expected[encoding])
