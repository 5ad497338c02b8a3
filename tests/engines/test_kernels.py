"""Compiled code on disk: never stale, never in the way, made once however many threads want it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

import cardmill
from sim.engines import kernels
from sim.engines.compiled_types import Entry, compiled
from sim.engines.kernels import Store, kernel
from tests.replications.runs import desk

ROOT = Path(cardmill.__file__).parent
NOWHERE = "/dev/null/nowhere"


@compiled
def _plus_one(a: int) -> int:
    return a + 1


def _doubled(a: int) -> int:
    return 2 * _plus_one(a)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with one folder of its own."""
    monkeypatch.setenv(kernels.VARIABLE, str(tmp_path))
    made = Store()
    monkeypatch.setattr(kernels, "STORE", made)
    return made


def _files(store: Store) -> list[Path]:
    return [file for folder in store.folders() for file in folder.glob("*.kernel")]


def _imports(path: Path) -> Iterator[Path]:
    """Our own modules that a module reads when it is loaded."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sim"):
            for name in node.names:
                for module in (f"{node.module}.{name.name}", node.module):
                    file = ROOT / f"{module.replace('.', '/')}.py"
                    if file.exists():
                        yield file
                        break


def test_the_digest_is_over_everything_compiled_code_is_made_from() -> None:
    """Every module with compiled functions, and all they import, directly or not: constants are compiled in."""
    marks = ("@compiled", "@inlined", "@Entry", "@kernel", "njit")
    engines = (ROOT / "sim" / "engines").glob("*.py")
    to_do = [path for path in engines if any(mark in path.read_text("utf-8") for mark in marks)]
    found = set[Path]()
    while to_do:
        path = to_do.pop()
        if path not in found:
            found.add(path)
            to_do += _imports(path)
    assert len(found) > 40
    assert sorted(found - set(kernels.sources())) == []


def test_numba_keeps_nothing_by_itself() -> None:
    """One store for all: nothing is cached by the date of a single file."""
    for path in (ROOT / "sim").rglob("*.py"):
        assert "cache=True" not in path.read_text("utf-8"), path


@pytest.mark.parametrize("broken", [b"", b"cardmill", None])
def test_a_broken_file_is_made_anew(store: Store, broken: bytes | None) -> None:
    """Empty, cut off in its first line, or cut off in the middle: as if it were not there."""
    assert Entry(_doubled)(20) == 42
    (file,) = _files(store)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if broken is None else broken)
    again = Entry(_doubled)
    assert not again.ready
    assert again(20) == 42
    assert Store().load(file.name) is not None
    assert Entry(_doubled).ready


def test_code_from_other_sources_is_not_taken_and_does_not_stay(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an update: compiled anew, in the place of the old."""
    Entry(_doubled).prepare()
    (old,) = _files(store)
    monkeypatch.setattr(kernels, "digest", lambda: "0123456789abcdef")
    after = Entry(_doubled)
    assert not after.ready
    after.prepare()
    (new,) = _files(store)
    assert new != old


def test_lazily_compiled_functions_have_the_same_digest(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random numbers and samplers too: an edit of one changes what the others are looked for by."""

    def third(a: float) -> float:
        return a / 3.0

    assert kernel()(third)(6.0) == 2.0
    first = {file.name for file in _files(store)}
    assert kernel()(third)(6.0) == 2.0
    assert {file.name for file in _files(store)} == first
    monkeypatch.setattr(kernels, "digest", lambda: "0123456789abcdef")
    assert kernel()(third)(6.0) == 2.0
    assert {file.name for file in _files(store)}.isdisjoint(first)


def test_where_nothing_can_be_written_code_stays_in_memory(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is said once, and another process can be given it."""
    monkeypatch.setenv(kernels.VARIABLE, NOWHERE)
    assert kernels.how_often() == "for this run alone"
    assert kernels.not_kept() == ""
    assert Entry(_doubled)(20) == 42
    assert Entry(_doubled).ready
    said = kernels.not_kept()
    assert said.startswith(f"what was compiled is not kept, as nothing can be written to {NOWHERE}")
    assert said.endswith("NUMBA_CACHE_DIR may name another folder")
    assert kernels.not_kept() == ""
    code = store.only_in_memory()
    assert code.keys() == store.packed().keys()
    monkeypatch.setattr(kernels, "STORE", Store())
    assert not Entry(_doubled).ready
    kernels.STORE.take(code)
    assert Entry(_doubled).ready
    monkeypatch.setenv(kernels.VARIABLE, str(tmp_path))
    other = Store()
    other.take(code)
    assert other.only_in_memory() == {}
    assert [file.name for file in _files(other)] == list(code)


@pytest.mark.slow
def test_threads_that_want_the_same_code_at_once_get_it(store: Store) -> None:
    """It is compiled once, by the first of them: both for an entry and for two that share what they call."""
    threads = 8
    for _ in range(5):
        entries, begin = [Entry(_doubled), Entry(_doubled)], Barrier(threads)

        def call(number: int, entries: list[Entry] = entries, begin: Barrier = begin) -> int:
            begin.wait(30)
            return int(entries[number % 2](number))

        for file in _files(store):
            file.unlink()
        with ThreadPoolExecutor(threads) as pool:
            assert list(pool.map(call, range(threads))) == [2 * (number + 1) for number in range(threads)]


@pytest.mark.slow
def test_a_container_that_cannot_be_written_to_plays_all_the_same(tmp_path: Path) -> None:
    """One sentence instead of a traceback, and workers are given what the parent has compiled."""
    desk(tmp_path, replications=8)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), kernels.VARIABLE: NOWHERE}
    command = [sys.executable, "-m", "cardmill", "run", "desk.toml", "--engine", "reference", "--workers", "2"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    assert told.count("what was compiled is not kept") == 1
    assert "compiling what counts the log, for this run alone" in told
    assert "Traceback" not in told
