"""The three tracks: densities, character sets, sentinels, parity, LRC; text to bits and bits to text.

ISO/IEC 7811-2 and -6 (low and high coercivity share the code), 7813 for what tracks 1 and 2 may hold, 4909 for track 3.
Bits stand in the order the head meets them: each character low bit first, its parity bit last.  M: these numbers come
from memory; two independent programs for card encoders agree on code, parity and bit order (see the tests).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint8]
"""Zeros and ones, one a cell, shape (cells,)."""

MM_PER_INCH = 25.4
CARD_WIDTH_MM = 85.6
LEADING_MM = 7.44
"""assumed (M): where the first data bit lies; clocking zeros come before it and after the LRC."""
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
MOST_BESIDE = 0.2
"""Share of ones among the clocking zeros; more is no stripe but noise that looks like a content by chance."""
_NEAR = 16
"""Cells on either side that must be clocking zeros; every track has more."""
_ZEROS_AT_END = 3
"""So many empty characters in a row are clocking zeros, not data."""


class TrackError(ValueError):
    """Something no track can hold; the message names the track and what it allows."""


@dataclass(frozen=True)
class Track:
    """One track.  `first` is the character with code 0; `characters` counts sentinels and LRC."""

    number: int
    density_bpi: int
    data_bits: int
    first: str
    start: str
    separator: str
    characters: int
    end: str = "?"
    citation: str = "ISO/IEC 7811-2 and -6, 7813, 4909 (M)"

    @property
    def width(self) -> int:
        """Bits of a character, with parity."""
        return self.data_bits + 1

    @property
    def cell_mm(self) -> float:
        """Length of a bit cell."""
        return MM_PER_INCH / self.density_bpi

    @cached_property
    def alphabet(self) -> str:
        """Every character, by its code."""
        return "".join(chr(ord(self.first) + code) for code in range(1 << self.data_bits))

    @property
    def room(self) -> int:
        """Characters left for the content, without sentinels and LRC."""
        return self.characters - 3

    @property
    def leading_zeros(self) -> int:
        """Clocking zeros before the data."""
        return round(LEADING_MM / self.cell_mm)

    @property
    def cells(self) -> int:
        """Cells on a whole card."""
        return int(CARD_WIDTH_MM / self.cell_mm)


TRACKS = {
    track.number: track
    for track in (
        Track(1, 210, 6, " ", "%", "^", 79),
        Track(2, 75, 4, "0", ";", "=", 40),
        Track(3, 210, 4, "0", ";", "=", 107),
    )
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row of bits says.  `text` without sentinels, unreadable characters as U+FFFD; `errors` in words.

    `reversed`: the bits ran the other way.  `first_bit`: where the start sentinel begins, in reading direction.
    """

    track: int
    text: str
    errors: tuple[str, ...] = ()
    reversed: bool = False
    first_bit: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.errors


def _symbol(track: Track, code: int) -> list[int]:
    """A character's bits, with odd parity."""
    bits = [code >> place & 1 for place in range(track.data_bits)]
    return [*bits, 1 - sum(bits) % 2]


def _codes(track: Track, text: str) -> list[int]:
    """The codes of a content with its sentinels; TrackError for what the track cannot hold."""
    controls = {track.start, track.end}
    wrong = sorted({letter for letter in text if letter not in track.alphabet or letter in controls})
    if wrong:
        allowed = f"{track.alphabet[0]!r} to {track.alphabet[-1]!r} without {track.start} and {track.end}"
        raise TrackError(f"track {track.number}: cannot hold {', '.join(map(repr, wrong))}; allowed: {allowed}")
    if len(text) > track.room:
        raise TrackError(f"track {track.number}: {len(text)} characters, at most {track.room} fit")
    return [ord(letter) - ord(track.first) for letter in track.start + text + track.end]


def lrc(codes: list[int]) -> int:
    """The check character's code: even parity in each column, sentinels counted."""
    check = 0
    for code in codes:
        check ^= code
    return check


def encode(track: Track, text: str) -> Bits:
    """The data bits of a content: start sentinel, characters, end sentinel, LRC; without clocking zeros."""
    codes = _codes(track, text)
    codes.append(lrc(codes))
    return np.array([bit for code in codes for bit in _symbol(track, code)], dtype=np.uint8)


def on_card(track: Track, text: str) -> Bits:
    """All cells of a card: clocking zeros, data, clocking zeros to the other edge."""
    data = encode(track, text)
    before = np.zeros(track.leading_zeros, dtype=np.uint8)
    after = np.zeros(max(0, track.cells - len(before) - len(data)), dtype=np.uint8)
    return np.concatenate((before, data, after))


# ---- bits to text


@dataclass(slots=True)
class _Parse:
    """Characters read so far from one place."""

    codes: list[int] = field(default_factory=list)
    good: list[bool] = field(default_factory=list)


def decode(track: Track, bits: Bits) -> Reading:
    """The content of a row of bits, whichever way it runs, clocking zeros or not.

    Never raises: what is wrong stands in `errors`.  Start sentinels behind clocking zeros alone count, where there are
    such; of those the one with the fewest errors, then the one with the most to say, then the forward one: about one
    content in 4000 is faultless both ways, because odd parity reads the same from behind.
    """
    row = np.asarray(bits, dtype=np.uint8)
    found = [
        (not _behind_zeros(track, direction, place), _read_at(track, direction, place, backwards=backwards))
        for backwards, direction in ((False, row), (True, row[::-1]))
        for place in _starts(track, direction)
    ]
    if not found:
        return Reading(track.number, "", (f"track {track.number}: no start sentinel {track.start}",))
    return min(found, key=lambda pair: (pair[0], len(pair[1].errors), -len(pair[1].text), pair[1].reversed))[1]


def _behind_zeros(track: Track, row: Bits, place: int) -> bool:
    """Whether nothing but zeros come before, or more of them than can follow one another within data."""
    return not row[max(0, place - 2 * track.data_bits - 1) : place].any()


def _starts(track: Track, row: Bits) -> list[int]:
    """Places of the start sentinel's bits."""
    wanted = np.array(_symbol(track, ord(track.start) - ord(track.first)), dtype=np.uint8)
    if len(row) < 3 * len(wanted):
        return []
    windows = np.lib.stride_tricks.sliding_window_view(row, len(wanted))
    return [int(place) for place in np.flatnonzero((windows == wanted).all(axis=1))]


def _read_at(track: Track, row: Bits, place: int, *, backwards: bool) -> Reading:
    """Read from a start sentinel to the end sentinel and the LRC behind it."""
    width, data_bits = track.width, track.data_bits
    count = (len(row) - place) // width
    symbols = row[place : place + count * width].reshape(count, width)
    codes = (symbols[:, :data_bits] << np.arange(data_bits)).sum(axis=1).tolist()
    good = (symbols.sum(axis=1) % 2 == 1).tolist()
    end_code = ord(track.end) - ord(track.first)
    parsed, errors, blank = _Parse(), [], 0
    for code, fine in zip(codes, good, strict=True):
        parsed.codes.append(code)
        parsed.good.append(fine)
        blank = blank + 1 if code == 0 and not fine else 0
        if fine and code == end_code:
            break
        if blank == _ZEROS_AT_END:
            del parsed.codes[-blank:], parsed.good[-blank:]
            break
    ended = bool(parsed.codes) and parsed.good[-1] and parsed.codes[-1] == end_code
    inner = slice(1, -1 if ended else None)
    letters = zip(parsed.codes[inner], parsed.good[inner], strict=True)
    text = "".join(chr(ord(track.first) + code) if fine else UNREADABLE for code, fine in letters)
    errors += [
        f"track {track.number}: character {number} has wrong parity"
        for number, letter in enumerate(text, start=1)
        if letter == UNREADABLE
    ]
    if not ended:
        errors.append(f"track {track.number}: no end sentinel {track.end}")
    else:
        errors += _check_lrc(track, parsed.codes, codes, good)
    if len(text) > track.room:
        errors.append(f"track {track.number}: {len(text)} characters, at most {track.room} fit")
    ones = _ones_beside(row, place, place + (len(parsed.codes) + ended) * width)
    if ones > MOST_BESIDE:
        errors.append(f"track {track.number}: {100 * ones:.0f} % ones beside the content, where zeros belong")
    return Reading(track.number, text, tuple(errors), backwards, place)


def _ones_beside(row: Bits, start: int, end: int) -> float:
    """The share of ones among the nearest cells before and behind a content; too few cells, no ones.

    Farther away a recording may hold the noise before and after the card.
    """
    beside = np.concatenate((row[max(0, start - _NEAR) : start], row[end : end + _NEAR]))
    return float(beside.mean()) if len(beside) >= _NEAR else 0.0


def _check_lrc(track: Track, read: list[int], codes: list[int], good: list[bool]) -> list[str]:
    """What is wrong with the LRC behind the characters read."""
    if len(codes) <= len(read):
        return [f"track {track.number}: no LRC behind the end sentinel"]
    found, expected = codes[len(read)], lrc(read)
    if found != expected:
        return [f"track {track.number}: LRC is {found:X}, its characters need {expected:X}"]
    return [] if good[len(read)] else [f"track {track.number}: the LRC has wrong parity"]


# ---- bits as bytes


def pack(bits: Bits, *, low_first: bool = True) -> bytes:
    """Eight cells a byte, the first cell in the lowest bit (or the highest); zeros fill the last byte."""
    return bytes(np.packbits(bits, bitorder="little" if low_first else "big"))


def unpack(data: bytes, *, low_first: bool = True) -> Bits:
    """The inverse of `pack`, zeros at the end included."""
    return np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little" if low_first else "big")


def to_text(bits: Bits) -> str:
    """The cells as 0 and 1."""
    return "".join(map(str, bits.tolist()))


def from_text(text: str) -> Bits:
    """The inverse of `to_text`; blanks do not matter."""
    cells = "".join(text.split())
    if not cells or set(cells) - {"0", "1"}:
        raise TrackError("raw bits must be 0 and 1")
    return np.array([int(cell) for cell in cells], dtype=np.uint8)
