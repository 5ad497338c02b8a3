"""The stripe's files: stripe.json, and a clean swipe of each track as WAV."""

from __future__ import annotations

from typing import Any

from cardemu.reference.record import Record
from cardemu.stripe import frames
from cardemu.stripe.design import describe, design
from cardemu.stripe.flux import Swipe, signal
from cardemu.stripe.recording import to_wav
from cardemu.stripe.tracks import TRACKS, encode, on_card

SWIPE = Swipe()
"""Undisturbed, forwards, 250 mm/s at 44.1 kHz."""


def wav_name(track: int) -> str:
    """The file of a track's swipe."""
    return f"stripe-track{track}.wav"


def stripe_data(record: Record) -> dict[str, Any]:
    """What stripe.json says."""
    found = describe(design(record.product), record.tracks)
    if record.tracks:
        rows = {number: encode(TRACKS[number], text) for number, text in record.tracks.items()}
        found["frames"] = {
            "write_iso": frames.write_iso(record.tracks).hex().upper(),
            "write_raw": frames.write_raw(rows).hex().upper(),
        }
        found["swipe"] = {"speed_mm_s": SWIPE.speed_mm_s, "sample_rate_hz": SWIPE.sample_rate_hz}
    return found


def wav_files(record: Record) -> dict[str, bytes]:
    """A recording of each track."""
    return {
        wav_name(number): to_wav(signal(TRACKS[number], on_card(TRACKS[number], text), SWIPE), SWIPE.sample_rate_hz)
        for number, text in record.tracks.items()
    }
