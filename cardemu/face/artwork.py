"""Raster images of the issuer's own: artwork for a placeholder, a photo for the portrait; checked before use."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from cardemu.face.items import Box, Picture
from cardemu.face.raster import size
from cardemu.filekinds import no_image
from cardemu.inputfile import read_bytes

FORMATS = ("PNG", "JPEG")
FILE_BYTES = 20_000_000
PIXELS = 25_000_000
SIDE_PX = 16
PHOTO_PX = (358, 441)
"""Width and height of a photo as the collecting offices take it: 26 x 32 mm at 350 dpi (C2)."""
PHOTO_TOLERANCE = 0.03
PHOTO_LEAST_PX = 118
"""assumed: a third of the usual width; less is a blot in print."""


class ArtworkError(ValueError):
    """An image that cannot be used; the message does not name the field."""


@dataclass(frozen=True, slots=True)
class Artwork:
    """A checked image file."""

    sha256: str
    format: str
    width_px: int
    height_px: int
    data: bytes

    def placed(self, name: str, box: Box) -> Picture:
        """The image in the middle of a box, as large as its proportions allow."""
        width = min(box.width, box.height * self.width_px // self.height_px)
        height = min(box.height, box.width * self.height_px // self.width_px)
        place = Box(box.x + (box.width - width) // 2, box.y + (box.height - height) // 2, width, height)
        return Picture(name, place, self.sha256, self.format, self.width_px, self.height_px, self.data)


def load(path: Path) -> Artwork:
    """An image file; ArtworkError when it is broken, huge, or no PNG or JPEG; OSError when it cannot be read."""
    return check(read_bytes(path, FILE_BYTES), str(path))


def photo(path: Path) -> Artwork:
    """A photo for the portrait: of the proportions offices collect, and large enough to print."""
    found = load(path)
    width, height = PHOTO_PX
    off = abs(found.width_px * height / (found.height_px * width) - 1)
    if off > PHOTO_TOLERANCE or found.width_px < PHOTO_LEAST_PX:
        raise ArtworkError(
            f"{path}: {found.width_px} x {found.height_px} pixels; must have the proportions of {width} x {height} "
            f"and at least {PHOTO_LEAST_PX} pixels of width"
        )
    return found


def check(data: bytes, where: str) -> Artwork:
    """Image bytes, opened and decoded once to be sure that they can be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is lower
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        width, height = size(image)
        if width * height > PIXELS:
            raise ArtworkError(f"{where}: {width} x {height} pixels, at most {PIXELS // 10**6} megapixels are read")
        if min(width, height) < SIDE_PX:
            raise ArtworkError(f"{where}: {width} x {height} pixels, must be at least {SIDE_PX} on each side")
        image.load()
    except UnidentifiedImageError as error:
        raise ArtworkError(f"{where}: {no_image(data, FORMATS)}") from error
    except Image.DecompressionBombError as error:
        raise ArtworkError(f"{where}: at most {PIXELS // 10**6} megapixels are read") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, ArtworkError):
            raise
        raise ArtworkError(f"{where}: a broken image ({error})") from error
    return Artwork(hashlib.sha256(data).hexdigest(), str(image.format), width, height, data)
