"""What readers write down after a swipe: the text of keyboard readers, encoder frames, raw bits.

`%...?;...?+...?`: track 3 begins with ; like track 2, with + on many keyboard readers (assumed), and is told apart by
its length and its format.
"""

from __future__ import annotations

import re

from cardemu.stripe import frames
from cardemu.stripe.content import ContentError, split
from cardemu.stripe.tracks import TRACKS, Reading, TrackError, decode, from_text

_PIECES = re.compile(r"%[^%?]*\?|[;+][^;?]*\?")


def parse(text: str) -> dict[int, Reading]:
    """The tracks in a read-out, by number; TrackError when there is none.

    Takes tracks with their sentinels, the hexadecimal digits of an encoder frame, or rows of 0 and 1.
    """
    compact = "".join(text.split())
    if re.fullmatch(r"[01]+", compact) and len(compact) > 40:
        return _bits(text)
    if re.fullmatch(r"(?i)1b[0-9a-f]+", compact) and len(compact) % 2 == 0:
        return _frame(bytes.fromhex(compact))
    return _texts(text)


def _texts(text: str) -> dict[int, Reading]:
    readings: dict[int, Reading] = {}
    rest = _PIECES.sub("", text).strip()
    for piece in _PIECES.findall(text):
        content = piece[1:-1]
        number = 1 if piece[0] == "%" else _second_or_third(content, marked=piece[0] == "+")
        if number in readings:
            raise TrackError(f"track {number} occurs twice in the read-out")
        readings[number] = _checked(number, content)
    if not readings or rest:
        why = f"{rest[:40]!r} is no track" if rest else "nothing in it"
        raise TrackError(f"not a read-out of tracks: {why}; a track is %...? or ;...?")
    return readings


def _second_or_third(content: str, *, marked: bool) -> int:
    """Track 3 is longer than track 2 can be, or has its form."""
    if marked or len(content) > TRACKS[2].room:
        return 3
    return 2


def _checked(number: int, content: str) -> Reading:
    track = TRACKS[number]
    wrong = sorted(set(content) - set(track.alphabet))
    errors = (f"track {number}: cannot hold {', '.join(map(repr, wrong))}",) if wrong else ()
    return Reading(number, content, errors)


def _frame(frame: bytes) -> dict[int, Reading]:
    """An encoder frame: contents, or bits."""
    try:
        return {number: _checked(number, content) for number, content in frames.read_iso(frame).items()}
    except TrackError as not_iso:
        try:
            rows = frames.read_raw(frame, from_device=not frame.startswith(frames.WRITE_RAW))
        except TrackError as not_raw:
            raise TrackError(f"{not_iso}; {not_raw}") from not_raw
    return {number: decode(TRACKS[number], bits) for number, bits in rows.items()}


def _bits(text: str) -> dict[int, Reading]:
    """Rows of cells, one a track, each read as the track that fits best."""
    readings: dict[int, Reading] = {}
    for line in text.splitlines():
        if line.strip():
            reading = min((decode(track, from_text(line)) for track in TRACKS.values()), key=_misfit)
            readings[reading.track] = reading
    return readings


def _misfit(reading: Reading) -> tuple[int, bool, int]:
    """Errors first; then whether the text has not the track's form; then the number."""
    try:
        split(reading.track, reading.text)
    except ContentError:
        return len(reading.errors), True, reading.track
    return len(reading.errors), False, reading.track
