"""What a file is, by its first bytes: for a message that names it, where another kind was expected."""

from __future__ import annotations

from collections.abc import Sequence

HEAD_BYTES = 512

_BEGINS = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"II+\0", "a TIFF image"),
    (b"MM\0+", "a TIFF image"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 image"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL image"),
    (b"8BPS", "a Photoshop image"),
    (b"\0\0\1\0", "an icon"),
    (b"%PDF-", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"PK\3\4", "a ZIP archive (or an Office document)"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "a FLAC recording"),
    (b"ID3", "an MP3 recording"),
)
_RIFF = {b"WEBP": "a WebP image", b"WAVE": "a WAV recording", b"AVI ": "an AVI video"}
_BRANDS = {
    b"avif": "an AVIF image",
    b"avis": "an AVIF image",
    b"qt  ": "a QuickTime video",
    b"M4A ": "an M4A recording",
}
_HEIC = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
"""Brands of ISO/IEC 23008-12: what telephones take photographs in."""


def kind_of(data: bytes) -> str:
    """What these first bytes of a file begin, in words; empty if that cannot be told."""
    if not data:
        return "an empty file"
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return "a HEIC image" if brand in _HEIC else _BRANDS.get(brand, "an MP4 video")
    for begin, kind in _BEGINS:
        if data.startswith(begin):
            return kind
    head = data[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml")) and b"<svg" in head:
        return "an SVG drawing"
    return "a web page" if head.startswith((b"<!doctype html", b"<html")) else ""


def no_image(data: bytes, formats: Sequence[str]) -> str:
    """What to say of bytes that cannot be read as an image of these formats: what they are, or that they are broken."""
    kind = kind_of(data)
    if any(name in kind for name in formats):
        return f"a broken image ({kind.removeprefix('a ')}, as far as its first bytes tell)"
    return f"not an image in the format {' or '.join(formats)}{f' (it is {kind})' if kind else ''}"
