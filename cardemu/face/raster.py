"""Image files as people see them: the way up that the camera noted, and sixteen bits of grey as eight.

Every reader of image files in the package decodes them here, so that no two of them see one file differently.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import ExifTags, Image, ImageOps

UPRIGHT = 1
"""The EXIF orientation of an image that is stored as it is seen."""
SWAPPED = frozenset({5, 6, 7, 8})
"""Orientations that exchange width and height (Exif 2.32, 4.6.4, tag 274)."""
DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N")
"""Pillow's modes of grey of 16 bits, which its own conversion cuts off at 255."""


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or a nonsensical one."""
    found = image.getexif().get(ExifTags.Base.Orientation, UPRIGHT)
    return found if found in range(1, 9) else UPRIGHT


def size(image: Image.Image) -> tuple[int, int]:
    """Width and height as seen."""
    width, height = image.size
    return (height, width) if orientation(image) in SWAPPED else (width, height)


def is_plain(image: Image.Image) -> bool:
    """Whether a viewer that knows nothing of orientations or depths shows it right."""
    return orientation(image) == UPRIGHT and image.mode not in DEEP


def as_seen(image: Image.Image) -> Image.Image:
    """The image upright, in eight bits a channel, with its transparency."""
    if image.mode in DEEP:
        levels = np.asarray(image, dtype=np.uint32)
        whole = Image.fromarray(np.rint(np.clip(levels, 0, 65_535) / 257).astype(np.uint8))
        whole.getexif().update(image.getexif())
        image = whole
    return ImageOps.exif_transpose(image).convert("RGBA")


def decoded(data: bytes) -> Image.Image:
    """The image of a file's bytes as it is seen, RGBA; OSError when it is broken."""
    with Image.open(io.BytesIO(data)) as image:
        return as_seen(image)


def on_white(data: bytes) -> Image.Image:
    """The same without transparency, as it looks on paper, RGB."""
    seen = decoded(data)
    paper = Image.new("RGB", seen.size, "#FFFFFF")
    paper.paste(seen, (0, 0), seen)
    return paper


def for_any_viewer(data: bytes, kind: str) -> tuple[bytes, str]:
    """A file that every viewer shows alike, and its format: the file itself or, where it is not plain, a PNG of it."""
    with Image.open(io.BytesIO(data)) as image:
        if is_plain(image):
            return data, kind
        out = io.BytesIO()
        as_seen(image).save(out, "PNG", compress_level=6)
        return out.getvalue(), "PNG"
