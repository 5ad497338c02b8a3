"""What the steps of procedures are called in Chinese (`wording/steps.zh.toml`); in English, their names in words.

The tables of a run know them by their English names alone: a procedure is part of what is hashed, its wording is not.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING

from reports.words import WORDING, flatten

if TYPE_CHECKING:
    from reports.words import Words


@cache
def step_terms() -> dict[str, str]:
    """Chinese names by `procedure.step`."""
    return flatten(tomllib.loads((WORDING / "steps.zh.toml").read_text(encoding="utf-8")))


def step_title(procedure: str, step: str, title: str, words: Words) -> str:
    """Name of a step in the language of the report; `title`: what the tables call it."""
    plain = title or step.replace("_", " ")
    return step_terms().get(f"{procedure}.{step}", plain) if words.language == "zh" else plain
