"""What a run takes from the CSV files a scenario names, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.words import Words
    from sim.scenario.inputs import FileUse


def use_of_file(use: FileUse, words: Words) -> str:
    """Return what a run takes from a CSV file, and what of it is chance."""
    return words(f"inputs.file.{use.kind}", rows=words.count(use.rows), people=words.decimal(use.people))
