"""Reading a swipe: bit errors and successful reads over noise, jitter, drift, speed and drop-outs.

Every point is `--swipes` swipes of the generation-2 product's tracks, through WAV samples of 16 bits, half of them
backwards.  A bit error is a cell of the card that came out wrong or not at all, after the decoder's first try (a lost
cell makes those behind it wrong as well); a success is a read without any error and with the right text.

    python benchmarks/stripe_noise.py [--swipes 100] [--out benchmarks/results]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np

from cardemu.identifiers import bank_card_number
from cardemu.products import product
from cardemu.stripe.demodulate import demodulate, read
from cardemu.stripe.design import design, track_texts
from cardemu.stripe.flux import Samples, Swipe, signal
from cardemu.stripe.recording import from_wav, to_wav
from cardemu.stripe.tracks import TRACKS, Bits, on_card

mpl.use("Agg")
from matplotlib import pyplot as plt

RATE_HZ = 48_000


@dataclass(frozen=True)
class Sweep:
    """One disturbance, from nothing to too much."""

    name: str
    label: str
    values: tuple[float, ...]
    swipe: Callable[[float, int], Swipe]


def _swipe(seed: int, **values: float) -> Swipe:
    return Swipe(sample_rate_hz=RATE_HZ, backwards=seed % 2 == 1, seed=seed, **values)  # type: ignore[arg-type]


SWEEPS = (
    Sweep(
        "noise",
        "noise (standard deviation / height of a pulse)",
        (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
        lambda value, seed: _swipe(seed, noise=value),
    ),
    Sweep(
        "jitter",
        "jitter of flux changes (standard deviation / cell)",
        (0, 0.02, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1),
        lambda value, seed: _swipe(seed, jitter=value, noise=0.05),
    ),
    Sweep(
        "drift",
        "speed at the end minus at the start / mean speed",
        (-1.4, -1.0, -0.5, 0, 0.5, 1.0, 1.4),
        lambda value, seed: _swipe(seed, drift=value, noise=0.1),
    ),
    Sweep(
        "speed",
        "speed, mm/s",
        (40, 100, 250, 500, 750, 1000, 1300),
        lambda value, seed: _swipe(seed, speed_mm_s=value, noise=0.1),
    ),
    Sweep(
        "dropout",
        "one drop-out of this length, mm",
        (0, 0.02, 0.05, 0.1, 0.2, 0.5),
        lambda value, seed: _swipe(seed, dropouts=1, dropout_mm=value, noise=0.05),
    ),
)


@dataclass(frozen=True)
class Point:
    """What came of the swipes of one track under one disturbance."""

    bit_error_rate: float
    success: float
    wrong: int
    """Reads that looked faultless and were not."""
    ms: float


def bit_errors(true: Bits, samples: Samples, *, backwards: bool) -> int:
    """Cells between the first and the last one that came out wrong, at the best alignment of the first try."""
    tries = demodulate(samples)
    ones = np.flatnonzero(true)
    wanted = true[ones[0] : ones[-1] + 1]
    if not tries:
        return len(wanted)
    found = tries[0].bits[::-1] if backwards else tries[0].bits
    padded = np.concatenate((found, np.full(max(0, len(wanted) - len(found)), 2, dtype=np.uint8)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(wanted))
    return int((windows != wanted).sum(axis=1).min())


def measure(number: int, text: str, sweep: Sweep, value: float, swipes: int) -> Point:
    """One point of a curve."""
    track = TRACKS[number]
    cells = on_card(track, text)
    errors = successes = wrong = 0
    spent = []
    for seed in range(swipes):
        swipe = sweep.swipe(value, seed)
        channels, _ = from_wav(to_wav(signal(track, cells, swipe), RATE_HZ))
        errors += bit_errors(cells, channels[0], backwards=swipe.backwards)
        began = time.perf_counter()
        reading = read(channels[0], track)
        spent.append((time.perf_counter() - began) * 1000)
        successes += reading.ok and reading.text == text
        wrong += reading.ok and reading.text != text
    ones = np.flatnonzero(cells)
    return Point(errors / swipes / (ones[-1] - ones[0] + 1), successes / swipes, wrong, statistics.median(spent))


def draw(curves: dict[str, dict[int, list[Point]]], path: Path) -> None:
    """Success above, bit errors below, one column a disturbance."""
    figure, axes = plt.subplots(2, len(SWEEPS), figsize=(4 * len(SWEEPS), 6.5), squeeze=False)
    for column, sweep in enumerate(SWEEPS):
        for number, points in curves[sweep.name].items():
            style = {"marker": "o", "label": f"track {number}, {TRACKS[number].density_bpi} bpi"}
            axes[0][column].plot(sweep.values, [100 * point.success for point in points], **style)
            axes[1][column].plot(sweep.values, [point.bit_error_rate for point in points], **style)
        axes[0][column].set(title=sweep.name, ylim=(-3, 103), ylabel="good reads, %")
        axes[1][column].set(xlabel=sweep.label, ylabel="bit error rate")
        axes[1][column].set_yscale("symlog", linthresh=1e-4)
        for axis in (axes[0][column], axes[1][column]):
            axis.grid(visible=True, alpha=0.3)
    axes[0][0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def report(curves: dict[str, dict[int, list[Point]]], swipes: int) -> str:
    """The tables."""
    lines = [
        "# Stripe: reads over disturbances",
        "",
        f"`python benchmarks/stripe_noise.py --swipes {swipes}`; {RATE_HZ} Hz, 16 bits, 250 mm/s unless swept,",
        "half of the swipes backwards. Good reads in %, bit error rate of the decoder's first try in brackets; ms is",
        "the median time of one read. The curves: [stripe.png](stripe.png).",
    ]
    for sweep in SWEEPS:
        curve = curves[sweep.name]
        lines += [
            "",
            f"## {sweep.name}",
            "",
            f"| {sweep.label} | " + " | ".join(f"track {n}" for n in curve) + " | ms |",
        ]
        lines.append("|---" * (len(curve) + 2) + "|")
        for place, value in enumerate(sweep.values):
            row = [points[place] for points in curve.values()]
            cells = " | ".join(f"{100 * point.success:.0f} ({point.bit_error_rate:.1e})" for point in row)
            lines.append(f"| {value:g} | {cells} | {statistics.mean(point.ms for point in row):.0f} |")
    wrong = sum(point.wrong for curve in curves.values() for points in curve.values() for point in points)
    total = swipes * sum(len(points) for curve in curves.values() for points in curve.values())
    lines += ["", f"Reads that looked faultless and were wrong: {wrong} of {total}.", ""]
    return "\n".join(lines)


def main() -> None:
    """Sweep, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swipes", type=int, default=100)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    made = design(product("generation-2"))
    texts = track_texts(made, bank_card_number(made.bank, 42), "20360302", "WANG/XIAOMING")
    curves: dict[str, dict[int, list[Point]]] = {}
    for sweep in SWEEPS:
        curves[sweep.name] = {
            number: [measure(number, text, sweep, value, options.swipes) for value in sweep.values]
            for number, text in texts.items()
        }
        print(sweep.name, "done", flush=True)
    draw(curves, options.out / "stripe.png")
    (options.out / "stripe.md").write_text(report(curves, options.swipes), encoding="utf-8")


if __name__ == "__main__":
    main()
