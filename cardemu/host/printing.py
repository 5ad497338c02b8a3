"""All that is printed goes through here: text is shown as it is, and what would steer a terminal is spelled out."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from cardemu.host.visible import json_text, visible


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
        self.print(visible(text) if isinstance(text, str) else text, style=style, soft_wrap=True)

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
        cells = [list(row) for row in rows]
        lines = 3 * len(headings) + 1 if ruled else 2 * len(headings) - 2
        widths = _widths(headings, cells, self.width - lines)
        if not widths:
            self._list(headings, cells, title)
            return
        table = Table(title=title or None) if ruled else Table(title=title or None, box=None, pad_edge=False)
        for heading, width in zip(headings, widths, strict=True):
            justify: JustifyMethod = "right" if heading in right else "left"
            table.add_column(heading, justify=justify, overflow="fold", width=width)
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


def _widths(headings: Sequence[str], rows: Sequence[Sequence[str | Text]], room: int) -> list[int]:
    """Widths of a table's columns, none below the longest word of its heading; nothing if there is no room for them.

    (Rich forgets the least widths of columns when it makes a table narrower, and cuts the last ones off.)
    """
    columns = [[heading, *map(str, column)] for heading, *column in zip(headings, *rows, strict=True)]
    widths = [_longest(heading.split()) for heading in headings]
    spare = room - sum(widths)
    if spare < 0:
        return []
    words = [_longest([word for cell in column for word in cell.split()]) for column in columns]
    lines = [_longest([line for cell in column for line in cell.splitlines()]) for column in columns]
    for wanted in ([lines[0], *widths[1:]], [lines[0], *words[1:]], lines):  # the names of the rows first
        spare = _granted(widths, wanted, spare)
    return widths


def _granted(widths: list[int], wanted: Sequence[int], spare: int) -> int:
    """Widen columns to what is wanted, those that want little first; returns what is left to give."""
    by_need = sorted(range(len(widths)), key=lambda at: wanted[at] - widths[at])
    for done, at in enumerate(by_need):
        more = max(0, min(wanted[at] - widths[at], spare // (len(widths) - done)))
        widths[at] += more
        spare -= more
    return spare


def _longest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)


def say(message: str) -> None:
    """Print a line as it is."""
    Printer().line_of(message)


def complain(message: str, style: str | None = None) -> None:
    """Print a line on the error output as it is."""
    Printer(stderr=True).line_of(message, style)


def write_json(document: object, indent: int | None = 2) -> None:
    """Print a document for programs."""
    sys.stdout.write(json_text(document, indent) + "\n")
