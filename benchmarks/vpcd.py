"""READ RECORD over real PC/SC: our card beside a card that does nothing, in one run on one PC/SC service.

The second card answers the same bytes to every command, over the same wire, so it is what the path allows; the ratio is
what the card itself costs.  Both are measured in turns, so that a busy machine disturbs both.  Needs the Debian
packages pcscd and vsmartcard-vpcd, and pyscard.

    python benchmarks/vpcd.py [--commands 2000] [--rounds 7] [--one-cpu]

The exit code is 1 below 90 %.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cardemu.card import Card
from cardemu.products import product
from cardemu.testing.plugin import REGION, SERIAL, counting
from cardemu.transports import pcsc
from cardemu.transports.base import Port
from cardemu.transports.in_process import spoken
from cardemu.transports.pcscd import SOCKET_VARIABLE, OwnPcscd
from cardemu.transports.vpcd import serve_all

SELECT_SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
READ_RECORD = bytes.fromhex("00B2012C12")
REQUIRED = 0.90


class Trivial:
    """A card that knows one answer."""

    def __init__(self, atr: bytes, answer: bytes) -> None:
        self.atr = atr
        self.answer = answer

    def reset(self) -> bytes:
        """The ATR it was given."""
        return self.atr

    def transmit(self, command: bytes) -> bytes:
        """The answer it was given."""
        del command
        return self.answer


def our_card() -> Port:
    """The card under test, as a T=0 reader sees it."""
    chosen = product("generation-2")
    return spoken(Card.initialised(chosen.template, counting(), REGION, SERIAL), chosen.protocol)


def trivial_card() -> Trivial:
    """One that answers as ours does."""
    card = our_card()
    atr = card.reset()
    card.transmit(SELECT_SSSE)
    return Trivial(atr, card.transmit(READ_RECORD))


def served(kind: str, port: int) -> subprocess.Popen[bytes]:
    """A card in a process of its own, as cards usually are."""
    paths = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, __file__, "--serve", kind, "--port", str(port)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths})


def measured_us(card: pcsc.PcscCard, commands: int) -> float:
    """Median time of one READ RECORD."""
    times = []
    for _ in range(commands):
        begin = time.perf_counter_ns()
        answer = card.transmit(READ_RECORD)
        times.append(time.perf_counter_ns() - begin)
        if answer[-2:] != b"\x90\x00":
            raise RuntimeError(f"the card answered {answer.hex()}")
    return statistics.median(times) / 1000


def compare(commands: int, rounds: int) -> float:
    """Measure both in turns, print the table; ours over trivial, as a rate."""
    with tempfile.TemporaryDirectory(prefix="cardmill-") as folder, OwnPcscd(Path(folder), 2) as service:
        os.environ[SOCKET_VARIABLE] = str(service.socket_path)
        kinds = ("ours", "trivial")
        processes = [served(kind, port) for kind, port in zip(kinds, service.ports, strict=True)]
        try:
            cards = [pcsc.PcscCard(name) for name in service.names]
            for card in cards:
                card.connect()
                card.transmit(SELECT_SSSE)
                measured_us(card, commands // 4)  # warm up
            rows = [[measured_us(card, commands) for card in cards] for _ in range(rounds)]
            for card in cards:
                card.close()
        finally:
            for process in processes:
                process.terminate()
                process.wait()
    for kind, times in zip(kinds, zip(*rows, strict=True), strict=True):
        median = statistics.median(times)
        print(f"{kind:8} {median:7.1f} us/APDU  {1e6 / median:8.0f} APDU/s  (rounds {min(times):.1f}-{max(times):.1f})")
    ratio = statistics.median(trivial / ours for ours, trivial in rows)
    print(f"ratio    {ratio:7.1%} of the trivial card's rate (required {REQUIRED:.0%})")
    return ratio


def main() -> int:
    """Measure, or be one of the cards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--commands", type=int, default=2000, help="commands a round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--one-cpu", action="store_true", help="client, pcscd and cards on one CPU")
    parser.add_argument("--serve", choices=("ours", "trivial"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve_all([(our_card() if options.serve == "ours" else trivial_card(), options.port)])
        return 0
    if options.one_cpu:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return 0 if compare(options.commands, options.rounds) >= REQUIRED else 1


if __name__ == "__main__":
    sys.exit(main())
