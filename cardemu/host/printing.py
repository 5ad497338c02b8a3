"""All that is printed goes through here: text is shown as it is, and what would steer a terminal is spelled out."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from cardemu.host.visible import json_text, visible

_GAP = 3


class Printer(Console):
    """A console that shows text as it is: neither [red] nor :x: mean anything, and escape sequences do nothing."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, emoji=False, highlight=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What is to be printed; only the console's own control codes stay what they are."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))

    def line_of(self, text: str | Text, style: str | None = None) -> None:
        """A line as long as it is: the terminal breaks it, a program that reads it finds it whole."""
        self.print(text, style=style, soft_wrap=True)

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[str | Text]],
        *,
        title: str = "",
        right: Collection[str] = (),
        ruled: bool = False,
    ) -> None:
        """A table; where a terminal is too narrow for its headings, a list of its rows instead, nothing cut off.

        `right`: headings of the columns to be aligned at the right; `ruled`: with lines.
        """
        needed = sum(max(map(cell_len, heading.split()), default=0) + _GAP for heading in headings)
        if needed > self.width:
            self._list(headings, rows, title)
            return
        cells = [list(row) for row in rows]
        longest = max((cell_len(str(row[0])) for row in cells), default=0)
        table = Table(title=title or None) if ruled else Table(title=title or None, box=None, pad_edge=False)
        for heading in headings:
            least = max(map(cell_len, heading.split()), default=0)
            table.add_column(heading, justify="right" if heading in right else "left", overflow="fold", min_width=least)
        table.columns[0].no_wrap = longest * 2 <= self.width  # the names of rows
        for row in cells:
            table.add_row(*row)
        self.print(table)

    def _list(self, headings: Sequence[str], rows: Iterable[Sequence[str | Text]], title: str) -> None:
        if title:
            self.line_of(title)
        for row in rows:
            for heading, value in zip(headings, row, strict=True):
                if str(value).strip():
                    self.line_of(Text.assemble(f"{heading}: " if heading.strip() else "", value))
            self.line_of("")


def say(message: str) -> None:
    """Print a line as it is."""
    Printer().line_of(message)


def complain(message: str, style: str | None = None) -> None:
    """Print a line on the error output as it is."""
    Printer(stderr=True).line_of(message, style)


def write_json(document: object, indent: int | None = 2) -> None:
    """Print a document for programs."""
    sys.stdout.write(json_text(document, indent) + "\n")
