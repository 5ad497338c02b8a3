"""The folder of a nation's run.

    nation.json           what was run, how far it came, totals
    movers/CODE-KEY.npz   who leaves a city, found before the cities are played
    cities/CODE-KEY.json  the row of a city that has been played
    cities.parquet        one line a city, when all are done
    transfers.parquet     everybody who moved, when all are done

The folder is claimed (cardemu.host.claim) as long as it is written to.  Files appear under their names only when they
are whole; a run that was stopped goes on with those that are there.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from cardemu.host.claim import Claim, claimed
from cardemu.host.wholefile import whole
from sim.errors import writing
from sim.metrics.counting import Ints
from sim.nation.measures import CityRow
from sim.nation.play import Departures
from sim.nation.transfers import Moves

FORMAT = "cardmill nation"
VERSION = 1
_KEY = 16
_STATE, _CITIES, _TRANSFERS = "nation.json", "cities.parquet", "transfers.parquet"


KIND = "nation"
"""Of a claimed folder: what is in it was written by `cardmill nation`."""


class NationFolder:
    """Where the results of one run are; to be written to while it is `held`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._claim: Claim | None = None

    @contextmanager
    def held(self) -> Iterator[Claim]:
        """Have the folder for this process alone; raises OutputError."""
        with claimed(self.path, KIND) as claim:
            self._claim = claim
            yield claim

    @property
    def claim(self) -> Claim:
        """What is written goes through this."""
        if self._claim is None:
            raise ValueError("the folder is not held")
        return self._claim

    def prepare(self, *, resume: bool) -> None:
        """Make the folder ready: emptied of an older run of ours, or as it is to go on with that."""
        self.claim.check(_STATE, _CITIES, _TRANSFERS)
        with writing(self.path):
            if not resume:
                self.claim.clear()
            for name in ("movers", "cities"):
                (self.path / name).mkdir(exist_ok=True)

    def describe(self, values: Mapping[str, Any]) -> None:
        """Write nation.json."""
        text = json.dumps({"format": FORMAT, "version": VERSION, **values}, ensure_ascii=False, indent=1)
        self._write(_STATE, text + "\n")

    def _write(self, name: str, content: bytes | str) -> None:
        with writing(self.path / name):
            self.claim.write(name, content)

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
        packed = io.BytesIO()
        np.savez(packed, **columns)
        self._write(f"movers/{found.code}-{key[:_KEY]}.npz", packed.getvalue())

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
        self._write(f"cities/{row.code}-{row.key[:_KEY]}.json", text + "\n")

    # -- what is written at the end --------------------------------------------------------------------------------

    def write_tables(self, rows: Sequence[CityRow], transfers: Mapping[str, Ints]) -> None:
        """Both Parquet files."""
        for name, columns in ((_TRANSFERS, transfers), (_CITIES, table_of(rows))):
            _parquet(self.claim.path(name), columns)


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
    with writing(path, duckdb.IOException), whole(path) as part, duckdb.connect() as connection:
        connection.register("numbers", dict(columns))
        target = str(part).replace("'", "''")
        connection.execute(f"COPY numbers TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
