"""Two clients share a served card, badly: every share mode, every disposition, impossible commands, sudden death.

The server is `cardmill card serve generation-2 --own-pcscd`, the clients are processes of pyscard.  A client reads the
card and now and then does what breaks things: an APDU of 65,536 bytes, one of a single byte, a command to a card
without power; it disconnects with any disposition, or dies in the middle of a transaction, by itself or killed.
Needs the Debian packages pcscd and vsmartcard-vpcd, and pyscard.

    python -m benchmarks.shared_card [--seconds 600] [--seed 1]

Writes benchmarks/results/shared_card.md; the exit code is 1 when the card answered wrongly, stayed away from a client
for longer than it may, or the server did not live to be interrupted.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cardemu.transports import pcsc
from cardemu.transports.pcscd import SOCKET_VARIABLE

SELECT_SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
READ_VERSION = bytes.fromhex("00B2032C06")
VERSION = bytes.fromhex("0304322E30309000")
RESET_BETWEEN = b"\x6a\x82"
TOO_LONG = bytes.fromhex("00D6000000FFF9") + bytes(65529)
ODD = (TOO_LONG, b"\x00", b"\x01", b"\x02", b"\x03", b"\x04")
CLIENTS = 2
AWAY_S = 10.0
"""So long may the card answer a client nothing: a single byte alone takes three seconds, from either client."""
RESULTS = Path(__file__).resolve().parent / "results"


# ---- a client


class Client:
    """One program that uses the card, in a process of its own; each line it prints is one thing that happened."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.pcsc = pcsc.scard()
        self.context = pcsc.context()
        self.reader = pcsc.readers()[0]

    def say(self, what: str) -> None:
        """Tell the judge."""
        print(what, flush=True)

    def run(self) -> None:
        """Use the card for ever."""
        pcsc, either = self.pcsc, self.pcsc.SCARD_PROTOCOL_T0 | self.pcsc.SCARD_PROTOCOL_T1
        shares = [pcsc.SCARD_SHARE_SHARED] * 6 + [pcsc.SCARD_SHARE_EXCLUSIVE, pcsc.SCARD_SHARE_DIRECT]
        ends = (pcsc.SCARD_LEAVE_CARD, pcsc.SCARD_RESET_CARD, pcsc.SCARD_UNPOWER_CARD, pcsc.SCARD_EJECT_CARD)
        while True:
            share = self.random.choice(shares)
            code, handle, _ = pcsc.SCardConnect(self.context, self.reader, share, either)
            if code:
                self.say(f"error connect {code & 0xFFFFFFFF:08X}")
                time.sleep(0.05)
                continue
            for _ in range(self.random.randint(1, 6)):
                self.use(handle)
            pcsc.SCardDisconnect(handle, self.random.choice(ends))

    def use(self, handle: int) -> None:
        """One thing a client does with a connected card."""
        pcsc, draw = self.pcsc, self.random.random()
        if draw < 0.04:
            rare = self.random.random() < 0.2  # they cost three seconds
            self.transmit(handle, self.random.choice(ODD if rare else (TOO_LONG, b"\x03", b"\x04")))
        elif draw < 0.10:
            how = self.random.choice((pcsc.SCARD_LEAVE_CARD, pcsc.SCARD_RESET_CARD, pcsc.SCARD_UNPOWER_CARD))
            pcsc.SCardReconnect(handle, pcsc.SCARD_SHARE_SHARED, pcsc.SCARD_PROTOCOL_T0, how)
        elif draw < 0.13:
            self.transmit(handle, SELECT_SSSE)
        elif pcsc.SCardBeginTransaction(handle) == pcsc.SCARD_S_SUCCESS:
            if draw < 0.15:
                self.say("death")
                os._exit(0)
            self.read(handle)
            pcsc.SCardEndTransaction(handle, self.random.choice((pcsc.SCARD_LEAVE_CARD, pcsc.SCARD_RESET_CARD)))
        else:
            self.transmit(handle, SELECT_SSSE)

    def read(self, handle: int) -> None:
        """The version of the card, which is always the same; or 6A82, from a card that was reset in between.

        pcscd 1.9 looks for a reset before it takes the reader, so that the other client's disconnection may come
        between the two, in the midst of a transaction.
        """
        if self.transmit(handle, SELECT_SSSE) != b"\x61\x18":
            return
        answer = self.transmit(handle, READ_VERSION)
        if answer == RESET_BETWEEN:
            self.say("error reset between look and command")
        elif answer:
            self.say("right" if answer == VERSION else f"wrong {answer.hex()}")

    def transmit(self, handle: int, command: bytes) -> bytes:
        """One command; nothing when there was no answer."""
        code, answer = self.pcsc.SCardTransmit(handle, self.pcsc.SCARD_PCI_T0, list(command))
        if code or not answer:
            self.say(f"error transmit {code & 0xFFFFFFFF:08X}")
            return b""
        return bytes(answer)


# ---- the judge


@dataclass(slots=True)
class Verdict:
    """What two clients lived through."""

    seconds: float = 0.0
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    deaths: int = 0
    away_s: float = 0.0
    """The longest time without a right answer to either client."""
    server: int | None = None
    """The server's exit code after Ctrl-C."""

    @property
    def passed(self) -> bool:
        """Whether the card kept its place."""
        return self.right > 0 and not self.wrong and self.away_s < AWAY_S and self.server == 0


class Judge:
    """Keeps clients alive until they shall die, and listens to them."""

    def __init__(self, environment: dict[str, str], seed: int) -> None:
        self.environment = environment
        self.random = random.Random(seed)
        self.verdict = Verdict()
        self.last = time.monotonic()
        self._lock = threading.Lock()
        self._clients: list[subprocess.Popen[str]] = []
        self._listeners: list[threading.Thread] = []

    def watch(self, seconds: float) -> None:
        """Let the clients be for so long; now and then one is killed."""
        begun = self.last = time.monotonic()
        for _ in range(CLIENTS):
            self._start()
        while (now := time.monotonic()) < begun + seconds:
            self.verdict.away_s = max(self.verdict.away_s, now - self.last)
            if self.random.random() < 0.01:
                self.random.choice(self._clients).kill()
            for client in self._clients.copy():
                if client.poll() is not None:
                    self.verdict.deaths += 1
                    self._clients.remove(client)
                    self._start()
            time.sleep(0.02)
        for client in self._clients:
            client.kill()
            client.wait()
        for listener in self._listeners:
            listener.join()
        self.verdict.seconds = seconds

    def _start(self) -> None:
        command = [sys.executable, "-m", "benchmarks.shared_card", "--client", str(self.random.randrange(1 << 30))]
        client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=self.environment)
        listener = threading.Thread(target=self._listen, args=(client,), daemon=True)
        listener.start()
        self._clients.append(client)
        self._listeners = [thread for thread in self._listeners if thread.is_alive()] + [listener]

    def _listen(self, client: subprocess.Popen[str]) -> None:
        assert client.stdout is not None
        with client.stdout as lines:
            for line in lines:
                with self._lock:
                    self._note(line.split())
        client.wait()

    def _note(self, words: list[str]) -> None:
        verdict, now = self.verdict, time.monotonic()
        if words[:1] == ["right"]:
            verdict.away_s, self.last = max(verdict.away_s, now - self.last), now
            verdict.right += 1
        elif words[:1] == ["wrong"]:
            verdict.wrong.append(" ".join(words[1:]))
        elif words[:1] == ["error"]:
            verdict.errors[" ".join(words[1:])] += 1


def soak(seconds: float, seed: int) -> Verdict:
    """A server and two clients for so long."""
    command = [sys.executable, "-m", "cardmill", "card", "serve", "generation-2", "--own-pcscd"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        path = next(line.split("=")[1].strip() for line in server.stdout if line.startswith("export "))
        judge = Judge({**os.environ, SOCKET_VARIABLE: path}, seed)
        try:
            judge.watch(seconds)
            lives = server.poll() is None
        finally:
            server.send_signal(signal.SIGINT)
        judge.verdict.server = server.wait(30) if lives else -1
    return judge.verdict


def document(verdict: Verdict, seed: int) -> str:
    """The result file."""
    rows = [f"| {code} | {count:,} |" for code, count in verdict.errors.most_common()]
    rows += [f"| wrong answer {answer} | {count:,} |" for answer, count in Counter(verdict.wrong).items()]
    about = (
        f"{CLIENTS} clients, {verdict.seconds:,.0f} s, seed {seed}, {platform.machine()}, CPython "
        f"{platform.python_version()}: {verdict.right:,} right answers, {len(verdict.wrong)} wrong ones, "
        f"{verdict.deaths:,} clients died; the longest time without a right answer was {verdict.away_s:.1f} s "
        f"(allowed: {AWAY_S:.0f} s). The server {'ended as it was told' if verdict.server == 0 else 'did not survive'}."
    )
    lines = ["# A served card, shared", "", about, "", "| what clients were told | times |", "|---|---|", *rows]
    return "\n".join((*lines, "", "Written by `python -m benchmarks.shared_card`.", ""))


def main() -> int:
    """Judge, or be one of the clients."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--client", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client is not None:
        Client(options.client).run()
    verdict = soak(options.seconds, options.seed)
    text = document(verdict, options.seed)
    (RESULTS / "shared_card.md").write_text(text, encoding="utf-8")
    print(text)
    return 0 if verdict.passed else 1


if __name__ == "__main__":
    sys.exit(main())
