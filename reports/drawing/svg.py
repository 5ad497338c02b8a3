"""Turn a Matplotlib figure into an SVG element that lives inside an HTML page.

Matplotlib writes a stand-alone file.  Inside a page several of them share one name space and one style sheet, so
this module keeps text as text, drops metadata, names and styles that nothing refers to, prefixes the names that
are referred to, and replaces colours by the style sheet's variables.  The bytes depend on the figure alone.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import matplotlib as mpl

from reports.drawing.palette import AXIS, GRID, INK, MUTED, ROLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "cardmill",
    "text.parse_math": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 11.0,
    "text.color": INK,
    "axes.edgecolor": AXIS,
    "axes.labelcolor": MUTED,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "ytick.major.size": 0.0,
    "lines.linewidth": 2.0,
    "patch.linewidth": 0.0,
    "hatch.linewidth": 0.8,
    "path.simplify": True,
}
"""Matplotlib settings of every picture; fonts on the page are chosen by its style sheet."""

_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_FONT = re.compile(r"font-family:[^;]*;?\s*|font: ([\d.]+px)[^;]*(;?)")


@contextmanager
def drawing_style() -> Iterator[None]:
    """Draw with `STYLE` alone, whatever the user's own Matplotlib settings are.

    The drawing font has no Chinese characters and need not have them: the page picks a font of the reader's
    computer.  Matplotlib's warning about it would be noise; widths of text are estimated in canvas.py.
    """
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .*missing from", category=UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def inline_svg(figure: Figure, name: str, label: str) -> str:
    """Return the figure as one `<svg>` element; `name` keeps its ids apart, `label` is read to the blind."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata=_METADATA)
    root = ET.fromstring(buffer.getvalue())  # noqa: S314 - Matplotlib wrote it a moment ago
    _drop_metadata_and_styles(root)
    used = _referenced(root)
    for element in root.iter():
        _clean(element, name, used)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.attrib.pop("version", None)
    root.set("role", "img")
    root.set("aria-label", label)
    return ET.tostring(root, encoding="unicode")


def _drop_metadata_and_styles(root: ET.Element) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if _local(child.tag) in {"metadata", "style"}:
                parent.remove(child)


def _referenced(root: ET.Element) -> set[str]:
    used: set[str] = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            used.update(_REFERENCE.findall(value))
            if _local(key) == "href":
                used.add(value.removeprefix("#"))
    return used


def _clean(element: ET.Element, name: str, used: set[str]) -> None:
    """Make tags and attributes plain HTML names, ids unique in the page, and colours variables."""
    element.tag = _local(element.tag)
    attributes: dict[str, str] = {}
    colours = ""
    for key, value in element.attrib.items():
        local = _local(key)
        if local == "id":
            if value in used:
                attributes["id"] = f"{name}-{value}"
        elif local == "href":
            attributes["href"] = f"#{name}-{value.removeprefix('#')}"
        elif local in {"fill", "stroke"} and _COLOUR.fullmatch(value):
            colours += f"{local}: {_COLOUR.sub(_variable, value)}; "
        elif local == "style":
            style = _COLOUR.sub(_variable, _FONT.sub(_size_only, value))
            attributes["style"] = _REFERENCE.sub(rf"url(#{name}-\1)", style)
        else:
            attributes[local] = _REFERENCE.sub(rf"url(#{name}-\1)", value)
    if colours:
        attributes["style"] = colours + attributes.get("style", "")
    element.attrib.clear()
    element.attrib.update(attributes)
    if element.tag != "text" and element.text is not None and not element.text.strip():
        element.text = None
    if element.tail is not None:
        element.tail = "\n" if element.tag in {"g", "defs"} else None


def _size_only(match: re.Match[str]) -> str:
    return f"font-size: {match.group(1)}{match.group(2)}" if match.group(1) else ""


def _variable(match: re.Match[str]) -> str:
    """Return the style sheet's variable of a colour; a colour without a role is a mistake in a plot."""
    colour = match.group(0)
    role = ROLES.get(colour)
    if role is None:
        message = f"colour {colour} has no role in reports/drawing/palette.py"
        raise ValueError(message)
    return f"var(--{role})"


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]
