"""A product's memory image: the file tree, its contents, keys, PIN and counters as pre-personalisation leaves them."""

from __future__ import annotations

from collections.abc import Mapping

from cardemu import keys, pin, tlv
from cardemu.elements.codec import blank_content, content_bytes, record_bytes
from cardemu.elements.layout import DFS, SSSE_FID, SSSE_NAME
from cardemu.elements.model import FileRow
from cardemu.files import FIRST_FILE, MF_FID, Header, Kind, encode_tree
from cardemu.keys import KEY_ROWS, CardKey
from cardemu.lifecycle import Stage
from cardemu.memory import Cell

DIR_SFI = 0x1E
"""Short identifier of the directory in every trace (C2)."""
DIR_FID = 0xEF1E
"""assumed: no source gives the directory's file identifier."""


class FileSystem:
    """The headers of a product's files and the first content of each, in one order."""

    def __init__(self, environment: str, algorithm_code: int | None) -> None:
        proprietary = tlv.ber(0x88, bytes((DIR_SFI,)))
        if algorithm_code is not None:
            proprietary += tlv.ber(0x9F0C, bytes((0x86, 0x01, algorithm_code)))
        self.headers: list[Header] = []
        self.contents: list[bytes] = []
        self.df_numbers: dict[str, int] = {}
        if environment == "MF":
            self._add(Header(Kind.MF, MF_FID, 0, SSSE_NAME, proprietary=proprietary))
        else:
            self._add(Header(Kind.MF, MF_FID))
            self._add(Header(Kind.DDF, SSSE_FID, 0, SSSE_NAME, proprietary=proprietary))
        self.df_numbers["SSSE"] = len(self.headers) - 1

    def _add(self, header: Header, content: bytes = b"") -> int:
        self.headers.append(header)
        self.contents.append(content)
        return len(self.headers) - 1

    def add_applications(self, names: frozenset[str]) -> None:
        """The directory and the DFs under the environment."""
        parent = self.df_numbers["SSSE"]
        rows = [row for row in DFS if row.df in names]
        entries = (tlv.ber(0x4F, row.aid) + tlv.ber(0x50, row.zh.encode("gbk")) for row in rows)
        directory = b"".join(tlv.ber(0x61, entry) for entry in entries)
        self._add(
            Header(Kind.LINEAR_VARIABLE, DIR_FID, parent, b"", DIR_SFI, len(directory), write=keys.rule("UKSSSE")),
            directory,
        )
        for row in rows:
            self.df_numbers[row.df] = self._add(Header(Kind.ADF, row.fid, parent, row.aid))

    def add_file(self, row: FileRow) -> None:
        """One elementary file of the layout."""
        cyclic = row.kind is Kind.CYCLIC
        header = Header(
            row.kind,
            row.fid,
            self.df_numbers[row.df],
            b"",
            row.sfi,
            0 if cyclic else content_bytes(row),
            record_bytes(row) if cyclic else 0,
            row.records,
            keys.rule(row.read),
            keys.rule(row.write),
        )
        self._add(header, blank_content(row))


def key_table(df_numbers: Mapping[str, int], versions: Mapping[str, tuple[int, ...]], limit: int) -> list[CardKey]:
    """The keys of the sector that belong to the applications a product has, one entry per version."""
    entries: list[CardKey] = []
    for number, row in enumerate(KEY_ROWS):
        if row.df not in df_numbers:
            continue
        for version in versions.get(row.name, (1,)):
            slot = len(entries) + 1
            entries.append(CardKey(df_numbers[row.df], row.id, row.use, version, limit, number, b"", slot))
    return entries


def memory_image(system: FileSystem, table: list[CardKey], initial_pin: str, pin_limit: int) -> dict[int, bytes]:
    """All cells of a card before it meets a person."""
    image: dict[int, bytes] = {
        Cell.LIFE: bytes((Stage.OPERATIONAL,)),
        Cell.TREE: encode_tree(system.headers),
        Cell.KEYS: keys.encode_table(table),
        Cell.TRIES: bytes((pin_limit, *(entry.limit for entry in table))),
        Cell.PIN: pin.padded(pin.from_text(initial_pin)) if initial_pin else b"",
    }
    for number, content in enumerate(system.contents):
        if content:
            image[FIRST_FILE + number] = content
    return image


def root_keys(versions: Mapping[str, tuple[int, ...]], given: Mapping[str, bytes]) -> dict[tuple[int, int], bytes]:
    """Root keys by row and version: those given, else the published test keys."""
    roots: dict[tuple[int, int], bytes] = {}
    for number, row in enumerate(KEY_ROWS):
        for version in versions.get(row.name, (1,)):
            name = row.name if version == 1 else f"{row.name} version {version}"
            roots[number, version] = given.get(name, keys.published_root_key(name))
    return roots
