"""The folder of a nation's run.

    nation.json           what was run, how far it came, totals
    movers/CODE-KEY.npz   who leaves a city, found before the cities are played
    cities/CODE-KEY.json  the row of a city that has been played
    cities.parquet        one line a city, when all are done
    transfers.parquet     everybody who moved, when all are done

Files appear under their names only when they are whole; a run that was stopped goes on with those that are there.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import duckdb
import numpy as np

from sim.errors import writing
from sim.metrics.counting import Ints
from sim.nation.measures import CityRow
from sim.nation.play import Departures
from sim.nation.transfers import Moves

FORMAT = "cardmill nation"
VERSION = 1
_KEY = 16
_STATE = "nation.json"


class NationFolderError(Exception):
    """A folder cannot be used for a nation's run, and why."""


class NationFolder:
    """Where the results of one run are."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self, *, resume: bool) -> None:
        """Make the folder, or take an old one of ours: emptied, or as it is to go on with it.

        Raises NationFolderError if something else is there.
        """
        if self.path.exists() and not self.path.is_dir():
            raise NationFolderError(f"{self.path} is in the way: not a folder")
        if self.path.is_dir() and any(self.path.iterdir()):
            if not self._ours():
                raise NationFolderError(f"{self.path} is not empty and holds no run of a nation")
            if not resume:
                for name in ("movers", "cities"):
                    shutil.rmtree(self.path / name, ignore_errors=True)
                for name in ("cities.parquet", "transfers.parquet"):
                    (self.path / name).unlink(missing_ok=True)
        with writing(self.path):
            for name in ("movers", "cities"):
                (self.path / name).mkdir(parents=True, exist_ok=True)

    def _ours(self) -> bool:
        try:
            described = json.loads((self.path / _STATE).read_text("utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(described, dict) and described.get("format") == FORMAT

    def describe(self, values: Mapping[str, Any]) -> None:
        """Write nation.json."""
        text = json.dumps({"format": FORMAT, "version": VERSION, **values}, ensure_ascii=False, indent=1)
        _whole(self.path / _STATE, lambda part: part.write(text.encode() + b"\n"))

    # -- departures ------------------------------------------------------------------------------------------------

    def departures(self, code: str, key: str) -> Departures | None:
        """Who leaves a city, if that is known."""
        path = self.path / "movers" / f"{code}-{key[:_KEY]}.npz"
        try:
            with np.load(path, allow_pickle=False) as stored:
                if str(stored["key"]) != key:
                    return None
                person, t_ms, fen, there, due_ms = (
                    stored[name] for name in ("person", "t_ms", "fen", "there", "due_ms")
                )
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None  # not there, or broken: found again
        return Departures(code, Moves(person, t_ms, fen), there, due_ms)

    def keep_departures(self, found: Departures, key: str) -> None:
        """Store who leaves a city."""
        columns: dict[str, Any] = {
            "key": np.array(key), "person": found.moves.person, "t_ms": found.moves.t_ms, "fen": found.moves.fen,
            "there": found.there, "due_ms": found.due_ms,
        }  # fmt: skip
        _whole(self.path / "movers" / f"{found.code}-{key[:_KEY]}.npz", lambda part: np.savez(part, **columns))

    # -- cities ----------------------------------------------------------------------------------------------------

    def row(self, code: str, key: str) -> CityRow | None:
        """The row of a city, if it has been played."""
        try:
            values = json.loads((self.path / "cities" / f"{code}-{key[:_KEY]}.json").read_text("utf-8"))
            row = CityRow.from_json(values)
        except (OSError, ValueError, KeyError, TypeError):
            return None  # not there, or broken: played again
        return row if row.key == key else None

    def keep_row(self, row: CityRow) -> None:
        """Store the row of a city."""
        text = json.dumps(row.as_json(), ensure_ascii=False, separators=(",", ":"))
        path = self.path / "cities" / f"{row.code}-{row.key[:_KEY]}.json"
        _whole(path, lambda part: part.write(text.encode() + b"\n"))

    # -- what is written at the end --------------------------------------------------------------------------------

    def write_tables(self, rows: Sequence[CityRow], transfers: Mapping[str, Ints]) -> None:
        """Both Parquet files."""
        _parquet(self.path / "transfers.parquet", transfers)
        _parquet(self.path / "cities.parquet", table_of(rows))


def table_of(rows: Sequence[CityRow]) -> dict[str, Any]:
    """One line a city, one column a number."""
    columns: dict[str, Any] = {
        name: np.array([getattr(row, name) for row in rows], dtype=object)
        for name in ("code", "name", "name_zh", "profile")
    }
    for name in ("holders", "events", "log_rows", "left", "left_fen"):
        columns[name] = np.array([getattr(row, name) for row in rows], dtype=np.int64)
    for name in ("received", "received_fen", "at_desk", "on_road", "waiting_fen"):
        columns[name] = np.array([getattr(row.settlement, name) for row in rows], dtype=np.int64)
    for name in dict.fromkeys(name for row in rows for name in row.begun):
        columns[f"begun.{name}"] = np.array([row.begun.get(name, 0) for row in rows], dtype=np.int64)
    for name in dict.fromkeys(name for row in rows for name in row.measures):
        columns[name] = np.array([row.measures.get(name, np.nan) for row in rows], dtype=np.float64)
    return columns


def _parquet(path: Path, columns: Mapping[str, Any]) -> None:
    """Columns as a Parquet file."""
    part = path.with_name(f".{path.name}.part")
    connection = duckdb.connect()
    connection.register("numbers", dict(columns))
    target = str(part).replace("'", "''")
    with writing(path, duckdb.IOException):
        connection.execute(f"COPY numbers TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        connection.close()
        part.replace(path)


def _whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file under another name, then give it its own."""
    part = path.with_name(f".{path.name}.part")
    with writing(path):
        with part.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
