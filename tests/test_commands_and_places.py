"""Commands as processes: two at once, killed ones, places that cannot be written to, names that steer terminals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cardemu.host.claim import LIST
from sim.store import RunReader
from tests.command import run_in

ROOT = Path(__file__).parent.parent
DESK = """\
title = "One desk"
[run]
start = 2026-03-02
duration = "{duration}"
[demand.people]
enters = "desk"
rate = "20 per h"
[stations.desk]
counters = 2
service = {{dist = "exponential", mean = "5 min"}}
"""
SHORT, LONG = DESK.format(duration="8 h"), DESK.format(duration="20000 d")


def cardmill(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """The command at work in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "cardmill_start", *arguments], cwd=folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip


def until(there: Path, process: subprocess.Popen[str]) -> None:
    """Wait for a file."""
    deadline = time.monotonic() + 60
    while not there.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert there.exists(), process.communicate()


@pytest.mark.slow
def test_a_run_leaves_notes_and_foreign_folders_alone(tmp_path: Path) -> None:
    """A second run in the same folder, one with and one without a log, with notes beside; then a foreign folder."""
    (tmp_path / "a.toml").write_text(SHORT)
    assert run_in(tmp_path, "run", "a.toml", "-q")[0] == 0
    notes = tmp_path / "runs" / "a" / "notes.txt"
    notes.write_text("mine")
    for more in (("--log", "none"), ("--lang", "zh"), ()):
        assert run_in(tmp_path, "run", "a.toml", "-q", *more)[0] == 0
        assert notes.read_text() == "mine"
    assert RunReader(notes.parent).verify() == []
    for name in ("report-2019.html", "replications.rows", "run.json"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text("{}")
        code, out = run_in(tmp_path, "run", "a.toml", "--out", name)
        assert (code, out.partition(" (")[0]) == (2, f"{name} is not empty and holds no results of ours")
        assert [path.name for path in (tmp_path / name).iterdir()] == [name]
    code, out = run_in(tmp_path, "compare", "a.toml", "--set-b", "stations.desk.counters=3", "--out", "runs/a")
    assert (code, out) == (2, "runs/a holds the results of cardmill run; give another folder\n")


def test_a_mistake_in_the_scenario_leaves_no_folder(tmp_path: Path) -> None:
    """Neither a new one nor a changed old one."""
    (tmp_path / "a.toml").write_text(SHORT.replace("counters", "contours"))
    assert run_in(tmp_path, "run", "a.toml")[0] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a?b", "it's", "[x]*", "中文", "x#y%20;z", "a b"])
def test_a_folder_of_any_name_is_written_and_read(tmp_path: Path, name: str) -> None:
    """DuckDB takes some characters for patterns or options."""
    (tmp_path / "a.toml").write_text(SHORT)
    assert run_in(tmp_path, "run", "a.toml", "-q", "--out", name) == (0, "")
    assert RunReader(tmp_path / name).verify() == []
    assert (tmp_path / name / "results.duckdb").is_file()


@pytest.mark.slow
def test_two_runs_in_one_folder_do_not_mix(tmp_path: Path) -> None:
    """The second is refused and names the first, whose results are whole; so are `cards` and `compare` there."""
    (tmp_path / "a.toml").write_text(LONG)
    first = cardmill(tmp_path, "run", "a.toml", "-q", "--engine", "reference")
    until(tmp_path / "runs" / "a" / "run.json", first)
    for command in (
        ("run", "a.toml", "--set", "stations.desk.counters=3"),
        ("run", "a.toml", "--resume"),
        ("cards", "runs/a"),
        ("sensitivity", "a.toml", "--out", "runs/a"),
    ):
        code, out = run_in(tmp_path, *command)
        assert code == 2
        assert f"runs/a is being written to by process {first.pid} on " in out
        assert "cardmill_start.py run a.toml -q --engine reference" in out
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=60)
    assert first.returncode == 130
    reader = RunReader(tmp_path / "runs" / "a")
    assert reader.info.status == "interrupted"
    assert reader.verify() == []


@pytest.mark.slow
def test_a_killed_run_is_taken_over(tmp_path: Path) -> None:
    """Kill -9: the lock is dead, and the next run has the folder."""
    (tmp_path / "a.toml").write_text(LONG)
    first = cardmill(tmp_path, "run", "a.toml", "-q", "--engine", "reference")
    until(tmp_path / "runs" / "a" / "run.json", first)
    first.kill()
    first.communicate(timeout=60)
    (tmp_path / "a.toml").write_text(SHORT)
    assert run_in(tmp_path, "run", "a.toml", "-q") == (0, "")
    assert RunReader(tmp_path / "runs" / "a").verify() == []
    assert sorted(path.name for path in (tmp_path / "runs" / "a").iterdir() if path.name.startswith(".")) == []


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_no_worker_of_a_batch_of_references_outlives_it(tmp_path: Path, how: signal.Signals) -> None:
    """Two were left by kill -9; what is there is whole, and nothing lies in the folder for temporary files."""
    (tmp_path / "tmp").mkdir()
    rows = "\n".join(str(number) for number in range(1, 60))
    (tmp_path / "cards.csv").write_text(f"index\n{rows}\n")
    command = ("card", "reference", "cards.csv", "--product", "generation-1", "--out", "out", "--workers", "2")
    process = cardmill(tmp_path, *command, TMPDIR=str(tmp_path / "tmp"))
    until(tmp_path / "out" / "A00000011", process)
    children = [int(word) for word in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    assert len(children) >= 2
    process.send_signal(how)
    process.communicate(timeout=60)
    assert process.returncode == (-9 if how == signal.SIGKILL else 130)
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "module", ["typer", "cardemu.commandline", "rich", "numpy", "sim.run", "sim.engines.reference"]
)
def test_ctrl_c_while_it_starts_is_quiet(tmp_path: Path, module: str) -> None:
    """No traceback, whatever is being loaded; a shell says 130 for a process that died of SIGINT too."""
    (tmp_path / "a.toml").write_text(SHORT)
    program = (
        "import os, signal, sys\n"
        "module = sys.argv.pop()\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == module:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "import cardmill_start\n"
        "sys.exit(cardmill_start.main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "run", "a.toml", "-q", "--engine", "reference", module], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {130, -signal.SIGINT}
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shell", "code", "said"),
    [
        ("cardmill card catalogue | head -n 1 > /dev/null; exit ${PIPESTATUS[0]}", 0, ""),
        ("cardmill card catalogue > /dev/full", 2, "standard output cannot be written to: No space left on device\n"),
        ("cardmill check a.toml >&-", 0, ""),
        ("cardmill check none.toml 2>&-", 2, ""),
        ("cardmill run a.toml --out /proc/x", 2, "/proc/x cannot be written to: No such file or directory\n"),
        ("cardmill card new generation-1 /dev/full", 2, "/dev/full: No space left on device\n"),
        ("cardmill run $'a\\x1b[2J.toml'", 2, "does not exist; allowed: an existing file\n"),
        ("cardmill $'a\\x1b[2J'", 2, "Error: No such command 'a\\x1b[2J'.\n"),
        ("ulimit -n 16; cardmill run a.toml -q --engine reference", 2, "Too many open files\n"),
        ("env -u HOME TMPDIR=/nowhere cardmill run a.toml -q --engine reference", 0, ""),
    ],
)
def test_places_and_streams(tmp_path: Path, shell: str, code: int, said: str) -> None:
    """One sentence, the right exit code, and nothing that steers the terminal."""
    (tmp_path / "a.toml").write_text(SHORT)
    script = f'cardmill() {{ "{sys.executable}" -m cardmill_start "$@"; }}\n'
    script += shell.replace("env -u HOME TMPDIR=/nowhere cardmill", "unset HOME; TMPDIR=/nowhere cardmill")
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert done.stderr.endswith(said)
    assert bool(said) == bool(done.stderr)
    assert "\x1b" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_what_was_finished_is_said_to_be_kept_only_where_something_was(tmp_path: Path) -> None:
    """Interrupted in the first replication of a study: the folder is gone, and nothing is promised."""
    (tmp_path / "a.toml").write_text(LONG)
    process = cardmill(tmp_path, "compare", "a.toml", "--set-b", "stations.desk.counters=3", "--workers", "1")
    until(tmp_path / "runs" / "compare-a-a" / "a" / LIST, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "kept" not in said


@pytest.mark.slow
def test_the_rig_explains_itself() -> None:
    """--help and a wrong number: no traceback."""
    for arguments, code, words in ((["--help"], 0, "usage: "), (["3"], 2, "an even number"), (["x"], 2, "invalid int")):
        done = subprocess.run(
            [sys.executable, "-m", "cardemu.transports.rig", *arguments], cwd=ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == code
        assert words in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
