"""How many faces a second one core draws, and where the time goes: composing, drawing, packing the PNG.

    python -m benchmarks.faces --people 40 --repeat 5

Both sides of generation 2, another person each time, as a batch does it: what all cards share is drawn once, before the
clock starts.  One thread, processor time, so that other programs weigh less; the median of the rounds counts.
Writes benchmarks/results/faces.md.
"""

from __future__ import annotations

import argparse
import io
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PIL import Image

from cardemu.face import pdf, png, svg
from cardemu.face.compose import faces
from cardemu.face.description import Face
from cardemu.face.holder import Wish, values_for
from cardemu.products import product

RESULTS = Path(__file__).resolve().parent / "results"
PRODUCT = "generation-2"
RESOLUTIONS = (300, 600)
T = TypeVar("T")


@dataclass(frozen=True)
class Drawn:
    """Seconds a face at one resolution: drawing, packing, packing by Pillow; and both files' bytes."""

    draw: float
    pack: float
    pillow: float
    size_bytes: float
    pillow_bytes: float


@dataclass(frozen=True)
class Round:
    """Seconds a face of one round."""

    compose: float
    png: dict[int, Drawn]
    svg: float
    pdf: float


def timed(work: Callable[[], list[T]]) -> tuple[float, list[T]]:
    """Processor seconds for one result, and the results."""
    start = time.process_time()
    found = work()
    return (time.process_time() - start) / len(found), found


def by_pillow(image: Image.Image) -> bytes:
    """The same image through Pillow's encoder."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=png.LEVEL)
    return out.getvalue()


def at(dpi: int, drawn: list[Face]) -> Drawn:
    """All faces at one resolution."""
    draw, images = timed(lambda: [png.image(face, dpi) for face in drawn])
    pack, files = timed(lambda: [png.pack(image, face, dpi) for image, face in zip(images, drawn, strict=True)])
    pillow, others = timed(lambda: [by_pillow(image) for image in images])
    return Drawn(draw, pack, pillow, statistics.mean(map(len, files)), statistics.mean(map(len, others)))


def one_round(people: list[dict[str, str]]) -> Round:
    """Everything for some people: two faces each."""
    made = product(PRODUCT)
    compose, drawn = timed(lambda: [face for values in people for face in faces(made, values).values()])
    return Round(
        compose,
        {dpi: at(dpi, drawn) for dpi in RESOLUTIONS},
        timed(lambda: [svg.encode(face) for face in drawn])[0],
        timed(lambda: [pdf.encode(face) for face in drawn])[0],
    )


def row(dpi: int, rounds: list[Round]) -> str:
    """One resolution's line."""
    parts = [one.png[dpi] for one in rounds]
    compose, draw, pack = (
        statistics.median(values)
        for values in zip(*((one.compose, one.png[dpi].draw, one.png[dpi].pack) for one in rounds), strict=True)
    )
    rates = sorted(1 / (one.compose + one.png[dpi].draw + one.png[dpi].pack) for one in rounds)
    ratio = statistics.median(part.pillow / part.pack for part in parts)
    size, other = parts[0].size_bytes / 1000, parts[0].pillow_bytes / 1000
    return (
        f"| PNG, {dpi} dpi | {statistics.median(rates):.1f} ({rates[0]:.1f} to {rates[-1]:.1f}) | "
        f"{compose * 1e3:.1f} | {draw * 1e3:.1f} | {pack * 1e3:.1f} | {pack / (compose + draw + pack):.0%} | "
        f"{size:.0f} | {ratio:.1f} times as long, {other:.0f} kB |"
    )


def report(rounds: list[Round], people: int) -> str:
    """The table, from the medians of the rounds."""
    compose = statistics.median(one.compose for one in rounds)
    head = (
        f"Both sides of {PRODUCT}, {people} people a round, median of {len(rounds)} rounds, processor time of one "
        f"core; {platform.machine()}, CPython {platform.python_version()}, {png.renderer()}. PNG compression level "
        f"{png.LEVEL}. Slowest and fastest round in brackets. Last column: the same images through Pillow's encoder, "
        f"level {png.LEVEL}."
    )
    lines = [
        "# Faces a second",
        "",
        head,
        "",
        "| format | faces a second | compose ms | draw ms | pack ms | PNG encoder share | kB | Pillow encoder |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [row(dpi, rounds) for dpi in RESOLUTIONS]
    for name, seconds in (
        ("SVG", statistics.median(one.svg for one in rounds)),
        ("PDF", statistics.median(one.pdf for one in rounds)),
    ):
        lines.append(f"| {name} | {1 / (compose + seconds):.1f} | {compose * 1e3:.1f} | | {seconds * 1e3:.1f} | | | |")
    return "\n".join([*lines, "", "Written by `python -m benchmarks.faces`.", ""])


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description="faces a second")
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    made = product(PRODUCT)
    one_round([values_for(made, Wish(index=10_000_000))])  # fonts, backgrounds and marks, drawn before the clock starts
    rounds = []
    for number in range(options.repeat):
        first = number * options.people
        rounds.append(one_round([values_for(made, Wish(index=first + step)) for step in range(options.people)]))
    text = report(rounds, options.people)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "faces.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
