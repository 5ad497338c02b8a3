"""The tracks: code, parity, LRC, both directions, and what a reader without memory of ours makes of it."""

from __future__ import annotations

import codecs
import importlib
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cardemu.stripe import frames, readout
from cardemu.stripe.tracks import (
    TRACKS,
    Bits,
    TrackError,
    decode,
    encode,
    from_text,
    on_card,
    pack,
    to_text,
    unpack,
)

SAMPLES = {1: "ABC123", 2: "12345", 3: "12345"}
"""The example of the MSR605 programmer's manual, section 9."""


def contents(number: int) -> st.SearchStrategy[str]:
    """Contents a track can hold."""
    track = TRACKS[number]
    letters = "".join(sorted(set(track.alphabet) - {track.start, track.end}))
    return st.text(letters, max_size=track.room)


@pytest.mark.parametrize(
    ("number", "bits"),
    [
        (1, "1010001 1000011 0100011 1100010 1000101 0100101 1100100 1111100 0101010"),
        (2, "11010 10000 01000 11001 00100 10101 11111 10101"),
    ],
)
def test_characters_are_low_bit_first_with_odd_parity_and_an_lrc(number: int, bits: str) -> None:
    """% is 1010001, ; is 11010, ? is 1111100 or 11111: the published code tables; the LRC is even by column."""
    assert to_text(encode(TRACKS[number], SAMPLES[number])) == bits.replace(" ", "")


@pytest.mark.parametrize("number", [1, 2, 3])
@given(data=st.data())
def test_every_content_comes_back_from_both_directions(number: int, data: st.DataObject) -> None:
    """Text to cells to text, with clocking zeros, forwards and backwards."""
    track, text = TRACKS[number], data.draw(contents(number))
    cells, data_bits = on_card(track, text), to_text(encode(track, text))
    assume(not data_bits[::-1].startswith(data_bits[: track.width]))  # faultless both ways: cannot be told
    forwards, backwards = decode(track, cells), decode(track, cells[::-1])
    assert (forwards.text, forwards.errors, forwards.first_bit) == (text, (), track.leading_zeros)
    assert (backwards.text, backwards.errors) == (text, ())


@pytest.mark.parametrize("place", range(40 * 5))
def test_one_wrong_cell_is_never_taken_for_a_good_read(place: int) -> None:
    """Parity and LRC find any single error, wherever it lies, the LRC's own parity bit included."""
    text = "8888830100000000426=36032200000000703"
    cells = encode(TRACKS[2], text)
    assert len(cells) == 40 * 5
    cells[place] ^= 1
    reading = decode(TRACKS[2], cells)
    assert not reading.ok
    assert all(error.startswith("track 2: ") for error in reading.errors)


def test_errors_are_said_plainly() -> None:
    """Which character, which sentinel, which LRC."""
    cells = encode(TRACKS[2], "12345")
    broken = cells.copy()
    broken[5 * 3] ^= 1
    assert decode(TRACKS[2], broken).text == "12\N{REPLACEMENT CHARACTER}45"
    assert "track 2: character 3 has wrong parity" in decode(TRACKS[2], broken).errors
    assert decode(TRACKS[2], np.zeros(200, dtype=np.uint8)).errors == ("track 2: no start sentinel ;",)
    assert "track 2: no end sentinel ?" in decode(TRACKS[2], cells[:-10]).errors
    twice = cells.copy()
    twice[[5 * 2, 5 * 2 + 1]] ^= 1
    assert decode(TRACKS[2], twice).errors == ("track 2: LRC is 5, its characters need 6",)
    own = cells.copy()
    own[-1] ^= 1
    assert decode(TRACKS[2], own).errors == ("track 2: the LRC has wrong parity",)


@pytest.mark.parametrize(
    ("number", "text", "why"),
    [
        (2, "12A", "cannot hold 'A'; allowed: '0' to '?' without ; and ?"),
        (1, "李", "cannot hold '李'"),
        (1, "A%B", "cannot hold '%'"),
        (2, "1" * 38, "38 characters, at most 37 fit"),
        (3, "1" * 105, "105 characters, at most 104 fit"),
    ],
)
def test_what_a_track_cannot_hold_is_refused(number: int, text: str, why: str) -> None:
    """The message names the track and what it allows."""
    with pytest.raises(TrackError, match=f"track {number}: ") as caught:
        encode(TRACKS[number], text)
    assert why in str(caught.value)


@given(st.binary(min_size=1, max_size=80), st.booleans())
def test_packing_is_undone_by_unpacking(data: bytes, low_first: bool) -> None:
    """Bytes to cells to bytes."""
    assert pack(unpack(data, low_first=low_first), low_first=low_first) == data


# ---- encoder frames


def test_the_iso_frame_is_the_manuals_example() -> None:
    """Programmer's manual of the MSR605, section 9, page 15."""
    published = "1B771B731B014142433132331B0231323334351B0331323334353F1C"
    assert frames.write_iso(SAMPLES).hex().upper() == published
    assert frames.read_iso(bytes.fromhex(published)) == SAMPLES


@given(data=st.data())
def test_raw_frames_come_back(data: st.DataObject) -> None:
    """What is written raw can be read, and decoded."""
    rows = {number: encode(TRACKS[number], data.draw(contents(number))) for number in TRACKS}
    back = frames.read_raw(frames.write_raw(rows), from_device=False)
    for number, cells in rows.items():
        assert decode(TRACKS[number], back[number]).ok
        assert to_text(back[number]).startswith(to_text(cells))


def test_a_frame_that_is_none_is_refused_and_a_failure_reported() -> None:
    """Truncated, of another form, or with the device's error behind it."""
    frame = frames.write_raw({2: encode(TRACKS[2], "12345")})
    for wrong, why in (
        (b"hello", "not an encoder frame"),
        (frame[:12] + frame[-2:], "announced"),
        (frame + b"\x1b\x39", "card swiped badly"),
    ):
        with pytest.raises(TrackError, match=why):
            frames.read_raw(wrong, from_device=False)


# ---- an independent decoder


@pytest.mark.parametrize("number", [1, 2, 3])
@given(data=st.data())
def test_the_encoder_program_msrx_reads_our_cells_and_we_read_its(number: int, data: st.DataObject) -> None:
    """Against the codecs of msrx 0.3 (BSD), which know nothing of this project; skipped where it is not installed.

    It pads the last byte with zeros and adds no LRC, so our cells without the LRC are compared.
    """
    pytest.importorskip("msrx", reason="needs the package msrx")
    importlib.import_module("msrx")
    track, text = TRACKS[number], data.draw(contents(number).filter(lambda text: not text.startswith(" ")))
    cells = encode(track, text)
    any_codec: Any = codecs  # theirs go from text to bytes, where Python's go the other way
    theirs = any_codec.decode(f"{track.start}{text}{track.end}", f"iso7811_t{number}")
    assert pack(cells[: -track.width]) == theirs
    read = any_codec.encode(pack(cells), f"iso7811_t{number}")
    assert str(read).startswith(f"{track.start}{text}{track.end}")


def test_what_that_program_wrote_once_is_read_without_it() -> None:
    """Its bytes for %ABC123? and ;12345?, kept here: the code is checked where it is not installed too."""
    for number, hexadecimal in ((1, "C5B07814954E3E"), (2, "2B8849EA07"), (3, "2B8849EA07")):
        track = TRACKS[number]
        assert to_text(encode(track, SAMPLES[number])[: -track.width]) in to_text(unpack(bytes.fromhex(hexadecimal)))


# ---- read-outs


def rows(text: str) -> dict[int, str]:
    """The contents of a read-out that has no errors."""
    found = readout.parse(text)
    assert all(reading.ok for reading in found.values())
    return {number: reading.text for number, reading in found.items()}


def test_read_outs_of_all_kinds_are_understood() -> None:
    """Keyboard text, frames in hexadecimal, raw bits."""
    track2 = "8888830100000000426=36032200000000703"
    assert rows(f"%99888883^WANG^1?;{track2}?") == {1: "99888883^WANG^1", 2: track2}
    assert rows(f";{track2}?\n;{'1' * 50}?") == {2: track2, 3: "1" * 50}
    assert rows(frames.write_iso({2: track2}).hex()) == {2: track2}
    assert rows(frames.write_raw({2: encode(TRACKS[2], track2)}).hex()) == {2: track2}
    assert rows(to_text(on_card(TRACKS[2], track2))) == {2: track2}


@pytest.mark.parametrize("text", ["", "hello", "%unfinished", ";123?x", ";1?;2?", "1B73"])
def test_what_is_no_read_out_is_refused(text: str) -> None:
    """TrackError, never something guessed."""
    with pytest.raises(TrackError):
        readout.parse(text)


def test_raw_bits_are_zeros_and_ones() -> None:
    """Anything else is refused."""
    with pytest.raises(TrackError, match="0 and 1"):
        from_text("0102")


def flipped(cells: Bits, place: int) -> Bits:
    """The cells with one of them changed."""
    copy = cells.copy()
    copy[place] ^= 1
    return copy


def test_a_damaged_raw_read_out_keeps_its_errors() -> None:
    """The reading says what is wrong instead of losing it."""
    cells = flipped(on_card(TRACKS[2], "8888830100000000426=36032200000000703"), 60)
    (reading,) = readout.parse(to_text(cells)).values()
    assert not reading.ok


def test_a_content_among_ones_is_no_content() -> None:
    """Clocking zeros belong beside it; far away a recording's noise may lie."""
    cells = encode(TRACKS[2], "12345")
    ones, zeros = np.ones(40, dtype=np.uint8), np.zeros(20, dtype=np.uint8)
    (error,) = decode(TRACKS[2], np.concatenate((zeros[:5], cells, ones))).errors
    assert error == "track 2: 76 % ones beside the content, where zeros belong"
    assert decode(TRACKS[2], np.concatenate((ones, zeros, cells, zeros, ones))).ok
