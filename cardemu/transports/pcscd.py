"""A PC/SC service of our own, for tests and rigs: own configuration, own readers, own socket, ended by its process id.

Programs reach it when PCSCLITE_CSOCK_NAME names its socket, and the system's own service never notices.  Each entry of
a configuration loads the driver and has two slots; the driver keeps its slots in one table, so a second entry needs
the library under another name.  pcscd takes 16 readers.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from cardemu.transports.activate import ALONE, LOOPBACK
from cardemu.transports.base import TransportError

PACKAGES = ("pcscd", "vsmartcard-vpcd")
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
SLOTS = 2
MAX_READERS = 16
MAX_PATH_BYTES = 107
READY = "daemon ready"
FAILED = "init failed"
CONNECT_TIMEOUT_S = 5.0
START_S = 10.0
STOP_S = 5.0
PORTS = range(21000, 31000, SLOTS)
"""Where free ports are looked for: below those the kernel hands out."""
ATTEMPTS = 5
LOG_LINES = 1_000
"""Lines of the service's log that are kept, more than it writes while 16 readers come up."""


def daemon() -> str | None:
    """Where pcscd is; it lies outside an ordinary user's PATH."""
    return shutil.which("pcscd", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))


def missing() -> tuple[str, ...]:
    """The Debian packages that are not installed."""
    there = (daemon() is not None, DRIVER.exists())
    return tuple(package for package, found in zip(PACKAGES, there, strict=True) if not found)


def on_loopback(port: int) -> socket.socket:
    """A connection to a port of this machine; OSError when nobody listens there."""
    return socket.create_connection((LOOPBACK, port), timeout=CONNECT_TIMEOUT_S)


def open_ports(ports: Iterable[int]) -> tuple[str, ...]:
    """What other machines can reach of readers with these ports, in words."""
    numbers = ", ".join(str(port) for port in ports)
    return (
        f"the driver listens on every interface of this machine: who connects to port {numbers} is a card there;",
        "where that matters, close them with a firewall, or run all in a network namespace (unshare --net)",
    )


def _free(port: int) -> bool:
    """Whether nobody listens there.  The driver listens on every interface, so that is what is tried."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def free_ports(pairs: int, attempt: int = 0) -> tuple[int, ...]:
    """First ports of so many free pairs; different processes begin at different places."""
    begin = (os.getpid() * 17 + attempt * 331) * pairs % len(PORTS)
    candidates = [*PORTS[begin:], *PORTS[:begin]]
    found: list[int] = []
    for port in candidates:
        if all(_free(port + slot) for slot in range(SLOTS)):
            found.append(port)
            if len(found) == pairs:
                return tuple(found)
    raise TransportError(f"no {pairs} pairs of free ports between {PORTS.start} and {PORTS.stop}")


@dataclass(slots=True)
class OwnPcscd:
    """A running pcscd in a folder of its own.  `readers`: how many, even, up to 16.

    The folder's path must be short, because it holds the socket.  `private`: the readers' ports lie in a network of
    their own, where the system allows it (`alone` says so), and `connect` is the only way to them.
    """

    folder: Path
    readers: int = SLOTS
    private: bool = False
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES), init=False)
    """The last lines it wrote: it writes a third of a gigabyte a day."""
    ports: tuple[int, ...] = field(default=(), init=False)
    """The port of each reader, in PC/SC's order."""
    alone: bool = field(default=False, init=False)
    _control: socket.socket | None = field(default=None, init=False)
    _asking: threading.Lock = field(default_factory=threading.Lock, init=False)
    _process: subprocess.Popen[str] | None = field(default=None, init=False)
    _told: threading.Event = field(default_factory=threading.Event, init=False)
    _listener: threading.Thread | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Refuse numbers of readers pcscd cannot have."""
        if self.readers not in range(SLOTS, MAX_READERS + 1, SLOTS):
            raise ValueError(f"{self.readers} readers: an even number up to {MAX_READERS} is possible")
        if len(os.fsencode(self.socket_path)) > MAX_PATH_BYTES:
            raise ValueError(f"{self.socket_path} is longer than the {MAX_PATH_BYTES} bytes of a socket's path")

    @property
    def socket_path(self) -> Path:
        """What PCSCLITE_CSOCK_NAME must say for programs that shall use this service."""
        return self.folder / "pcscd.comm"

    @property
    def environment(self) -> dict[str, str]:
        """The environment for such programs."""
        return {**os.environ, SOCKET_VARIABLE: str(self.socket_path)}

    @property
    def openness(self) -> tuple[str, ...]:
        """What other machines can reach of it, in words."""
        if self.alone:
            return ("nothing of it can be reached but through that socket",)
        return open_ports(self.ports)

    def connect(self, port: int) -> socket.socket:
        """A connection to one of the readers; OSError when there is none."""
        if self._control is None or not self.alone:
            return on_loopback(port)
        with self._asking:
            self._control.send(port.to_bytes(2, "big"))
            said, handles, _, _ = socket.recv_fds(self._control, 1, 1)
        if not handles:
            raise ConnectionRefusedError(f"port {port} of the service" if said else "the service is gone")
        return socket.socket(fileno=handles[0])

    @property
    def pid(self) -> int:
        """The service's process id."""
        if self._process is None:
            raise TransportError("the PC/SC service is not running")
        return self._process.pid

    @property
    def names(self) -> tuple[str, ...]:
        """What PC/SC calls the readers: the entry, the number pcscd gives it, the slot."""
        return tuple(f"Cardmill {index // SLOTS} 00 {index % SLOTS:02X}" for index in range(self.readers))

    def start(self) -> None:
        """Start it, and wait until its readers are there.  Ports taken by others meanwhile are replaced.

        It ends at the latest when the calling thread does.
        """
        lacking = missing()
        if lacking:
            raise TransportError(f"not installed: {', '.join(lacking)} (apt install {' '.join(lacking)})")
        for attempt in range(ATTEMPTS):
            bases = free_ports(self.readers // SLOTS, attempt)
            self.ports = tuple(base + slot for base in bases for slot in range(SLOTS))
            self._write_configuration(bases)
            self._launch()
            if self._ready():
                return
            self.stop()
        raise TransportError("pcscd did not start:\n" + "\n".join([*self.log][-20:]))

    def check(self) -> None:
        """TransportError, with the reason and its last words, when the service has ended though nobody stopped it."""
        process = self._process
        if process is None or process.poll() is None:
            return
        code = process.returncode
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        words = "".join(f"\n{line}" for line in list(self.log)[-3:])
        raise TransportError(f"the PC/SC service (pcscd, process {process.pid}) has ended: {how}{words}")

    def stop(self) -> None:
        """End the process started here, and no other."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        control, self._control = self._control, None
        if control is not None:
            control.close()
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.join()
        if process is not None and process.stdout is not None:
            process.stdout.close()
        self.socket_path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _write_configuration(self, bases: tuple[int, ...]) -> None:
        """One entry a pair of slots, each with its copy of the driver; in one file, because order counts."""
        entries = []
        folder = self.folder / "readers"
        folder.mkdir(parents=True, exist_ok=True)
        for number, port in enumerate(bases):  # numbered names: pcscd calls readers of two libraries the same
            library = DRIVER
            if number:
                library = self.folder / f"libifdvpcd{number}.so"
                shutil.copyfile(DRIVER, library)
            entries.append(
                f'FRIENDLYNAME "Cardmill {number}"\nDEVICENAME /dev/null:0x{port:04X}\n'
                f"LIBPATH {library}\nCHANNELID 0x{port:04X}\n"
            )
        (folder / "vpcd").write_text("\n".join(entries), encoding="utf-8")

    def _launch(self) -> None:
        """Start pcscd with our socket; its log goes to `log`."""
        self._told = threading.Event()
        self.log.clear()
        self.socket_path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as clients:
            clients.bind(str(self.socket_path))
            clients.listen(128)
            handles = [clients.fileno()]
            theirs = None
            if self.private:
                self._control, theirs = socket.socketpair()
                handles.append(theirs.fileno())
            control = theirs.fileno() if theirs is not None else -1
            words = (handles[0], os.getpid(), control)
            command = [sys.executable, "-m", "cardemu.transports.activate", *map(str, words)]
            command += [daemon() or "pcscd", "--foreground", "--info", "--config", str(self.folder / "readers")]
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                pass_fds=handles,
                start_new_session=True,  # Ctrl-C is for us; we end it
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            if self._control is not None and theirs is not None:
                theirs.close()
                self._control.settimeout(START_S)
                self.alone = self._control.recv(1) == ALONE
        self._listener = threading.Thread(target=self._listen, args=(self._process,), name="pcscd log", daemon=True)
        self._listener.start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """Keep the log; tell when the service is ready or has ended."""
        for line in process.stdout or ():
            self.log.append(line.rstrip())
            if READY in line:
                self._told.set()
        self._told.set()

    def _ready(self) -> bool:
        """Whether the service came up with all its readers."""
        if not self._told.wait(START_S) or self._process is None or self._process.poll() is not None:
            return False
        return not any(FAILED in line for line in [*self.log])  # a copy: it goes on writing
