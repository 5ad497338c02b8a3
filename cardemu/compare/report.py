"""A verdict for people: a table, and files."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from cardemu.compare.findings import Verdict

MOST_ROWS = 60
"""Rows of the table, its values shortened; the JSON and JUnit files have them all."""
_LONGEST, _BEFORE = 48, 16
"""Characters of a value in the table, and how many of them stand before the first difference."""


def _window(expected: str, found: str) -> tuple[str, str]:
    """Both values, or the part of them around the first difference where they are long."""
    if max(len(expected), len(found)) <= _LONGEST:
        return expected, found
    pairs = zip(expected, found, strict=False)
    first = next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(expected), len(found)))
    start = max(0, first - _BEFORE)

    def part(text: str) -> str:
        head, tail = "…" * (start > 0), "…" * (len(text) > start + _LONGEST)
        return f"{head}{text[start : start + _LONGEST]}{tail}"

    return part(expected), part(found)


def show(verdict: Verdict) -> None:
    """Print the verdict and the table of what is wrong, and of what could not be judged."""
    console = Console()
    wrong = (*verdict.wrong, *verdict.unjudged)
    if wrong:
        table = Table(title=verdict.title)
        for heading in ("medium", "field", "expected", "found", "where", "kind"):
            table.add_column(heading, overflow="fold")
        for row in wrong[:MOST_ROWS]:
            table.add_row(row.medium, row.field, *_window(row.expected, row.found), row.where, row.kind)
        console.print(table, markup=False)
        if len(wrong) > MOST_ROWS:
            console.print(f"and {len(wrong) - MOST_ROWS} more", markup=False)
    for note in verdict.notes:
        console.print(f"note: {note}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"{verdict.title}: {summary(verdict)}", markup=False, highlight=False, soft_wrap=True)


def summary(verdict: Verdict) -> str:
    """The verdict in one line: what was found, and what of the card was compared at all."""
    parts = [f"{len(verdict.wrong)} of {len(verdict.compared)} differ"] if verdict.wrong else []
    parts += [f"{len(verdict.unjudged)} not judged"] if verdict.unjudged else []
    words = "the same" if verdict.ok else ", ".join(parts) or "nothing was compared"
    scope = ", ".join(f"{name} {count}" for name, count in verdict.scope.items())
    return f"{words} ({len(verdict.compared)} compared{': ' * bool(scope)}{scope})"


def write_pictures(verdict: Verdict, folder: Path) -> list[Path]:
    """Write the pictures of what differs; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, data in verdict.pictures.items():
        path = folder / name
        part = path.with_name(f".{name}.part")
        part.write_bytes(data)
        part.replace(path)
        paths.append(path)
    return paths
