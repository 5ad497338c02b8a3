"""A Dask cluster as a crew.  Needs the extra `dask`; the workers need Cardmill installed, the same version."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import uuid4

from sim.errors import Problem, ScenarioError, WorkersLostError
from sim.replications.shares import Outlet, Share

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")

_CONNECT_S = 5
_ASK_AGAIN_S = 1.0
_TRIES = 3
"""Times a task is given to another worker after its own was killed, before it counts as what kills workers."""


class ClusterCrew:
    """Workers of a Dask scheduler at an address such as tcp://127.0.0.1:8786."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client  # noqa: PLC0415 - an extra, imported only when asked for
            from distributed.comm.core import connect  # noqa: PLC0415
        except ImportError as error:
            why = "a cluster needs the package distributed, which is not installed"
            raise ScenarioError((Problem("--cluster", "", None, why, "pip install cardmill[dask]"),)) from error
        _quiet_please()
        self.address = address
        try:
            asyncio.run(_knock(connect, address))
            client: Any = Client  # the library carries no types
            self._client = client(address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            why = f"no Dask scheduler answers at {address} ({str(error) or type(error).__name__})"
            problem = Problem("--cluster", "", None, why, "the address a scheduler prints, such as tcp://HOST:8786")
            raise ScenarioError((problem,)) from error
        self._size, self._asked_at = 1, -_ASK_AGAIN_S
        self._executor = self._client.get_executor(pure=False, retries=_TRIES)
        self._topic, self._told = f"cardmill {uuid4()}", deque[Share]()
        self._client.subscribe_topic(self._topic, self._hear)

    def _hear(self, event: tuple[float, list[Any]]) -> None:
        self._told.append(Share(*event[1]))

    @property
    def size(self) -> int:
        """Threads of all workers there are now, asked now and then; 1 while none has come yet."""
        if monotonic() - self._asked_at > _ASK_AGAIN_S:
            try:
                self._size = max(1, sum(self._client.nthreads().values()))
            except OSError as error:
                raise WorkersLostError(f"the Dask scheduler at {self.address} is gone") from error
            self._asked_at = monotonic()
        return self._size

    def submit(self, function: Callable[[T], R], task: T) -> Future[R]:
        """Give a task to the scheduler."""
        future: Future[R] = self._executor.submit(_telling, self._topic, function, task)
        return future

    def heard(self) -> list[Share]:
        """What workers have told of their tasks."""
        return [self._told.popleft() for _ in range(len(self._told))]

    def renew(self, error: BaseException) -> None:
        """The scheduler finds other workers by itself: what comes up here is its own loss."""
        raise WorkersLostError(f"the Dask scheduler at {self.address} is gone") from error

    def check(self) -> None:
        """Raise WorkersLostError when the scheduler does not answer any more."""
        if self._client.status != "running":
            raise WorkersLostError(f"the Dask scheduler at {self.address} is gone")

    def close(self) -> None:
        """Take back what is not finished, and leave."""
        with suppress(OSError, TimeoutError):  # a scheduler that is gone cannot be told
            self._client.close(timeout=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _telling(topic: str, function: Callable[[T], R], task: T) -> R:
    """Do a task in a worker, which tells through the scheduler how far it is."""
    from distributed import get_worker  # noqa: PLC0415 - here it is there

    worker = get_worker()
    Outlet.send = lambda share: worker.log_event(topic, list(share))
    return function(task)


async def _knock(connect: Any, address: str) -> None:
    """Whether anybody answers: a client that finds nobody tries for long and does not clean up after itself."""
    comm = await connect(address, timeout=_CONNECT_S)
    await comm.close()


def _quiet_please() -> None:
    """Leave telling the user to us: the library and its event loops print tracebacks when a connection is lost."""
    for name in (*logging.root.manager.loggerDict, "tornado.application", "asyncio"):
        if name.split(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
