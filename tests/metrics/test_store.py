"""The run folder: what is written can be read again, whole or as far as it came, and nothing foreign is overwritten."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest

from cardemu.host.claim import OutputError
from sim.errors import NotKeptError
from sim.metrics.counting import Ints
from sim.metrics.fold import fold
from sim.metrics.measures import Question, measure
from sim.metrics.names import Names
from sim.store import RunFolderError, RunInfo, RunReader, RunWriter
from tests.metrics.metric_logs import NAMES, busy_office

LOG = busy_office(4, 60)
INFO = RunInfo(seed=7, replication=2, content_hash="abc", title="Two offices, 两个网点", engine="reference")
SCENARIO = {"main.toml": b"title = 'x'\n", "profiles/default.toml": b""}


def clock() -> datetime:
    """A clock that stands still."""
    return datetime(2026, 3, 2, 9, 10)


def pieces(log: Ints, size: int) -> Iterator[Ints]:
    """The log in chunks of a size."""
    for first in range(0, len(log), size):
        yield log[first : first + size]


def written(folder: Path, size: int = 100, part_rows: int = 128, names: Names = NAMES) -> RunReader:
    """A complete run."""
    with RunWriter.create(folder, INFO, names, SCENARIO, clock=clock, part_rows=part_rows) as writer:
        for chunk in pieces(LOG, size):
            writer.add(chunk)
    return RunReader(folder)


def test_a_run_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Rows in order to the last digit, names, scenario, and the SHA-256 of the rows."""
    reader = written(tmp_path / "runs" / "a")
    assert np.concatenate(list(reader.chunks())).tolist() == LOG.tolist()
    assert reader.names() == NAMES
    assert (tmp_path / "runs" / "a" / "scenario" / "profiles" / "default.toml").is_file()
    assert reader.info.status == "complete"
    assert reader.info.partial == ""
    assert (reader.info.rows, reader.info.parts) == (len(LOG), -(-len(LOG) // 128))
    assert reader.info.log_sha256 == hashlib.sha256(LOG.astype("<i8").tobytes()).hexdigest()
    assert (reader.info.started, reader.info.seed, reader.info.title) == (
        "2026-03-02T09:10:00",
        7,
        "Two offices, 两个网点",
    )
    assert reader.info.versions["numpy"] == np.__version__
    assert reader.verify() == []


def test_metrics_from_the_folder_are_those_of_the_log(tmp_path: Path) -> None:
    """A report needs nothing but the folder."""
    reader = written(tmp_path / "a")
    question = Question("wait.mean", "haishu")
    read, folded = measure(fold(reader.names(), reader.chunks()), question), measure(fold(NAMES, [LOG]), question)
    assert (read, read.interval) == (folded, folded.interval)


@pytest.mark.slow
def test_chunk_and_part_sizes_do_not_show_in_the_hash(tmp_path: Path) -> None:
    """The hash is over rows, not over files."""
    sizes = ((1, 7), (10_000, 50), (33, 9999))
    hashes = {written(tmp_path / f"{size}", size, part).info.log_sha256 for size, part in sizes}
    assert len(hashes) == 1


def test_events_can_be_queried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With any DuckDB from any working folder, and where the folder was moved to, after saying where it is."""
    reader = written(tmp_path / "it's a run? [no]*")
    query = "SELECT count(*) FROM events JOIN kinds USING (kind) WHERE name = 'JOIN'"
    joins = int((LOG[:, 5] == 2).sum())
    with reader.connect() as database:
        assert database.execute(query).fetchone() == (joins,)
        assert database.execute("SELECT title_zh FROM stations WHERE station = 0").fetchone() == ("海曙",)
    results = tmp_path / "results.duckdb"
    for place in (tmp_path, Path("/"), reader.folder):
        monkeypatch.chdir(place)
        with duckdb.connect(shutil.copy(reader.folder / "results.duckdb", results), read_only=True) as database:
            assert database.execute(query).fetchone() == (joins,)
    moved = reader.folder.rename(tmp_path / "moved")
    monkeypatch.chdir(moved)
    with duckdb.connect("results.duckdb", read_only=True) as database:
        assert database.execute("SET VARIABLE run_folder = '.'") is not None
        assert database.execute(query).fetchone() == (joins,)


def test_an_interrupted_run_is_readable_and_says_so(tmp_path: Path) -> None:
    """Ctrl-C after 300 rows: they are on disk, and the folder says that it is partial."""
    folder = tmp_path / "a"

    def play() -> None:
        with RunWriter.create(folder, INFO, NAMES, clock=clock, part_rows=128) as writer:
            writer.add(LOG[:300])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play()
    reader = RunReader(folder)
    assert np.concatenate(list(reader.chunks())).tolist() == LOG[:300].tolist()
    assert reader.info.partial == "this run was interrupted: the log holds its first 300 rows only"
    assert reader.verify() == []


@pytest.mark.parametrize("processors", [1, 2])
def test_what_cannot_be_written_ends_the_log(tmp_path: Path, processors: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The third part finds the disk full: two are there, no later one is, and the folder says that it is partial."""
    folder, part = tmp_path / "a", RunWriter._write_part
    threads = set[str]()

    def fill_the_disk(writer: RunWriter, rows: Ints) -> None:
        threads.add(threading.current_thread().name)
        if writer.info.parts == 2:
            raise NotKeptError("no space left on device")
        part(writer, rows)

    def play() -> None:
        with RunWriter.create(folder, INFO, NAMES, clock=clock, part_rows=100) as writer:
            for chunk in pieces(LOG, 30):
                writer.add(chunk)

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)))
    monkeypatch.setattr(RunWriter, "_write_part", fill_the_disk)
    with pytest.raises(NotKeptError, match="no space left on device"):
        play()
    reader = RunReader(folder)
    assert reader.info.partial == "this run was interrupted: the log holds its first 200 rows only"
    assert np.concatenate(list(reader.chunks())).tolist() == LOG[:200].tolist()
    assert reader.verify() == []
    assert threads == ({"beside_0"} if processors == 2 else {threading.main_thread().name})


def test_a_killed_run_leaves_whole_parts(tmp_path: Path) -> None:
    """No farewell at all: the parts written so far can be read, half a file is ignored."""
    folder = tmp_path / "a"
    writer = RunWriter.create(folder, INFO, NAMES, clock=clock, part_rows=100)
    writer.add(LOG[:250])
    (folder / "events" / f".part-00002.parquet.{os.getpid()}.partial").write_bytes(b"PAR1 half")
    reader = RunReader(folder)
    assert np.concatenate(list(reader.chunks())).tolist() == LOG[:200].tolist()
    assert reader.info.partial.startswith("this run has not finished")
    assert reader.verify() == [reader.info.partial]
    with reader.connect() as database:
        assert database.execute("SELECT count(*) FROM events").fetchone() == (200,)


def test_a_run_without_events_is_a_run(tmp_path: Path) -> None:
    """Nothing happened, and also no rule, demand or procedure is known."""
    names = Names(NAMES.stations)
    with RunWriter.create(tmp_path / "a", INFO, names, clock=clock):
        pass
    reader = RunReader(tmp_path / "a")
    assert list(reader.chunks()) == []
    assert reader.names() == names
    assert reader.verify() == []
    with reader.connect() as database:
        assert database.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_what_is_not_ours_is_never_overwritten(tmp_path: Path) -> None:
    """A folder with other things, a file, or somebody else's run.json."""
    foreign = tmp_path / "photos"
    foreign.mkdir()
    (foreign / "run.json").write_text('{"format": "marathon"}')
    for replace_old in (False, True):
        with pytest.raises(OutputError, match="holds no results of ours"):
            RunWriter.create(foreign, INFO, NAMES, replace_old=replace_old)
    with pytest.raises(OutputError, match="is a file"):
        RunWriter.create(foreign / "run.json", INFO, NAMES)
    assert (foreign / "run.json").read_text() == '{"format": "marathon"}'
    with pytest.raises(RunFolderError, match="no run folder"):
        RunReader(foreign)


def test_a_run_is_replaced_only_when_told_to(tmp_path: Path) -> None:
    """Nothing of the old one is left."""
    folder = tmp_path / "a"
    written(folder)
    with pytest.raises(RunFolderError, match="already holds a run"):
        RunWriter.create(folder, INFO, NAMES)
    with RunWriter.create(folder, INFO, NAMES, replace_old=True, clock=clock) as writer:
        writer.add(LOG[:5])
    assert RunReader(folder).info.rows == 5
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    """A name that was reserved by hand."""
    (tmp_path / "a").mkdir()
    assert written(tmp_path / "a").info.rows == len(LOG)


def test_a_changed_log_is_noticed(tmp_path: Path) -> None:
    """A part that is missing, or holds other rows."""
    reader = written(tmp_path / "a")
    parts = sorted((tmp_path / "a" / "events").iterdir())
    parts[0].write_bytes(parts[1].read_bytes())
    other = "the rows on disk have another SHA-256 than run.json says"
    assert reader.verify() == [f"{reader.folder} is damaged: {other}"]
    with pytest.raises(RunFolderError, match=other):
        list(reader.whole())
    parts[-1].unlink()
    assert any("rows of the log, run.json says" in line for line in RunReader(tmp_path / "a").verify())


def test_scenario_files_stay_inside_the_folder(tmp_path: Path) -> None:
    """A relative path upwards is refused."""
    for name in ("../x.toml", "/x.toml"):
        with pytest.raises(RunFolderError, match="outside the scenario"):
            RunWriter.create(tmp_path / "a", INFO, NAMES, {name: b""})
    assert not (tmp_path / "a").exists()


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    """A folder written by a newer version."""
    reader = written(tmp_path / "a")
    path = reader.folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": 2}))
    with pytest.raises(RunFolderError, match="format 2, this reads 1"):
        RunReader(reader.folder)


@pytest.mark.parametrize("stop", [None, KeyboardInterrupt])
def test_rows_that_went_missing_are_noticed_also_of_a_run_that_was_interrupted(
    tmp_path: Path, stop: type[BaseException] | None
) -> None:
    """run.json says how many there were; of a run that was killed nobody knows."""
    folder = tmp_path / "a"
    with suppress(KeyboardInterrupt), RunWriter.create(folder, INFO, NAMES, part_rows=100) as writer:
        writer.add(LOG[:200])
        if stop is not None:
            raise stop
    assert sum(map(len, RunReader(folder).whole())) == 200
    (folder / "events" / "part-00001.parquet").unlink()
    with pytest.raises(RunFolderError, match=r"is damaged: 100 rows of the log, run.json says 200"):
        list(RunReader(folder).whole())
