"""Small programs for engine tests, and how to play them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.compile.compiler import Compiled
from sim.engines.reference import ReferenceEngine
from sim.log import Event
from sim.run import prepare

HEAD = '[run]\nstart = 2026-03-02\nduration = "1 h"\n'
"""A Monday."""


def compiled(tmp_path: Path, text: str, *overrides: str, head: str = HEAD) -> Compiled:
    """Compile a scenario written in a test."""
    path = tmp_path / "scenario.toml"
    path.write_text(head + text, encoding="utf-8")
    return prepare(path, overrides)[1]


def play(program: Compiled, seed: int = 1, replication: int = 0) -> np.ndarray:
    """The whole log."""
    chunks: list[np.ndarray] = []
    ReferenceEngine(program.program, seed, replication, chunks.append).run()
    return np.concatenate(chunks)


def trace(log: np.ndarray, *kinds: Event) -> list[tuple[int, int, str, int, int]]:
    """Rows as (t_ms, case, kind, code, value); all kinds, or those named."""
    return [
        (int(t), int(case), Event(kind).name, int(code), int(value))
        for t, case, _, _, _, kind, code, value in log.tolist()
        if not kinds or kind in kinds
    ]


def arrivals(tmp_path: Path, name: str, header: str, *rows: str) -> str:
    """A CSV file of single arrivals beside the scenario; gives the key that names it."""
    (tmp_path / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return f'file = {{arrivals = "{name}"}}\n'
