"""From cells to what a read head gives while a card is swiped: F2F flux changes as voltage pulses.

F2F (Aiken biphase): a flux change at every cell edge, one more in the middle of a cell that is a one (ISO/IEC 7811-2).
The head answers each change with a pulse, alternately up and down.  assumed: a Lorentzian pulse half as high at
0.05 mm width, the usual model of a readback pulse; it makes neighbours weaken one another at 210 bpi, as they do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cardemu.stripe.tracks import Bits, Track

Samples = npt.NDArray[np.float64]
"""Head voltage, 1.0 a lone pulse; shape (samples,)."""

PULSE_MM = 0.05
PULSE_REACH = 6.0
"""Pulse widths at which a pulse is taken for over."""
SILENCE_S = 0.02
LEAST_SAMPLES = 2.0
"""Samples between the closest two flux changes, below which nothing could be read."""


class FluxError(ValueError):
    """A swipe that cannot be recorded; the message says why."""


@dataclass(frozen=True, slots=True)
class Swipe:
    """How a card goes through the reader, and what is wrong with it.

    `jitter`: standard deviation of each flux change's place, in parts of a cell.  `drift`: by what part of
    its mean the speed grows from one end to the other (negative: it falls).  `noise`: standard deviation of
    the noise in parts of a lone pulse.  `dropouts`: how many places of `dropout_mm` leave only `dropout_left`
    of the signal.  All chance comes from `seed`.
    """

    speed_mm_s: float = 250.0
    sample_rate_hz: int = 44_100
    jitter: float = 0.0
    drift: float = 0.0
    noise: float = 0.0
    dropouts: int = 0
    dropout_mm: float = 0.3
    dropout_left: float = 0.1
    backwards: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no swipe can be."""
        if self.speed_mm_s <= 0 or self.sample_rate_hz <= 0:
            raise FluxError(f"speed {self.speed_mm_s} mm/s and rate {self.sample_rate_hz} Hz must be above 0")
        if not -1.5 < self.drift < 1.5:
            raise FluxError(f"drift {self.drift} must lie between -1.5 and 1.5: the card would stop")
        if min(self.jitter, self.noise, self.dropouts, self.dropout_mm, self.dropout_left) < 0:
            raise FluxError("jitter, noise and drop-outs cannot be negative")


def changes(bits: Bits) -> npt.NDArray[np.float64]:
    """Where the flux changes, in cells: at every edge, and in the middle of the ones."""
    edges = np.arange(len(bits) + 1, dtype=np.float64)
    return np.sort(np.concatenate((edges, np.flatnonzero(bits) + 0.5)))


def signal(track: Track, bits: Bits, swipe: Swipe) -> Samples:
    """The head's voltage over one swipe; FluxError when the sample rate is too low for the speed."""
    slowest = track.cell_mm / 2 / swipe.speed_mm_s / (1 + abs(swipe.drift) / 2) * swipe.sample_rate_hz
    if slowest < LEAST_SAMPLES:
        needed = int(np.ceil(swipe.sample_rate_hz * LEAST_SAMPLES / slowest))
        raise FluxError(
            f"track {track.number} at {swipe.speed_mm_s:g} mm/s: {slowest:.1f} samples between flux changes at "
            f"{swipe.sample_rate_hz} Hz, needs {LEAST_SAMPLES:g}: a rate of {needed} Hz or a slower swipe"
        )
    chance = np.random.default_rng(swipe.seed)
    places = changes(bits)
    if swipe.jitter:
        places = np.sort(places + chance.normal(0.0, swipe.jitter, len(places)))
    length_mm = len(bits) * track.cell_mm
    places_mm = places * track.cell_mm
    height = np.where(np.arange(len(places)) % 2 == 0, 1.0, -1.0)
    for start in chance.uniform(0.0, length_mm, swipe.dropouts):
        inside = (places_mm >= start) & (places_mm < start + swipe.dropout_mm)
        height = np.where(inside, height * swipe.dropout_left, height)
    if swipe.backwards:
        places_mm, height = (length_mm - places_mm)[::-1], height[::-1]
    times_s, speeds = _motion(places_mm, length_mm, swipe)
    samples = _pulses(times_s, height, PULSE_MM / speeds, swipe.sample_rate_hz)
    if swipe.noise:
        samples = samples + chance.normal(0.0, swipe.noise, len(samples))
    return samples


def _motion(
    places_mm: npt.NDArray[np.float64], length_mm: float, swipe: Swipe
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """When the head meets each place, and how fast it goes there: the speed changes evenly along the card."""
    share = places_mm / length_mm
    first, change = 1 - swipe.drift / 2, swipe.drift
    speeds = swipe.speed_mm_s * (first + change * share)
    if not change:
        return places_mm / swipe.speed_mm_s, speeds
    return length_mm / swipe.speed_mm_s / change * np.log1p(change * share / first), speeds


def _pulses(
    times_s: npt.NDArray[np.float64], height: npt.NDArray[np.float64], width_s: npt.NDArray[np.float64], rate_hz: int
) -> Samples:
    """The sum of all pulses, with silence around."""
    total = int((float(times_s[-1] - min(times_s[0], 0.0)) + 2 * SILENCE_S) * rate_hz) + 1
    samples = np.zeros(total)
    reach = int(np.ceil(PULSE_REACH * float(width_s.max()) * rate_hz)) + 1
    centre = (times_s + SILENCE_S) * rate_hz
    index = np.floor(centre).astype(np.int64)[:, None] + np.arange(-reach, reach + 1)
    offset = (index - centre[:, None]) / (width_s[:, None] * rate_hz)
    values = height[:, None] / (1 + 4 * offset * offset)
    inside = (index >= 0) & (index < total)
    np.add.at(samples, index[inside], values[inside])
    return samples
