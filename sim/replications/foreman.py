"""Who gives work to the workers of a Dask cluster, and notices what becomes of it.

Tasks are pinned to workers: the scheduler only carries them.  A worker that joins is greeted first.  One that has no
Cardmill, or another version, gets no work; one that has the same gets what all tasks have in common, once.  Short tasks
go several in one, so that the scheduler has few.  What was in the hands of a worker that is gone, or was silent for
long, is given out again; the same replication played twice gives the same row, and the first one counts.
"""

from __future__ import annotations

import asyncio
import operator
import pickle
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from time import monotonic
from typing import Any

from sim.errors import WorkersLostError
from sim.replications.bench import Bench, Call, Who, every_s, greet, set_up
from sim.replications.common import Common
from sim.replications.parcels import Kit, Order, Parcel, Worker, fail, unable_because, unfit_because
from sim.replications.rows import code_digest
from sim.replications.workers import AHEAD

TICK_S = 0.02
LOOK_AROUND_S = 1.0
NOTICE_S = 5.0
"""Without a worker for so long, the user is told."""
WAIT_S = 120.0
"""And after so long nobody is waited for any more."""
SILENT_S = 20.0
"""A worker not heard of for so long may be stopped or cut off; healthy ones speak every half second, or few seconds."""
TRIES = 3
"""Workers that may die with a task before it counts as what kills workers."""
STRIKES = 2
"""Workers of one machine that may die with work of ours, without finishing any, before the machine is avoided."""
_ANSWER_S = 2.0
_PARCEL_S = 0.2
_SCHEDULER_S = 0.01
"""A parcel is to take so long that the scheduler, to which each costs a millisecond, has a hundred a second at most."""
_LARGEST = 1_000


class Foreman:
    """Gives orders to workers in a thread of its own.  `say` is called there too."""

    def __init__(self, client: Any, address: str, run: str, say: Callable[[str], None]) -> None:
        self.workers: dict[str, Worker] = {}
        self._client, self._address, self._run, self._say = client, address, run, say
        self._queue: deque[Order] = deque()
        self._each_s: dict[Kit, float] = {}
        self._strikes: dict[str, int] = {}  # by host, since it last finished something
        self._avoided: dict[str, str] = {}  # hosts, and why their workers get no work
        self._shared: dict[tuple[Kit, bool], Any] = {}
        self._code: dict[str, bytes] = {}
        self._looked_at = -LOOK_AROUND_S
        self._so_since = monotonic()
        self._notice, self._noticed = "", False  # why nobody works, and whether that was said
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="foreman", daemon=True)
        self.lost: Exception | None = None  # why there is no more to come
        self.ticked_at = monotonic()

    def start(self) -> None:
        """Begin to look after the cluster."""
        self._thread.start()

    def stop(self) -> None:
        """Give nothing out any more."""
        self._over.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=2 * LOOK_AROUND_S)

    @property
    def slots(self) -> int:
        """Tasks that able workers do at a time."""
        return sum(worker.threads for worker in list(self.workers.values()) if worker.able)

    @property
    def ahead(self) -> int:
        """Tasks it can use now."""
        parcel = max((self._parcel(kit) for kit in list(self._each_s)), default=1)
        return max(1, AHEAD * self.slots * parcel)

    def order(self, function: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Take a task; one that is a tuple with a Common first has that in common with others."""
        common = task[0] if isinstance(task, tuple) and task and isinstance(task[0], Common) else None
        order = Order((function, common), task if common is None else task[1:], Future())
        if self.lost is None:
            self._queue.append(order)
        else:
            order.future.set_exception(self.lost)
        return order.future

    # --- the thread ------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            while not self._over.wait(TICK_S):
                self._tick()
        except Exception as error:  # noqa: BLE001 - it comes up in the thread that waits for results
            lost = isinstance(error, OSError) or self._client.status != "running"
            self._give_up(self._gone(error) if lost else error)

    def _tick(self) -> None:
        self.ticked_at = monotonic()
        if self._client.status != "running":
            raise self._gone(None)
        if monotonic() - self._looked_at > max(LOOK_AROUND_S, len(self.workers) / 100):
            self._look_around()
        for worker in list(self.workers.values()):
            self._meet(worker)
            self._collect(worker)
        self._give()

    def _gone(self, error: BaseException | None) -> WorkersLostError:
        if isinstance(error, WorkersLostError):
            return error
        lost = WorkersLostError(f"the Dask scheduler at {self._address} is gone")
        lost.__cause__ = error
        return lost

    def _give_up(self, error: Exception) -> None:
        self.lost = error
        for worker in self.workers.values():
            self._queue.extend(order for parcel in worker.hands for order in parcel.orders)
        while self._queue:
            fail(self._queue.popleft(), error)

    def _look_around(self) -> None:
        """Who is there now, and who has been heard of."""
        self._looked_at = now = monotonic()
        there = self._client.scheduler_info(n_workers=-1)["workers"]
        for address in self.workers.keys() - there.keys():
            self._left(self.workers.pop(address))
        for address, known in there.items():
            worker = self.workers.get(address)
            if worker is None:
                host = known.get("host", address)
                worker = Worker(address, host, known["nthreads"], unfit=self._avoided.get(host, ""))
                self.workers[address] = worker
            worker.running = known.get("status", "running") == "running"
            if known["last_seen"] != worker.last_seen:
                worker.last_seen, worker.heard_at, worker.silent = known["last_seen"], now, False
            elif now - worker.heard_at > SILENT_S + len(there) / 50 and not worker.silent:
                self._went_silent(worker, now - worker.heard_at)
        self._notice_nobody()

    def _notice_nobody(self) -> None:
        """Nobody works: say so, and why; wait for ever only for those who may be busy with somebody else's work."""
        busy = any(worker.promising for worker in self.workers.values())
        until = "waiting for those that may be busy" if busy else f"waiting {WAIT_S:.0f} s for one that can"
        able = any(worker.able for worker in self.workers.values())
        notice = "" if able else f"{self._why_nobody()}; {until}"
        if notice != self._notice:
            self._notice, self._so_since, self._noticed = notice, monotonic(), False
        so_s = monotonic() - self._so_since
        if notice and so_s > NOTICE_S and not self._noticed:
            self._noticed = True
            self._say(notice)
        if notice and so_s > WAIT_S and not busy:
            raise WorkersLostError(f"{self._why_nobody()}, and none came in {WAIT_S:.0f} s")

    def _why_nobody(self) -> str:
        if not self.workers:
            return f"the Dask scheduler at {self._address} has no worker"
        why = dict.fromkeys(worker.why_not or "has not answered yet" for worker in self.workers.values())
        return f"no worker of the Dask scheduler at {self._address} can work ({'; '.join(why)})"

    # --- workers come and go ---------------------------------------------------------------------------------------

    def _meet(self, worker: Worker) -> None:
        """Greet a worker that has just come, and hear what it says."""
        if worker.who is not None or worker.unfit:
            return
        if worker.greeting is None:
            worker.asked = self._used()
            call = pickle.dumps(Call(greet, tuple(sorted(worker.asked))))
            worker.greeting = self._pinned(worker, pickle.loads, call, priority=10)
        elif worker.greeting.status == "error":
            self._dismiss(worker, unfit_because(worker.greeting.exception()))
        elif worker.greeting.status in ("cancelled", "lost"):
            worker.greeting = None
        elif worker.greeting.status == "finished":
            try:
                who = Who(*worker.greeting.result(timeout=_ANSWER_S))
            except (OSError, TimeoutError):  # gone since, or will be told of again
                return
            if who.code != code_digest():
                self._dismiss(worker, "has another version of Cardmill")
                return
            worker.who = who
            if not self._alike(who):
                self._say(f"{worker.address} has another kind of processor: it compiles by itself what it lacks, once")

    def _alike(self, who: Who) -> bool:
        return bool(who.machine == _kernels().machine())

    def strangers(self, patience_s: float) -> bool:
        """Whether there are workers to whom our compiled code is of no use; waits a while for who has just come."""
        until = monotonic() + patience_s
        while monotonic() < until and self.lost is None:
            here = list(self.workers.values())
            if here and all(worker.who is not None or worker.unfit for worker in here):
                break
            self._over.wait(TICK_S)
        return any(worker.able and worker.who and not self._alike(worker.who) for worker in list(self.workers.values()))

    def _used(self) -> frozenset[str]:  # names of the compiled code this process has used so far
        return frozenset(_kernels().STORE.used)

    def _compiled(self) -> dict[str, bytes]:
        """That code: a fresh worker is spared a minute."""
        if self._code.keys() != self._used():
            self._code = _kernels().STORE.packed()
        return self._code

    def _wants_code(self, worker: Worker) -> bool:
        """Whether our code is of use to a worker: also what we had not compiled yet when it came."""
        if worker.who is None or not self._alike(worker.who):
            return False
        return bool(worker.who.lacks or self._used() - worker.asked)

    def _dismiss(self, worker: Worker, why: str) -> None:
        """Give a worker no work, and say why; a machine with many says it once."""
        told = any((other.host, other.unfit) == (worker.host, why) for other in self.workers.values())
        worker.unfit = why
        if not told:
            self._say(f"{worker.address} {why}: it gets no work")
        self._take_back(worker)

    def _left(self, worker: Worker) -> None:
        """A worker is gone; where several went with work of ours, the machine is avoided if there is another."""
        if not worker.hands:
            return
        strikes = self._strikes[worker.host] = self._strikes.get(worker.host, 0) + 1
        self._lost_with(worker)
        elsewhere = any(other.able and other.host != worker.host for other in self.workers.values())
        if strikes >= STRIKES and elsewhere and worker.host not in self._avoided:
            self._avoided[worker.host] = f"is on {worker.host}, where {strikes} workers died one after the other"
            self._say(f"{strikes} workers on {worker.host} died one after the other: it gets no work")
            for other in self.workers.values():
                if other.host == worker.host:
                    other.unfit = other.unfit or self._avoided[worker.host]
                    self._take_back(other)

    def _lost_with(self, worker: Worker) -> None:
        for order in [order for parcel in worker.hands for order in parcel.orders]:
            order.lost_with.add(worker.address)
            if len(order.lost_with) >= TRIES:
                raise WorkersLostError(f"{TRIES} workers died one after the other with the same task")
        self._take_back(worker)

    def _take_back(self, worker: Worker) -> None:
        parcels, worker.hands = worker.hands, []
        for parcel in parcels:
            if not parcel.again:
                self._queue.extendleft(reversed(parcel.orders))
            with suppress(OSError):
                self._client.cancel([parcel.done], force=True)
        worker.benches.clear()

    def _went_silent(self, worker: Worker, silent_s: float) -> None:
        """What it has in hand is given out again; should it come back, whoever is first counts."""
        worker.silent = True
        parcels = [parcel for parcel in worker.hands if not parcel.again]
        count = sum(len(parcel.orders) for parcel in parcels)
        if count:
            what = f"{count} task{'s' if count > 1 else ''} silent for {silent_s:.0f} s at {worker.address}"
            self._say(f"{what}: given out again")
        for parcel in parcels:
            parcel.again = True
            self._queue.extendleft(reversed(parcel.orders))

    # --- work goes and comes ---------------------------------------------------------------------------------------

    def _parcel(self, kit: Kit) -> int:
        """How many tasks to put together."""
        each_s = self._each_s.get(kit)
        if not each_s:
            return 1
        return max(1, min(_LARGEST, round(max(_PARCEL_S, self.slots * _SCHEDULER_S) / each_s)))

    def _give(self) -> None:
        """Fill the hands of all who are able, those with the least first."""
        free = [(len(w.hands) / w.threads, w.address) for w in self.workers.values() if w.able]
        for _, address in sorted(free):
            worker = self.workers[address]
            while self._queue and len(worker.hands) < AHEAD * worker.threads:
                orders = self._next_orders()
                if not orders:
                    return
                worker.hands.append(self._given(worker, orders))

    def _next_orders(self) -> list[Order]:
        """Some of the queue, of one kit; none that has its result or that nobody wants any more."""
        orders: list[Order] = []
        fair = max(1, -(-len(self._queue) // max(1, self.slots)))
        while self._queue:
            order = self._queue[0]
            if order.future.done():
                self._queue.popleft()
                continue
            if orders and (order.kit != orders[0].kit or len(orders) >= min(fair, self._parcel(order.kit))):
                break
            orders.append(self._queue.popleft())
        return orders

    def _given(self, worker: Worker, orders: list[Order]) -> Parcel:
        kit = orders[0].kit
        rests = pickle.dumps([order.rest for order in orders])
        return Parcel(orders, self._pinned(worker, operator.call, self._bench(worker, kit), rests))

    def _bench(self, worker: Worker, kit: Kit) -> Any:
        """The bench of a kind of task at a worker; of kinds it has nothing of in hand it needs none."""
        if kit not in worker.benches:
            used = {parcel.orders[0].kit for parcel in worker.hands}
            worker.benches = {known: bench for known, bench in worker.benches.items() if known in used}
            outfit = self._outfit(kit, with_code=self._wants_code(worker))
            worker.benches[kit] = self._pinned(worker, pickle.loads, outfit)
        return worker.benches[kit]

    def _outfit(self, kit: Kit, *, with_code: bool) -> Any:
        """What makes a bench, once in the cluster: workers get it from each other."""
        if (kit, with_code) not in self._shared:
            self._shared = {known: outfit for known, outfit in self._shared.items() if known[0] == kit}
            bench = Bench(*kit, self._run, every_s(self.slots))
            call = pickle.dumps(Call(set_up, self._compiled() if with_code else {}, bench))
            self._shared[kit, with_code] = self._client.submit(bytes, call, pure=False)
        return self._shared[kit, with_code]

    def _pinned(self, worker: Worker, function: Callable[..., Any], *arguments: Any, priority: int = 0) -> Any:
        """Have a worker call a function of Python's own library."""
        where = [worker.address]
        return self._client.submit(function, *arguments, workers=where, pure=False, priority=priority)

    def _collect(self, worker: Worker) -> None:
        """Take what a worker has finished."""
        for parcel in list(worker.hands):
            if worker.unfit:  # since the parcel before: what it had in hand is taken back
                return
            if parcel.fetched is not None:
                if parcel.fetched.done():
                    self._fetched(worker, parcel)
            elif parcel.done.status == "finished":
                loop = self._client.loop.asyncio_loop
                coming = self._client.gather(parcel.done, asynchronous=True)
                parcel.fetched = asyncio.run_coroutine_threadsafe(_awaited(coming), loop)
            elif parcel.done.status == "error":
                worker.hands.remove(parcel)
                self._failed(worker, parcel, parcel.done.exception())
            elif parcel.done.status in ("cancelled", "lost"):
                worker.hands.remove(parcel)
                self._again(parcel)

    def _fetched(self, worker: Worker, parcel: Parcel) -> None:
        worker.hands.remove(parcel)
        try:
            results, seconds = parcel.fetched.result() if parcel.fetched is not None else ([], 0.0)
        except Exception:  # noqa: BLE001 - the library raises many kinds where a worker died meanwhile
            self._again(parcel)
            return
        kit, each_s = parcel.orders[0].kit, seconds / len(parcel.orders)
        self._each_s[kit] = each_s if kit not in self._each_s else 0.8 * self._each_s[kit] + 0.2 * each_s
        self._strikes[worker.host] = 0
        for order, result in zip(parcel.orders, results, strict=True):
            with suppress(InvalidStateError):  # nobody wants it any more, or somebody else was first
                order.future.set_result(result)

    def _again(self, parcel: Parcel) -> None:
        if not parcel.again:
            self._queue.extendleft(reversed(parcel.orders))

    def _failed(self, worker: Worker, parcel: Parcel, error: BaseException) -> None:
        """A worker that cannot is not the task's fault; all else is."""
        why = unable_because(error)
        if not why:
            for order in parcel.orders:
                fail(order, error)
            return
        worker.hands.append(parcel)
        for order in parcel.orders:
            order.lost_with.add(worker.address)
            if len(order.lost_with) >= TRIES:
                raise WorkersLostError(f"{TRIES} workers failed one after the other with the same task: {why}")
        self._dismiss(worker, why)


def _kernels() -> Any:
    from sim.engines import kernels  # noqa: PLC0415 - takes a moment to load

    return kernels


async def _awaited(coming: Any) -> Any:
    return await coming
