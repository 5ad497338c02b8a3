"""A short text kept in both languages of the report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """English and Chinese side by side, so that neither can be forgotten."""

    en: str
    zh: str
