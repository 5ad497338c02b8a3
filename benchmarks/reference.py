"""Reference bundles a second, and comparisons a second, in one process; where a bundle's time goes.

Every line is the median of `--rounds` rounds that go through all lines in turn, so that a busy machine disturbs all
alike; the spread stands beside it.  The scan is the tests' (tests/cardemu/compare/scanner.py).

    python -m benchmarks.reference [--rounds 7] [--product generation-2]
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from cardemu.compare import bundles, scan
from cardemu.compare.chipdiff import compare_chips
from cardemu.compare.stripediff import compare_readings, read_wav
from cardemu.face import png
from cardemu.products import product
from cardemu.reference import bundle, faces
from cardemu.reference.chip import describe_chip, read_out
from cardemu.reference.record import Wanted, make_record
from cardemu.reference.stripefiles import wav_files

APART = 32
"""Cards between two lines' cards, so that none finds drawings the other kept."""
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Line:
    """One thing measured."""

    name: str
    work: Callable[[int], object]


def lines(name: str, folder: Path) -> list[Line]:
    """Everything to be measured, on cards of one product."""
    from tests.cardemu.compare.scanner import scanned  # noqa: PLC0415 - needs OpenCV

    made = product(name)
    records = [make_record(made, Wanted(index=number)) for number in range(2 * APART)]
    mine = bundle.write(records[0], folder / "mine")
    other = bundle.write(records[1], folder / "other")
    same = bundle.write(records[0], folder / "same")
    reference, theirs = bundles.load(mine, intact=True), bundles.load(other, intact=False)
    again = bundles.load(same, intact=False)
    printed = np.asarray(png.image(faces.drawn(records[0])["back"], 300).convert("RGB"))
    with Image.open(io.BytesIO(scanned(printed))) as opened:
        picture = np.asarray(opened.convert("RGB"))
    wav = reference.files.get("stripe-track2.wav", b"")
    changed = replace(again, files={**again.files, "back-300.png": theirs.files["back-300.png"]})
    return [
        Line("bundle, written to disk", lambda n: bundle.write(records[n + 2], folder / f"out{n}")),
        Line("bundle, all files in memory", lambda n: bundle.files_of(records[n + APART])),
        Line("... data checked and put together", lambda n: make_record(made, Wanted(index=n))),
        Line("... chip made and described", lambda n: describe_chip(records[n])),
        Line("... chip made and read out", lambda n: read_out(describe_chip(records[n])[0], records[n])),
        Line("... WAV files", lambda n: wav_files(records[n])),
        Line("... back at 300 dpi", lambda n: png.encode(faces.drawn(records[n])["back"], 300)),
        Line("... back at 600 dpi", lambda n: png.encode(faces.drawn(records[n])["back"], 600)),
        Line("comparison: chip with chip", lambda _: compare_chips(reference.chip, theirs.chip)),
        Line("comparison: bundle with an equal one, read from disk", lambda _: _from_disk(reference, same)),
        Line("comparison: bundle with another card's", lambda _: bundles.compare(reference, theirs)),
        Line("comparison: one changed picture of 300 dpi", lambda _: bundles.compare(reference, changed)),
        Line(
            "comparison: recording of track 2",
            lambda _: compare_readings(reference.stripe, read_wav(wav), all_tracks=False),
        ),
        Line(
            "comparison: scan, found, straightened, field by field",
            lambda _: scan.compare_photo(picture, reference, "", ""),
        ),
        Line("contradictions inside a bundle", lambda _: bundles.check(reference, made)),
    ]


def _from_disk(reference: bundles.Bundle, folder: Path) -> object:
    return bundles.compare(reference, bundles.load(folder, intact=False))


def main() -> None:
    """Measure in rounds and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--product", default="generation-2")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cardmill-bench-") as folder:
        measured = lines(options.product, Path(folder))
        spent: dict[str, list[float]] = {line.name: [] for line in measured}
        for number in range(options.rounds + 1):
            for line in measured:
                began = time.perf_counter()
                line.work(number)
                if number:  # the first round fills the caches
                    spent[line.name].append(time.perf_counter() - began)
    rows = [
        "# Reference bundles and comparisons",
        "",
        f"`python -m benchmarks.reference --rounds {options.rounds} --product {options.product}`, one process.",
        f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} at the end: the fastest round says most.",
        "",
        "| | ms, median | ms, fastest | a second, fastest |",
        "|---|---|---|---|",
    ]
    for name, times in spent.items():
        median, fastest = statistics.median(times), min(times)
        rows.append(f"| {name} | {1000 * median:.1f} | {1000 * fastest:.1f} | {1 / fastest:.1f} |")
    rows += ["", "A bundle's drawn front is the same for many cards and kept; the back is drawn for each.", ""]
    (RESULTS / "reference.md").write_text("\n".join(rows), encoding="utf-8")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
