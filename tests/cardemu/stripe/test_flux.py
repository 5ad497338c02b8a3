"""Swipes: from text to a WAV file and back, under every disturbance the issue names."""

from __future__ import annotations

import io
import re
import struct
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardemu.stripe.demodulate import read
from cardemu.stripe.flux import FluxError, Swipe, changes, signal
from cardemu.stripe.recording import RecordingError, from_wav, to_wav
from cardemu.stripe.tracks import TRACKS, on_card

CONTENTS = {
    1: "998888830100000000426^WANG/XIAOMING^360322000000000000000070300",
    2: "8888830100000000426=36032200000000703",
    3: "998888830100000000426=1561560000000000000003000000000000036030=000000000000=000000000000=100000000000000",
}


def recording(number: int, swipe: Swipe) -> bytes:
    """The WAV file of a swipe of one track."""
    track = TRACKS[number]
    return to_wav(signal(track, on_card(track, CONTENTS[number]), swipe), swipe.sample_rate_hz)


def read_back(number: int, swipe: Swipe) -> str:
    """What the decoder makes of the WAV file."""
    channels, _ = from_wav(recording(number, swipe))
    reading = read(channels[0], TRACKS[number])
    return reading.text if reading.ok else " ".join(reading.errors)


def test_flux_changes_at_every_edge_and_in_the_middle_of_ones() -> None:
    """Cells 0 1 0: edges 0 1 2 3 and the middle of the second."""
    assert changes(np.array([0, 1, 0], dtype=np.uint8)).tolist() == [0.0, 1.0, 1.5, 2.0, 3.0]


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "swipe",
    [
        Swipe(),
        Swipe(backwards=True),
        Swipe(speed_mm_s=60.0),
        Swipe(speed_mm_s=1200.0, sample_rate_hz=96_000),
        Swipe(speed_mm_s=100.0, sample_rate_hz=8_000),
        Swipe(jitter=0.04, seed=3),
        Swipe(drift=1.2),
        Swipe(drift=-1.0, backwards=True, noise=0.1, seed=4),
        Swipe(noise=0.25, seed=5),
        Swipe(dropouts=3, dropout_mm=0.05, seed=6),
        Swipe(jitter=0.02, drift=0.5, noise=0.15, backwards=True, seed=7),
    ],
    ids=lambda swipe: f"{swipe.speed_mm_s:g}-{swipe.jitter}-{swipe.drift}-{swipe.noise}-{swipe.dropouts}",
)
def test_a_swipe_is_read_back(number: int, swipe: Swipe) -> None:
    """All three tracks, through a WAV file of 16 bits."""
    assert read_back(number, swipe) == CONTENTS[number]


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(speed=st.floats(60, 700), drift=st.floats(-1, 1), backwards=st.booleans(), seed=st.integers(0, 999))
def test_any_speed_any_direction_any_drift(speed: float, drift: float, backwards: bool, seed: int) -> None:
    """Track 2 at 44.1 kHz with a little of everything."""
    swipe = Swipe(speed, drift=drift, backwards=backwards, seed=seed, noise=0.05, jitter=0.02)
    assert read_back(2, swipe) == CONTENTS[2]


def test_the_track_is_found_out() -> None:
    """Without being told which track it is."""
    for number, content in CONTENTS.items():
        channels, _ = from_wav(recording(number, Swipe(noise=0.05, seed=number)))
        reading = read(channels[0])
        assert (reading.text, reading.ok) == (content, True)


def test_too_much_is_reported_and_never_guessed() -> None:
    """A long drop-out, noise louder than the signal, and nothing at all."""
    for swipe in (Swipe(dropouts=1, dropout_mm=3.0, dropout_left=0.0, seed=1), Swipe(noise=1.5, seed=2)):
        channels, _ = from_wav(recording(2, swipe))
        reading = read(channels[0], TRACKS[2])
        assert not reading.ok
        assert all(error.startswith("track 2") for error in reading.errors)
    assert read(np.zeros(5000)).errors == ("no clocking zeros: no stripe in this recording",)


@settings(max_examples=40, deadline=None)
@given(data=st.lists(st.floats(-1, 1), max_size=400))
def test_no_recording_breaks_the_decoder(data: list[float]) -> None:
    """Anything may be in a WAV file."""
    assert isinstance(read(np.array(data, dtype=np.float64)).errors, tuple)


def test_the_same_seed_gives_the_same_file() -> None:
    """And another seed another one."""
    swipe = Swipe(noise=0.1, jitter=0.02, dropouts=2, seed=9)
    assert recording(2, swipe) == recording(2, swipe)
    assert recording(2, swipe) != recording(2, Swipe(noise=0.1, jitter=0.02, dropouts=2, seed=10))


def test_a_rate_too_low_for_the_speed_says_which_would_do() -> None:
    """Half a cell of track 1 at 1 m/s lasts 60 microseconds."""
    with pytest.raises(FluxError, match="samples between flux changes at 8000 Hz, needs 2: a rate of 33"):
        recording(1, Swipe(speed_mm_s=1000.0, sample_rate_hz=8_000))


@pytest.mark.parametrize(
    ("values", "why"),
    [({"speed_mm_s": 0.0}, "above 0"), ({"drift": 1.6}, "between -1.5 and 1.5"), ({"noise": -1.0}, "negative")],
)
def test_impossible_swipes_are_refused(values: dict[str, float], why: str) -> None:
    """The message says what is allowed."""
    with pytest.raises(FluxError, match=why):
        Swipe(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_wav_files_of_every_width_and_two_channels_are_read(width: int) -> None:
    """Eight bits are unsigned, the others signed."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(width)
        file.setframerate(8000)
        top = 255 if width == 1 else 2 ** (8 * width - 1) - 1
        middle = 128 if width == 1 else 0
        file.writeframes(b"".join(value.to_bytes(width, "little") for value in (top, middle, middle, top)))
    channels, rate = from_wav(buffer.getvalue())
    assert rate == 8000
    assert channels == pytest.approx(np.array([[1.0, 0.0], [0.0, 1.0]]), abs=0.01)


def test_broken_wav_files_are_refused() -> None:
    """Not WAV, cut off in the head, cut off in the samples."""
    whole = recording(2, Swipe())
    for data, why in ((b"hello", "not a WAV"), (whole[:30], "not a WAV"), (whole[:2000], "cut off")):
        with pytest.raises(RecordingError, match=why):
            from_wav(data)


_GUID_TAIL = bytes.fromhex("000000001000800000AA00389B71")
_STEPS = (0.0, 0.5, -0.5, 0.25)


def _riff(
    form: bytes, frames: bytes, *, riff: int | None = None, data: int | None = None, between: bytes = b""
) -> bytes:
    """A WAV file put together by hand, so that every length in it can lie."""
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + between
    body += b"data" + struct.pack("<I", len(frames) if data is None else data) + frames
    return b"RIFF" + struct.pack("<I", len(body) if riff is None else riff) + body


def _form(code: int, bits: int, channels: int = 1, rate_hz: int = 48_000) -> bytes:
    block = channels * bits // 8
    return struct.pack("<HHIIHH", code, channels, rate_hz, rate_hz * block, block, bits)


def _extensible(code: int, bits: int, used: int) -> bytes:
    return _form(0xFFFE, bits) + struct.pack("<HHIH", 22, used, 4, code) + _GUID_TAIL


_PCM16 = np.array([round(32768 * step) for step in _STEPS], dtype="<i2").tobytes()


@pytest.mark.parametrize(
    "data",
    [
        _riff(_form(3, 32), np.array(_STEPS, dtype="<f4").tobytes()),
        _riff(_form(3, 64), np.array(_STEPS, dtype="<f8").tobytes()),
        _riff(_extensible(1, 16, 16), _PCM16),
        _riff(_extensible(1, 32, 24), np.array([2**31 * step for step in _STEPS], dtype="<i4").tobytes()),
        _riff(_extensible(3, 32, 32), np.array(_STEPS, dtype="<f4").tobytes()),
        _riff(_form(1, 16), _PCM16, riff=0xFFFFFFFF, data=0xFFFFFFFF),
        _riff(_form(1, 16), _PCM16, riff=0x7FFFF024, data=0x7FFFF000),
        _riff(_form(1, 16), _PCM16, riff=0, data=0),
        _riff(_form(1, 16), _PCM16, between=b"LIST\x03\x00\x00\x00abc\x00"),
        _riff(_form(1, 16), _PCM16 + b"\x01"),
    ],
    ids=[
        *("float 32", "float 64", "extensible 16", "extensible 24 in 32", "extensible float"),
        *(
            "ffmpeg into a pipe",
            "sox into a pipe",
            "nothing announced",
            "an odd chunk before",
            "half a sample at the end",
        ),
    ],
)
def test_wav_files_as_recorders_write_them_are_read(data: bytes) -> None:
    """Floats, extensible heads, and the lengths of programs that could not know them."""
    channels, rate = from_wav(data)
    assert rate == 48_000
    assert channels == pytest.approx(np.array([_STEPS]))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (_riff(_form(6, 8), b"abcd"), "A-law in 1 channels at 48000 Hz; 8, 16, 24 and 32 bits and floats"),
        (_riff(_form(0x55, 8), b"abcd"), "MP3"),
        (_riff(_form(3, 16), b"abcd"), "floats of 16 bits"),
        (_riff(_form(1, 16, channels=0), b"abcd"), "in 0 channels"),
        (_riff(_form(3, 32), struct.pack("<f", float("nan"))), "samples that are no numbers"),
        (_riff(_extensible(1, 16, 16)[:-1] + b"?", _PCM16), "unknown subformat"),
        (_riff(_form(0xFFFE, 16), _PCM16), "it is cut off"),
        (_riff(_form(1, 16), _PCM16, data=100), "cut off: 50 samples announced, 4 there"),
        (_riff(_form(1, 16), b""), "cut off: 0 samples announced, 0 there"),
        (b"RF64" + _riff(_form(1, 16), _PCM16)[4:], "RF64 instead of RIFF"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_recordings_in_other_forms_are_named_for_what_they_are(data: bytes, why: str) -> None:
    """What the file is, and what can be read."""
    with pytest.raises(RecordingError, match=re.escape(why)):
        from_wav(data)
