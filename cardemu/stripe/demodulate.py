"""From a recording back to cells and text: pulses, an adaptive clock, both directions.

Pulses: the alternating peaks of the smoothed voltage that stand out from their neighbours by part of the local height.
Clock: starts from the clocking zeros and follows every cell edge; where no edge is near the expected place (a drop-out)
it runs on at its last speed, so that the cells behind keep their places.  Several amounts of smoothing are tried; the
first that reads without an error wins, else the one with the fewest errors, which are reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cardemu.stripe.flux import Samples
from cardemu.stripe.tracks import TRACKS, Bits, Reading, Track, decode

Peaks = npt.NDArray[np.float64]
"""Times of flux changes in samples, shape (changes,)."""

SMOOTHINGS = (0.0, 0.5, 1.0, 1.6)
"""Half width of the smoothing, in pulse widths."""
STANDING_OUT = (0.5, 0.35, 0.7)
"""How far a peak must stand out, in parts of the local height."""
FOLLOW_PLACE, FOLLOW_SPEED = 0.5, 0.08
"""How much of an edge's deviation the clock takes over, in its place and in its speed."""
EDGE, MIDDLE = 0.3, 0.25
"""How far from its expected place, in cells, an edge or a middle change may lie."""
_STEADY = 8
"""Intervals that must agree before the clock starts."""
_SHORTEST = 64
"""Samples below which nothing is tried."""
_BLOCKS = 9
"""Blocks whose height counts for the one in their middle."""
_QUIET = 0.15
"""Part of the whole recording's height below which there is silence."""


@dataclass(frozen=True, slots=True)
class Demodulated:
    """Cells of a recording.  `missed`: edges the clock had to bridge."""

    bits: Bits
    missed: int
    cell_samples: float


def peaks(samples: Samples, smoothing: float, standing_out: float, block: int) -> Peaks:
    """Where the flux changes, to a part of a sample.

    `smoothing`: half width of a moving average in samples; `block`: samples among which there is a pulse.
    """
    smooth = _smoothed(samples, smoothing)
    turn = np.diff(np.sign(np.diff(smooth)))
    places = np.flatnonzero(turn) + 1
    if len(places) < 2:
        return np.empty(0)
    height = _local_height(np.abs(smooth), block)
    needed = np.maximum(height, _QUIET * float(height.max()))[places // block] * 2 * standing_out
    kept = _alternating(smooth[places], needed)
    return _refined(smooth, places[kept])


def _smoothed(samples: Samples, width: float) -> Samples:
    """A triangular moving average."""
    half = round(width)
    centred = samples - float(np.median(samples))
    if half < 1:
        return centred
    weights = np.concatenate((np.arange(1, half + 2), np.arange(half, 0, -1))).astype(np.float64)
    return np.convolve(centred, weights / weights.sum(), mode="same")


def _local_height(loud: Samples, block: int) -> Samples:
    """The height of pulses around each block: the median of its neighbours' greatest voltages."""
    count = -(-len(loud) // block)
    tops = np.pad(loud, (0, count * block - len(loud))).reshape(count, block).max(axis=1)
    reach = min(_BLOCKS, 2 * ((count - 1) // 2) + 1)
    padded = np.pad(tops, reach // 2, mode="edge")
    medians: Samples = np.median(np.lib.stride_tricks.sliding_window_view(padded, reach), axis=1)
    return medians


def _alternating(values: Samples, least: Samples) -> list[int]:
    """The turning points that alternate and differ by at least so much: small wiggles between them are passed over."""
    kept: list[int] = []
    high = low = 0
    rising = 0
    for place, (value, needed) in enumerate(zip(values.tolist(), least.tolist(), strict=True)):
        if rising >= 0 and value > values[high]:
            high = place
        if rising <= 0 and value < values[low]:
            low = place
        if rising >= 0 and values[high] - value >= needed:
            kept.append(high)
            rising, low = -1, place
        elif rising <= 0 and value - values[low] >= needed:
            kept.append(low)
            rising, high = 1, place
    return kept


def _refined(smooth: Samples, places: npt.NDArray[np.int64]) -> Peaks:
    """The top of the parabola through each peak and its neighbours."""
    before, here, after = smooth[places - 1], smooth[places], smooth[places + 1]
    bend = before - 2 * here + after
    shift = np.where(np.abs(bend) > 1e-12, 0.5 * (before - after) / np.where(bend == 0, 1, bend), 0.0)
    refined: Peaks = places + np.clip(shift, -0.5, 0.5)
    return refined


# ---- clock


def _first_cell(times: Peaks) -> tuple[int, float]:
    """Where a steady run of equal intervals begins, and its interval; (-1, 0) when there is none."""
    gaps = np.diff(times)
    if len(gaps) < _STEADY:
        return -1, 0.0
    windows = np.lib.stride_tricks.sliding_window_view(gaps, _STEADY)
    spread = windows.max(axis=1) / np.maximum(windows.min(axis=1), 1e-9)
    for limit in (1.25, 1.5, 1.7):
        steady = np.flatnonzero(spread < limit)
        if len(steady):
            return int(steady[0]), float(np.median(windows[steady[0]]))
    return -1, 0.0


def clock(times: Peaks) -> Demodulated:
    """Cells from the times of flux changes; empty when no clocking zeros are found."""
    start, cell = _first_cell(times)
    if start < 0:
        return Demodulated(np.empty(0, dtype=np.uint8), 0, 0.0)
    marks, bits, missed, bridged = times.tolist(), [], 0, 0
    edge, place, first = marks[start], start, cell
    while edge + cell <= marks[-1] + EDGE * cell and bridged < _STEADY * 4:
        look, middle, best = place, False, None
        while look < len(marks) and marks[look] < edge + (1 + EDGE) * cell:
            offset = (marks[look] - edge) / cell
            middle = middle or abs(offset - 0.5) <= MIDDLE
            if abs(offset - 1) <= EDGE and (best is None or abs(offset - 1) < abs((marks[best] - edge) / cell - 1)):
                best = look
            look += 1
        bits.append(int(middle))
        if best is None:
            missed, bridged = missed + 1, bridged + 1
            edge += cell
            continue
        bridged = 0
        deviation = marks[best] - edge - cell
        edge, place = edge + cell + FOLLOW_PLACE * deviation, best + 1
        cell = min(max(cell + FOLLOW_SPEED * deviation, first / 4), first * 4)
    kept = len(bits) - bridged
    return Demodulated(np.array(bits[:kept], dtype=np.uint8), missed - bridged, first)


# ---- the whole way


def demodulate(samples: Samples) -> list[Demodulated]:
    """The cells a recording may hold: one try for each smoothing and threshold, the most likely first."""
    if len(samples) < _SHORTEST:
        return []
    pulse, block = _scales(samples)
    found = []
    for standing_out in STANDING_OUT:
        for smoothing in SMOOTHINGS:
            cells = clock(peaks(samples, smoothing * pulse, standing_out, block))
            if len(cells.bits):
                found.append(cells)
    return found


def _scales(samples: Samples) -> tuple[float, int]:
    """The width of a pulse and a span that holds one, in samples, from how long the voltage is like itself."""
    loud = samples - float(samples.mean())
    spectrum = np.abs(np.fft.rfft(loud, 2 * len(loud))) ** 2
    likeness = np.fft.irfft(spectrum)[1 : min(len(loud), 8000)]
    below = np.flatnonzero(likeness < likeness[0] / 2)
    pulse = int(below[0]) + 1 if len(below) else 1
    negative = np.flatnonzero(likeness < 0)
    first = int(negative[0]) + 1 if len(negative) else pulse
    return float(pulse), max(2, first + int(np.argmin(likeness[first : 4 * first + 4])))


def read(samples: Samples, track: Track | None = None) -> Reading:
    """The content of a recording of one track; of which one, it finds out by itself unless told.

    Never raises; what is wrong stands in the reading's `errors`.
    """
    tracks = (track,) if track is not None else tuple(TRACKS.values())
    best: Reading | None = None
    for cells in demodulate(samples):
        for one in tracks:
            reading = decode(one, cells.bits)
            if reading.ok:
                return reading
            if best is None or len(reading.errors) < len(best.errors):
                best = reading
    if best is None:
        number = tracks[0].number
        return Reading(number, "", ("no clocking zeros: no stripe in this recording",))
    return best
