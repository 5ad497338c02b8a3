"""The faces of a record: descriptions, PNG in two resolutions, SVG and PDF."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Any

from cardemu.face import pdf, png, svg
from cardemu.face.artwork import check
from cardemu.face.compose import Material, faces
from cardemu.face.description import GENERATOR, Face
from cardemu.inputfile import parse_json
from cardemu.reference.record import Record

RESOLUTIONS_DPI = (300, 600)


def drawn(record: Record) -> dict[str, Face]:
    """Both sides; FaceError with every field that does not fit."""
    return faces(record.product, record.values_on_face, _material(record))


def _material(record: Record) -> Material:
    picture = check(record.portrait, "portrait") if record.portrait else None
    return Material(photo=picture, fonts=record.fonts)


def face_files(record: Record, *, pictures: bool = True) -> dict[str, bytes]:
    """Descriptions and SVG of both sides; with `pictures` also PNG and PDF."""
    found: dict[str, bytes] = {}
    for side, face in drawn(record).items():
        found[f"{side}.json"] = face.to_json().encode()
        found |= _files(side, found[f"{side}.json"], face, pictures=pictures)
    return found


_kept: OrderedDict[tuple[bytes, bool], dict[str, bytes]] = OrderedDict()
"""Sides drawn lately, by their description: the front is the same for many cards."""
_KEPT_MOST = 4


def _files(side: str, description: bytes, face: Face, *, pictures: bool) -> dict[str, bytes]:
    key = description, pictures
    if key not in _kept:
        made = {f"{side}.svg": svg.encode(face)}
        if pictures:
            made |= {png_name(side, dpi): png.encode(face, dpi) for dpi in RESOLUTIONS_DPI}
            made[f"{side}.pdf"] = pdf.encode(face)
        _kept[key] = made
        while len(_kept) > _KEPT_MOST:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]


def png_name(side: str, dpi: int) -> str:
    """The file of a drawn side."""
    return f"{side}-{dpi}.png"


def provenance(record: Record, front: bytes) -> dict[str, Any]:
    """Fonts and renderer, for the manifest.  `front`: the description of that side."""
    said = parse_json(front)
    return {
        "renderer": f"{GENERATOR}, {png.renderer()}",
        "fonts": said["fonts"],
        "layout_sha256": said["layout_sha256"],
        "portrait_sha256": hashlib.sha256(record.portrait).hexdigest() if record.portrait else "",
    }
