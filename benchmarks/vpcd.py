"""READ RECORD over real PC/SC: our card beside a card that does nothing, in one run on one PC/SC service.

The second card answers the same bytes to every command, over the same wire, so it is what the path allows; the ratio is
what the card itself costs.  Both are measured in turns, so that a busy machine disturbs both.  Needs the Debian
packages pcscd and vsmartcard-vpcd, and pyscard.

    python -m benchmarks.vpcd [--commands 2000] [--rounds 7] [--one-cpu]

Writes benchmarks/results/vpcd.md; the exit code is 1 below 90 %.
"""

from __future__ import annotations

import argparse
import os
import platform
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
from cardemu.transports.vpcd import Reader, serve_all

SELECT_SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
READ_RECORD = bytes.fromhex("00B2012C12")
REQUIRED = 0.90
RESULTS = Path(__file__).resolve().parent / "results"


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


def compare(commands: int, rounds: int, where: str) -> float:
    """Measure both in turns, write the table; ours over trivial, as a rate."""
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
    ratio = statistics.median(trivial / ours for ours, trivial in rows)
    text = document(dict(zip(kinds, zip(*rows, strict=True), strict=True)), ratio, commands, where)
    (RESULTS / "vpcd.md").write_text(text, encoding="utf-8")
    print(text)
    return ratio


def document(times: dict[str, tuple[float, ...]], ratio: float, commands: int, where: str) -> str:
    """The result file."""
    rounds = len(times["ours"])
    about = (
        f"{rounds} rounds of {commands:,} READ RECORDs through pcscd and the virtual reader driver 3.3, both cards in "
        f"turns on one PC/SC service; {where}; {platform.machine()}, CPython {platform.python_version()}. The trivial "
        "card gives one answer to everything. Medians of the rounds' medians; the ratio is of the same rounds."
    )
    rows = [
        f"| {kind} | {statistics.median(values):.1f} | {1e6 / statistics.median(values):,.0f} "
        f"| {min(values):.1f} to {max(values):.1f} |"
        for kind, values in times.items()
    ]
    lines = ["# READ RECORD over PC/SC", "", about, "", "| card | µs | commands/s | rounds, µs |", "|---|---|---|---|"]
    last = f"Ours reaches {ratio:.1%} of the trivial card's rate; required: {REQUIRED:.0%}."
    return "\n".join((*lines, *rows, "", last, "", "Written by `python -m benchmarks.vpcd`.", ""))


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
        serve_all([Reader(our_card() if options.serve == "ours" else trivial_card(), options.port)])
        return 0
    if options.one_cpu:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    where = "client, service and cards on one processor" if options.one_cpu else "on all processors"
    return 0 if compare(options.commands, options.rounds, where) >= REQUIRED else 1


if __name__ == "__main__":
    sys.exit(main())
