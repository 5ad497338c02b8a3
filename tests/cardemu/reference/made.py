"""Bundles the tests share: one of every product, made once a run."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from cardemu.compare import bundles
from cardemu.compare.bundles import Bundle
from cardemu.products import product
from cardemu.reference import bundle
from cardemu.reference.record import Record, Wanted, make_record

INDEX = 7


def record(name: str = "generation-2", index: int = INDEX, values: Mapping[str, str] | None = None) -> Record:
    """A card's data, with some values given."""
    return make_record(product(name), Wanted(index=index, values=values or {}))


@lru_cache(maxsize=8)
def folder(name: str = "generation-2", index: int = INDEX) -> Path:
    """A bundle on disk; copy it before you change it."""
    return bundle.write(record(name, index), Path(tempfile.mkdtemp(prefix="cardmill-test-")) / f"{name}-{index}")


@lru_cache(maxsize=8)
def loaded(name: str = "generation-2", index: int = INDEX) -> Bundle:
    """A bundle in memory."""
    return bundles.load(folder(name, index), intact=True)
