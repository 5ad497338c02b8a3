"""The photo for the chip: looked at before anything is made from it.  At most 4096 bytes (DATA-V2)."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from cardemu.face.raster import is_plain
from cardemu.filekinds import no_image
from cardemu.inputfile import read_bytes
from cardemu.products import Product

MOST_BYTES = 20_000_000
MOST_PIXELS = 40_000_000
TOO_MANY_PIXELS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
"""What Pillow says of a picture that would not fit in memory."""


class PictureError(ValueError):
    """An image file that cannot be used; the message names the field and what is wanted."""


def read_picture(path: Path, field: str, formats: tuple[str, ...] = ("JPEG", "PNG", "BMP")) -> tuple[bytes, int, int]:
    """The file's bytes, and its width and height in pixels; PictureError when broken, huge, or of another format."""
    try:
        data = read_bytes(path, MOST_BYTES)
    except OSError as error:
        raise PictureError(f"{field}: {path}: {error.strerror}") from error
    try:
        with Image.open(io.BytesIO(data), formats=formats) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise PictureError(
                    f"{field}: {path.name} has {width} x {height} pixels, at most {MOST_PIXELS:,} in all are read"
                )
            picture.load()
    except UnidentifiedImageError as error:
        raise PictureError(f"{field}: {path.name}: {no_image(data, formats)}") from error
    except (OSError, SyntaxError, ValueError, *TOO_MANY_PIXELS) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(f"{field}: {path.name}: a broken image ({error})") from error
    return data, width, height


def chip_photo(path: Path, product: Product) -> bytes:
    """The photo for the chip: JPEG or BMP, and no larger than its file."""
    room = next((row.size for row in product.files if row.name == "photo"), 0)
    if not room:
        raise PictureError(f"photo: the chip of {product.name} has no file for a photo")
    data, _, _ = read_picture(path, "photo", ("JPEG", "BMP"))
    if len(data) > room:
        raise PictureError(f"photo: {path.name} has {len(data)} bytes, at most {room} fit on the chip")
    with Image.open(io.BytesIO(data)) as picture:
        if not is_plain(picture):  # the chip takes the file's bytes, and readers show them as they are
            raise PictureError(f"photo: {path.name} is stored turned (EXIF orientation) or in 16 bits; save it upright")
    return data
