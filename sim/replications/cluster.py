"""A Dask cluster as a crew.  Needs the extra `dask`; the workers need Cardmill installed, the same version.

The scheduler needs nothing but Dask.  Certificates of a cluster with TLS are those of Dask's own configuration.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import uuid4

from sim.errors import Problem, ScenarioError, WorkersLostError
from sim.replications.bench import TOPIC
from sim.replications.foreman import Foreman
from sim.replications.shares import Share

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")

_CONNECT_S = 5
_SILENT_S = 60


class ClusterCrew:
    """Workers of a Dask scheduler at an address such as tcp://127.0.0.1:8786 or tls://HOST:8786."""

    def __init__(self, address: str, say: Callable[[str], None] = lambda _: None) -> None:
        try:
            import dask  # noqa: PLC0415
            from distributed import Client, Security  # noqa: PLC0415 - an extra, imported only when asked for
            from distributed.comm.core import connect  # noqa: PLC0415
        except ImportError as error:
            why = "a cluster needs the package distributed, which is not installed"
            raise ScenarioError((Problem("--cluster", "", None, why, "pip install cardmill[dask]"),)) from error
        _quiet_please()
        dask.config.set({"distributed.diagnostics.computations.nframes": 0})  # sources of ours are of no use there
        self.address = address
        try:
            library: Any = Security  # the library carries no types
            security = library()
            asyncio.run(_knock(connect, address, security))
            client: Any = Client
            self._client = client(address, timeout=_CONNECT_S, set_as_default=False, security=security)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            why = f"no Dask scheduler answers at {address} ({str(error) or type(error).__name__})"
            allowed = "the address a scheduler prints, such as tcp://HOST:8786; for tls:// see docs/clusters.md"
            raise ScenarioError((Problem("--cluster", "", None, why, allowed),)) from error
        self._say, self._sentences = say, deque[str]()
        self._run, self._told = str(uuid4()), deque[Share]()
        self._client.subscribe_topic(TOPIC, self._hear)
        self._foreman = Foreman(self._client, address, self._run, self._sentences.append)
        self._foreman.start()

    def _hear(self, event: tuple[float, list[Any]]) -> None:
        run, *share = event[1]
        if run == self._run:
            self._told.append(Share(*share))

    @property
    def size(self) -> int:
        """Threads of all workers that can work; 1 while none has come yet."""
        return max(1, self._foreman.slots)

    @property
    def ahead(self) -> int:
        """How many tasks it is to have: several for each thread where they are short."""
        return self._foreman.ahead

    @property
    def strangers(self) -> bool:
        """Whether some workers have another kind of processor; waits a few seconds for those who have just come."""
        return self._foreman.strangers(_CONNECT_S)

    def submit(self, function: Callable[[T], R], task: T) -> Future[R]:
        """Give a task to whoever is free."""
        return self._foreman.order(function, task)

    def heard(self) -> list[Share]:
        """What workers have told of their tasks."""
        self._speak()
        return [self._told.popleft() for _ in range(len(self._told))]

    def _speak(self) -> None:
        """Say in this thread what the foreman has to say."""
        while self._sentences:
            self._say(self._sentences.popleft())

    def renew(self, error: BaseException) -> None:
        """Other workers are found as they come: what comes up here is the loss of the scheduler."""
        raise WorkersLostError(f"the Dask scheduler at {self.address} is gone") from error

    def check(self) -> None:
        """Raise WorkersLostError when nobody will ever answer."""
        self._speak()
        if self._foreman.lost is not None:
            raise self._foreman.lost
        silent_s = monotonic() - self._foreman.ticked_at
        if silent_s > _SILENT_S:
            raise WorkersLostError(f"the Dask scheduler at {self.address} has been silent for {silent_s:.0f} s")

    def close(self) -> None:
        """Take back what is not finished, and leave."""
        self._foreman.stop()
        with suppress(OSError, TimeoutError):  # a scheduler that is gone cannot be told
            if self._client.status == "running":
                self._client.unsubscribe_topic(TOPIC)
            self._client.close(timeout=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def _knock(connect: Any, address: str, security: Any) -> None:
    """Whether anybody answers: a client that finds nobody tries for long and does not clean up after itself."""
    comm = await connect(address, timeout=_CONNECT_S, **security.get_connection_args("client"))
    await comm.close()


def _quiet_please() -> None:
    """Leave telling the user to us: the library and its event loops print tracebacks when a connection is lost."""
    for name in (*logging.root.manager.loggerDict, "tornado.application", "asyncio"):
        if name.split(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
