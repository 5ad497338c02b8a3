"""The run folder: an event log on disk, with everything needed to read it again.

    run.json          what was run, how far it came, SHA-256 of the log
    events/           part-00000.parquet, ...: the rows in order
    names/            stations, steps, rules, ...: what the numbers stand for
    scenario/         the files it was compiled from
    results.duckdb    views over the parquet files: SELECT * FROM events, from any working folder; after the run folder
                      was moved, SET VARIABLE run_folder = 'its new place' comes first

The folder is claimed (cardemu.host.claim) as long as it is written to.  Every file is written under another name and
then renamed, so a run that was killed leaves whole parts only and can be read as far as it came.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

import duckdb
import numpy as np
from numpy.typing import NDArray

from cardemu.host.claim import Claim, claimed
from cardemu.host.temporary import temporary_folder
from cardemu.host.wholefile import whole
from sim.beside import Beside
from sim.errors import MistakeError, writing
from sim.log import COLUMNS, Event
from sim.metrics.names import Names
from sim.metrics.names_tables import Table, names_from_tables, tables_of_names

Ints = NDArray[np.int64]

FORMAT = "cardmill run"
FORMAT_VERSION = 1
PART_ROWS = 1 << 20
RUNNING, COMPLETE, INTERRUPTED = "running", "complete", "interrupted"
KIND = "run"
"""Of a claimed folder: what is in it was written by `cardmill run`."""
_INFO, _RESULTS = OWN_FILES = "run.json", "results.duckdb"
_FOLDERS = ("events", "names", "scenario")


class RunFolderError(MistakeError):
    """A folder cannot be used as a run folder, and why."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What run.json says."""

    seed: int
    replication: int = 0
    content_hash: str = ""
    title: str = ""
    engine: str = ""
    log: str = "full"  # or the share of people whose rows are kept
    status: str = RUNNING
    rows: int = 0
    parts: int = 0
    log_sha256: str = ""
    started: str = ""  # local time, ISO
    ended: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def partial(self) -> str:
        """Why the log is not whole, in a sentence; empty if it is."""
        if self.status == COMPLETE:
            return ""
        if self.status == INTERRUPTED:
            return f"this run was interrupted: the log holds its first {self.rows:,} rows only"
        return "this run has not finished (it still goes on, or was killed): the log holds its first parts only"


def _versions() -> dict[str, str]:
    """What produced the run."""
    found = {"python": platform.python_version()}
    for package in ("cardmill", "numpy", "duckdb", "numba", "simpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def is_run_folder(folder: Path) -> bool:
    """Whether the folder is one of ours."""
    try:
        described = json.loads((folder / "run.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(described, dict) and described.get("format") == FORMAT


class RunWriter:
    """Writes a run folder.  As a context manager it ends as complete, or as interrupted if anything was raised.

    A part is written while the next one is collected, by a second thread if a processor is idle (sim.beside).  After
    one that could not be written nothing follows, so what is on the disk is the beginning of the log.
    """

    def __init__(
        self, claim: Claim, info: RunInfo, clock: Callable[[], datetime], part_rows: int, held: ExitStack
    ) -> None:
        self.folder, self.info = claim.folder, info
        self._claim, self._held = claim, held
        self._clock, self._part_rows = clock, part_rows
        self._digest = hashlib.sha256()
        self._collected = np.empty((part_rows, len(COLUMNS)), dtype="<i8")
        self._spare = np.empty_like(self._collected)
        self._collected_rows = 0
        self._beside = Beside(worth_it=True)
        self._in_hand: Callable[[], None] | None = None  # waits until a part is written
        self._broken = False
        self._database = duckdb.connect()

    @classmethod
    def create(
        cls,
        folder: Path,
        info: RunInfo,
        names: Names,
        scenario: Mapping[str, bytes] | None = None,
        *,
        replace_old: bool = False,
        keep: Sequence[str] = (),
        clock: Callable[[], datetime] = datetime.now,
        part_rows: int = PART_ROWS,
    ) -> Self:
        """A run folder to be filled; `scenario`: its files by relative path; `keep`: files of an older run to leave.

        The files of an older run of ours go away if `replace_old` says so.  Raises RunFolderError, OutputError for a
        folder that holds anything else or is in use, and NotKeptError.
        """
        files = {f"scenario/{_inner(name)}": content for name, content in (scenario or {}).items()}
        started = replace(info, status=RUNNING, started=clock().isoformat(timespec="seconds"), versions=_versions())
        with ExitStack() as stack:
            claim = stack.enter_context(claimed(folder, KIND))
            if claim.before and not replace_old:
                raise RunFolderError(f"{folder} already holds a run; give a new name, or say that it may be replaced")
            with writing(folder):
                claim.clear(keep)
                for name in _FOLDERS:
                    claim.check_empty(name)
                    (folder / name).mkdir(exist_ok=True)
            writer = cls(claim, started, clock, part_rows, stack)
            writer.describe()
            for name, content in files.items():
                with writing(folder / name):
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    claim.write(name, content)
            for table in (*tables_of_names(names), _kinds()):
                writer.write_table(f"names/{table.name}.parquet", table)
            writer._held = stack.pop_all()
        return writer

    def __enter__(self) -> Self:
        self._beside.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close(COMPLETE if kind is None else INTERRUPTED)
        finally:
            self._beside.__exit__(kind, error, trace)
            self._held.close()

    def add(self, chunk: Ints) -> None:
        """Append rows; they reach the disk a part at a time."""
        if chunk.ndim != 2 or chunk.shape[1] != len(COLUMNS):
            raise ValueError(f"a chunk has shape (rows, {len(COLUMNS)}), not {chunk.shape}")
        done = 0
        while done < len(chunk):
            taken = chunk[done : done + self._part_rows - self._collected_rows]
            self._collected[self._collected_rows : self._collected_rows + len(taken)] = taken
            self._collected_rows += len(taken)
            done += len(taken)
            if self._collected_rows == self._part_rows:
                self._hand_over()

    def _hand_over(self) -> None:
        """Have written what was collected, and collect the next part meanwhile."""
        self._settle()
        rows, self._collected_rows = self._collected[: self._collected_rows], 0
        self._collected, self._spare = self._spare, self._collected
        if len(rows) and not self._broken:
            self._in_hand = self._beside.begin(partial(self._write_part, rows))

    def _settle(self) -> None:
        """Wait for the part in hand, if there is one, and raise what went wrong with it."""
        if self._in_hand is not None:
            try:
                self._in_hand()
            except Exception:
                self._in_hand, self._broken = None, True
                raise
            self._in_hand = None

    def _write_part(self, rows: Ints) -> None:
        columns = dict(zip(COLUMNS, np.ascontiguousarray(rows.T), strict=True))
        self._write_table(f"events/part-{self.info.parts:05d}.parquet", Table("events", columns))
        digest = self._digest.copy()
        digest.update(rows.data)
        self._digest = digest
        self.info = replace(self.info, rows=self.info.rows + len(rows), parts=self.info.parts + 1)

    def write_table(self, name: str, table: Table) -> None:
        """One parquet file of this name in the folder, whole or not at all."""
        self._settle()
        self._write_table(name, table)

    def _write_table(self, name: str, table: Table) -> None:
        self._database.register("columns_to_write", dict(table.columns))
        kinds = ((n, "VARCHAR" if c.dtype == object else "BIGINT") for n, c in table.columns.items())
        chosen = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in kinds)
        with writing(self.folder / name, duckdb.IOException), whole(self._claim.path(name)) as part:
            self._database.execute(
                f"COPY (SELECT {chosen} FROM columns_to_write) TO {_quoted(part)}"  # noqa: S608  names are our own
                " (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2)"
            )
        self._database.unregister("columns_to_write")

    def describe(self) -> None:
        """Write run.json."""
        described = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self.info)}
        with writing(self.folder / _INFO):
            self._claim.write(_INFO, json.dumps(described, indent=2, ensure_ascii=False) + "\n")

    def close(self, status: str) -> None:
        """Write what is left, the views, and how it ended."""
        self._hand_over()
        self._settle()
        self._database.close()
        self._write_views()
        ended = self._clock().isoformat(timespec="seconds")
        self.info = replace(self.info, status=status, ended=ended, log_sha256=self._digest.hexdigest())
        self.describe()

    def _write_views(self) -> None:
        """results.duckdb.  It is made elsewhere: DuckDB takes a ? in a path for the beginning of options."""
        place = _quoted(_literal(self.folder.resolve()))
        with writing(self.folder / _RESULTS, duckdb.IOException), temporary_folder() as made:
            path = made / _RESULTS
            with duckdb.connect(path) as database:
                for name, files in _views(self.folder).items():
                    inside = "events/part-*.parquet" if name == "events" else f"names/{files[0].name}"
                    where = f"coalesce(getvariable('run_folder'), {place}) || {_quoted('/' + inside)}"
                    database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({where})")  # noqa: S608
            self._claim.write(_RESULTS, path.read_bytes())


def _inner(name: str) -> PurePosixPath:
    """A relative path that stays inside; RunFolderError for another."""
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts:
        raise RunFolderError(f'scenario file "{name}" lies outside the scenario')
    return relative


def _kinds() -> Table:
    """Names of the kinds of row."""
    number = np.array([int(e) for e in Event], dtype=np.int64)
    return Table("kinds", {"kind": number, "name": np.array([e.name for e in Event], dtype=object)})


def _quoted(path: Path | str) -> str:
    """A path as an SQL text."""
    return "'" + str(path).replace("'", "''") + "'"


def _literal(path: Path | str) -> str:
    """A path where DuckDB expects a pattern: what would mean something in one means itself."""
    return "".join(f"[{sign}]" if sign in "?*[" else sign for sign in str(path))


def _views(folder: Path) -> dict[str, list[Path]]:
    """Files of each view; events only if there are any."""
    found = {path.stem: [path] for path in sorted((folder / "names").glob("*.parquet"))}
    events = sorted((folder / "events").glob("part-*.parquet"))
    return ({"events": events} if events else {}) | found


class RunReader:
    """Reads a run folder, also one that was interrupted: then `info.partial` says so."""

    def __init__(self, folder: Path) -> None:
        if not is_run_folder(folder):
            raise RunFolderError(f"{folder} is no run folder (it has no run.json of ours)")
        self.folder = folder
        described = json.loads((folder / "run.json").read_text("utf-8"))
        if described["format_version"] != FORMAT_VERSION:
            raise RunFolderError(f"{folder} is of format {described['format_version']}, this reads {FORMAT_VERSION}")
        self.info = RunInfo(**{key: described[key] for key in RunInfo.__slots__ if key in described})
        self._parts = sorted((folder / "events").glob("part-*.parquet"))

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection with the views `events`, `stations`, `steps`, ..., from any working folder."""
        database = duckdb.connect()
        for name, files in _views(self.folder).items():
            listed = ", ".join(_quoted(_literal(file.resolve())) for file in files)
            database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}])")  # noqa: S608
        if not self._parts:
            columns = ", ".join(f'"{name}" BIGINT' for name in COLUMNS)
            database.execute(f"CREATE TABLE events ({columns})")
        return database

    def chunks(self) -> Iterator[Ints]:
        """The rows in order, a part at a time; RunFolderError for a file that is cut off or no Parquet."""
        with duckdb.connect() as database:
            for part in self._parts:
                try:
                    columns = database.execute("SELECT * FROM read_parquet(?)", [_literal(part)]).fetchnumpy()
                except duckdb.Error as error:
                    raise RunFolderError(f"{part} cannot be read: the run folder is damaged") from error
                yield np.column_stack([columns[name] for name in COLUMNS]).astype(np.int64, copy=False)

    def whole(self) -> Iterator[Ints]:
        """The same; RunFolderError at the end where the rows of a run that has ended are not those it wrote."""
        digest, rows = hashlib.sha256(), 0
        for chunk in self.chunks():
            digest.update(np.ascontiguousarray(chunk, dtype="<i8").tobytes())
            rows += len(chunk)
            yield chunk
        found = []
        if rows != self.info.rows:
            found.append(f"{rows:,} rows of the log, run.json says {self.info.rows:,}")
        if digest.hexdigest() != self.info.log_sha256:
            found.append("the rows on disk have another SHA-256 than run.json says")
        if self.info.status != RUNNING and found:
            raise RunFolderError(f"{self.folder} is damaged: {'; '.join(found)}")

    def names(self) -> Names:
        """What the numbers stand for, as the run was given it."""
        with self.connect() as database:
            return names_from_tables(lambda table: database.execute(f"SELECT * FROM {table}").fetchall())  # noqa: S608

    def verify(self) -> list[str]:
        """What is wrong with the log on disk compared with run.json; empty if nothing."""
        try:
            for _ in self.whole():
                pass
        except RunFolderError as error:
            return [str(error)]
        return [self.info.partial] if self.info.status == RUNNING else []
