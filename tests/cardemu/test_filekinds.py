"""A file that is of the wrong kind is named for what it is, whatever its name ends in."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from cardemu.face.artwork import ArtworkError, photo
from cardemu.filekinds import kind_of
from cardemu.reference.pictures import PictureError, read_picture
from tests.cardemu.reference.made import folder
from tests.command import run_in


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WebP", "PDF", "JPEG2000", "AVIF"])
def test_what_the_image_library_writes_is_recognised(kind: str) -> None:
    """Pillow's own files, each by its name."""
    image, data = Image.new("RGB", (40, 40)), io.BytesIO()
    image.save(data, format=kind)
    assert kind.replace("JPEG2000", "JPEG 2000") in kind_of(data.getvalue())


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC image"),
        (b"\0\0\0\x20ftypisom", "an MP4 video"),
        (b'<?xml version="1.0"?>\n<svg xmlns="', "an SVG drawing"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "a web page"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a WAV recording"),
        (b"", "an empty file"),
        (b"B99030100000070^\xe5\xae\x8b", ""),
        (b"title = 'x'", ""),
    ],
)
def test_kinds_by_their_first_bytes(head: bytes, kind: str) -> None:
    """As the formats' documents give them; plain text is no kind."""
    assert kind_of(head) == kind


def test_every_place_that_takes_an_image_names_what_it_got(tmp_path: Path) -> None:
    """Portrait, photo, scan; with a name that promises a PNG, and with one of its own."""
    path = tmp_path / "scan.png"
    Image.new("RGB", (358, 441)).save(path, format="GIF")
    with pytest.raises(ArtworkError, match=r"not an image in the format PNG or JPEG \(it is a GIF image\)"):
        photo(path)
    with pytest.raises(PictureError, match=r"not an image in the format JPEG or BMP \(it is a GIF image\)"):
        read_picture(path, "photo", ("JPEG", "BMP"))
    reference = str(folder("generation-1"))
    code, out = run_in(tmp_path, "card", "compare", reference, "scan.png")
    assert (code, out) == (2, "picture: scan.png: not an image in the format PNG or JPEG (it is a GIF image)\n")
    path.rename(tmp_path / "scan.gif")
    code, out = run_in(tmp_path, "card", "compare", reference, "scan.gif")
    assert code == 2
    assert out.startswith("scan.gif: is a GIF image; a scan is .png")
