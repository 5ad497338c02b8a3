"""The queueing loop one writes by hand in C++ (heap_loop.cpp), compiled on the spot and called with arrays."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.contestants import Model
from tests.truth.traces import Trace

_SOURCE = Path(__file__).resolve().parent / "heap_loop.cpp"


def compile_loop(folder: Path) -> Callable[[Model, Trace], tuple[list[np.ndarray], int]] | None:
    """Compile with g++ -O2 into a folder; None where there is no g++.

    The loop gives everybody's wait at each station (-1: never came there) and how many gave up.
    """
    compiler = shutil.which("g++")
    if compiler is None:
        return None
    library = folder / "heap_loop.so"
    command = [compiler, "-O2", "-std=c++17", "-shared", "-fPIC", "-o", str(library), str(_SOURCE)]
    subprocess.run(command, check=True)
    loop = ctypes.CDLL(str(library)).heap_loop
    loop.restype = None

    def play(model: Model, trace: Trace) -> tuple[list[np.ndarray], int]:
        people, stations = len(trace.t_ms), len(model.stations)
        waits = [np.full(people, -1, dtype=np.int64) for _ in model.stations]
        abandoned = np.zeros(stations, dtype=np.int64)

        def pointers(arrays: list[np.ndarray | None]) -> ctypes.Array[ctypes.c_void_p]:
            return (ctypes.c_void_p * stations)(*(None if one is None else one.ctypes.data for one in arrays))

        loop(
            ctypes.c_int64(people), ctypes.c_void_p(trace.t_ms.ctypes.data), ctypes.c_int64(stations),
            ctypes.c_int64(model.servers), pointers([trace.columns[service] for service, _ in model.stations]),
            pointers([trace.columns.get(patience) for _, patience in model.stations]), pointers([*waits]),
            ctypes.c_void_p(abandoned.ctypes.data),
        )  # fmt: skip
        return waits, int(abandoned.sum())

    return play
