"""What a picture of the report is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.text import Text
    from reports.words import Words
    from sim.metrics.tables import Tables


@dataclass(frozen=True, slots=True)
class Plot:
    """One picture: what it is called, how to read it, when there is something to see, and how to draw it.

    `finding` says in one sentence what the picture shows, from the numbers themselves; it stands under the
    picture and is read aloud in its place.  A picture whose `applies` is false is left out of the page.
    """

    name: str
    place: int
    title: Text
    how_to_read: Text
    applies: Callable[[Tables], bool]
    finding: Callable[[Tables, Words], str]
    draw: Callable[[Tables, Figure, Words], None]
