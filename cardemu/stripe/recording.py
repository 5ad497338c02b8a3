"""WAV files of swipes: written as 16 bits, read in every form that recorders write.

RIFF WAVE as Microsoft's "Multiple Channel Audio Data and WAVE Files" (2001) extends it: whole numbers of 8 to 32 bits,
IEEE floats of 32 and 64, and WAVE_FORMAT_EXTENSIBLE, which names one of these in its subformat.  Programs that write
into a pipe cannot know the length beforehand; they announce the largest number, or none, and the data go on to the end
of the file.  (The standard library's `wave` reads whole numbers alone.)
"""

from __future__ import annotations

import io
import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cardemu.inputfile import RECORDING_BYTES, read_bytes
from cardemu.stripe.flux import Samples

FULL_SCALE = 0.6
"""How loud a lone pulse is written."""

_WHOLE, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_SUBFORMAT_TAIL = bytes.fromhex("000000001000800000AA00389B71")
"""The rest of the GUID behind the two bytes of a format in WAVE_FORMAT_EXTENSIBLE."""
_NAMES = {2: "ADPCM", 6: "A-law", 7: "mu-law", 0x11: "ADPCM", 0x55: "MP3"}
_UNKNOWN_LENGTH = 0x7FFF0000
"""From here on a length is one that could not be known: files of 2 GB are refused by their size."""
_READABLE = {(_WHOLE, 1), (_WHOLE, 2), (_WHOLE, 3), (_WHOLE, 4), (_FLOAT, 4), (_FLOAT, 8)}


class RecordingError(ValueError):
    """A file that is no recording that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What stands in one sample."""

    code: int
    channels: int
    rate_hz: int
    width: int  # bytes


def to_wav(samples: Samples, rate_hz: int) -> bytes:
    """A mono WAV file of 16 bits; what is louder than full scale is clipped."""
    clipped = np.clip(np.rint(samples * FULL_SCALE * 32767), -32768, 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(clipped.tobytes())
    return buffer.getvalue()


def from_wav(source: Path | bytes) -> tuple[npt.NDArray[np.float64], int]:
    """The channels of a WAV file between -1 and 1, shape (channels, samples), and its rate in Hz.

    RecordingError when it is none, cut off, or in a form that cannot be read.
    """
    name = source.name if isinstance(source, Path) else "recording"
    data = read_bytes(source, RECORDING_BYTES) if isinstance(source, Path) else source
    try:
        form, frames = _parts(data)
        samples = _scaled(frames, form)
    except (RecordingError, struct.error) as error:
        why = str(error) if isinstance(error, RecordingError) else "not a WAV file that can be read: it is cut off"
        raise RecordingError(f"{name}: {why}") from error
    return samples.reshape(-1, form.channels).T, form.rate_hz


def _parts(data: bytes) -> tuple[_Form, bytes]:
    """The form of the samples, and the samples."""
    if data[:4] not in {b"RIFF", b"RIFX", b"RF64"} or data[8:12] != b"WAVE":
        raise RecordingError("not a WAV file that can be read: it does not begin with RIFF and WAVE")
    if data[:4] != b"RIFF":
        raise RecordingError(f"not a WAV file that can be read: {data[:4].decode()} instead of RIFF; save it as WAV")
    form: _Form | None = None
    for kind, announced, content in _chunks(data):
        if kind == b"fmt ":
            form = _form(content)
        elif kind == b"data" and form is not None:
            return form, _whole_frames(content, announced, form)
    raise RecordingError("not a WAV file that can be read: it has no samples (chunks fmt and data)")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Name, announced length and what is there of each chunk; one of unknown length goes on to the end."""
    place = 12
    while place + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, place)
        place += 8
        last = kind == b"data" and (length >= _UNKNOWN_LENGTH or (length == 0 and data[4:8] in _NO_LENGTHS))
        end = len(data) if last else place + length
        yield kind, len(data) - place if last else length, data[place:end]
        place = end + end % 2


_NO_LENGTHS = (bytes(4), b"\xff\xff\xff\xff")


def _form(content: bytes) -> _Form:
    code, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", content)
    if code == _EXTENSIBLE:
        code, tail = struct.unpack_from("<H14s", content, 24)
        if tail != _SUBFORMAT_TAIL:
            raise RecordingError("an extensible WAV file of an unknown subformat; save it as 16 bits")
    width = block // channels if channels else 0
    if not channels or not rate or (code, width) not in _READABLE or bits > 8 * width:
        what = _NAMES.get(code, {_WHOLE: f"{bits} bits", _FLOAT: f"floats of {bits} bits"}.get(code, f"format {code}"))
        wanted = "8, 16, 24 and 32 bits and floats of 32 and 64 can be read"
        raise RecordingError(f"{what} in {channels} channels at {rate} Hz; {wanted}")
    return _Form(code, channels, rate, width)


def _whole_frames(content: bytes, announced: int, form: _Form) -> bytes:
    """The samples; RecordingError when some of those announced are missing, or there are none."""
    block = form.width * form.channels
    if len(content) < announced or not content:
        raise RecordingError(f"cut off: {announced // block} samples announced, {len(content) // block} there")
    return content[: len(content) // block * block]


def _scaled(frames: bytes, form: _Form) -> npt.NDArray[np.float64]:
    """Samples between -1 and 1."""
    if form.code == _FLOAT:
        samples = np.frombuffer(frames, dtype=f"<f{form.width}").astype(np.float64)
        if not np.isfinite(samples).all():
            raise RecordingError("has samples that are no numbers")
        return samples
    if form.width == 1:
        return np.frombuffer(frames, dtype=np.uint8) / 128.0 - 1.0
    if form.width == 3:
        raw = np.frombuffer(frames, dtype=np.uint8).reshape(-1, 3)
        padded = np.zeros((len(raw), 4), dtype=np.uint8)
        padded[:, 1:] = raw
        return padded.view("<i4").ravel() / 2.0**31
    return np.frombuffer(frames, dtype=f"<i{form.width}") / 2.0 ** (8 * form.width - 1)
