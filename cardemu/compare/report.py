"""A verdict for people: a table."""

from __future__ import annotations

from cardemu.compare.findings import Verdict
from cardemu.host.printing import Printer

_NAMED = 3
"""So many things compared are named in the verdict."""
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
    printer, wrong = Printer(), (*verdict.wrong, *verdict.unjudged)
    if wrong:
        headings = ("medium", "field", "expected", "found", "where", "kind")
        rows = (
            (row.medium, row.field, *_window(row.expected, row.found), row.where, row.kind) for row in wrong[:MOST_ROWS]
        )
        printer.table(headings, rows, title=verdict.title, ruled=True)
        if len(wrong) > MOST_ROWS:
            printer.line_of(f"and {len(wrong) - MOST_ROWS} more")
    for note in verdict.notes:
        printer.line_of(f"note: {note}")
    printer.line_of(f"{verdict.title}: {summary(verdict)}")


def summary(verdict: Verdict) -> str:
    """The verdict in one line: what was found, and what of the card was compared at all."""
    parts = [f"{len(verdict.wrong)} of {len(verdict.compared)} differ"] if verdict.wrong else []
    parts += [f"{len(verdict.unjudged)} not judged"] if verdict.unjudged else []
    words = "the same" if verdict.ok else ", ".join(parts) or "nothing was compared"
    return f"{words} ({_compared(verdict)})"


def _compared(verdict: Verdict) -> str:
    """How much was compared: by name where it is little, else by medium and side."""
    rows = verdict.compared
    names = ", ".join(dict.fromkeys(row.field for row in rows))
    scope = ", ".join(f"{name} {count}" for name, count in verdict.scope.items())
    return f"{len(rows)} compared" + (f": {names if len(rows) <= _NAMED else scope}" if rows else "")
