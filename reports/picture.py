"""A picture on a page, and a page on the disk."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup
from matplotlib.figure import Figure

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
    """Write a file whole or not at all, also if the program is stopped meanwhile."""
    with (
        writing(path),
        tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False) as part,
    ):
        temporary = Path(part.name)
        try:
            part.write(text.encode("utf-8"))
            part.flush()
            os.fsync(part.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
