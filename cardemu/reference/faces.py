"""The faces of a record."""

from __future__ import annotations

from typing import Any

from cardemu.reference.record import Record


def face_files(record: Record, *, pictures: bool = True) -> dict[str, bytes]:
    """Front and back."""
    del record, pictures
    return {}


def provenance(record: Record) -> dict[str, Any]:
    """Fonts and renderer, for the manifest."""
    del record
    return {}
