"""A face as SVG, all text as outlines, so that it looks the same wherever it is opened."""

from __future__ import annotations

import base64
from xml.sax.saxutils import escape, quoteattr

from cardemu.face.description import Face
from cardemu.face.items import Gradient, Item, Picture, Shape, Text
from cardemu.face.outline import glyph_path
from cardemu.face.paths import rectangle
from cardemu.face.raster import for_any_viewer
from cardemu.face.record import record
from cardemu.face.specimen import CARD, RADIUS_UM, WORDS


def encode(face: Face) -> bytes:
    """The face as an SVG file: units are micrometres, the physical size is the card's."""
    notes = "\n".join(f"{key}: {value}" for key, value in record(face).items())
    body = "\n".join(_element(item, face) for item in face.items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{CARD.width / 1000:g}mm" height="{CARD.height / 1000:g}mm" '
        f'viewBox="0 0 {CARD.width} {CARD.height}">\n'
        f"<title>{escape(WORDS)}: {escape(face.product)}, {face.side}</title>\n"
        f"<metadata>\n{escape(notes)}\n</metadata>\n"
        f'<defs><clipPath id="card"><path d="{rectangle(CARD, RADIUS_UM)}"/></clipPath></defs>\n'
        f'<g clip-path="url(#card)">\n{body}\n</g>\n</svg>\n'
    ).encode()


def _element(item: Item, face: Face) -> str:
    if isinstance(item, Gradient):
        return _gradient(item)
    if isinstance(item, Shape):
        return _shape(item)
    if isinstance(item, Picture):
        return _picture(item)
    return _text(item, face)


def _gradient(item: Gradient) -> str:
    last = max(1, len(item.stops) - 1)
    stops = "".join(
        f'<stop offset="{number / last:.6g}" stop-color="{colour}"/>' for number, colour in enumerate(item.stops)
    )
    name = f"gradient-{item.id}"
    return (
        f'<linearGradient id={quoteattr(name)} x1="0" y1="0" x2="0" y2="1">{stops}</linearGradient>'
        f'<path id={quoteattr(item.id)} d="{rectangle(item.box)}" fill="url(#{escape(name)})"/>'
    )


def _shape(item: Shape) -> str:
    fill = f'fill="{item.fill}" fill-rule="evenodd"' if item.fill else 'fill="none"'
    stroke = f' stroke="{item.stroke}" stroke-width="{item.stroke_um}" stroke-linejoin="round"' if item.stroke else ""
    return f'<path id={quoteattr(item.id)} d="{item.path}" {fill}{stroke}{_opacity(item.opacity_permille)}/>'


def _opacity(permille: int) -> str:
    """For fill and stroke each, as the other writers do it."""
    return f' fill-opacity="{permille / 1000:g}" stroke-opacity="{permille / 1000:g}"' if permille < 1000 else ""


def _picture(item: Picture) -> str:
    box = item.box
    data, kind = for_any_viewer(item.data, item.format)
    return (
        f'<image id={quoteattr(item.id)} x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" '
        f'preserveAspectRatio="none" href="data:image/{kind.lower()};base64,{base64.b64encode(data).decode()}"/>'
    )


def _text(item: Text, face: Face) -> str:
    paths = " ".join(
        path
        for line in item.lines
        for character, x, font in zip(line.text, line.x_um, line.fonts, strict=True)
        if (path := glyph_path(face.typecase.faces[font], character, item.size_um, x, line.baseline_um))
    )
    turn = ""
    if item.angle_millidegrees:
        x, y = item.box.x + item.box.width / 2, item.box.y + item.box.height / 2
        turn = f' transform="rotate({-item.angle_millidegrees / 1000:g} {x:g} {y:g})"'
    opacity = _opacity(item.opacity_permille)
    return (
        f'<path id={quoteattr(item.id)} aria-label={quoteattr(item.text)} d="{paths}" '
        f'fill="{item.colour}"{opacity}{turn}/>'
    )
