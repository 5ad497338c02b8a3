"""Documents written from the tables: write them anew, or say which are stale."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def stale(documents: Mapping[Path, str]) -> list[Path]:
    """Documents on disk that differ from what the tables say now."""
    return [path for path, text in documents.items() if not path.is_file() or path.read_text("utf-8") != text]


def orphans(documents: Mapping[Path, str], folder: Path) -> list[Path]:
    """Documents in a generated folder that no table accounts for."""
    return sorted(set(folder.glob("*.md")) - set(documents)) if folder.is_dir() else []


def main(documents: Mapping[Path, str], arguments: Sequence[str]) -> int:
    """With --write write the documents; else name the stale ones and fail if there are any."""
    if list(arguments) == ["--write"]:
        for path, text in documents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return 0
    found = stale(documents)
    for path in found:
        sys.stderr.write(f"stale: {path.relative_to(ROOT)}; write it anew with --write\n")
    return 1 if found else 0


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
