"""Clusters as people have them: threads, certificates, workers that cannot work, fail or fall silent."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import dask
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sim.errors import ScenarioError, WorkersLostError
from sim.replications import foreman
from sim.replications.cluster import ClusterCrew
from sim.replications.common import Common
from sim.replications.spread import map_unordered
from sim.run import Plan, play, prepare
from tests.replications import tasks
from tests.replications.clusters import ENVIRONMENT, Cluster
from tests.replications.runs import desk, encoded, outcome, rows_in

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of a busy machine may take a while to answer; that is said where a test is about it."""
    monkeypatch.setattr(foreman, "NOTICE_S", 100.0)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Whatever is started ends with the test."""
    with ExitStack() as made:
        yield made


def _rows_are_those_of_this_machine(folder: Path, address: str, engine: str, said: list[str]) -> None:
    path = desk(folder, duration="2 d", replications=12)
    play(
        *prepare(path, ()), Plan(engine=engine, cluster=address), folder=folder / "run", announce=said.append
    )  # fmt: skip
    outcome(path, Plan(engine="reference"), folder / "here")
    assert encoded(rows_in(path, folder / "run")) == encoded(rows_in(path, folder / "here"))


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_workers_may_have_threads_and_the_scheduler_nothing_but_dask(
    tmp_path: Path, stack: ExitStack, engine: str
) -> None:
    """Four threads that all want the same code at once, and get it from here: their own store is empty."""
    fresh = {**ENVIRONMENT, "NUMBA_CACHE_DIR": str(tmp_path / "empty")}
    cluster = Cluster(tmp_path, stack, 1, threads=4, environment=fresh)
    said: list[str] = []
    _rows_are_those_of_this_machine(tmp_path, cluster.address, engine, said)
    assert [text for text in said if "worker" in text or "tcp" in text] == []


def test_a_worker_without_cardmill_gets_no_work_and_that_is_said(tmp_path: Path, stack: ExitStack) -> None:
    """The other one does all of it."""
    cluster = Cluster(tmp_path, stack, 0)
    cluster.worker(bare=True)
    cluster.worker()
    said: list[str] = []
    _rows_are_those_of_this_machine(tmp_path, cluster.address, "reference", said)
    told = [text for text in said if text.endswith("it gets no work")]
    assert len(told) == 1
    assert told[0].endswith("has no Cardmill: it gets no work")


def _crew(address: str, said: list[str], stack: ExitStack) -> ClusterCrew:
    return stack.enter_context(ClusterCrew(address, said.append))


def _until(true: Callable[[], bool], crew: ClusterCrew, seconds: float = 60.0) -> None:
    """Wait for something, and let the crew speak meanwhile."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        crew.check()
        time.sleep(0.05)
    assert true()


def test_another_version_is_found_when_a_worker_joins(
    tmp_path: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it is given anything; and with nobody else the run ends after a while, saying why."""
    monkeypatch.setattr(foreman, "code_digest", lambda: "ours is newer")
    monkeypatch.setattr(foreman, "NOTICE_S", 0.5)
    monkeypatch.setattr(foreman, "WAIT_S", 20.0)
    cluster, said = Cluster(tmp_path, stack, 1), list[str]()
    crew = _crew(cluster.address, said, stack)
    with pytest.raises(WorkersLostError, match=r"can work \(has another version of Cardmill\), and none came in 20 s"):
        list(map_unordered(crew, tasks.square, range(4)))
    assert any(text.endswith("has another version of Cardmill: it gets no work") for text in said)
    assert any("can work (has another version of Cardmill); waiting 20 s" in text for text in said)


def test_a_cluster_without_workers_is_waited_for_and_says_so(
    tmp_path: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that comes in time is used; after the limit the run ends."""
    monkeypatch.setattr(foreman, "NOTICE_S", 0.3)
    cluster, said = Cluster(tmp_path, stack, 0), list[str]()
    crew = _crew(cluster.address, said, stack)
    future = crew.submit(tasks.square, 7)
    _until(lambda: bool(said), crew)
    assert said[0] == f"the Dask scheduler at {cluster.address} has no worker; waiting 120 s for one that can"
    worker = cluster.worker()
    assert future.result(60) == 49
    worker.kill()
    monkeypatch.setattr(foreman, "WAIT_S", 1.0)
    with pytest.raises(WorkersLostError, match="has no worker, and none came in 1 s"):
        list(map_unordered(crew, tasks.square, range(4)))


def test_what_a_silent_worker_has_in_hand_is_given_out_again(
    tmp_path: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the middle: said, done by the other, and it may come back."""
    monkeypatch.setattr(foreman, "SILENT_S", 2.0)
    cluster, said = Cluster(tmp_path, stack, 2), list[str]()
    crew = _crew(cluster.address, said, stack)
    _until(lambda: crew.size == 2, crew)
    futures = [crew.submit(tasks.pid_slowly, number) for number in range(8)]
    time.sleep(0.1)
    stopped = cluster.workers[0]
    os.kill(stopped.pid, signal.SIGSTOP)
    _until(lambda: all(future.done() for future in futures), crew)
    assert any("silent for" in text and text.endswith("given out again") for text in said)
    assert cluster.workers[1].pid in {future.result() for future in futures}
    os.kill(stopped.pid, signal.SIGCONT)
    _until(lambda: crew.size == 2, crew)
    assert crew.submit(tasks.square, 5).result(30) == 25


def test_a_worker_with_too_little_memory_is_dropped_and_the_others_go_on(tmp_path: Path, stack: ExitStack) -> None:
    """Its task is done by another one; where nobody can do it, that is said and nothing waits for ever."""
    cluster, said = Cluster(tmp_path, stack, 1), list[str]()
    small = cluster.worker(more={"CARDMILL_TEST_SMALL": "1"})
    crew = _crew(cluster.address, said, stack)
    _until(lambda: crew.size == 2, crew)
    assert sorted(map_unordered(crew, tasks.needs_memory, range(12))) == list(range(12))
    crew.check()
    assert [text.split(" ", 1)[1] for text in said] == ["has too little memory: it gets no work"]
    assert small.poll() is None
    assert crew.size == 1


def test_a_machine_whose_workers_die_is_avoided(tmp_path: Path, stack: ExitStack) -> None:
    """Two of its workers die with work in hand; one that comes later gets none, and another machine does all of it."""
    cluster, said = Cluster(tmp_path, stack, 1), list[str]()
    deadly = {"CARDMILL_TEST_DEADLY": "1"}
    bad = [cluster.worker(more=deadly, host="127.0.0.2") for _ in range(2)]
    crew = _crew(cluster.address, said, stack)
    _until(lambda: crew.size == 3, crew)
    futures = [crew.submit(tasks.dies_on_some_machines, number) for number in range(100)]
    _until(lambda: bool(said), crew)
    late = cluster.worker(more=deadly, host="127.0.0.2")
    _until(lambda: all(future.done() for future in futures), crew)
    assert [future.result() for future in futures] == list(range(100))
    assert said == ["2 workers on 127.0.0.2 died one after the other: it gets no work"]
    assert [worker.poll() is None for worker in (*bad, late)] == [False, False, True]


def test_a_task_that_kills_its_workers_ends_the_run(tmp_path: Path, stack: ExitStack) -> None:
    """After three of them, not after all."""
    cluster, said = Cluster(tmp_path, stack, 4), list[str]()
    crew = _crew(cluster.address, said, stack)
    _until(lambda: crew.size == 4, crew)
    with pytest.raises(WorkersLostError, match="3 workers died one after the other with the same task"):
        list(map_unordered(crew, tasks.kill_yourself, [1]))
    assert sum(worker.poll() is None for worker in cluster.workers) == 1


def test_short_tasks_go_several_in_one_and_what_they_have_in_common_goes_once(tmp_path: Path, stack: ExitStack) -> None:
    """Two thousand tasks of a millisecond: some dozens of parcels, and the common part is opened once a worker."""
    cluster, said = Cluster(tmp_path, stack, 2, threads=2), list[str]()
    crew = _crew(cluster.address, said, stack)
    common = Common.of(b"x" * 1_000_000)
    found = list(map_unordered(crew, tasks.with_common, ((common, number) for number in range(2000))))
    assert sorted(number for number, _, _ in found) == list(range(2000))
    assert len({pid for _, pid, _ in found}) == 2
    assert len({(pid, opened) for _, pid, opened in found}) == 2
    assert said == []


def test_nothing_stays_at_workers_or_the_scheduler(tmp_path: Path, stack: ExitStack) -> None:
    """Neither tasks nor what they had in common, nor a topic for each run."""
    from distributed import Client  # noqa: PLC0415

    cluster = Cluster(tmp_path, stack, 1)
    path = desk(tmp_path, replications=6)
    client: Any = Client  # the library carries no types
    watcher = client(cluster.address, set_as_default=False)
    for number in range(2):
        plan = Plan(engine="reference", cluster=cluster.address)
        play(*prepare(path, ()), plan, folder=tmp_path / f"run{number}")
    deadline = time.monotonic() + 20
    while watcher.run(tasks.kept_by_this_worker) != dict.fromkeys(watcher.nthreads(), (0, 0)):
        assert time.monotonic() < deadline, watcher.run(tasks.kept_by_this_worker)
        time.sleep(0.2)
    topics = [name for name in watcher.get_events() if "cardmill" in name]
    assert topics in ([], ["cardmill"])
    watcher.close()


def _certificate(folder: Path, name: str, issuer: str = "") -> None:
    """A key and a certificate for the loopback, its own or signed by another of the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    parent, signing = subject, key
    if issuer:
        parent = x509.load_pem_x509_certificate((folder / f"{issuer}.pem").read_bytes()).subject
        loaded = serialization.load_pem_private_key((folder / f"{issuer}.key").read_bytes(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        signing = loaded
    now = datetime.now(tz=UTC)
    made = x509.CertificateBuilder(parent, subject, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    made = made.add_extension(x509.BasicConstraints(ca=not issuer, path_length=None), critical=True)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    pem = made.add_extension(names, critical=False).sign(signing, hashes.SHA256())
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / f"{name}.key").write_bytes(key.private_bytes(*form))
    (folder / f"{name}.pem").write_bytes(pem.public_bytes(serialization.Encoding.PEM))


def test_a_cluster_with_certificates_is_reached_by_dasks_own_configuration(tmp_path: Path, stack: ExitStack) -> None:
    """An authority of our own signed all; without the certificates no scheduler answers, which is said."""
    _certificate(tmp_path, "authority")
    _certificate(tmp_path, "node", "authority")
    files = {"ca-file": "authority.pem", "cert": "node.pem", "key": "node.key"}
    options = [text for what, name in files.items() for text in (f"--tls-{what}", str(tmp_path / name))]
    cluster = Cluster(tmp_path, stack, 2, (*options, "--protocol", "tls"))
    assert cluster.address.startswith("tls://127.0.0.1:")
    with pytest.raises(ScenarioError, match="no Dask scheduler answers at tls://"):
        ClusterCrew(cluster.address)
    config = {"ca-file": "authority.pem", "client.cert": "node.pem", "client.key": "node.key"}
    with dask.config.set({f"distributed.comm.tls.{what}": str(tmp_path / name) for what, name in config.items()}):
        said: list[str] = []
        _rows_are_those_of_this_machine(tmp_path, cluster.address, "reference", said)
    assert said == []
