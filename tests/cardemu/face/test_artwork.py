"""Image files of the issuer's: what is taken, and what is told of the others."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.face import artwork
from cardemu.face.artwork import ArtworkError, check, photo
from tests.cardemu.face.sitters import picture


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(width: int, height: int) -> bytes:
    """A small PNG file that says it is large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_png_and_jpeg_are_taken(form: str) -> None:
    """With their size and the hash of the file."""
    found = check(picture(64, 32, form=form), "mark")
    assert (found.format, found.width_px, found.height_px, len(found.sha256)) == (form, 64, 32, 64)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not an image in the format PNG or JPEG"),
        (b"<svg/>", "not an image in the format PNG or JPEG"),
        (picture(64, 64, form="GIF"), "not an image in the format PNG or JPEG"),
        (picture(8, 64), "8 x 64 pixels, must be at least 16 on each side"),
        (bomb(6000, 6000), "6000 x 6000 pixels, at most 25 megapixels are read"),
        (bomb(60_000, 60_000), "at most 25 megapixels are read"),
        (bomb(500, 500), "a broken image"),
        (picture(64, 64)[:-40], "a broken image"),
        (picture(64, 64, form="JPEG")[:200], "(a broken image|not an image)"),
    ],
)
def test_what_cannot_be_used_is_told(data: bytes, told: str) -> None:
    """Other formats, small, huge and broken files."""
    with pytest.raises(ArtworkError, match=f"mark: {told}"):
        check(data, "mark")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """More than 20 MB: told from its size alone, as of every file."""
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(artwork.FILE_BYTES + 1)
    with pytest.raises(OSError, match=r"is larger than 20 MB"):
        artwork.load(path)


@pytest.mark.parametrize(
    ("width", "height", "good"), [(358, 441, True), (716, 882, True), (358, 358, False), (89, 110, False)]
)
def test_a_photo_must_have_the_usual_proportions(tmp_path: Path, width: int, height: int, good: bool) -> None:
    """358 x 441, or larger in the same proportions."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(picture(width, height, form="JPEG"))
    if good:
        assert photo(path).width_px == width
    else:
        with pytest.raises(ArtworkError, match=f"{width} x {height} pixels; must have the proportions of 358 x 441"):
            photo(path)


@given(place=st.integers(0, 10_000), value=st.integers(0, 255), cut=st.integers(0, 10_000))
def test_any_damage_is_survived_or_told(place: int, value: int, cut: int) -> None:
    """A changed byte and a cut tail never crash the reading."""
    data = bytearray(picture(32, 32))
    data[place % len(data)] = value
    try:
        found = check(bytes(data[: len(data) - cut % len(data)]), "mark")
    except ArtworkError:
        return
    assert found.width_px * found.height_px <= artwork.PIXELS
