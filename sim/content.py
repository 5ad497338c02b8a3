"""A digest of what rows say, independent of process and hash seed."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def digest_of(row: DataclassInstance, but: str) -> str:
    """SHA-256 of all fields of a dataclass but one, in hexadecimal digits."""
    digest = hashlib.sha256()
    for field in fields(row):
        if field.name != but:
            digest.update(field.name.encode())
            _feed(digest, getattr(row, field.name))
    return digest.hexdigest()


def _feed(digest: hashlib._Hash, value: object) -> None:
    """Feed one value in a form that depends on nothing but the value."""
    if isinstance(value, np.ndarray):
        digest.update(f"[{value.dtype.str}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif is_dataclass(value) and not isinstance(value, type):
        digest.update(type(value).__name__.encode())
        for field in fields(value):
            _feed(digest, getattr(value, field.name))
    elif isinstance(value, tuple):
        digest.update(f"({len(value)}".encode())
        for item in value:
            _feed(digest, item)
    elif isinstance(value, frozenset):
        _feed(digest, tuple(sorted(value)))
    elif isinstance(value, Enum):
        digest.update(f"{value.value!r};".encode())
    else:
        digest.update(f"{value!r};".encode())
