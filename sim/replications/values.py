"""The numbers of a study of many programs: what each run adds to one metric, kept in a file that only grows.

Each is under the content hash of what was played and the number of the replication.  At the head of the file stands
the study: the scenario as it is, the seed, the metric and the version of the simulator; another study's are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from cardemu.host.claim import claimed
from sim.errors import writing
from sim.metrics.replicated import Part
from sim.replications.asked import Asked
from sim.replications.codec import decode, encode
from sim.replications.kept import GrowingFile, RowsError, holds_parts, packed, whole_parts
from sim.replications.rows import Key

VALUES_FILE = "sensitivity.values"
KIND = "sensitivity"
"""Of a claimed folder: what is in it was written by `cardmill sensitivity`."""
_MAGIC = b"cardmill values 3\n"


@dataclass(frozen=True, slots=True)
class StudyKey:
    """What numbers must have in common to stand in one file."""

    base: Key  # of the scenario as it is
    metric: str

    @classmethod
    def of(cls, base: Key, asked: Asked) -> StudyKey:
        """The key of a study of this metric."""
        return cls(base, f"{asked.question!r} {asked.share} {asked.typical}")

    def difference(self, other: StudyKey) -> str:
        """In words, why numbers of the two do not go together; empty if they do."""
        if self.metric != other.metric:
            return "they are of another metric"
        return self.base.difference(other.base)


class Values:
    """The numbers that are there, by content hash and replication; new ones are kept if there is a file."""

    def __init__(self, found: dict[tuple[str, int], Part], file: GrowingFile | None = None) -> None:
        self.found, self._file = found, file

    def add(self, content_hash: str, replication: int, part: Part) -> None:
        """A run is finished."""
        if self._file is not None:
            self._file.add(packed(encode((content_hash, replication, part))))
        self.found[content_hash, replication] = part


@contextmanager
def kept_values(folder: Path | None, key: StudyKey, *, resume: bool) -> Iterator[Values]:
    """The numbers in a study's folder, to go on from if that is asked for; without a folder nothing is kept.

    Raises RowsError for numbers of another study, or a file of another kind; OutputError for a folder in use, or one
    that holds something else.
    """
    if folder is None:
        yield Values({})
        return
    with claimed(folder, KIND) as claim:
        claim.check(VALUES_FILE)
        found = _read(folder / VALUES_FILE, key) if resume else None
        with writing(folder):
            claim.clear(() if found is None else (VALUES_FILE,))
            path = claim.path(VALUES_FILE)
        with GrowingFile(path, _MAGIC) as file:
            if found is None:
                file.add(packed(encode((key.metric, *astuple(key.base)))))
            yield Values(found or {}, file)


def holds_values(folder: Path) -> bool:
    """Whether a finished run is kept in a folder, behind the study's own part."""
    return holds_parts(folder / VALUES_FILE, _MAGIC, 2)


def _read(path: Path, key: StudyKey) -> dict[tuple[str, int], Part] | None:
    """The numbers in a file; None if there is no file, or one that was broken off before it said whose it is."""
    parts: list[tuple[Any, ...]] = []
    whole_parts(path, _MAGIC, lambda part, _: parts.append(decode(part)))
    if not parts:
        return None
    metric, content_hash, seed, counted, code = parts[0]
    difference = key.difference(StudyKey(Key(content_hash, seed, counted, code), metric))
    if difference:
        raise RowsError(f"{path} holds runs that cannot go on: {difference}")
    return {(played, number): part for played, number, part in parts[1:]}
