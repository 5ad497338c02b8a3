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
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from cardemu.transports.base import TransportError

PACKAGES = ("pcscd", "vsmartcard-vpcd")
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
SLOTS = 2
MAX_READERS = 16
MAX_PATH_BYTES = 107
READY = "daemon ready"
FAILED = "init failed"
START_S = 10.0
STOP_S = 5.0
PORTS = range(21000, 31000, SLOTS)
"""Where free ports are looked for: below those the kernel hands out."""
ATTEMPTS = 5


def daemon() -> str | None:
    """Where pcscd is; it lies outside an ordinary user's PATH."""
    return shutil.which("pcscd", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))


def missing() -> tuple[str, ...]:
    """The Debian packages that are not installed."""
    there = (daemon() is not None, DRIVER.exists())
    return tuple(package for package, found in zip(PACKAGES, there, strict=True) if not found)


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

    The folder's path must be short, because it holds the socket.
    """

    folder: Path
    readers: int = SLOTS
    log: list[str] = field(default_factory=list, init=False)
    ports: tuple[int, ...] = field(default=(), init=False)
    """The port of each reader, in PC/SC's order."""
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
        raise TransportError("pcscd did not start:\n" + "\n".join(self.log[-20:]))

    def check(self) -> None:
        """TransportError, with the reason and its last words, when the service has ended though nobody stopped it."""
        process = self._process
        if process is None or process.poll() is None:
            return
        code = process.returncode
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        words = "".join(f"\n{line}" for line in self.log[-3:])
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
            command = [sys.executable, "-m", "cardemu.transports.activate", str(clients.fileno())]
            command += [daemon() or "pcscd", "--foreground", "--info", "--config", str(self.folder / "readers")]
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                pass_fds=(clients.fileno(),),
                start_new_session=True,  # Ctrl-C is for us; we end it
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
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
        return not any(FAILED in line for line in self.log)
