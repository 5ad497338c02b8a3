"""A stripe against `stripe.json`: another one, a read-out, a recording; and a stripe against itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cardemu import inputfile
from cardemu.compare.findings import Row, compare_maps, flatten, row_of
from cardemu.stripe.content import ContentError, split, where
from cardemu.stripe.demodulate import read
from cardemu.stripe.readout import parse
from cardemu.stripe.recording import RecordingError, from_wav
from cardemu.stripe.tracks import TRACKS, Reading, TrackError, encode, pack, to_text


class StripeError(ValueError):
    """A read-out or recording that holds no track; the message says why."""


def check_stripe(document: object, name: str) -> dict[str, Any]:
    """The content of stripe.json; StripeError when it is none."""
    if not isinstance(document, dict) or not isinstance(document.get("tracks"), dict):
        raise StripeError(f"{name}: not a stripe: the table tracks is missing")
    for number, track in document["tracks"].items():
        if number not in {"1", "2", "3"} or not isinstance(track, dict) or not isinstance(track.get("text"), str):
            raise StripeError(f"{name}: not a stripe: track {number} must be an object with the key text")
    return document


def compare_stripes(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[Row]:
    """A row for every value of either stripe."""
    return compare_maps("stripe", "stripe.json", flatten(expected), flatten(found))


def compare_readings(expected: Mapping[str, Any], readings: Mapping[int, Reading], *, all_tracks: bool) -> list[Row]:
    """Readings against the stripe's tracks, field by field.  `all_tracks`: one that was not read is missing."""
    rows: list[Row] = []
    for name, track in expected["tracks"].items():
        number = int(name)
        if number in readings:
            rows += _compare_track(number, track["text"][1:-1], readings[number])
        elif all_tracks:
            rows.append(Row("stripe", f"track {number}", track["text"], "", f"track {number}", "missing"))
    for number, reading in readings.items():
        if str(number) not in expected["tracks"]:
            rows.append(Row("stripe", f"track {number}", "", reading.text, f"track {number}", "extra"))
    return rows


def _compare_track(number: int, expected: str, reading: Reading) -> list[Row]:
    place = f"track {number}"
    rows = [Row("stripe", "read", "no error", error, place, "unreadable") for error in reading.errors]
    try:
        wanted, found = split(number, expected), split(number, reading.text)
    except ContentError:
        return [*rows, row_of("stripe", "content", expected, reading.text, place)]
    for field, value in wanted.items():
        rows.append(
            row_of("stripe", field, value, found.get(field), f"{place}, character {where(number, wanted, field)}")
        )
    return rows


def read_text(path: Path) -> dict[int, Reading]:
    """The tracks of a read-out file."""
    try:
        return parse(inputfile.read_text(path))
    except UnicodeDecodeError as error:
        raise StripeError(f"{path}: not UTF-8 text") from error
    except TrackError as error:
        raise StripeError(f"{path}: {error}") from error


def read_wav(source: Path | bytes, name: str = "") -> dict[int, Reading]:
    """The tracks of a recording, one a channel at most; StripeError when it is no recording or holds no track."""
    label = name or str(source)
    try:
        channels, _ = from_wav(source)
    except RecordingError as error:
        raise StripeError(f"{label}: {error}") from error
    readings: dict[int, Reading] = {}
    for samples in channels:
        reading = read(samples)
        if reading.ok or reading.track not in readings:
            readings[reading.track] = reading
    whole = {number: reading for number, reading in readings.items() if reading.ok}
    found = whole or readings
    if all(not reading.text for reading in found.values()):
        errors = "; ".join(error for reading in found.values() for error in reading.errors)
        raise StripeError(f"{label}: no track can be read: {errors}")
    return found


def agrees_with_itself(stripe: Mapping[str, Any]) -> list[Row]:
    """Text, fields, cells and bytes of each track say the same."""
    rows = []
    for name, track in stripe["tracks"].items():
        number, place = int(name), f"stripe.json, track {name}"
        text = track["text"][1:-1]
        try:
            bits = encode(TRACKS[number], text)
            fields = split(number, text)
        except (TrackError, ContentError) as error:
            rows.append(Row("stripe", "text", "a bank card's track", str(error), place, "contradiction"))
            continue
        derived = {"bits": to_text(bits), "bytes": pack(bits).hex().upper(), "fields": json.dumps(fields)}
        said = {"bits": track.get("bits"), "bytes": track.get("bytes"), "fields": json.dumps(track.get("fields"))}
        rows += [row_of("stripe", key, value, said[key], place, "contradiction") for key, value in derived.items()]
    return rows
