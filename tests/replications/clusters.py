"""A Dask cluster on this machine for tests: each part a process of its own, all on the loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import cardmill

ROOT = Path(cardmill.__file__).parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
_WITHOUT = "import sys; sys.modules['sim'] = None; sys.modules['cardmill'] = None; "
"""What a process says that is to be as if Cardmill were not installed."""


class Cluster:
    """A scheduler on a free port of this machine, without Cardmill as stock images are, and workers with one thread."""

    def __init__(
        self, folder: Path, stack: ExitStack, workers: int = 2, options: Sequence[str] = (), threads: int = 1,
        environment: Mapping[str, str] = ENVIRONMENT,
    ) -> None:  # fmt: skip
        self._stack, self._file, self._options = stack, folder / "scheduler.json", options
        self._environment = environment
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show", bare=True)
        deadline = time.monotonic() + 60
        while not self._file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.2)
        self.address: str = json.loads(self._file.read_text("utf-8"))["address"]
        self.workers = [self.worker(threads) for _ in range(workers)]

    def worker(
        self, threads: int = 1, *, bare: bool = False, more: Mapping[str, str] = {}, host: str = "127.0.0.1"
    ) -> subprocess.Popen[bytes]:
        """Start another worker; `bare`: without Cardmill."""
        options = "--nthreads", str(threads), "--no-nanny", "--host", host
        return self._start("dask_worker", *options, bare=bare, more=more)

    def _start(
        self, module: str, *arguments: str, bare: bool = False, more: Mapping[str, str] = {}
    ) -> subprocess.Popen[bytes]:
        run = f"{_WITHOUT if bare else ''}from distributed.cli.{module} import main; main()"
        command = [sys.executable, "-c", run, "--scheduler-file", str(self._file), "--no-dashboard", *arguments]
        environment = {**self._environment, **more}
        process = subprocess.Popen(
            [*command, *self._options], cwd=self._file.parent, env=environment, stderr=subprocess.DEVNULL
        )
        self._stack.callback(process.wait, 30)
        self._stack.callback(process.kill)
        return process
