"""The frames of common USB card encoders (MSR605 and its relatives): what is sent to write, what comes back on reading.

Frames, block layout and the ISO example are those of the MSR605 and MSR206 programmer's manuals (sections 6, 7, 9; C2).
Which bit of a raw byte comes first is as the encoder program msrx has it (S1): written with the first cell in the
lowest bit, read back with it in the highest.  assumed: a track without data is an empty string in both directions, and
ESC + (older devices) means the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from cardemu.stripe.tracks import TRACKS, Bits, TrackError, pack, unpack

ESC, FS = b"\x1b", b"\x1c"
WRITE_ISO, WRITE_RAW = ESC + b"w", ESC + b"n"
READ_ISO, READ_RAW = ESC + b"r", ESC + b"m"
_BLOCK = ESC + b"s"
_END = b"?" + FS
_EMPTY = ESC + b"+"
STATUS = {
    0x30: "done",
    0x31: "reading or writing failed",
    0x32: "command format error",
    0x34: "unknown command",
    0x39: "card swiped badly",
}


def write_iso(texts: Mapping[int, str]) -> bytes:
    """The command that writes contents, without sentinels: the device adds sentinels, parity and LRC."""
    return WRITE_ISO + _BLOCK + b"".join(ESC + bytes((n,)) + texts.get(n, "").encode("ascii") for n in TRACKS) + _END


def write_raw(rows: Mapping[int, Bits]) -> bytes:
    """The command that writes bits as they are; TrackError when a track takes more than 255 bytes."""
    parts = []
    for number in TRACKS:
        data = pack(rows[number]) if number in rows else b""
        if len(data) > 255:
            raise TrackError(f"track {number}: {len(data)} bytes, a raw frame holds 255")
        parts.append(ESC + bytes((number, len(data))) + data)
    return WRITE_RAW + _BLOCK + b"".join(parts) + _END


def _body(frame: bytes) -> bytes:
    """What lies between a frame's start and its end; TrackError for a failure the device reports or another form."""
    if len(frame) >= 2 and frame[-2:-1] == ESC and frame[-1] in STATUS:
        if frame[-1] != 0x30:
            raise TrackError(f"the device says: {STATUS[frame[-1]]} (status {frame[-1]:02X})")
        frame = frame[:-2]
    for command in (WRITE_ISO, WRITE_RAW):
        frame = frame.removeprefix(command)
    if not (frame.startswith(_BLOCK) and frame.endswith(_END)):
        raise TrackError("not an encoder frame: it begins with 1B 73 and ends in 3F 1C")
    return frame[len(_BLOCK) : -len(_END)]


def read_iso(frame: bytes) -> dict[int, str]:
    """The contents in a frame, sentinels removed; tracks without data are left out."""
    body, texts = _body(frame), {}
    for number, track in TRACKS.items():
        marker, following = ESC + bytes((number,)), ESC + bytes((number + 1,))
        if not body.startswith(marker):
            raise TrackError(f"not an encoder frame: track {number} must begin with 1B {number:02X}")
        body = body[2:]
        end = body.find(following) if number < len(TRACKS) else len(body)
        if end < 0:
            raise TrackError(f"not an encoder frame: track {number + 1} is missing")
        content, body = body[:end], body[end:]
        if content and content != _EMPTY:
            try:
                texts[number] = content.decode("ascii").removeprefix(track.start).removesuffix(track.end)
            except UnicodeDecodeError as error:
                raise TrackError(f"track {number}: not ASCII, so no ISO frame") from error
    return texts


def read_raw(frame: bytes, *, from_device: bool = True) -> dict[int, Bits]:
    """The bits in a raw frame.  `from_device`: it was read (first cell highest); else it is one of `write_raw`."""
    body, rows, place = _body(frame), {}, 0
    for number in TRACKS:
        head = body[place : place + 3]
        if len(head) < 3 or head[:2] != ESC + bytes((number,)):
            raise TrackError(f"not a raw encoder frame: track {number} must begin with 1B {number:02X} and a length")
        data = body[place + 3 : place + 3 + head[2]]
        if len(data) < head[2]:
            raise TrackError(f"track {number}: {head[2]} bytes announced, {len(data)} there")
        if data:
            rows[number] = unpack(data, low_first=not from_device)
        place += 3 + head[2]
    return rows
