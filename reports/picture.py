"""A picture on a page, and a page on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup
from matplotlib.figure import Figure

from cardemu.host import wholefile
from cardemu.host.visible import visible
from reports.drawing.svg import drawing_style, inline_svg
from sim.errors import writing

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture with its words."""

    name: str
    title: str
    finding: str
    how_to_read: str
    svg: Markup


def drawn(name: str, title: str, finding: str, how_to_read: str, draw: Callable[[Figure], None]) -> Picture:
    """Draw a picture; title and finding are also its description for those who cannot see it."""
    with drawing_style():
        figure = Figure()
        draw(figure)
        svg = inline_svg(figure, f"p-{name}", f"{title}. {finding}")
    return Picture(name, title, finding, how_to_read, Markup(svg))  # noqa: S704 - escaped by svg.py


def write_whole(text: str, path: Path) -> None:
    """Write a page whole or not at all, also if the program is stopped meanwhile; raises NotKeptError.

    Control characters of a scenario's names do not reach a reader's screen.
    """
    with writing(path):
        wholefile.write_whole(path, visible(text))
