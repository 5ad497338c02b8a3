"""Signals, workers and temporary folders: nothing outlives the command it belonged to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from cardemu.host.temporary import temporary_folder

BUSY = """
import sys, time
from cardemu.host.guard import guarded
from cardemu.host.temporary import temporary_folder
from cardemu.host.workers import WorkerPool

def program():
    with temporary_folder() as folder, WorkerPool(2) as pool:
        for _ in range(2):
            pool.submit(time.sleep, 60)
        while len(pool._processes) < 2:
            time.sleep(0.01)
        print(*pool._processes, flush=True)
        try:
            time.sleep(60)
        except BaseException:
            for process in pool._processes.values():
                process.terminate()
            raise
    return 0

if __name__ == "__main__":
    sys.exit(guarded(program))
"""


def alive(number: int) -> bool:
    """Whether a process is there and does something (what has ended and waits to be counted does not)."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def started(tmp_path: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A program at work with two workers, and their numbers."""
    script = tmp_path / "busy.py"
    script.write_text(BUSY)
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    workers = [int(word) for word in process.stdout.readline().split()]
    assert len(workers) == 2
    return process, workers


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_worker_and_no_folder_outlives_its_command(tmp_path: Path, how: signal.Signals) -> None:
    """However the command ends; after kill -9 the next one removes the folder."""
    process, workers = started(tmp_path)
    assert len(list(tmp_path.glob("cardmill-*"))) == 1
    process.send_signal(how)
    _, said = process.communicate(timeout=120)
    assert process.returncode == (-9 if how == signal.SIGKILL else 130)
    assert how == signal.SIGKILL or said == "interrupted\n"
    deadline = time.monotonic() + 20
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))
    if how == signal.SIGKILL:
        again, _ = started(tmp_path)
        assert len(list(tmp_path.glob("cardmill-*"))) == 1
        again.terminate()
        again.communicate(timeout=120)
    assert list(tmp_path.glob("cardmill-*")) == []
    assert list(tmp_path.glob("pymp-*")) == []


def test_a_folder_of_a_process_killed_before_it_had_its_lock_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty, named as we name them, a minute old; a new one may be about to be locked, others are somebody else's."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, new, full, notes = (tmp_path / f"cardmill-{name}" for name in ("abcd_123", "efgh4567", "ijkl8901", "notes"))
    for folder in (left, new, full, notes):
        folder.mkdir()
    (full / "note.txt").touch()
    for folder in (left, full, notes):
        os.utime(folder, (0, 0))
    with temporary_folder():
        pass
    assert sorted(tmp_path.iterdir()) == sorted([new, full, notes])
